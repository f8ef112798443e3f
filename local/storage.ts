/** The default StorageClass: folders of the node as volumes, made, enlarged and deleted. */
import * as fs from 'node:fs';
import { apply, call, callText, KubeObject } from './api';
import { inState, NODE, STORAGE_CLASS } from './layout';

const PROVISIONER = 'spywatcher-logs/local';
const OURS = { 'app.kubernetes.io/managed-by': 'local-cluster' };

interface Claim extends KubeObject {
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes: readonly string[];
    readonly volumeMode?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status?: { readonly capacity?: { readonly storage: string } };
}

interface Volume extends KubeObject {
  readonly spec: {
    readonly persistentVolumeReclaimPolicy: string;
    readonly local: { readonly path: string };
  };
  readonly status: { readonly phase: string };
}

interface List<T> {
  readonly items: readonly T[];
}

/** Creates the default StorageClass. */
export async function applyStorageClass(): Promise<void> {
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: STORAGE_CLASS,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: PROVISIONER,
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: 'Immediate',
  };
  await apply(`/apis/storage.k8s.io/v1/storageclasses/${STORAGE_CLASS}`, storageClass);
}

/** A `local` volume, not a `hostPath` one: kubelet applies `fsGroup` to it, as to a cloud disk. */
async function provision(claim: Claim): Promise<void> {
  const name = `pvc-${claim.metadata.uid}`;
  const folder = inState('volumes', name);
  fs.mkdirSync(folder, { recursive: true, mode: 0o770 });
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      labels: OURS,
      annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER },
    },
    spec: {
      storageClassName: STORAGE_CLASS,
      accessModes: claim.spec.accessModes,
      capacity: { storage: claim.spec.resources.requests.storage },
      persistentVolumeReclaimPolicy: 'Delete',
      local: { path: folder },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid,
      },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE] }],
            },
          ],
        },
      },
    },
  };
  await apply(`/api/v1/persistentvolumes/${name}`, volume);
}

/** Enlarges a volume, as a driver would. The folder has no quota: only its size in the API grows. */
async function expand({ metadata, spec, status }: Claim): Promise<void> {
  const capacity = { storage: spec.resources.requests.storage };
  if (spec.volumeName === undefined || status?.capacity === undefined || status.capacity.storage === capacity.storage)
    return;
  const patch = { method: 'PATCH', type: 'application/merge-patch+json' } as const;
  await callText(`/api/v1/persistentvolumes/${spec.volumeName}`, { ...patch, body: { spec: { capacity } } });
  const claim = `/api/v1/namespaces/${metadata.namespace ?? ''}/persistentvolumeclaims/${metadata.name}`;
  await callText(`${claim}/status`, { ...patch, body: { status: { capacity } } });
}

async function reclaim(volume: Volume): Promise<void> {
  await callText(`/api/v1/persistentvolumes/${volume.metadata.name}`, { method: 'DELETE' });
  fs.rmSync(volume.spec.local.path, { recursive: true, force: true });
}

/** Makes a volume for every claim that waits for one, and deletes what is no longer claimed. */
export async function reconcileStorage(): Promise<void> {
  const claims = await call<List<Claim>>('/api/v1/persistentvolumeclaims');
  for (const claim of claims.items) {
    const { storageClassName, volumeName, volumeMode = 'Filesystem' } = claim.spec;
    const waits = volumeName === undefined && claim.metadata.deletionTimestamp === undefined;
    if (waits && storageClassName === STORAGE_CLASS && volumeMode === 'Filesystem') {
      await provision(claim);
    }
    if (storageClassName === STORAGE_CLASS) await expand(claim);
  }
  const selector = encodeURIComponent('app.kubernetes.io/managed-by=local-cluster');
  const volumes = await call<List<Volume>>(`/api/v1/persistentvolumes?labelSelector=${selector}`);
  for (const volume of volumes.items) {
    const unused = ['Released', 'Failed'].includes(volume.status.phase);
    if (unused && volume.spec.persistentVolumeReclaimPolicy === 'Delete') await reclaim(volume);
  }
}
