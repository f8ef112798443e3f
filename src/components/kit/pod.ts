/** A pod of any workload: the fields that all pods have, and their volumes. */
import { createHash } from 'node:crypto';
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { StackConfig } from '../../config';
import { type ByteSize, formatQuantity } from '../../config/units';

/**
 * The fields of every pod of a stack. A node selector for all pods would be one line here. `status` and `doctor` would then
 * need to know the nodes on which an agent is expected.
 */
export function everyPod({ pullSecrets }: Pick<StackConfig['images'], 'pullSecrets'>): Partial<k8s.PodSpec> {
  return {
    // Only the agent reads the API. Its pod overrides this field.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
  };
}

/** A security context that meets Pod Security `restricted`. */
export function restrictedPodSecurity(user: number): k8s.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** An annotation with a hash of the config. A changed config changes it, and so replaces the pods. */
export function configHash(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const hash = createHash('sha256')
    .update(JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
  return { 'spywatcher-logs/config-hash': hash.slice(0, 16) };
}

/** The label of a node with its zone. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * Spreads the pods of one workload over nodes and zones.
 *
 * @param minZones - with fewer zones, pods wait. @default - pods do not wait for a zone
 */
export function spread(
  labels: Readonly<Record<string, string>>,
  minZones?: number,
): readonly k8s.TopologySpreadConstraint[] {
  return ['kubernetes.io/hostname', ZONE_LABEL].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    ...(topologyKey === ZONE_LABEL && minZones !== undefined
      ? { whenUnsatisfiable: 'DoNotSchedule', minDomains: minZones }
      : { whenUnsatisfiable: 'ScheduleAnyway' }),
    labelSelector: { matchLabels: { ...labels } },
  }));
}

/** Keys of a Secret as files, which only the pod's group can read. Without a list, all keys. */
export function secretFiles(name: string, secretName: string, keys?: readonly string[]): k8s.Volume {
  const items = keys?.map((key) => ({ key, path: key }));
  return { name, secret: { secretName, defaultMode: 0o440, ...(items === undefined ? {} : { items }) } };
}

/** A folder on the node's disk that is removed with its pod. */
export function scratch(name: string, size: ByteSize): k8s.Volume {
  return { name, emptyDir: { sizeLimit: k8s.Quantity.fromString(formatQuantity(size)) } };
}

/** A volume that one node at a time can mount. Without a class, it has the cluster's default class. */
export function volumeClaim({ size, storageClass }: VolumeSize): k8s.PersistentVolumeClaimSpec {
  return {
    accessModes: ['ReadWriteOnce'],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: k8s.Quantity.fromString(formatQuantity(size)) } },
  };
}

/** Size and class of a volume. */
export interface VolumeSize {
  readonly size: ByteSize;
  readonly storageClass?: string | undefined;
}
