/** The Loki that the community's chart makes of its values, as far as its config goes: rendered once, and kept here as data. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePorts, type RunningProgram, startProgram, until } from '../../programs/program';
import { send } from '../../programs/request';

/** Where it keeps its chunks: a bucket, or its own volume. */
export interface ChartBucket {
  readonly endpoint: string;
  readonly bucket: string;
  readonly key: { readonly id: string; readonly secret: string };
}
export type ChartStore = ChartBucket | 'filesystem';

/** The chart's own examples have this one. */
const INDEX_PREFIX = 'loki_index_';

const period = (store: ChartStore): object => ({
  ...{ from: '2024-04-01', store: 'tsdb', object_store: store === 'filesystem' ? store : 's3', schema: 'v13' },
  index: { prefix: INDEX_PREFIX, period: '24h' },
});

/** Values for the chart, monolithic, with that store. */
export const chartValues = (store: ChartStore): object => ({
  deploymentMode: 'SingleBinary',
  loki: {
    auth_enabled: false,
    commonConfig: { replication_factor: 1 },
    schemaConfig: { configs: [period(store)] },
    storage: store === 'filesystem' ? { type: 'filesystem' } : { type: 's3', ...bucketValues(store) },
    limits_config: { retention_period: '744h' },
    compactor: { retention_enabled: true, delete_request_store: store === 'filesystem' ? store : 's3' },
  },
  singleBinary: { replicas: 1, persistence: { size: '10Gi' } },
  test: { enabled: false },
});

const bucketValues = ({ endpoint, bucket, key }: ChartBucket): object => ({
  bucketNames: { chunks: bucket, ruler: bucket, admin: bucket },
  s3: { endpoint, region: 'us-east-1', accessKeyId: key.id, secretAccessKey: key.secret, s3ForcePathStyle: true },
});

/** Loki's own names of the same. */
const bucketConfig = ({ endpoint, bucket, key }: ChartBucket): object => ({
  ...{ bucketnames: bucket, endpoint, region: 'us-east-1', s3forcepathstyle: true, insecure: true },
  ...{ access_key_id: key.id, secret_access_key: key.secret },
});

/** Its config, with ports and the volume's folder of this machine. */
function chartConfig(store: ChartStore, volume: string, http: number, grpc: number): object {
  return {
    auth_enabled: false,
    server: {
      ...{ http_listen_address: '127.0.0.1', http_listen_port: http },
      ...{ grpc_listen_address: '127.0.0.1', grpc_listen_port: grpc },
      ...{ http_server_read_timeout: '600s', http_server_write_timeout: '600s' },
    },
    common: {
      path_prefix: volume,
      replication_factor: 1,
      instance_addr: '127.0.0.1',
      ring: { kvstore: { store: 'inmemory' } },
      storage:
        store === 'filesystem'
          ? { filesystem: { chunks_directory: join(volume, 'chunks'), rules_directory: join(volume, 'rules') } }
          : { s3: bucketConfig(store) },
    },
    schema_config: { configs: [period(store)] },
    storage_config: { hedging: { at: '250ms', max_per_second: 20, up_to: 3 } },
    limits_config: {
      ...{ reject_old_samples: true, reject_old_samples_max_age: '168h', retention_period: '744h' },
      ...{ max_cache_freshness_per_query: '10m', split_queries_by_interval: '15m', query_timeout: '300s' },
      volume_enabled: true,
    },
    query_range: { align_queries_with_step: true },
    ingester: { wal: { flush_on_shutdown: true } },
    compactor: { retention_enabled: true, delete_request_store: store === 'filesystem' ? store : 's3' },
    analytics: { reporting_enabled: false },
  };
}

export interface ChartLoki {
  readonly port: number;
  readonly stop: () => Promise<unknown>;
}

/** @param volume - the folder that is its pod's volume. */
export async function startChartLoki(
  loki: string,
  store: ChartStore,
  { folder, volume }: { readonly folder: string; readonly volume: string },
): Promise<ChartLoki> {
  const [http = 0, grpc = 0] = await freePorts(2);
  for (const path of [folder, volume]) mkdirSync(path, { recursive: true });
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(chartConfig(store, volume, http, grpc)));
  const program: RunningProgram = startProgram([loki, `-config.file=${file}`], join(folder, 'loki.log'));
  const ready = () =>
    send({ port: http, path: '/ready' }).then(({ status, text }) => (status === 200 ? undefined : text));
  await until('the chart’s Loki', () => ready().catch(() => 'no answer'), { program, seconds: 60 });
  return { port: http, stop: () => program.stop('SIGTERM', 60) };
}
