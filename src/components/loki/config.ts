/** Loki's config files, as objects. */
import type { StackConfig } from '../../config';
import { bucketName, isBucket } from '../../config/derived/bucket';
import { largestBurst, longestQueryTimeout } from '../../config/derived/limits';
import { isIpv6First } from '../../config/derived/ip-families';
import { type KeptPeriods, longestKept, longestPeriod } from '../../config/derived/retention';
import { streamLabels } from '../../config/derived/stream-labels';
import { type Duration, formatDuration, formatLokiBytes, megabytes } from '../../config/units';
import { EVERY_STREAM, LABELS } from '../../log-model';
import { LOKI } from '../kit/identity';
import { rulerSection } from './ruler';
import { CONFIG, DATA, schemaPeriods, storageSection } from './storage';

/** Share of the memory limit up to which a WAL is replayed before chunks are flushed. Loki's default is 4 GB whatever the limit. */
const REPLAY_MEMORY_SHARE = 0.75;
/**
 * How long a stopping Loki of a ring goes on serving. After that time nobody asks it any more: its readiness fails within
 * 2 s, its Service knows within another 2 s, and the gateway keeps a connection for at most 3 s.
 */
const SHUTDOWN_DELAY = '10s';
/** Ten years: longer than any Loki runs. */
const NEVER = '87600h';
const HOUR = 3_600_000;
const SECOND = 1000;

/** Loki's config file as an object. Each unusual value has its reason beside it. */
export function lokiConfig(props: StackConfig): Readonly<Record<string, unknown>> {
  const { deployment, limits, storage } = props;
  const isRing = deployment.mode === 'ha';
  return {
    // Always on. The gateway sends the credential's tenant, or the only tenant without auth. So turning auth on later hides no data.
    auth_enabled: true,
    analytics: { reporting_enabled: false }, // nothing leaves the cluster; default: true
    ...(isRing ? { shutdown_delay: SHUTDOWN_DELAY } : {}), // default 0s; a single Loki has nobody to take over
    server: serverSection(props),
    common: commonSection(props),
    ...(isRing ? { memberlist: memberlistSection(props) } : {}),
    schema_config: { configs: schemaPeriods(storage) },
    storage_config: storageSection(storage),
    ingester: ingesterSection(props),
    ingester_client: {
      grpc_client_config: { max_recv_msg_size: grpcMessageSize(props), max_send_msg_size: grpcMessageSize(props) },
    },
    limits_config: limitsSection(props),
    ...(props.grafana.drilldown ? { pattern_ingester: patternIngester(props) } : {}),
    runtime_config: { file: `${CONFIG}/overrides.yaml`, period: '10s' },
    // A ring has a separate compactor. The one inside of each Loki waits for an interval before it begins, so it never does.
    compactor: isRing ? { retention_enabled: false, compaction_interval: NEVER } : compactorSection(props),
    // Only with readers across tenants. Otherwise X-Scope-OrgID with several tenants is an error.
    ...(props.auth.loki.crossTenantReaders.length === 0 ? {} : { querier: { multi_tenant_queries_enabled: true } }),
    ...rulerSection(props),
    query_range: {
      align_queries_with_step: true,
      cache_results: true,
      results_cache: { cache: { embedded_cache: { enabled: true, max_size_mb: megabytes(limits.queryCache) } } },
    },
    query_scheduler: { max_outstanding_requests_per_tenant: 4096 }, // a dashboard splits into many requests; below that Loki answers "too many outstanding requests"
    frontend: { compress_responses: true, log_queries_longer_than: '10s' },
    // By default, the members of a ring share their queues, and a query in the queue of a stopping member is never answered. Here each
    // Loki has its own queue, so that the gateway notices, and asks another Loki.
    frontend_worker: { frontend_address: `127.0.0.1:${LOKI.ports.grpc}` },
  };
}

function serverSection(props: StackConfig): Readonly<Record<string, unknown>> {
  const { limits } = props;
  return {
    http_listen_port: LOKI.ports.http,
    grpc_listen_port: LOKI.ports.grpc,
    log_format: 'json',
    // Default 30s, which would cut the answer to a long query.
    http_server_read_timeout: formatDuration(serverTimeout(limits)),
    http_server_write_timeout: formatDuration(serverTimeout(limits)),
    grpc_server_max_recv_msg_size: grpcMessageSize(props), // default 4 MB, less than a batch may have
    grpc_server_max_send_msg_size: grpcMessageSize(props),
  };
}

function commonSection(props: StackConfig): Readonly<Record<string, unknown>> {
  const { deployment } = props;
  const isRing = deployment.mode === 'ha';
  return {
    path_prefix: DATA,
    replication_factor: deployment.replicationFactor, // default 3: with one replica every write would fail
    ring: {
      kvstore: { store: isRing ? 'memberlist' : 'inmemory' },
      // The zone is an argument of each pod. A line whose copies cannot be in different zones is refused.
      ...(deployment.zoneAware ? { zone_awareness_enabled: true } : {}),
      // Default false: only IPv4 addresses are looked for. It also holds for the address that memberlist tells others.
      ...(isRing && isIpv6First(props) ? { instance_enable_ipv6: true } : {}),
    },
    ...(isRing ? {} : { instance_addr: '127.0.0.1' }),
  };
}

function memberlistSection(props: StackConfig): Readonly<Record<string, unknown>> {
  const { deployment, namespaces } = props;
  const { joins } = deployment;
  const others = joins === undefined ? [] : [`${joins.service}.${joins.namespace}`];
  return {
    join_members: [`loki-headless.${namespaces.logging}`, ...others].map(
      (service) => `dns+${service}.svc:${LOKI.ports.memberlist}`,
    ),
    rejoin_interval: '1m', // default 0s: two halves of a ring that lost each other stay apart
    ...ringLabel(props),
  };
}

function ingesterSection({ deployment, storage, limits, resources }: StackConfig): Readonly<Record<string, unknown>> {
  const replayCeiling = {
    bytes: Math.floor((resources.loki.limits.memory.bytes * REPLAY_MEMORY_SHARE) / 2 ** 20) * 2 ** 20,
  };
  return {
    chunk_encoding: storage.compression, // default gzip
    // Old lines after an outage are then found at once. Until their chunk is flushed, only the ingester has them. Default 2h41m. Loki
    // allows it only with a store of files. With a bucket, such lines are found once they are flushed.
    ...(isBucket(storage) ? {} : { query_store_max_look_back_period: lateLines(limits) }),
    lifecycler: lifecycler(deployment.mode),
    // Default false: a member that never comes back counts as dead forever.
    ...(deployment.mode === 'ha' ? { autoforget_unhealthy: true } : {}),
    wal: {
      enabled: true,
      dir: `${DATA}/wal`,
      flush_on_shutdown: true, // default false
      replay_memory_ceiling: formatLokiBytes(replayCeiling), // default 4GB
    },
  };
}

/** Patterns of lines, kept in memory for three hours. In a ring, one member keeps those of a stream, whatever the replication factor. */
function patternIngester({ deployment }: StackConfig): Readonly<Record<string, unknown>> {
  return { enabled: true, lifecycler: lifecycler(deployment.mode) };
}

/** How a member joins its ring, as an ingester and as a finder of patterns. Both must have joined before Loki is ready. */
function lifecycler(mode: StackConfig['deployment']['mode']): Readonly<Record<string, unknown>> {
  return mode === 'ha'
    ? { readiness_check_ring_health: false } // default true: no member becomes ready beside a dead one, which stops a roll-out
    : { min_ready_duration: '0s', final_sleep: '0s' }; // default 15s: waits for ring peers that do not exist
}

/** Limits of every tenant. {@link tenantOverrides} has the differences of single tenants. */
function limitsSection(config: StackConfig): Readonly<Record<string, unknown>> {
  const { retention, limits, grafana } = config;
  return {
    ...retentionLimits(retention),
    ingestion_rate_mb: megabytes(limits.ingestionRate), // default 4
    ingestion_burst_size_mb: megabytes(limits.ingestionBurst), // default 6
    per_stream_rate_limit: formatLokiBytes(limits.perStreamRate),
    per_stream_rate_limit_burst: formatLokiBytes(limits.perStreamBurst),
    max_global_streams_per_user: limits.maxStreams, // the mission's max_streams_per_user counts per ingester
    max_streams_per_user: limits.maxStreams,
    max_entries_limit_per_query: limits.maxEntriesPerQuery,
    max_line_size: formatLokiBytes(limits.maxLineSize),
    max_line_size_truncate: true, // default false: the line would be lost
    reject_old_samples: true,
    reject_old_samples_max_age: formatDuration(limits.rejectOldSamplesAfter),
    allow_structured_metadata: true,
    // Default 64KB. A line with more is lost. Metadata can repeat the whole line, so it has the same bound.
    max_structured_metadata_size: formatLokiBytes(limits.maxLineSize),
    // Lines older than 40 minutes go to separate streams for each hour. In the current stream, Loki refuses lines an hour behind the
    // newest line, and reports only the last stream of a push. So the backlog of an outage would be lost without notice.
    shard_streams: { time_sharding_enabled: true }, // default false
    volume_enabled: true,
    // Default 721h, whatever the retention. One hour more is for queries whose end is slightly in the future.
    max_query_length: formatDuration({ milliseconds: longestKept(retention).milliseconds + HOUR }),
    max_query_lookback: formatDuration(longestKept(retention)),
    // Each stream gets a label service_name from the first of these that it has. Logs Drilldown begins with that label. Default: other names.
    discover_service_name: grafana.drilldown ? [LABELS.service, LABELS.app, LABELS.job] : [],
    // Resource attributes with the names of the agent's labels become these labels. Default: only OpenTelemetry's own do, and all
    // others are kept beside each line.
    otlp_config: {
      resource_attributes: { attributes_config: [{ action: 'index_label', attributes: streamLabels(config) }] },
    },
    query_timeout: formatDuration(limits.queryTimeout),
    max_query_series: limits.maxQuerySeries,
    max_concurrent_tail_requests: limits.maxTails,
    deletion_mode: 'disabled', // default filter-and-delete: without a credential for it, nobody deletes
    ...limits.loki, // none of the keys above
  };
}

/**
 * The label of the ring. Default: none. Without it, two rings can merge when a pod of one gets the former address of a pod of
 * the other. The bucket is in the label because two clusters on one network may have a namespace of the same name.
 */
function ringLabel({ deployment, namespaces, storage }: StackConfig): Readonly<Record<string, unknown>> {
  const label = isBucket(storage) ? `${namespaces.logging}/${bucketName(storage)}` : namespaces.logging;
  const { clusterLabel } = deployment;
  return {
    ...(clusterLabel === 'accepted' ? {} : { cluster_label: label }),
    ...(clusterLabel === 'demanded' ? {} : { cluster_label_verification_disabled: true }),
  };
}

/** Compaction, retention and deletion, in a single Loki or in a ring's compactor. */
export function compactorSection({ retention, storage }: StackConfig): Readonly<Record<string, unknown>> {
  return {
    working_directory: `${DATA}/compactor`,
    compaction_interval: formatDuration(retention.compactionInterval),
    retention_enabled: true, // default false: retention_period alone deletes nothing
    retention_delete_delay: formatDuration(retention.deleteDelay),
    delete_request_store: storage.type,
  };
}

/** Overrides of single tenants. Loki reloads the file while it runs. */
export function tenantOverrides({ retention, limits, auth }: StackConfig): Readonly<Record<string, unknown>> {
  const overrides = auth.loki.tenants.flatMap(({ name, erase }) => {
    const kept = retention.tenants[name];
    const own = {
      ...(kept === undefined ? {} : retentionLimits(kept)),
      ...tenantLimits(limits.tenants[name] ?? {}),
      ...(erase.length === 0 ? {} : { deletion_mode: 'filter-and-delete' }),
    };
    return Object.keys(own).length === 0 ? [] : [[name, own] as const];
  });
  return { overrides: Object.fromEntries(overrides) };
}

type TenantLimits = StackConfig['limits']['tenants'][string];

/** The written limits of a tenant, by Loki's names. */
function tenantLimits(own: TenantLimits): Readonly<Record<string, unknown>> {
  const { ingestionRate, ingestionBurst, perStreamRate, perStreamBurst, maxStreams, queryTimeout } = own;
  const written: Readonly<Record<string, unknown>> = {
    ingestion_rate_mb: ingestionRate && megabytes(ingestionRate),
    ingestion_burst_size_mb: ingestionBurst && megabytes(ingestionBurst),
    per_stream_rate_limit: perStreamRate && formatLokiBytes(perStreamRate),
    per_stream_rate_limit_burst: perStreamBurst && formatLokiBytes(perStreamBurst),
    max_global_streams_per_user: maxStreams,
    max_streams_per_user: maxStreams,
    max_entries_limit_per_query: own.maxEntriesPerQuery,
    query_timeout: queryTimeout && formatDuration(queryTimeout),
    max_query_series: own.maxQuerySeries,
    max_concurrent_tail_requests: own.maxTails,
    ...own.loki,
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
}

/**
 * How long lines of all tenants or of one are kept. Both keys are always written. Without `retention_stream`, a tenant would
 * inherit that of all tenants beside its own period.
 *
 * Loki drops a chunk from the index of an earlier day by `retention_period` alone, whatever the chunk's stream. So that is
 * the longest there is, and what is kept shorter has a rule behind all others (those of a stack file begin at priority 1).
 */
function retentionLimits({ period, streams }: KeptPeriods): Readonly<Record<string, unknown>> {
  const longest = longestPeriod({ period, streams });
  const rest = longest.milliseconds > period.milliseconds ? EVERY_STREAM : [];
  return {
    retention_period: formatDuration(longest),
    retention_stream: [
      ...streams.map((stream) => ({ ...stream, period: formatDuration(stream.period) })),
      ...rest.map((selector) => ({ selector, period: formatDuration(period), priority: 0 })),
    ],
  };
}

/** The largest age of a new line, and the time until its chunk is certainly in the store. */
function lateLines({ rejectOldSamplesAfter }: StackConfig['limits']): string {
  return formatDuration({ milliseconds: rejectOldSamplesAfter.milliseconds + 3 * HOUR });
}

/** An answer arrives a moment after its query ends. */
function serverTimeout(limits: StackConfig['limits']): Duration {
  return { milliseconds: longestQueryTimeout(limits).milliseconds + 5 * SECOND };
}

/** A push of a whole burst must fit in one gRPC message. */
function grpcMessageSize({ limits }: StackConfig): number {
  return Math.max(largestBurst(limits).bytes, 16 * 2 ** 20);
}
