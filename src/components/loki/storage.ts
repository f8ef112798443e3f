/** The store of Loki's chunks and index: the parts of its config, pods and policy that follow from `storage`. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { StackConfig } from '../../config';
import { CREDENTIALS_FILE } from '../../secrets/bucket-credentials';
import { addresses, nodeAddresses, tcp } from '../kit/network';
import { secretFiles } from '../kit/pod';
import type { EgressRule } from '../kit/traffic';

/** The section of the stack config. */
type Storage = StackConfig['storage'];

/** Folder of the pod with its volume. */
export const DATA = '/var/loki';
const BUCKET_CREDENTIALS = '/etc/loki-bucket';
/** The address on every node of EKS that gives out the keys of a Pod Identity association. */
const POD_IDENTITY = { cidr: '169.254.170.23/32', port: 80 };

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
    store: 'tsdb',
    object_store: 'store' in period ? period.store : storage.type,
    schema: 'v13',
    // Each period has its own prefix, so that no table can be mistaken for another's. The first one has the prefix of stacks with one period.
    index: { prefix: index === 0 ? 'index_' : `index_${period.from.replaceAll('-', '')}_`, period: '24h' },
  }));
}

/** Loki's `storage_config`. */
export function storageSection(storage: Storage): Readonly<Record<string, unknown>> {
  return {
    tsdb_shipper: {
      active_index_directory: `${DATA}/tsdb-index`,
      cache_location: `${DATA}/tsdb-cache`,
      // Default 0: a member of a ring would be ready, and accept lines, even if it cannot use the bucket. With 1 it reads the bucket first.
      ...(storage.type === 's3' ? { query_ready_num_days: 1 } : {}),
    },
    ...(storage.type === 's3'
      ? {
          aws: {
            bucketnames: storage.bucket,
            region: storage.region,
            s3forcepathstyle: storage.forcePathStyle,
            ...(storage.endpoint === undefined
              ? {}
              : { endpoint: storage.endpoint, insecure: storage.endpoint.startsWith('http://') }),
          },
        }
      : {}),
    ...(schemaPeriods(storage).some((period) => period.object_store === 'filesystem')
      ? { filesystem: { directory: `${DATA}/chunks` } }
      : {}),
  };
}

/** The file with the access key, where there is one, and the variable with its path. */
export function bucketCredentialsMount(storage: Storage): {
  readonly env: readonly k8s.EnvVar[];
  readonly volumeMounts: readonly k8s.VolumeMount[];
  readonly volumes: readonly k8s.Volume[];
} {
  if (storage.type !== 's3' || storage.access.type !== 'secret') return { env: [], volumeMounts: [], volumes: [] };
  return {
    env: [{ name: 'AWS_SHARED_CREDENTIALS_FILE', value: `${BUCKET_CREDENTIALS}/${CREDENTIALS_FILE}` }],
    volumeMounts: [{ name: 'bucket', mountPath: BUCKET_CREDENTIALS, readOnly: true }],
    volumes: [secretFiles('bucket', storage.access.secret, [CREDENTIALS_FILE])],
  };
}

/** The ServiceAccount's role. With it, EKS gives the pods a token for AWS. Kubernetes' own token is never mounted. */
export function bucketIdentity(storage: Storage): Pick<k8s.ObjectMeta, 'annotations'> {
  return storage.type === 's3' && storage.access.type === 'serviceAccount'
    ? { annotations: { 'eks.amazonaws.com/role-arn': storage.access.roleArn } }
    : {};
}

/** Access to the bucket, and to the service that gives out keys for it. */
export function bucketEgress(storage: Storage): readonly EgressRule[] {
  if (storage.type !== 's3') return [];
  const { access, egress } = storage;
  const keys = access.type === 'serviceAccount' ? access.egress : [];
  return [
    ...[...egress, ...keys].map(({ cidr, port }) => ({ to: [addresses(cidr)], ports: tcp(port) })),
    ...(access.type === 'podIdentity'
      ? [{ to: [nodeAddresses(POD_IDENTITY.cidr)], ports: tcp(POD_IDENTITY.port) }]
      : []),
  ];
}
