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

/** A period of its index. */
export interface ChartPeriod {
  readonly from: string;
  readonly store: 'tsdb' | 'boltdb-shipper';
  readonly schema: 'v11' | 'v12' | 'v13';
}
const ONE: readonly ChartPeriod[] = [{ from: '2024-04-01', store: 'tsdb', schema: 'v13' }];

const configs = (store: ChartStore, periods: readonly ChartPeriod[]): readonly object[] =>
  periods.map((period) => ({
    ...period,
    object_store: store === 'filesystem' ? store : 's3',
    index: { prefix: INDEX_PREFIX, period: '24h' },
  }));

/** Values for the chart, monolithic, with that store. */
export const chartValues = (store: ChartStore, periods = ONE): object => ({
  deploymentMode: 'SingleBinary',
  loki: chartLoki(store, periods),
  singleBinary: { replicas: 1, persistence: { size: '10Gi' } },
  test: { enabled: false },
});

const chartLoki = (store: ChartStore, periods = ONE): object => ({
  auth_enabled: false,
  commonConfig: { replication_factor: 1 },
  schemaConfig: { configs: configs(store, periods) },
  storage: store === 'filesystem' ? { type: 'filesystem' } : { type: 's3', ...bucketValues(store) },
  limits_config: { retention_period: '744h' },
  compactor: { retention_enabled: true, delete_request_store: store === 'filesystem' ? store : 's3' },
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

/** Values for the chart with a ring, in its mode of three workloads. */
export const chartRingValues = (store: ChartBucket): object => ({
  ...chartValues(store),
  deploymentMode: 'SimpleScalable',
  loki: { ...chartLoki(store), commonConfig: { replication_factor: 3 } },
  singleBinary: { replicas: 0 },
  ...{ write: { replicas: 3 }, read: { replicas: 1 }, backend: { replicas: 1 } },
});

interface Place {
  readonly address: string;
  readonly http: number;
  readonly grpc: number;
  readonly volume: string;
}

/** Its config, with addresses and the volume's folder of this machine. */
export function chartConfig(
  store: ChartStore,
  { address, http, grpc, volume }: Place,
  periods = ONE,
): Readonly<Record<string, unknown>> & {
  readonly common: object;
} {
  return {
    auth_enabled: false,
    server: {
      ...{ http_listen_address: address, http_listen_port: http },
      ...{ grpc_listen_address: address, grpc_listen_port: grpc },
      ...{ http_server_read_timeout: '600s', http_server_write_timeout: '600s' },
    },
    common: {
      path_prefix: volume,
      replication_factor: 1,
      instance_addr: address,
      ring: { kvstore: { store: 'inmemory' } },
      storage:
        store === 'filesystem'
          ? { filesystem: { chunks_directory: join(volume, 'chunks'), rules_directory: join(volume, 'rules') } }
          : { s3: bucketConfig(store) },
    },
    schema_config: { configs: configs(store, periods) },
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
  readonly host: string;
  readonly port: number;
  readonly stop: () => Promise<unknown>;
}

/** @param volume - the folder that is its pod's volume. */
export async function startChartLoki(
  loki: string,
  store: ChartStore,
  { folder, volume }: { readonly folder: string; readonly volume: string },
  periods = ONE,
): Promise<ChartLoki> {
  const [http = 0, grpc = 0] = await freePorts(2);
  const place = { address: '127.0.0.1', http, grpc, volume };
  return run([loki], folder, place, chartConfig(store, place, periods));
}

/** Starts a Loki, and waits until it is ready. */
async function run(command: readonly string[], folder: string, place: Place, config: object): Promise<ChartLoki> {
  const { address: host, http: port, volume } = place;
  for (const path of [folder, volume]) mkdirSync(path, { recursive: true });
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(config));
  const program: RunningProgram = startProgram([...command, `-config.file=${file}`], join(folder, 'loki.log'));
  const ready = () =>
    send({ host, port, path: '/ready' }).then(({ status, text }) => (status === 200 ? undefined : text));
  await until('the chart’s Loki', () => ready().catch(() => 'no answer'), { program, seconds: 90 });
  return { host, port, stop: () => program.stop('SIGTERM', 90) };
}

/** The workloads of a ring, by their targets. */
export interface ChartRing {
  readonly write: readonly ChartLoki[];
  readonly read: ChartLoki;
  readonly backend: ChartLoki;
}

/**
 * Starts a ring as the chart makes it of {@link chartRingValues}. Each pod is a process with an address and a host name.
 *
 * @param network - the first three numbers of their addresses.
 */
export async function startChartRing(
  loki: string,
  store: ChartBucket,
  { folder, network }: { readonly folder: string; readonly network: `127.${number}.${number}` },
): Promise<ChartRing> {
  const [http, grpc, gossip] = [3100, 9095, 7946];
  const names = ['loki-write-0', 'loki-write-1', 'loki-write-2', 'loki-read-0', 'loki-backend-0'];
  const addressOf = (name: string): string => `${network}.${names.indexOf(name) + 1}`;
  const backend = `${addressOf('loki-backend-0')}:${grpc}`;
  const start = (name: string): Promise<ChartLoki> => {
    const place = { address: addressOf(name), http, grpc, volume: join(folder, name, 'data') };
    const single = chartConfig(store, place);
    const config = {
      ...single,
      common: {
        ...single.common,
        ...{ replication_factor: 3, ring: { kvstore: { store: 'memberlist' } } },
        compactor_address: `http://${addressOf('loki-backend-0')}:${http}`,
      },
      memberlist: {
        ...{ bind_addr: [place.address], advertise_addr: place.address, bind_port: gossip },
        join_members: names.map(addressOf),
      },
      ruler: { enable_sharding: true },
      frontend: { scheduler_address: backend },
      frontend_worker: { scheduler_address: backend },
      storage_config: {
        ...(single['storage_config'] as object),
        tsdb_shipper: { index_gateway_client: { server_address: `dns:///${backend}` } },
      },
    };
    const target = name.split('-')[1] ?? '';
    const command = ['unshare', '--uts', 'sh', '-c', `hostname ${name} && exec "$@"`, 'sh', loki, `-target=${target}`];
    return run([...command, '-legacy-read-mode=false'], join(folder, name), place, config);
  };
  const [first, second, third, read, theBackend] = await Promise.all(names.map(start));
  if (!first || !second || !third || !read || !theBackend) throw new Error('a pod of the ring is missing');
  return { write: [first, second, third], read, backend: theBackend };
}
