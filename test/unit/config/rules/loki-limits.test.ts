/** Limits by Loki's names: what is refused, and what becomes of the others. */
import { tenantOverrides, lokiConfig } from '../../../../src/components/loki/config';
import { lokiLimits, lokiTenantLimits } from '../../../../src/config/schema/loki-limits';
import { ALL_LOKI_LIMITS, TENANT_LOKI_LIMITS } from '../../../support/loki-limits';
import { configWith, everythingConfig, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const ofTenant = (loki: object) => ({ limits: { tenants: { spywatcher: { loki } } } });

const least = (count: number): string =>
  `at least ${count}, for the lines of this stack’s agents, with those labels and metadata that the stack file adds: Loki refuses others`;

testRules([
  {
    rule: least(8),
    broken: { cluster: 'east', limits: { loki: { max_label_names_per_series: 7 } } },
    path: 'limits.loki.max_label_names_per_series',
    received: '7',
    remedy: 'write 8, or more',
    kept: { cluster: 'east', limits: { loki: { max_label_names_per_series: 8 } } },
  },
  {
    rule: least(11),
    broken: {
      agent: { labels: { cost_centre: 'a1' } },
      limits: { tenants: { spywatcher: { loki: { max_label_name_length: 10 } } } },
    },
    path: 'limits.tenants.spywatcher.loki.max_label_name_length',
    received: '10',
    remedy: 'write 11, or more',
    kept: {
      agent: { labels: { cost_centre: 'a1' } },
      limits: { tenants: { spywatcher: { loki: { max_label_name_length: 11 } } } },
    },
  },
  {
    rule: least(17),
    broken: {
      agent: { podLabels: [{ type: 'metadata', name: 'owner', podLabel: 'example.com/owner' }] },
      limits: { loki: { max_structured_metadata_entries_count: 16 } },
    },
    path: 'limits.loki.max_structured_metadata_entries_count',
    received: '16',
    remedy: 'write 17, or more',
    kept: {
      agent: { podLabels: [{ type: 'metadata', name: 'owner', podLabel: 'example.com/owner' }] },
      limits: { loki: { max_structured_metadata_entries_count: 17 } },
    },
  },
  {
    rule: 'no entry of limits.loki.policy_enforced_labels: Loki adds those of a tenant to those of all, and does not start with one twice',
    broken: {
      limits: {
        loki: { policy_enforced_labels: { finance: ['job'] } },
        tenants: { spywatcher: { loki: { policy_enforced_labels: { finance: ['app'] } } } },
      },
    },
    path: 'limits.tenants.spywatcher.loki.policy_enforced_labels.finance',
    received: '["app"]',
    remedy: 'remove it here, or from limits.loki and write it for each tenant',
    kept: {
      limits: {
        loki: { policy_enforced_labels: { finance: ['job'] } },
        tenants: { spywatcher: { loki: { policy_enforced_labels: { support: ['app'] } } } },
      },
    },
  },
  {
    rule: 'no entry of limits.loki.discover_generic_fields.fields: Loki adds those of a tenant to those of all, and does not start with one twice',
    broken: {
      limits: {
        loki: { discover_generic_fields: { fields: { order: ['order'] } } },
        tenants: { spywatcher: { loki: { discover_generic_fields: { fields: { order: ['id'] } } } } },
      },
    },
    path: 'limits.tenants.spywatcher.loki.discover_generic_fields.fields.order',
    received: '["id"]',
    remedy: 'remove it here, or from limits.loki and write it for each tenant',
    kept: { limits: { tenants: { spywatcher: { loki: { discover_generic_fields: { fields: { order: ['id'] } } } } } } },
  },
  {
    rule: 'a regular expression in RE2 syntax; RE2 says: missing closing ): `(`',
    broken: { limits: { loki: { blocked_queries: [{ pattern: '(', regex: true }] } } },
    path: 'limits.loki.blocked_queries[0].pattern',
    received: '"("',
    remedy: 'correct it, or leave regex out for a text',
    kept: { limits: { loki: { blocked_queries: [{ pattern: '(' }] } } },
  },
  {
    rule: 'at least a pattern, hash, types or query_tags: without, it blocks every query',
    broken: { limits: { tenants: { spywatcher: { loki: { blocked_queries: [{ regex: true }] } } } } },
    path: 'limits.tenants.spywatcher.loki.blocked_queries[0]',
    received: '{"regex":true}',
    remedy: 'write one of them, or remove the entry',
    kept: { limits: { tenants: { spywatcher: { loki: { blocked_queries: [{ types: ['metric'] }] } } } } },
  },
]);

describe('given a key that no stack file has by Loki’s name, the report says why, and what to write', () => {
  test.each([
    ['max_line_size', 'has a name of its own here: limits.maxLineSize', 'write limits.maxLineSize'],
    ['ingestion_rate_mb', 'has a name of its own here: limits.ingestionRate', 'write limits.ingestionRate'],
    ['retention_period', 'has a name of its own here: retention.period', 'write retention.period'],
    [
      'deletion_mode',
      'not set here: auth.loki.tenants[].erase decides it',
      'remove it, and set auth.loki.tenants[].erase',
    ],
    ['allow_structured_metadata', 'not set: without it, every push of an agent is refused', 'remove it'],
    ['otlp_config', 'not set: it makes the labels that every query and alert selects by', 'remove it'],
    [
      'reject_old_samples',
      'not set: without it, a line with a wrong time is stored where nobody finds it',
      'remove it',
    ],
    ['bloom_creation_enabled', 'not set: the stack has no bloom filters, so it would do nothing', 'remove it'],
    ['unordered_writes', 'not set: Loki calls it deprecated', 'remove it'],
  ])('%s', (key, rule, remedy) => {
    expect(problemsOf({ environment: 'dev', limits: { loki: { [key]: '1' } } })).toEqual([
      { path: `limits.loki.${key}`, received: '"1"', rule, remedy },
    ]);
  });

  test.each([
    ['ingestion_rate_mb', 'has a name of its own here: limits.tenants.<tenant>.ingestionRate'],
    ['max_line_size', 'one value for all tenants: limits.maxLineSize'],
    ['ingestion_rate_strategy', 'not set for a tenant: Loki has one strategy for all'],
  ])('%s of a tenant', (key, rule) => {
    expect(problemsOf({ environment: 'dev', ...ofTenant({ [key]: 'local' }) })).toMatchObject([
      { path: `limits.tenants.spywatcher.loki.${key}`, rule },
    ]);
  });

  test('a header with a credential is not shown', () => {
    const headers = { Authorization: 'Bearer hunter2' };
    const [problem] = problemsOf({ environment: 'dev', limits: { loki: { ruler_remote_write_headers: headers } } });
    expect(problem).toMatchObject({ rule: 'not set here: alerting.remoteWrite decides it' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});

describe('given a key that Loki does not have, the report names the nearest one', () => {
  test.each([
    ['of all tenants', { limits: { loki: { max_query_paralelism: 8 } } }, 'limits.loki'],
    ['of a tenant', ofTenant({ max_query_paralelism: 8 }), 'limits.tenants.spywatcher.loki'],
  ])('%s', (_, input, at) => {
    expect(problemsOf({ environment: 'dev', ...input })).toMatchObject([
      { path: `${at}.max_query_paralelism`, remedy: `did you mean ${at}.max_query_parallelism?` },
    ]);
  });
});

describe('given a value that Loki would not take, the report has the rule of its type', () => {
  test.each([
    ['a number for true or false', { discover_log_levels: 1 }, 'true or false'],
    ['a number below zero', { max_chunks_per_query: -1 }, 'a whole number from 0 to 2147483647'],
    [
      'a span without its unit',
      { split_queries_by_interval: '15' },
      'a time in whole numbers with d, h, m or s, larger units first; 0s is none',
    ],
    ['a span shorter than Loki takes', { engine_results_cache_time_bucket_interval: '59s' }, 'a time of at least 1m'],
    [
      'a size without its unit',
      { max_query_bytes_read: '10' },
      'a size, at most 100Ti: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes; 0B is no limit',
    ],
    [
      'no bytes for a shard',
      { tsdb_max_bytes_per_shard: '0B' },
      'a size above 0, at most 100Ti: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes',
    ],
    ['a strategy that Loki does not know', { tsdb_sharding_strategy: 'equal' }, 'one of power_of_two, bounded'],
    [
      'fewer labels than the agents’',
      { max_label_names_per_series: 6 },
      'a whole number from 7 to 2147483647: the agents’ streams have as many labels',
    ],
    ['a label that not every stream has', { enforced_labels: ['level'] }, 'one of job, service, app'],
    ['a text for a list', { log_level_fields: 'level' }, 'a list'],
    [
      'a selector with a filter',
      { policy_stream_mapping: { a: [{ selector: '{job="a"} |= "b"' }] } },
      'a stream selector of label matchers, without filters or parsers',
    ],
  ])('%s', (_, loki, rule) => {
    expect(problemsOf({ environment: 'dev', limits: { loki } }).map((problem) => problem.rule)).toEqual([rule]);
  });
});

describe('given every limit by Loki’s name', () => {
  test('the tests have all of them', () => {
    expect(Object.keys(ALL_LOKI_LIMITS).sort()).toEqual(Object.keys(lokiLimits().shape).sort());
    expect(Object.keys(TENANT_LOKI_LIMITS).sort()).toEqual(Object.keys(lokiTenantLimits().shape).sort());
  });

  test('they stand in Loki’s config, and in the overrides of the tenant, beside the others', () => {
    const config = everythingConfig();
    const { limits_config: limits } = lokiConfig(config);
    expect(limits).toMatchObject({ ...config.limits.loki, max_line_size: '128KB' });
    const { overrides } = tenantOverrides(config);
    expect(overrides).toMatchObject({ audit: { ...config.limits.tenants['audit']?.loki, ingestion_rate_mb: 8 } });
  });

  test('sizes are in Loki’s units, and lists that Loki reads as one text are one', () => {
    const { limits } = configWith({
      limits: {
        loki: { max_query_bytes_read: '512Mi', blocked_queries: [{ types: ['metric', 'limited'] }] },
      },
    });
    expect(limits.loki).toEqual({ max_query_bytes_read: '512MB', blocked_queries: [{ types: 'metric,limited' }] });
  });
});
