/** The store of Loki's chunks and index: the parts of its config that follow from `storage`. */
import type { StackConfig } from '../../config';
import { type Bucket, isBucket } from '../../config/derived/bucket';

/** The section of the stack config. */
type Storage = StackConfig['storage'];

/** Folder of the pod with its volume. */
export const DATA = '/var/loki';
/** Folder of the pod with its config files. */
export const CONFIG = '/etc/loki';
/** File there with the CAs of the bucket's server. */
const TRUSTED_CA = 'bucket-ca.crt';
/** Variable with the key of an Azure storage account. */
export const AZURE_KEY = 'AZURE_STORAGE_KEY';
/** Where the config has it. Loki reads this key from its config alone, and puts the variable's value there. */
const IN_CONFIG = `\${${AZURE_KEY}}`;

/** One period of the index as Loki's config has it. */
export interface SchemaPeriod {
  readonly from: string;
  readonly store: string;
  readonly object_store: string;
  readonly schema: string;
  readonly index: { readonly prefix: string; readonly period: string };
}

/** Periods of the index. A period of days in the past must never change, or Loki would not find their logs. */
export function schemaPeriods(storage: Storage): readonly SchemaPeriod[] {
  return storage.schema.map((period, index) => ({
    from: period.from,
    store: period.index,
    object_store: 'store' in period ? period.store : storage.type,
    schema: period.version,
    // Each period has its own prefix, so that no table can be mistaken for another's. The first one has the prefix of stacks with one period.
    index: {
      prefix: period.indexPrefix ?? (index === 0 ? 'index_' : `index_${period.from.replaceAll('-', '')}_`),
      period: '24h',
    },
  }));
}

/** Loki's `storage_config`. */
export function storageSection(storage: Storage): Readonly<Record<string, unknown>> {
  const onVolume = schemaPeriods(storage).some((period) => period.object_store === 'filesystem');
  const directory = `${DATA}/chunks`;
  return {
    tsdb_shipper: {
      active_index_directory: `${DATA}/tsdb-index`,
      cache_location: `${DATA}/tsdb-cache`,
      // Default 0: a member of a ring would be ready, and accept lines, even if it cannot use the bucket. With 1 it reads the bucket first.
      ...(isBucket(storage) ? { query_ready_num_days: 1 } : {}),
    },
    // An index of another Loki's past. Nothing is written into it.
    ...(storage.schema.some(({ index }) => index === 'boltdb-shipper')
      ? { boltdb_shipper: { active_index_directory: `${DATA}/boltdb-index`, cache_location: `${DATA}/boltdb-cache` } }
      : {}),
    ...(isBucket(storage)
      ? {
          // Default false. These clients are Thanos', the only ones that Loki 4 has. They serve every period, or none.
          use_thanos_objstore: true,
          object_store: {
            ...bucketSection(storage),
            ...(onVolume ? { filesystem: { dir: directory } } : {}),
            ...(storage.prefix === undefined ? {} : { storage_prefix: storage.prefix }),
          },
        }
      : { filesystem: { directory } }),
  };
}

/** What the client of the store is told of it. */
function bucketSection(bucket: Bucket): Readonly<Record<string, unknown>> {
  switch (bucket.type) {
    case 's3':
      return { s3: s3Section(bucket) };
    case 'gcs':
      return { gcs: { bucket_name: bucket.bucket } };
    case 'azure':
      return { azure: azureSection(bucket) };
  }
}

type S3Bucket = Extract<Bucket, { readonly type: 's3' }>;

function s3Section(bucket: S3Bucket): Readonly<Record<string, unknown>> {
  const { endpoint, encryption } = bucket;
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  return {
    bucket_name: bucket.bucket,
    region: bucket.region,
    endpoint: url?.host ?? `s3.${bucket.region}.amazonaws.com`,
    insecure: url?.protocol === 'http:',
    bucket_lookup_type: lookupType(bucket),
    // Default true: another host name, which policies and gateways of a VPC need not know.
    dualstack_enabled: false,
    // Default false: another order of places for credentials, which asks the metadata of the node if the file has no key.
    native_aws_auth_enabled: true,
    ...(encryption === undefined
      ? {}
      : {
          sse:
            encryption.type === 'SSE-S3'
              ? { type: encryption.type }
              : {
                  type: encryption.type,
                  kms_key_id: encryption.keyId,
                  ...(Object.keys(encryption.context).length === 0
                    ? {}
                    : { kms_encryption_context: JSON.stringify(encryption.context) }),
                },
        }),
    ...(bucket.trustedCa === undefined ? {} : { http: { tls_ca_path: `${CONFIG}/${TRUSTED_CA}` } }),
  };
}

/** Where the bucket's name is in a URL. A certificate covers no name with a further dot, and an address has no names below it. */
function lookupType({ forcePathStyle, endpoint, bucket }: S3Bucket): string {
  const isAddress = endpoint !== undefined && /^[\d.]+$|^\[/.test(new URL(endpoint).hostname);
  return forcePathStyle || isAddress || bucket.includes('.') ? 'path' : 'virtual-hosted';
}

function azureSection(bucket: Extract<Bucket, { readonly type: 'azure' }>): Readonly<Record<string, unknown>> {
  const { access } = bucket;
  return {
    account_name: bucket.account,
    container_name: bucket.container,
    ...(bucket.endpointSuffix === undefined ? {} : { endpoint_suffix: bucket.endpointSuffix }),
    ...(access.type === 'secret' ? { account_key: IN_CONFIG } : {}),
    ...(access.type === 'managedIdentity' ? { user_assigned_id: access.clientId } : {}),
  };
}

/** Whether Loki looks for variables in its config. */
export function hasVariables(storage: Storage): boolean {
  return storage.type === 'azure' && storage.access.type === 'secret';
}

/** A config file's text, in which nothing else looks like a variable where Loki looks for them. */
export function withVariables(storage: Storage, text: string): string {
  if (!hasVariables(storage)) return text;
  // A doubled one of these is read as one.
  const literal = (part: string): string => part.replaceAll(/[$\\]/g, (letter) => letter + letter);
  return text.split(IN_CONFIG).map(literal).join(IN_CONFIG);
}

/** Files beside Loki's config that follow from `storage`. Certificates are public. */
export function storageFiles(storage: Storage): Readonly<Record<string, string>> {
  return storage.type === 's3' && storage.trustedCa !== undefined ? { [TRUSTED_CA]: storage.trustedCa } : {};
}
