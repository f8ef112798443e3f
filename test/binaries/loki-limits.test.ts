/** Limits by Loki's names: the pinned Loki has these keys, of these types, and takes all of them, of all tenants and of one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { lokiLimits, lokiTenantLimits } from '../../src/config/schema/loki-limits';
import { refusedLokiLimits } from '../../src/config/schema/loki-limits-refused';
import type { JsonSchema } from '../../src/docs/stack-file-schema';
import { type LokiConfig, lokiFiles, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { lokiModule } from '../support/loki-keys';
import { ALL_LOKI_LIMITS, TENANT_LOKI_LIMITS } from '../support/loki-limits';

/** Types of Loki's fields → the types of a stack file. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  bool: ['boolean'],
  int: ['whole number', 'count'],
  uint: ['whole number', 'count'],
  float64: ['number', 'fraction'],
  string: ['text', 'choice'],
  'model.Duration': ['time'],
  'flagext.ByteSize': ['size'],
  '[]string': ['list'],
  'dskit_flagext.StringSliceCSV': ['list'],
  'map[string][]string': ['mapping'],
  FieldDetectorConfig: ['mapping'],
  PolicyStreamMapping: ['mapping'],
  '[]*validation.BlockedQuery': ['list'],
};

/** A title without its bound: `whole number from 7` is a whole number. */
function typeOf({ title, type, enum: choices }: JsonSchema): string {
  if (title !== undefined) return title.replace(/ (?:from|or) .*/, '');
  if (choices !== undefined) return 'choice';
  return { array: 'list', object: 'mapping', string: 'text' }[String(type)] ?? String(type);
}

const fieldsOf = (schema: z.ZodType): Readonly<Record<string, JsonSchema>> =>
  (z.toJSONSchema(schema, { io: 'input' }) as JsonSchema).properties ?? {};

/** Limits to whose entries Loki adds those of a tenant. */
const MAPPINGS = ['discover_generic_fields', 'policy_enforced_labels', 'policy_stream_mapping'];

let loki: string;
/** Key → type, as Loki's source has them. */
let ofLoki: ReadonlyMap<string, string>;
beforeAll(async () => {
  ({ loki } = await programs('loki'));
  const source = readFileSync(join(lokiModule(), 'pkg', 'validation', 'limits.go'), 'utf8');
  const [, body = ''] = /^type Limits struct \{\n(.*?)^\}/ms.exec(source) ?? [];
  ofLoki = new Map(
    [...body.matchAll(/^\s+\w+\s+(\S+)\s+`yaml:"(\w+)/gm)].map(([, type = '', key = '']) => [key, type]),
  );
}, BUILD_TIMEOUT);

describe.each([
  ['of all tenants', lokiLimits(), refusedLokiLimits('limits')],
  ['of a tenant', lokiTenantLimits(), { ...refusedLokiLimits(''), ingestion_rate_strategy: {} }],
])('the limits %s', (_, schema, refused) => {
  test('are Loki’s own: each key is taken, or refused by its name', () => {
    expect([...Object.keys(fieldsOf(schema)), ...Object.keys(refused)].sort()).toEqual([...ofLoki.keys()].sort());
  });

  test('have Loki’s types', () => {
    const wrong = Object.entries(fieldsOf(schema)).filter(
      ([key, field]) => TYPES[ofLoki.get(key) ?? '']?.includes(typeOf(field)) !== true,
    );
    expect(wrong).toEqual([]);
  });
});

describe('given a stack with every limit by Loki’s name, for all tenants and for one', () => {
  let running: RunningLoki;
  const rendered = variant('every limit of Loki', {
    environment: 'dev',
    limits: { loki: ALL_LOKI_LIMITS, tenants: { spywatcher: { loki: TENANT_LOKI_LIMITS } } },
  });
  beforeAll(async () => {
    const { config, overrides } = lokiFiles(rendered);
    // By default it tells a few of them.
    const open = parse(stringify({ ...config, tenant_limits_allow_publish: [...ofLoki.keys()] })) as LokiConfig;
    running = await startLoki(loki, rendered, { files: { config: open, overrides } });
  });
  afterAll(() => running.stop());

  const limitsOf = async (tenant: string): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { 'X-Scope-OrgID': tenant };
    const { text } = await send({ port: running.port, path: '/config/tenant/v1/limits', headers });
    return parse(text) as Readonly<Record<string, unknown>>;
  };
  /** Keys whose value is not the one that was written. */
  const others = (written: object, found: Readonly<Record<string, unknown>>): readonly string[] =>
    Object.entries(written).flatMap(([key, value]) => (isSame(value, found[key]) ? [] : [key]));
  const ofAll = told(ALL_LOKI_LIMITS);

  test('Loki has those of all tenants', async () => {
    expect(others(ofAll, await limitsOf('somebody'))).toEqual([]);
  });

  test('and those of the tenant', async () => {
    const limits = await limitsOf('spywatcher');
    expect(others(told(TENANT_LOKI_LIMITS), limits)).toEqual(MAPPINGS);
    // A tenant has its own entries, and those of all.
    expect(limits['policy_enforced_labels']).toEqual({
      ...ALL_LOKI_LIMITS.policy_enforced_labels,
      ...TENANT_LOKI_LIMITS.policy_enforced_labels,
    });
  });

  test('a tenant with an entry of all tenants would stop Loki, so that the stack file is refused', async () => {
    const files = lokiFiles(rendered);
    const overrides = { overrides: { spywatcher: { policy_enforced_labels: ALL_LOKI_LIMITS.policy_enforced_labels } } };
    const folder = temporaryFolder('loki-limits');
    await expect(startLoki(loki, rendered, { folder, files: { ...files, overrides } })).rejects.toThrow('Loki');
    expect(readFileSync(join(folder, 'loki.log'), 'utf8')).toContain('already set in map');
    removeFolder(folder);
  });

  test('the tenant’s are not those of all, so that the tests above can fail', async () => {
    expect(others(ofAll, await limitsOf('spywatcher'))).toEqual([
      'max_line_size_truncate_identifier',
      'discover_generic_fields',
      'log_level_fields',
      'max_query_range',
      'max_query_bytes_read',
      'blocked_queries',
      'policy_enforced_labels',
      'policy_stream_mapping',
    ]);
  });

  test('and Loki has no key that its source does not have', async () => {
    const keys = Object.keys(await limitsOf('somebody'));
    expect(keys.length).toBeGreaterThan(100);
    expect(keys.filter((key) => !ofLoki.has(key))).toEqual([]);
  });
});

/** Limits as Loki tells them: fields of a blocked query have the names of its source. */
function told(limits: typeof ALL_LOKI_LIMITS | typeof TENANT_LOKI_LIMITS): object {
  const queries = limits.blocked_queries.map(({ pattern, regex, hash, types, query_tags: tags }) => ({
    Pattern: pattern,
    Regex: regex,
    Hash: hash,
    Types: types,
    Tags: tags,
  }));
  return { ...limits, blocked_queries: queries };
}

/** Whatever the order of keys. */
function isSame(written: unknown, found: unknown): boolean {
  return JSON.stringify(canonical(written)) === JSON.stringify(canonical(found));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, canonical(inner)])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return value;
}
