/** What `make bench` compares: this project's config of Loki, Loki's own defaults, and those of the community chart. */
import { parse } from 'yaml';
import type { StackConfigInput } from '../src/config';
import { defaults } from '../src/config/defaults';
import { type Compression, COMPRESSIONS } from '../src/config/schema/shared';
import { configFile, type RenderedStack, variant } from '../programs/rendered-stack';

type Config = Readonly<Record<string, unknown>>;

export interface Contender {
  readonly what: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string>>;
}

/** Limits of rates, the same for all: Loki is measured, not they. */
const UNLIMITED: StackConfigInput['limits'] = {
  ingestionRate: '250MB',
  ingestionBurst: '250MB',
  perStreamRate: '250MB',
  perStreamBurst: '250MB',
};
const UNLIMITED_KEYS = {
  ingestion_rate_mb: 250,
  ingestion_burst_size_mb: 250,
  per_stream_rate_limit: '250MB',
  per_stream_rate_limit_burst: '250MB',
};

/** The rendered config of a single Loki. */
function rendered(
  limits: StackConfigInput['limits'],
  drilldown = false,
  compression: Compression = defaults.storage.compression,
): Omit<Contender, 'what'> {
  const stack: RenderedStack = variant('bench', {
    environment: 'dev',
    grafana: { drilldown },
    storage: { type: 'filesystem', compression },
    // A volume as large as such rates would want it.
    ...(limits === undefined ? {} : { limits, persistence: { size: '200Gi' } }),
  });
  return {
    config: parse(configFile(stack, 'loki-config', 'config.yaml')) as Config,
    env: { GOMEMLIMIT: '819MiB' }, // the pod's, of its limit of 1Gi
  };
}

/** Without this, one process on a disk does not start or does not take a line. */
const LEAST: Config = {
  auth_enabled: true,
  server: {},
  common: {
    path_prefix: '/var/loki',
    replication_factor: 1,
    ring: { kvstore: { store: 'inmemory' } },
    instance_addr: '127.0.0.1',
  },
  schema_config: {
    configs: [
      {
        from: '2024-01-01',
        store: 'tsdb',
        object_store: 'filesystem',
        schema: 'v13',
        index: { prefix: 'index_', period: '24h' },
      },
    ],
  },
  storage_config: { filesystem: { directory: '/var/loki/chunks' } },
  analytics: { reporting_enabled: false },
};

export const OURS: Contender = { what: 'this project', ...rendered(UNLIMITED) };
/** With what Grafana’s Logs Drilldown asks of it. */
export const OURS_DRILLDOWN: Contender = {
  what: 'with `grafana.drilldown`',
  ...rendered(UNLIMITED, true),
};
/** With each compression that a stack file may have. */
export const OURS_COMPRESSED: readonly Contender[] = COMPRESSIONS.map((compression) => ({
  what: `\`${compression}\``,
  ...rendered(UNLIMITED, false, compression),
}));
/** The limits as a stack has them that says nothing of them. */
export const OURS_LIMITED: Contender = { what: 'this project, its default limits', ...rendered(undefined) };

export const CHART: Contender = {
  // Chart 18.11.0 in its monolithic mode, with one replica and no cache: its memcached pods want 8 GB besides.
  what: 'the community chart’s settings',
  env: {},
  config: {
    ...LEAST,
    server: {
      graceful_shutdown_timeout: '5s',
      grpc_server_max_recv_msg_size: 104_857_600,
      grpc_server_max_send_msg_size: 104_857_600,
      grpc_server_max_concurrent_streams: 1000,
      http_server_read_timeout: '10m',
      http_server_write_timeout: '10m',
      http_server_idle_timeout: '30s',
    },
    ingester: { chunk_encoding: 'gzip', wal: { flush_on_shutdown: true } },
    query_range: { align_queries_with_step: true },
    limits_config: {
      ...UNLIMITED_KEYS,
      reject_old_samples: true,
      reject_old_samples_max_age: '168h',
      max_cache_freshness_per_query: '10m',
      split_queries_by_interval: '15m',
      query_timeout: '300s',
      volume_enabled: true,
    },
  },
};

export const CONTENDERS: readonly Contender[] = [
  OURS,
  { what: 'Loki’s defaults', env: {}, config: { ...LEAST, limits_config: UNLIMITED_KEYS } },
  CHART,
];
