/** A pod of any workload: the fields that all pods have, and their volumes. */
import { createHash } from 'node:crypto';
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { StackConfig } from '../../config';
import { type ByteSize, formatQuantity } from '../../config/units';

/**
 * The fields that every pod of a stack has, whatever runs in it. A node selector for all of them would be a line here;
 * `status` and `doctor` would then have to learn on which nodes an agent is expected.
 */
export function everyPod({ pullSecrets }: Pick<StackConfig['images'], 'pullSecrets'>): Partial<k8s.PodSpec> {
  return {
    // The agent alone reads the API; its pod says otherwise.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
  };
}

/** Meets Pod Security `restricted`; the user is the image's own. */
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

/** Changes with the config and with nothing else, so that a config change rolls the pods. */
export function configHash(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const hash = createHash('sha256')
    .update(JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
  return { 'spywatcher-logs/config-hash': hash.slice(0, 16) };
}

/** A node's label that says in which zone it is. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * Pods of one workload on different nodes and zones where there are several.
 *
 * @param minZones - with fewer zones, pods wait for one. @default - any zone will do
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

/** Keys of a Secret as files, readable for the pod's group and nobody else; all keys without a list. */
export function secretFiles(name: string, secretName: string, keys?: readonly string[]): k8s.Volume {
  const items = keys?.map((key) => ({ key, path: key }));
  return { name, secret: { secretName, defaultMode: 0o440, ...(items === undefined ? {} : { items }) } };
}

/** A folder that is as old as its pod, on the node's disk. */
export function scratch(name: string, size: ByteSize): k8s.Volume {
  return { name, emptyDir: { sizeLimit: k8s.Quantity.fromString(formatQuantity(size)) } };
}

/** A volume that one pod at a time writes to; of the cluster's default class without one. */
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
