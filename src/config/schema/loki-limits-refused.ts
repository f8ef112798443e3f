/** Keys of Loki's `limits_config` that no stack file has by Loki's name: they have one of their own here, or must stay as they are. */
import type { RuleParams } from '../scalars/base';

/** Keys by what is said of them. */
type Refused = readonly (readonly [keys: readonly string[], said: RuleParams])[];

/** A key that the stack file has by another name. */
const named = (name: string): RuleParams => ({ rule: `has a name of its own here: ${name}`, remedy: `write ${name}` });
const decidedBy = (place: string): RuleParams => ({
  rule: `not set here: ${place} decides it`,
  remedy: `remove it, and set ${place}`,
});
const unsafe = (why: string): RuleParams => ({ rule: `not set: ${why}`, remedy: 'remove it' });
const without = (what: string): RuleParams => unsafe(`the stack has no ${what}, so it would do nothing`);

const DELETED = unsafe('Loki calls it deprecated');

/** @param at - where limits of their own names stand: of all tenants, or of one */
function listFor(at: string): Refused {
  const isOfAll = at === 'limits';
  const retention = isOfAll ? 'retention' : 'retention.tenants.<tenant>';
  const ofAll = (name: string): RuleParams =>
    isOfAll
      ? named(`limits.${name}`)
      : { rule: `one value for all tenants: limits.${name}`, remedy: `write limits.${name}` };
  return [
    [['ingestion_rate_mb'], named(`${at}.ingestionRate`)],
    [['ingestion_burst_size_mb'], named(`${at}.ingestionBurst`)],
    [['per_stream_rate_limit'], named(`${at}.perStreamRate`)],
    [['per_stream_rate_limit_burst'], named(`${at}.perStreamBurst`)],
    [['max_streams_per_user', 'max_global_streams_per_user'], named(`${at}.maxStreams`)],
    [['max_entries_limit_per_query'], named(`${at}.maxEntriesPerQuery`)],
    [['query_timeout'], named(`${at}.queryTimeout`)],
    [['max_query_series'], named(`${at}.maxQuerySeries`)],
    [['max_concurrent_tail_requests'], named(`${at}.maxTails`)],
    [['max_line_size', 'max_structured_metadata_size'], ofAll('maxLineSize')],
    [['reject_old_samples_max_age'], ofAll('rejectOldSamplesAfter')],
    [['retention_period'], named(`${retention}.period`)],
    [['retention_stream'], named(`${retention}.streams`)],
    [['max_query_length', 'max_query_lookback'], decidedBy(retention)],
    [['deletion_mode'], decidedBy('auth.loki.tenants[].erase')],
    [['discover_service_name'], decidedBy('grafana.drilldown')],
    [REMOTE_WRITE, decidedBy('alerting.remoteWrite')],
    [['ruler_alertmanager_config'], decidedBy('alertmanager')],
    [['s3_sse_type', 's3_sse_kms_key_id', 's3_sse_kms_encryption_context'], decidedBy('storage')],
    [['reject_old_samples'], unsafe('without it, a line with a wrong time is stored where nobody finds it')],
    [['max_line_size_truncate'], unsafe('without it, a line that is too long is lost instead of cut')],
    [['allow_structured_metadata'], unsafe('without it, every push of an agent is refused')],
    [['volume_enabled'], unsafe('Grafana asks for the volume of lines')],
    [['shard_streams'], unsafe('lines of an outage are taken by its time_sharding_enabled')],
    [['otlp_config'], unsafe('it makes the labels that every query and alert selects by')],
    [
      ['required_labels', 'minimum_labels_number'],
      unsafe('queries of dashboards, alerts and commands would be refused'),
    ],
    [
      ['block_ingestion_until', 'block_ingestion_policy_until', 'block_ingestion_status_code'],
      unsafe('Loki would throw lines away, and answer as if it had stored them'),
    ],
    [['simulated_push_latency'], unsafe('it is for tests of Loki, and slows every push')],
    [['per_tenant_override_config', 'per_tenant_override_period'], unsafe('limits.tenants has the limits of tenants')],
    [['policy_override_limits'], unsafe('Loki does not document it')],
    [
      ['metric_aggregation_enabled', 'pattern_persistence_enabled', 'pattern_persistence_granularity'],
      unsafe('Loki would push lines to itself, for which it has no credential'),
    ],
    [['unordered_writes', 'allow_deletes'], DELETED],
    [['index_gateway_shard_size', 'index_gateway_max_capacity'], without('index gateway')],
    [BLOOM, without('bloom filters')],
    [['ingestion_partitions_tenant_shard_size'], without('Kafka')],
    [['ruler_remote_evaluation_timeout', 'ruler_remote_evaluation_max_response_size'], without('remote evaluation')],
    [['max_scan_task_parallelism', 'debug_engine_tasks', 'debug_engine_streams'], without('second query engine')],
  ];
}

const REMOTE_WRITE = [
  'disabled',
  'url',
  'timeout',
  'headers',
  'relabel_configs',
  'queue_capacity',
  'queue_min_shards',
  'queue_max_shards',
  'queue_max_samples_per_send',
  'queue_batch_send_deadline',
  'queue_min_backoff',
  'queue_max_backoff',
  'queue_retry_on_ratelimit',
  'sigv4_config',
  'config',
].map((name) => `ruler_remote_write_${name}`);

const BLOOM = [
  'gateway_enable_filtering',
  'build_max_builders',
  'build_task_max_retries',
  'build_builder_response_timeout',
  'creation_enabled',
  'planning_strategy',
  'split_series_keyspace_by',
  'task_target_series_chunk_size',
  'block_encoding',
  'prefetch_blocks',
  'max_block_size',
  'max_bloom_size',
].map((name) => `bloom_${name}`);

/** What is said of each of them, by its key. */
export function refusedLokiLimits(at: string): Readonly<Record<string, RuleParams>> {
  return Object.fromEntries(listFor(at).flatMap(([keys, said]) => keys.map((key) => [key, said])));
}
