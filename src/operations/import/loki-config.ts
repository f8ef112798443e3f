/** Loki's own config: what `/config?mode=diff` of a running one shows, or what a chart makes its config file of. */
import { isMapping } from '../../config/mapping';
import { destinationOf } from './destination';
import type { Found, Period } from './found';
import { duration, LIMITS } from './limits';
import { below, leaves, left, missing, type Outcome, type Row, secret, taken } from './source';

type LokiRow = Row<Found>;

const BY_STACK = 'the stack sets it itself';
const BY_SIZE = 'it follows from `resources.loki`';
const CACHE = 'the cache of results is `limits.queryCache`, in Loki’s own memory; there is none of chunks';

/** Sets one key. */
const to =
  (key: string, convert: (value: unknown) => unknown = (value) => value) =>
  (value: unknown, found: Found): Outcome =>
    found.put(key, convert(value));

const SCHEMA: LokiRow = {
  from: 'schema_config.configs',
  read: (value, found) => {
    if (!Array.isArray(value)) return missing('it is no list');
    found.periods = value.filter(isMapping).map(periodOf);
    return taken('storage.schema');
  },
};

function periodOf(value: Readonly<Record<string, unknown>>): Period {
  const index = isMapping(value['index']) ? value['index'] : {};
  const text = (part: unknown): string => (typeof part === 'string' ? part : '');
  const prefix = text(index['prefix']);
  const tables = duration(index['period']);
  return {
    from: text(value['from']),
    store: text(value['store']),
    objectStore: text(value['object_store']),
    schema: text(value['schema']),
    ...(prefix === '' ? {} : { prefix }),
    ...(typeof tables === 'string' ? { tables } : {}),
  };
}

/** An S3 client of Loki's own, or of Thanos. */
const S3: readonly LokiRow[] = [
  { from: 's3', read: readS3Url },
  { from: 'bucketnames', read: store('bucket') },
  { from: 'bucket_name', read: store('bucket') },
  { from: 'region', read: store('region') },
  { from: 'endpoint', read: store('endpoint') },
  { from: 's3forcepathstyle', read: store('forcePathStyle') },
  { from: 'bucket_lookup_type', read: pathStyle },
  { from: 'insecure', read: store('insecure') },
  { from: 'access_key_id', read: accessKey },
  { from: 'secret_access_key', read: accessKey },
  { from: 'sse', read: readEncryption },
  { from: 'http_config', read: readHttp },
  { from: 'http', read: readHttp },
  ...leaves<Found>(
    'Loki tries again by itself',
    'backoff_config',
    'signature_version',
    'disable_dualstack',
    'dualstack_enabled',
    'storage_class',
    'native_aws_auth_enabled',
  ),
];

const GCS: readonly LokiRow[] = [
  { from: 'bucket_name', read: store('bucket') },
  { from: 'service_account', read: accessKey },
  ...leaves<Found>(
    'Loki’s default is taken',
    'chunk_buffer_size',
    'request_timeout',
    'enable_http2',
    'http',
    'enable_opencensus',
    'enable_retries',
  ),
];

const AZURE: readonly LokiRow[] = [
  { from: 'account_name', read: store('account') },
  { from: 'container_name', read: store('container') },
  { from: 'endpoint_suffix', read: store('endpointSuffix') },
  { from: 'user_assigned_id', read: store('userAssignedId') },
  { from: 'account_key', read: accessKey },
  { from: 'connection_string', read: accessKey },
  ...leaves<Found>(
    'it follows from `storage.access`',
    'use_managed_identity',
    'use_federated_token',
    'use_service_principal',
  ),
  ...leaves<Found>(
    'Loki’s default is taken',
    'request_timeout',
    'chunk_delimiter',
    'environment',
    'http',
    'download_buffer_size',
    'upload_buffer_size',
    'upload_buffer_count',
    'min_retry_delay',
    'max_retry_delay',
    'max_retries',
  ),
];

const FILES = leaves<Found>('Loki’s files are in its own volume: `persistence`', 'filesystem', 'local');

/** Each client where Loki's config may have it. */
export const STORES: Readonly<Record<string, readonly LokiRow[]>> = { s3: S3, gcs: GCS, azure: AZURE };

const CLIENTS: readonly LokiRow[] = [
  'common.storage',
  'common.storage.object_store',
  'storage_config.object_store',
  'ruler.storage',
]
  .flatMap((place) => [
    ...Object.entries(STORES).flatMap(([client, rows]) =>
      place === 'ruler.storage' ? [] : below(`${place}.${client}`, rows),
    ),
    ...below(place, FILES),
    { from: `${place}.storage_prefix`, read: store('prefix') },
  ])
  .concat([
    ...below('storage_config.aws', S3),
    ...below('storage_config.gcs', GCS),
    ...below('storage_config.azure', AZURE),
  ]);

function store(
  key:
    | 'bucket'
    | 'region'
    | 'endpoint'
    | 'forcePathStyle'
    | 'insecure'
    | 'prefix'
    | 'account'
    | 'container'
    | 'endpointSuffix'
    | 'userAssignedId',
) {
  return (value: unknown, found: Found): Outcome => {
    Object.assign(found.store, {
      [key]: key === 'bucket' && typeof value === 'string' ? value.split(',')[0]?.trim() : value,
    });
    if (key === 'bucket' && typeof value === 'string' && value.includes(','))
      found.note('Loki had several buckets. There is one here: only the first is read.');
    return taken(`storage.${key === 'insecure' ? 'endpoint' : key}`);
  };
}

function pathStyle(value: unknown, found: Found): Outcome {
  found.store.forcePathStyle = value === 'path';
  return taken('storage.forcePathStyle');
}

function accessKey(value: unknown, found: Found): Outcome {
  if (value === '' || value === null) return left('nothing is written');
  found.store.hasKey = true;
  return secret('the Secret of `storage.access`');
}

/** Who made the server's certificate; the rest is about patience. */
function readHttp(value: unknown): Outcome {
  const keys = isMapping(value) ? Object.keys(value) : [];
  return keys.some((key) => ['ca_file', 'insecure_skip_verify', 'tls_config'].includes(key))
    ? missing('the certificate of the CA is `storage.trustedCa`; there is no connection without a check of it')
    : left('Loki tries again by itself');
}

/** `s3://key:secret@region/bucket`, or `s3://region/bucket`. */
function readS3Url(value: unknown, found: Found): Outcome {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) return missing('it is no URL');
  const bucket = url.pathname.replace(/^\//, '');
  if (bucket !== '') found.store.bucket = bucket;
  if (/^[a-z]{2}-[a-z]+-\d$/.test(url.hostname)) found.store.region = url.hostname;
  else if (url.hostname.includes('.')) found.store.endpoint = `https://${url.host}`;
  if (url.username === '') return taken('storage.bucket', 'storage.region');
  found.store.hasKey = true;
  return secret('the Secret of `storage.access`; the rest is `storage.bucket` and `storage.region`');
}

function readEncryption(value: unknown, found: Found): Outcome {
  if (!isMapping(value)) return missing();
  const { type, kms_key_id: keyId } = value;
  found.store.encryption = {
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof keyId === 'string' ? { keyId } : {}),
  };
  return taken('storage.encryption');
}

const RULER: readonly LokiRow[] = below('ruler', [
  { from: 'alertmanager_url', read: readAlertmanager },
  ...leaves<Found>(
    BY_STACK,
    ...['storage', 'rule_path', 'ring', 'enable_api', 'enable_alertmanager_v2', 'enable_sharding', 'wal', 'evaluation'],
  ),
  ...leaves<Found>('rules are evaluated each `alerting.interval`', 'evaluation_interval', 'poll_interval'),
  ...leaves<Found>('links in messages lead to `grafana.url`', 'external_url', 'datasource_uid'),
]);

/** One URL, or several with commas between. */
function readAlertmanager(value: unknown, found: Found): Outcome {
  const urls = typeof value === 'string' ? value.split(',').map((url) => url.trim().replace(/\/$/, '')) : [];
  if (urls.some((url) => !URL.canParse(url))) return missing('it is no URL');
  return found.put('alertmanager', { type: 'external', urls, egress: urls.map(destinationOf) });
}

/** Rows from the root of Loki's config. */
export const LOKI_CONFIG: readonly LokiRow[] = [
  {
    from: 'auth_enabled',
    read: (value, found) => {
      found.multiTenant = value === true;
      return taken('auth.loki.tenants');
    },
  },
  { from: 'common.replication_factor', read: (value, found) => number('replicationFactor', value, found) },
  ...LIMITS,
  SCHEMA,
  ...CLIENTS,
  ...RULER,
  { from: 'compactor.retention_delete_delay', read: to('retention.deleteDelay', duration) },
  { from: 'compactor.compaction_interval', read: to('retention.compactionInterval', duration) },
  { from: 'table_manager', read: readTableManager },
  { from: 'ingester.chunk_encoding', read: to('storage.compression') },
  { from: 'limits_config.*', read: (value, found, path) => found.put(`limits.loki.${path.at(-1) ?? ''}`, value) },
  ...below<Found>('compactor', [
    ...leaves<Found>(BY_STACK, 'retention_enabled', 'working_directory', 'delete_request_store', 'compactor_ring'),
    ...leaves<Found>(
      'Loki’s default is taken',
      'retention_delete_worker_count',
      'delete_request_cancel_period',
      'delete_max_interval',
    ),
    ...leaves<Found>('Loki 3 has no such key', 'shared_store', 'shared_store_key_prefix'),
  ]),
  ...leaves<Found>(
    BY_STACK,
    ...['server', 'common.path_prefix', 'common.ring', 'common.instance_addr', 'common.compactor_address'],
    ...[
      'common.compactor_grpc_address',
      'memberlist',
      'runtime_config',
      'target',
      'ruler_storage',
      'common.storage.hedging',
    ],
    ...['storage_config.tsdb_shipper', 'storage_config.boltdb_shipper', 'storage_config.use_thanos_objstore'],
    ...[
      'storage_config.filesystem',
      'storage_config.bloom_shipper',
      'analytics',
      'tracing',
      'ui',
      'operational_config',
    ],
  ),
  ...leaves<Found>('it follows from `network.ipFamilies`', 'common.instance_enable_ipv6'),
  ...leaves<Found>('Thanos’ clients, which Loki 4 has, know no hedging over TLS', 'storage_config.hedging'),
  ...leaves<Found>(CACHE, 'chunk_store_config', 'query_range.results_cache', 'query_range.cache_results'),
  ...leaves<Found>(
    BY_SIZE,
    ...['ingester.*', 'querier', 'query_range', 'query_scheduler', 'frontend', 'frontend_worker', 'distributor'],
    ...['ingester_client', 'index_gateway', 'compactor_grpc_client', 'block_builder'],
  ),
  ...leaves<Found>('patterns of lines follow from `grafana.drilldown`', 'pattern_ingester'),
  ...leaves<Found>('bloom filters are an experiment of Loki’s', 'bloom_build', 'bloom_gateway', 'bloom_compactor'),
];

function number(key: 'replicas' | 'replicationFactor', value: unknown, found: Found): Outcome {
  if (typeof value !== 'number') return missing('it is no number');
  found[key] = value;
  return taken('deployment');
}

/** It deletes nothing of a tsdb index. Its author wanted a retention. */
function readTableManager(value: unknown, found: Found): Outcome {
  const period = isMapping(value) ? duration(value['retention_period']) : undefined;
  const isOn = isMapping(value) && value['retention_deletes_enabled'] === true;
  if (!isOn || typeof period !== 'string' || period === '0s') return left('it does nothing for this index');
  found.tableManagerRetention = period;
  return taken('retention.period');
}
