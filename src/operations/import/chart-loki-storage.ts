/** What the Loki chart says of the store: the clients of Loki's own config, by names of its own. */
import { isMapping } from '../../config/mapping';
import type { Found } from './found';
import { STORES } from './loki-config';
import { below, leaves, missing, type Outcome, partsOf, type Row, taken } from './source';

type LokiRow = Row<Found>;

/** Rows of `loki.storage`. */
export const STORAGE: readonly LokiRow[] = [
  { from: 'type', read: storeType },
  { from: 'bucketNames', read: bucketNames },
  { from: 'object_store.type', read: storeType },
  { from: 'object_store.storage_prefix', read: storePrefix },
  ...Object.entries(STORES).flatMap(([client, rows]) => below(`object_store.${client}`, rows)),
  ...below(
    's3',
    renamed(STORES['s3'], {
      accessKeyId: 'access_key_id',
      secretAccessKey: 'secret_access_key',
      s3ForcePathStyle: 's3forcepathstyle',
      signatureVersion: 'signature_version',
    }),
  ),
  ...below(
    'gcs',
    renamed(STORES['gcs'], {
      chunkBufferSize: 'chunk_buffer_size',
      requestTimeout: 'request_timeout',
      enableHttp2: 'enable_http2',
      bucketName: 'bucket_name',
    }),
  ),
  ...below(
    'azure',
    renamed(STORES['azure'], {
      accountName: 'account_name',
      accountKey: 'account_key',
      connectionString: 'connection_string',
      useManagedIdentity: 'use_managed_identity',
      useFederatedToken: 'use_federated_token',
      userAssignedId: 'user_assigned_id',
      requestTimeout: 'request_timeout',
      endpointSuffix: 'endpoint_suffix',
      chunkDelimiter: 'chunk_delimiter',
    }),
  ),
  ...leaves<Found>('Thanos’ clients are always used', 'use_thanos_objstore'),
  ...leaves<Found>('Loki’s files are in its own volume: `persistence`', 'filesystem'),
];

/** The same rows, below the chart's names as well. */
function renamed(rows: readonly LokiRow[] = [], names: Readonly<Record<string, string>>): readonly LokiRow[] {
  const byName = new Map(rows.map((row) => [partsOf(row.from).join('.'), row]));
  return [
    ...rows,
    ...Object.entries(names).flatMap(([from, name]) => {
      const row = byName.get(name);
      return row === undefined ? [] : [{ from, read: row.read }];
    }),
  ];
}

function storeType(value: unknown, found: Found): Outcome {
  if (typeof value !== 'string') return missing('it is no text');
  found.store.type = value;
  return taken('storage.type');
}

function storePrefix(value: unknown, found: Found): Outcome {
  found.store.prefix = String(value);
  return taken('storage.prefix');
}

function bucketNames(value: unknown, found: Found): Outcome {
  const chunks = isMapping(value) ? value['chunks'] : undefined;
  if (typeof chunks !== 'string') return missing('it names no bucket of chunks');
  found.store.bucket = chunks;
  found.store.container ??= chunks;
  return taken('storage.bucket');
}
