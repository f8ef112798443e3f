/** A pod of any workload: the fields that all pods have, and their volumes. */
import { createHash } from 'node:crypto';
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Component, StackConfig } from '../../config';
import { podSettings } from '../../config/derived/pods';
import { type ByteSize, formatQuantity } from '../../config/units';
import { type Identity, selectorLabels } from './identity';

/** The parts of a config that every pod depends on. */
export type PodConfig = Pick<StackConfig, 'images' | 'pods'>;

/** The fields of every pod of a component. */
export function everyPod({ images, pods }: PodConfig, component: Component): Partial<k8s.PodSpec> {
  const { nodeSelector, tolerations, affinity, priorityClassName, runtimeClassName } = podSettings({ pods }, component);
  return {
    // Only the agent reads the API. Its pod overrides this field.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(images.pullSecrets.length === 0 ? {} : { imagePullSecrets: images.pullSecrets.map((name) => ({ name })) }),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations: copyOf(tolerations) }),
    ...(affinity === undefined ? {} : { affinity: copyOf(affinity) }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(runtimeClassName === undefined ? {} : { runtimeClassName }),
  };
}

type Changeable<T> = T extends object ? { -readonly [K in keyof T]: Changeable<T[K]> } : T;

/** A copy for the objects of cdk8s, whose lists are not `readonly`. */
function copyOf<T>(value: T): Changeable<T> {
  return JSON.parse(JSON.stringify(value)) as Changeable<T>;
}

/**
 * The security context of a pod. Where the cluster assigns users, uid, gid and fsGroup are its to choose.
 *
 * @param user - uid and gid, for a context that meets Pod Security `restricted`; or a context that does not.
 */
export function podSecurity(
  { pods }: Pick<StackConfig, 'pods'>,
  component: Component,
  user: number | k8s.PodSecurityContext,
): k8s.PodSecurityContext {
  const isAssigned = podSettings({ pods }, component).users === 'assigned';
  // SELinux lets no other type read the log files of containers.
  if (typeof user !== 'number') return isAssigned ? { ...user, seLinuxOptions: { type: 'spc_t' } } : user;
  return {
    runAsNonRoot: true,
    ...(isAssigned ? {} : { runAsUser: user, runAsGroup: user, fsGroup: user }),
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

/** How the pods of one workload are spread: as configured, or over nodes and zones. */
export interface Spread {
  readonly replicas: number;
  /** With fewer zones, pods wait. @default - pods do not wait for a zone */
  readonly minZones?: number | undefined;
}

/** The constraints of a spread. A single pod has none of the stack's own. */
export function spread(
  { pods }: PodConfig,
  component: Identity,
  { replicas, minZones }: Spread,
): readonly k8s.TopologySpreadConstraint[] {
  const { topologySpread } = podSettings({ pods }, component.name);
  const labelSelector = { matchLabels: { ...selectorLabels(component) } };
  if (topologySpread !== undefined) return topologySpread.map((constraint) => ({ ...constraint, labelSelector }));
  if (replicas <= 1) return [];
  return ['kubernetes.io/hostname', ZONE_LABEL].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    ...(topologyKey === ZONE_LABEL && minZones !== undefined
      ? { whenUnsatisfiable: 'DoNotSchedule', minDomains: minZones }
      : { whenUnsatisfiable: 'ScheduleAnyway' }),
    labelSelector,
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
