/**
 * Limits of Loki that have no name of their own in a stack file: `limits_config` of the pinned Loki, key by key, with its types.
 * `test/binaries/loki-limits.test.ts` compares the keys and their types with Loki's own list.
 */
import { z } from 'zod';
import { LABELS } from '../../log-model';
import {
  byteSizeOrNone,
  count,
  evaluationTime,
  fraction,
  labelName,
  limitName,
  lokiByteSize,
  numberFrom,
  positiveInteger,
  positiveNumber,
  streamSelector,
  timeFrom,
} from '../scalars';
import { refusedLokiLimits } from './loki-limits-refused';

/** A list that Loki reads as one text with commas. */
const commaSeparated = <T extends z.ZodType<string, string>>(item: T) =>
  z.array(item).transform((list): string => list.join(','));

/** Labels of every stream of the agents, be it of a pod or of a file. */
const labelsOfEveryStream = () => z.array(z.enum([LABELS.job, LABELS.service, LABELS.app]));

const blockedQuery = z.strictObject({
  pattern: z.string().exactOptional().describe('The query, or with `regex` an expression for it.'),
  regex: z.boolean().exactOptional().describe('Whether `pattern` is a regular expression.'),
  hash: count().exactOptional().describe('Hash of the query, as Loki logs it.'),
  types: commaSeparated(z.enum(['metric', 'filter', 'limited']))
    .exactOptional()
    .describe('Kinds of queries.'),
  query_tags: z.record(limitName('the name of a tag'), z.string()).exactOptional().describe('Tags that the query has.'),
});

const policyStream = z.strictObject({
  selector: streamSelector().describe('Streams of the policy.'),
  priority: count().default(0).describe('The larger, the earlier.'),
});

/** Metadata that an agent can keep beside a line by itself, and what Loki adds to it. */
export const METADATA = 16;
/** The longest value of a label: the name of a node. */
const LONGEST_VALUE = 253;
const LONGEST_NAME = Math.max(...Object.values(LABELS).map(({ length }) => length));

/** Keys that a tenant may have as well. */
const ofTenants = {
  max_label_name_length: numberFrom(LONGEST_NAME, 'the agents’ labels have names as long'),
  max_label_value_length: numberFrom(LONGEST_VALUE, 'names of nodes are as long'),
  max_label_names_per_series: numberFrom(Object.keys(LABELS).length, 'the agents’ streams have as many labels'),
  creation_grace_period: evaluationTime(),
  max_line_size_truncate_identifier: z.string(),
  increment_duplicate_timestamp: z.boolean(),
  enable_multi_variant_queries: z.boolean(),
  discover_generic_fields: z.strictObject({ fields: z.record(labelName(), z.array(z.string())) }),
  discover_log_levels: z.boolean(),
  log_level_fields: z.array(z.string()),
  log_level_from_json_max_depth: count(),
  use_owned_stream_count: z.boolean(),
  max_chunks_per_query: count(),
  max_query_range: evaluationTime(),
  max_query_parallelism: positiveInteger(),
  tsdb_max_query_parallelism: positiveInteger(),
  tsdb_max_bytes_per_shard: lokiByteSize(),
  tsdb_sharding_strategy: z.enum(['power_of_two', 'bounded']),
  tsdb_precompute_chunks: z.boolean(),
  cardinality_limit: count(),
  max_streams_matchers_per_query: positiveInteger(),
  max_cache_freshness_per_query: evaluationTime(),
  max_metadata_cache_freshness: evaluationTime(),
  max_stats_cache_freshness: evaluationTime(),
  max_queriers_per_tenant: count(),
  max_query_capacity: fraction(),
  query_ready_index_num_days: count(),
  split_queries_by_interval: evaluationTime(),
  split_metadata_queries_by_interval: evaluationTime(),
  split_recent_metadata_queries_by_interval: evaluationTime(),
  recent_metadata_query_window: evaluationTime(),
  split_instant_metric_queries_by_interval: evaluationTime(),
  engine_results_cache_time_bucket_interval: timeFrom('1m'),
  split_ingester_queries_by_interval: evaluationTime(),
  min_sharding_lookback: evaluationTime(),
  max_query_bytes_read: byteSizeOrNone(),
  max_querier_bytes_read: byteSizeOrNone(),
  volume_max_series: positiveInteger(),
  ruler_max_rules_per_rule_group: count(),
  ruler_max_rule_groups_per_tenant: count(),
  ruler_tenant_shard_size: count(),
  ruler_enable_wal_replay: z.boolean(),
  blocked_queries: z.array(blockedQuery),
  max_structured_metadata_entries_count: numberFrom(METADATA, 'so much may stand beside a line'),
  enforced_labels: labelsOfEveryStream(),
  policy_enforced_labels: z.record(limitName('the name of a policy'), labelsOfEveryStream()),
  policy_stream_mapping: z.record(limitName('the name of a policy'), z.array(policyStream)),
  shard_aggregations: z.array(z.string()),
  pattern_ingester_tokenizable_json_fields_default: commaSeparated(z.string()),
  pattern_ingester_tokenizable_json_fields_append: commaSeparated(z.string()),
  pattern_ingester_tokenizable_json_fields_delete: commaSeparated(z.string()),
  pattern_rate_threshold: positiveNumber(),
} as const;

/** Keys that Loki reads for all tenants alone. */
const ofAll = { ingestion_rate_strategy: z.enum(['global', 'local']) } as const;

const RULE = 'keys of Loki’s limits_config that have no name of their own here';

/** Limits of all tenants. */
export const lokiLimits = () =>
  z
    .strictObject({ ...ofAll, ...ofTenants })
    .partial()
    .meta({ title: 'limits of Loki', patternErrorMessage: RULE, refused: refusedLokiLimits('limits') });

/** Limits of one tenant. */
export const lokiTenantLimits = () =>
  z
    .strictObject(ofTenants)
    .partial()
    .meta({
      title: 'limits of Loki for a tenant',
      patternErrorMessage: `${RULE}, and can differ between tenants`,
      refused: {
        ...refusedLokiLimits('limits.tenants.<tenant>'),
        ingestion_rate_strategy: {
          rule: 'not set for a tenant: Loki has one strategy for all',
          remedy: 'remove it, or set limits.loki.ingestion_rate_strategy',
        },
      },
    });
