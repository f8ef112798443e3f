/** How the pods of Loki's image get at the bucket: environment, files, identity and NetworkPolicy. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { StackConfig } from '../../config';
import { type Bucket, isBucket } from '../../config/derived/bucket';
import { ACCOUNT_KEY, CREDENTIALS_FILE, GOOGLE_KEY_FILE } from '../../secrets/bucket-keys';
import { destinationRule, nodeAddresses, tcp } from '../kit/network';
import { secretFiles } from '../kit/pod';
import type { EgressRule } from '../kit/traffic';
import { AZURE_KEY } from './storage';

type Storage = StackConfig['storage'];

interface AddressOfNode {
  readonly cidr: string;
  readonly port: number;
}

/** Folder of the pod with the file that the Secret of the bucket has. */
const CREDENTIALS = '/etc/loki-bucket';
/** The address on every node of EKS that gives out the keys of a Pod Identity association. */
const POD_IDENTITY: AddressOfNode = { cidr: '169.254.170.23/32', port: 80 };
/** The metadata server of every node in a cloud, which gives out tokens of an identity. */
const METADATA: AddressOfNode = { cidr: '169.254.169.254/32', port: 80 };
/** Where a policy sees GKE's metadata server on nodes without Dataplane V2. */
const GKE_METADATA: AddressOfNode = { cidr: '169.254.169.252/32', port: 988 };

/** The credential of the Secret, where there is one: as a file and the variable with its path, or as a variable. */
export function bucketCredentials(storage: Storage): {
  readonly env: readonly k8s.EnvVar[];
  readonly volumeMounts: readonly k8s.VolumeMount[];
  readonly volumes: readonly k8s.Volume[];
} {
  if (!isBucket(storage) || storage.access.type !== 'secret') return { env: [], volumeMounts: [], volumes: [] };
  const { secret } = storage.access;
  const asFile = (variable: string, file: string) => ({
    env: [{ name: variable, value: `${CREDENTIALS}/${file}` }],
    volumeMounts: [{ name: 'bucket', mountPath: CREDENTIALS, readOnly: true }],
    volumes: [secretFiles('bucket', secret, [file])],
  });
  switch (storage.type) {
    case 's3':
      return asFile('AWS_SHARED_CREDENTIALS_FILE', CREDENTIALS_FILE);
    case 'gcs':
      return asFile('GOOGLE_APPLICATION_CREDENTIALS', GOOGLE_KEY_FILE);
    case 'azure':
      return {
        env: [{ name: AZURE_KEY, valueFrom: { secretKeyRef: { name: secret, key: ACCOUNT_KEY } } }],
        volumeMounts: [],
        volumes: [],
      };
  }
}

/** Annotations of the ServiceAccount, which name the identity that its tokens stand for. Kubernetes' own token is never mounted. */
export function bucketIdentity(storage: Storage): Pick<k8s.ObjectMeta, 'annotations'> {
  const annotations = isBucket(storage) ? identityOf(storage) : {};
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

function identityOf({ access }: Bucket): Record<string, string> {
  if (access.type === 'serviceAccount') return { 'eks.amazonaws.com/role-arn': access.roleArn };
  if (access.type !== 'workloadIdentity') return {};
  if ('clientId' in access)
    return {
      'azure.workload.identity/client-id': access.clientId,
      ...(access.tenantId === undefined ? {} : { 'azure.workload.identity/tenant-id': access.tenantId }),
    };
  return access.serviceAccount === undefined ? {} : { 'iam.gke.io/gcp-service-account': access.serviceAccount };
}

/** Labels of the pods. Azure's webhook gives a pod with this one a token and the identity of its ServiceAccount. */
export function bucketLabels(storage: Storage): Readonly<Record<string, string>> {
  return storage.type === 'azure' && storage.access.type === 'workloadIdentity'
    ? { 'azure.workload.identity/use': 'true' }
    : {};
}

/** Access to the bucket, and to the service that gives out keys or tokens for it. */
export function bucketEgress(storage: Storage): readonly EgressRule[] {
  return isBucket(storage) ? [...storage.egress.map(destinationRule), ...credentialsFrom(storage)] : [];
}

function credentialsFrom({ access }: Bucket): readonly EgressRule[] {
  switch (access.type) {
    case 'secret':
      return [];
    case 'serviceAccount':
      return access.egress.map(destinationRule);
    case 'podIdentity':
      return [onNode(POD_IDENTITY)];
    case 'workloadIdentity':
      return 'egress' in access ? access.egress.map(destinationRule) : [METADATA, GKE_METADATA].map(onNode);
    case 'managedIdentity':
      return [destinationRule(METADATA)];
  }
}

/** What answers on the pod's own node. */
function onNode({ cidr, port }: AddressOfNode): EgressRule {
  return { to: [nodeAddresses(cidr)], ports: tcp(port) };
}
