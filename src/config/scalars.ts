/** The scalar types that the schema is made of: what a stack file writes, and what the rest of the code gets. */
import { z } from 'zod';
import {
  BYTE_SIZE_PATTERN,
  type ByteSize,
  type Cpu,
  DURATION_PATTERN,
  type Duration,
  parseByteSize,
  parseCpu,
  parseDuration,
} from './units';

/** Where each rule's remedy is kept: zod's `params` are handed to the report unchanged. */
export interface RuleParams {
  readonly rule: string;
  readonly remedy: string;
}

const withPattern = (pattern: RegExp, rule: string, remedy: string) =>
  z
    .string()
    .refine((text) => pattern.test(text), { params: { rule, remedy } satisfies RuleParams, abort: true })
    .meta({ pattern: pattern.source });

const parsed = <T>(schema: z.ZodType<string, string>, parse: (text: string) => T | undefined, params: RuleParams) =>
  schema.transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', params: { ...params }, input: text });
    return z.NEVER;
  });

const DURATION_RULE = {
  rule: 'a duration: whole numbers with ms, s, m, h, d or w',
  remedy: 'write for example 30d, 720h or 1h30m',
};
const BYTES_RULE = {
  rule: 'a size: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes',
  remedy: 'write for example 15MB or 512Mi',
};
const CPU_RULE = {
  rule: 'an amount of CPU: cores, or thousandths with m',
  remedy: 'write for example 250m, "1" or 0.5',
};

export const duration = (): z.ZodType<Duration, string> =>
  parsed(withPattern(DURATION_PATTERN, DURATION_RULE.rule, DURATION_RULE.remedy), parseDuration, DURATION_RULE);

export const byteSize = (): z.ZodType<ByteSize, string> =>
  parsed(withPattern(BYTE_SIZE_PATTERN, BYTES_RULE.rule, BYTES_RULE.remedy), parseByteSize, BYTES_RULE);

/** YAML reads an unquoted `1` or `0.5` as a number, so both forms are taken. */
export const cpu = (): z.ZodType<Cpu, string | number> =>
  z.union([z.number(), z.string()], { error: () => CPU_RULE.rule }).transform((value, context): Cpu => {
    const amount = parseCpu(String(value));
    if (amount !== undefined && amount.millicores > 0) return amount;
    context.addIssue({ code: 'custom', params: { ...CPU_RULE }, input: value });
    return z.NEVER;
  });

/** A DNS label: names of namespaces, Secrets, credentials. */
export const dnsLabel = () =>
  withPattern(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'a DNS label: lower-case letters, digits and hyphens, at most 63',
    'rename it, for example spywatcher-logs',
  );

/** Loki's own rule for tenant ids, without `|`, which joins tenants in a query. */
export const tenantName = () =>
  z.string().refine((text) => /^[A-Za-z0-9!\-_.*'()]{1,150}$/.test(text) && text !== '.' && text !== '..', {
    params: {
      rule: "a tenant id: 1 to 150 of A-Z a-z 0-9 ! - _ . * ' ( ), not . or ..",
      remedy: 'write for example spywatcher',
    } satisfies RuleParams,
  });

export const url = (...protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)), {
    params: {
      rule: `a URL with ${protocols.join(' or ')}`,
      remedy: `write for example ${protocols.at(-1) ?? 'https'}://host.example.com`,
    } satisfies RuleParams,
  });

export const port = () =>
  z.number().refine((value) => Number.isInteger(value) && value > 0 && value < 65_536, {
    params: { rule: 'a port: 1 to 65535', remedy: 'write for example 443' } satisfies RuleParams,
  });

export const positiveInteger = () =>
  z.number().refine((value) => Number.isInteger(value) && value > 0, {
    params: { rule: 'a whole number above 0', remedy: 'write for example 3' } satisfies RuleParams,
  });

/** IPv4 or IPv6 CIDR. */
export const cidr = () =>
  z.union([z.cidrv4(), z.cidrv6()], { error: () => 'an IPv4 or IPv6 CIDR, for example 10.0.0.0/8' });

/** An image with a tag that names one release, or with a digest: what was tested is what runs. */
export const image = () =>
  z.string().refine((text) => /@sha256:[0-9a-f]{64}$/.test(text) || /:v?\d+\.\d+\.\d+[\w.-]*$/.test(text), {
    params: {
      rule: 'an immutable image reference: a tag with a full version, or a digest',
      remedy: 'write for example docker.io/grafana/loki:3.7.8, or append @sha256:…',
    } satisfies RuleParams,
  });

/** `{job="security"}`: label matchers only, as retention_stream wants. */
export const streamSelector = () =>
  withPattern(
    /^\{\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*"(\s*,\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*")*\s*\}$/,
    'a stream selector of label matchers, without filters or parsers',
    'write for example {job="security"}',
  );
