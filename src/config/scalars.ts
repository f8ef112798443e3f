/** The scalar types that the schema is made of: what a stack file writes, and what the rest of the code gets. */
import { IPv4, IPv6, parseCIDR } from 'ipaddr.js';
import { z } from 'zod';
import {
  BYTE_SIZE_PATTERN,
  type ByteSize,
  type Cpu,
  CPU_PATTERN,
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

const remedies = new Map<string, string>();

/** The remedy of a rule of this file, for values that are not even of the rule's type. */
export function remedyFor(rule: string): string | undefined {
  return remedies.get(rule);
}

/** Settings of a schema whose own type error is to say the rule. */
const says = ({ rule, remedy }: RuleParams) => {
  remedies.set(rule, remedy);
  return { error: () => rule };
};

/** What editors and the reference show of a scalar; zod hands it to the JSON schema unchanged. */
const described = (title: string, pattern: RegExp, { rule }: RuleParams) => ({
  title,
  pattern: pattern.source,
  patternErrorMessage: rule,
});

const withPattern = (title: string, pattern: RegExp, params: RuleParams) =>
  z
    .string(says(params))
    .refine((text) => pattern.test(text), { params: { ...params }, abort: true })
    .meta(described(title, pattern, params));

const wholeNumber = (title: string, minimum: number, maximum: number | undefined, params: RuleParams) =>
  z
    .number(says(params))
    .refine((value) => Number.isInteger(value) && value >= minimum && value <= (maximum ?? value), {
      params: { ...params },
    })
    .meta({ title, type: 'integer', minimum, ...(maximum === undefined ? {} : { maximum }) });

const parsed = <T, I>(schema: z.ZodType<I, I>, parse: (written: I) => T | undefined, params: RuleParams) =>
  schema.transform((written, context): T => {
    const value = parse(written);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', params: { ...params }, input: written });
    return z.NEVER;
  });

const above0 = <K extends string, T extends Readonly<Record<K, number>>>(
  value: T | undefined,
  key: K,
): T | undefined => (value !== undefined && value[key] > 0 ? value : undefined);

const DURATION_RULE = {
  rule: 'a duration above 0: whole numbers with ms, s, m, h, d or w',
  remedy: 'write for example 30d, 720h or 1h30m',
};
const BYTES_RULE = {
  rule: 'a size above 0: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes',
  remedy: 'write for example 15MB or 512Mi',
};
const CPU_RULE = {
  rule: 'an amount of CPU above 0: cores, or thousandths with m',
  remedy: 'write for example 250m, "1" or 0.5',
};
const CIDR_RULE = {
  rule: 'an IPv4 or IPv6 CIDR, whose address is the first of its range',
  remedy: 'write for example 10.0.0.0/8',
};

/** Zero is no time: a ticker of Loki's with 0 panics, and a wait of 0 is over before it starts. */
export const duration = (): z.ZodType<Duration, string> =>
  parsed(
    withPattern('duration', DURATION_PATTERN, DURATION_RULE),
    (written) => above0(parseDuration(written), 'milliseconds'),
    DURATION_RULE,
  );

/** Zero is no size: as a memory limit it would mean none, as a rate it would refuse every line. */
export const byteSize = (): z.ZodType<ByteSize, string> =>
  parsed(
    withPattern('size', BYTE_SIZE_PATTERN, BYTES_RULE),
    (written) => above0(parseByteSize(written), 'bytes'),
    BYTES_RULE,
  );

/** YAML reads an unquoted `1` or `0.5` as a number, so both forms are taken. */
export const cpu = (): z.ZodType<Cpu, string | number> =>
  parsed(
    z
      .union([z.number(), z.string()], says(CPU_RULE))
      .meta({ ...described('CPU', CPU_PATTERN, CPU_RULE), exclusiveMinimum: 0 }),
    (written) => above0(parseCpu(String(written)), 'millicores'),
    CPU_RULE,
  );

const DAY_RULE = {
  rule: 'a day: year, month and day',
  remedy: 'write for example 2027-03-01',
};

/** Midnight UTC of a day, as `YYYY-MM-DD`. Pulumi's YAML takes it for a time, and hands it over as one. */
export const day = (): z.ZodType<string, string> =>
  parsed(
    withPattern('day', /^\d{4}-\d{2}-\d{2}(T00:00:00Z)?$/, DAY_RULE),
    (written) => {
      const text = written.slice(0, 'YYYY-MM-DD'.length);
      const time = new Date(`${text}T00:00:00Z`);
      // Of the 31st of a month that has none, JavaScript makes the first of the next.
      return Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text) ? undefined : text;
    },
    DAY_RULE,
  );

/** An IAM role of AWS, in whatever partition. */
export const roleArn = () =>
  withPattern('IAM role', /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
    rule: 'the ARN of an IAM role',
    remedy: 'write for example arn:aws:iam::123456789012:role/loki',
  });

/** A DNS label: names of namespaces, Secrets, credentials. */
export const dnsLabel = () =>
  withPattern('DNS label', /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
    rule: 'a DNS label: lower-case letters, digits and hyphens, at most 63',
    remedy: 'write for example spywatcher-logs',
  });

/** What every object of JavaScript has: no name for an entry of one. */
const EVERY_OBJECT_HAS = Object.getOwnPropertyNames(Object.prototype).sort().join('|');

/** Loki's own rule for tenant ids, without `|`, which joins tenants in a query. */
export const tenantName = () =>
  withPattern('tenant id', new RegExp(`^(?!(?:\\.{1,2}|${EVERY_OBJECT_HAS})$)[A-Za-z0-9!\\-_.*'()]{1,150}$`), {
    rule: "a tenant id: 1 to 150 of A-Z a-z 0-9 ! - _ . * ' ( ), not . or .., nor a word like constructor",
    remedy: 'write for example spywatcher',
  });

/** Without a user and a password: URLs are written into ConfigMaps. Without `$`: Grafana looks for variables in them. */
export const url = (...protocols: readonly string[]) => {
  const params = {
    rule: `a URL with ${protocols.join(' or ')}, without user, password and $`,
    remedy: `write for example ${protocols.at(-1) ?? 'https'}://host.example.com`,
  };
  const accepts = (text: string): boolean => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password } = new URL(text);
    return protocols.includes(protocol.slice(0, -1)) && username === '' && password === '' && !text.includes('$');
  };
  return z
    .string(says(params))
    .refine(accepts, { params: { ...params } })
    .meta(
      described(protocols.includes('http') ? 'URL' : 'HTTPS URL', new RegExp(`^(${protocols.join('|')})://.`), params),
    );
};

const LINK_PATTERN = /^https?:\/\/[^/?#@{}\s]+\/[^{}\s]*\{id\}[^{}\s]*$/;

/** A URL for every id: `{id}` stands for it. Not in the host name, which a log line should not choose. */
export const linkTemplate = () => {
  const params = {
    rule: 'a URL with http or https that holds {id} once, after the host, without user and password',
    remedy: 'write for example https://sentry.example.com/organizations/spywatcher/issues/?query={id}',
  };
  return z
    .string(says(params))
    .refine((text) => LINK_PATTERN.test(text) && URL.canParse(text), { params: { ...params } })
    .meta(described('link', LINK_PATTERN, params));
};

export const port = () =>
  wholeNumber('port', 1, 65_535, { rule: 'a port: 1 to 65535', remedy: 'write for example 443' });

export const positiveInteger = () =>
  wholeNumber('whole number', 1, undefined, {
    rule: 'a whole number above 0',
    remedy: 'write for example 3, without quotes',
  });

/** Zero is allowed: nothing at all of it is normal. */
export const count = () =>
  wholeNumber('count', 0, undefined, {
    rule: 'a whole number, 0 or above',
    remedy: 'write for example 10, without quotes',
  });

const someNumber = (title: string, maximum: number, params: RuleParams) =>
  z
    .number(says(params))
    .refine((value) => value > 0 && value <= maximum, { params: { ...params } })
    .meta({
      title,
      exclusiveMinimum: 0,
      ...(Number.isFinite(maximum) ? { maximum } : {}),
      patternErrorMessage: params.rule,
    });

export const positiveNumber = () =>
  someNumber('number', Infinity, { rule: 'a number above 0', remedy: 'write for example 10 or 0.5, without quotes' });

export const percent = () =>
  someNumber('percent', 100, { rule: 'percent: above 0, at most 100', remedy: 'write for example 5, without %' });

const EVALUATION_TIME = {
  rule: 'a time in whole numbers with s, m, h or d; 0s is none',
  remedy: 'write for example 5m',
};

/** As rule files have it: zero, too. */
export const evaluationTime = () => withPattern('time', /^(\d+(s|m|h|d))+$/, EVALUATION_TIME);

/** Name of an alert, which is also the anchor of its runbook. */
export const alertName = () =>
  withPattern('alert name', /^[A-Z][A-Za-z0-9]{2,62}$/, {
    rule: 'a name in PascalCase: letters and digits, the first a capital',
    remedy: 'write for example HighErrorRate',
  });

/** Name of a metric. */
export const metricName = () =>
  withPattern('metric name', /^[A-Za-z_:][A-Za-z0-9_:]*$/, {
    rule: 'the name of a metric: letters, digits, _ and :',
    remedy: 'write for example job:log_lines:rate5m',
  });

/** Its last part is the name of the file in a ConfigMap. */
export const ruleFilePath = () =>
  withPattern('rule file', /^(?!\/)([\w .-]+\/)*[A-Za-z0-9][\w.-]*\.ya?ml$/, {
    rule: 'the path of a YAML file, from the folder of the stack file',
    remedy: 'write for example alerts/team.yaml',
  });

/** IPv4 or IPv6 CIDR. */
export const cidr = () =>
  z
    .union([z.cidrv4(), z.cidrv6()], says(CIDR_RULE))
    .refine(isFirstOfRange, { params: { ...CIDR_RULE } })
    .meta({ title: 'CIDR', patternErrorMessage: CIDR_RULE.rule });

/** `10.1.2.3/8` may be meant as one address; it would be all of them. */
function isFirstOfRange(cidr: string): boolean {
  const [address] = parseCIDR(cidr);
  const family = address.kind() === 'ipv4' ? IPv4 : IPv6;
  const network = family.networkAddressFromCIDR(cidr);
  return address.toNormalizedString() === network.toNormalizedString();
}

/** An image with a tag that names one release, or with a digest: what was tested is what runs. */
export const image = () =>
  withPattern(
    'image',
    /^[a-z0-9][a-z0-9._:/-]*(@sha256:[0-9a-f]{64}|:v?\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?)$/,
    {
      rule: 'an immutable image reference: a tag with a full version, or a digest',
      remedy: 'write for example docker.io/grafana/loki:3.7.8, or append @sha256:…',
    },
  );

/** A directory on the node that nothing else uses. */
export const stateDirectory = (preset: string) =>
  withPattern('state directory', /^\/var\/lib(\/[A-Za-z0-9_][\w.-]*)+$/, {
    rule: 'a directory of its own below /var/lib',
    remedy: `leave it out, for ${preset}`,
  });

/** `{job="security"}`: label matchers only, as retention_stream wants. */
export const streamSelector = () =>
  withPattern(
    'stream selector',
    /^\{\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*"(\s*,\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*")*\s*\}$/,
    {
      rule: 'a stream selector of label matchers, without filters or parsers',
      remedy: `write for example '{job="security"}'`,
    },
  );

/** A fraction, for sampling. */
export const fraction = () => {
  const params = { rule: 'a fraction: 0 to 1', remedy: 'write for example 0.1, to keep one line in ten' };
  return z
    .number(says(params))
    .refine((value) => value >= 0 && value <= 1, { params: { ...params } })
    .meta({ title: 'fraction', minimum: 0, maximum: 1 });
};

/** Look-around, back-references and the like, which RE2 does not have. */
const NOT_RE2 = /\(\?(?:<?[=!]|>)|\\[1-9]|\\k</;

/** An expression for the agent, which reads RE2: what JavaScript refuses, or RE2 is known to lack, is refused here. */
export const expression = () => {
  const params = {
    rule: 'a regular expression in RE2 syntax: no look-around, no back-references',
    remedy: String.raw`write for example "GET /health[ ?]", with a backslash doubled inside of double quotes`,
  };
  const accepts = (text: string): boolean => {
    if (text === '' || NOT_RE2.test(text)) return false;
    try {
      new RegExp(text.replace(/^\(\?[imsU]+\)/, '').replaceAll('(?P<', '(?<'), 'v');
      return true;
    } catch {
      return false;
    }
  };
  return z
    .string(says(params))
    .refine(accepts, { params: { ...params } })
    .meta({ title: 'RE2 expression', patternErrorMessage: params.rule });
};

/** A folder of the node that holds log files: the agent sees all of it. */
export const logDirectory = () =>
  withPattern(
    'log directory',
    /^(?!\/(?:bin|boot|dev|etc|home|lib\d*|proc|root|run|sbin|sys|tmp|usr|var\/(?:run|lib\/(?:kubelet|containerd|docker|etcd|rancher)))(?:\/|$))(?!\/var(?:\/lib)?$)(\/[A-Za-z0-9_][\w.-]*)+$/,
    {
      rule: 'an absolute folder for log files, not one of the system’s own',
      remedy: 'write for example /var/log/postgresql',
    },
  );

/** Files below a folder. */
export const fileGlob = () =>
  withPattern('glob', /^(?!.*\.\.)[\w*?[\]{},.-][\w*?[\]{},./-]*$/, {
    rule: 'a glob below the folder, without ..',
    remedy: "write for example '*.log'",
  });

const DESTINATION_RULE = {
  rule: 'addresses as { cidr, port }, or pods as { namespace, podLabels, port }',
  remedy: 'write for example { cidr: 203.0.113.0/24, port: 443 } or { namespace: databases, port: 5432 }',
};

/** Where a component may connect to. A NetworkPolicy matches addresses and pods, never host names. */
export const destination = () =>
  z
    .union(
      [
        z.strictObject({
          cidr: cidr().describe('Addresses that may be reached.'),
          port: port().describe('TCP port there.'),
        }),
        z.strictObject({
          namespace: dnsLabel().describe('Namespace of the pods.'),
          podLabels: z
            .record(z.string(), z.string())
            .default({})
            .describe('Their labels; all of the namespace without.'),
          port: port().describe('TCP port there.'),
        }),
      ],
      says(DESTINATION_RULE),
    )
    .meta({ title: 'destination', patternErrorMessage: DESTINATION_RULE.rule });

/** Path of a URL, without a query. */
export const urlPath = () =>
  withPattern('path', /^(\/[\w.~-]+)+$/, {
    rule: 'a path that begins with /, without a query',
    remedy: 'write for example /metrics',
  });

/** A host name or an address, without port and scheme. */
export const host = () =>
  withPattern('host', /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, {
    rule: 'a host name or an IPv4 address, without scheme and port',
    remedy: 'write for example ldap.example.com',
  });

/** A DNS domain with a dot: `example.com`. */
export const domain = () =>
  withPattern('domain', /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, {
    rule: 'a domain name in small letters, without @ and without wildcards',
    remedy: 'write for example example.com',
  });

/** An address of a mailbox, without a display name. */
export const email = () =>
  withPattern('e-mail address', /^[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}$/, {
    rule: 'an e-mail address, without a display name',
    remedy: 'write for example logs@example.com',
  });

/** Id of a Discord guild or user; a number too long for YAML to read exactly. */
export const snowflake = () =>
  withPattern('Discord id', /^[0-9]{17,20}$/, {
    rule: 'a Discord id: 17 to 20 digits, in quotes',
    remedy: "write for example '81384788765712384'",
  });

/** Name of a GitHub organisation. */
export const githubOrganization = () =>
  withPattern('GitHub organisation', /^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/, {
    rule: 'the name of a GitHub organisation: letters, digits and single hyphens',
    remedy: 'write for example spywatcher, not its URL',
  });

/** A team of a GitHub organisation, as GitHub itself mentions it. */
export const githubTeam = () =>
  withPattern('GitHub team', /^@[A-Za-z0-9-]+\/[a-z0-9_-]+$/, {
    rule: 'a GitHub team as @organisation/team',
    remedy: "write for example '@spywatcher/operators'",
  });

/** Text that becomes one setting of Grafana's: no variable is expanded in it, and it ends nothing. */
export const settingText = (what: string, example: string) =>
  withPattern('plain text', /^[^\s'"`$\\;#{}]([^'"`$\\;#{}\n\r\t]*[^\s'"`$\\;#{}])?$/, {
    rule: `${what}: not empty, on one line, without quotes, $ # ; { } and backslashes`,
    remedy: `write for example ${example}`,
  });

/** An LDAP distinguished name. */
export const distinguishedName = () =>
  withPattern('distinguished name', /^[A-Za-z][\w-]*=[^$"'\n\r]+(,[A-Za-z][\w-]*=[^$"'\n\r]+)*$/, {
    rule: 'an LDAP distinguished name',
    remedy: 'write for example cn=grafana,ou=services,dc=example,dc=com',
  });

/** An LDAP filter in which `%s` stands for the name that was typed. */
export const ldapFilter = () =>
  withPattern('LDAP filter', /^\((?=[^$"'\n\r]*%s)[^$"'\n\r]+\)$/, {
    rule: 'an LDAP filter in parentheses that holds %s, the name that was typed',
    remedy: 'write for example (sAMAccountName=%s)',
  });

/** Name of a label of an alert. */
export const labelName = () =>
  withPattern('label name', /^[A-Za-z_][A-Za-z0-9_]*$/, {
    rule: 'the name of a label: letters, digits and underscores',
    remedy: 'write for example alertname',
  });

/** Value of a label of an alert. */
export const labelValue = () =>
  withPattern('label value', /^[^\n\r]+$/, {
    rule: 'the value of a label: not empty, on one line, in quotes if it is a number',
    remedy: 'write for example backend',
  });

/** A time of day; a day ends at `24:00`. */
export const clock = () =>
  withPattern('time of day', /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    rule: 'a time of day from 00:00 to 24:00, in quotes',
    remedy: "write for example '22:00'",
  });

const ZONE_RULE = {
  rule: 'a time zone of the IANA database',
  remedy: 'write for example Europe/Berlin',
};

/** Whose clock. Abbreviations are none: they mean several zones. */
export const timeZone = () =>
  z
    .string(says(ZONE_RULE))
    .refine(isZone, { params: { ...ZONE_RULE } })
    .meta({ title: 'time zone', patternErrorMessage: ZONE_RULE.rule });

function isZone(name: string): boolean {
  return name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name);
}
