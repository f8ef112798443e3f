/** What the pods of all components have in common. */
import { createHash } from 'node:crypto';
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Quantity } from 'cdk8s-plus-27/lib/imports/k8s';
import type { Resources, StackConfig } from '../../config';
import { type ByteSize, formatCpu, formatQuantity } from '../../config/units';

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

/** For every container, the agent's too. */
export const CONTAINER_SECURITY: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** `kubectl describe pod`, and with it `pulumi up`, says why a container has ended: with the last lines of its log. */
export const LAST_WORDS = 'FallbackToLogsOnError';

/** What a pod may write to its node: its own log and temporary files. Above it the node stops the pod, and not all of them. */
const EPHEMERAL_STORAGE = { request: '64Mi', limit: { bytes: 2 ** 30 } };

/**
 * Requests and limits as Kubernetes wants them.
 *
 * @param buffers - what it may keep in files besides. @default - nothing
 */
export function containerResources(
  { requests, limits }: Resources,
  buffers: ByteSize = { bytes: 0 },
): k8s.ResourceRequirements {
  const quantities = (amount: Resources['requests'], disk: string) => ({
    cpu: Quantity.fromString(formatCpu(amount.cpu)),
    memory: Quantity.fromString(formatQuantity(amount.memory)),
    'ephemeral-storage': Quantity.fromString(disk),
  });
  return {
    requests: quantities(requests, EPHEMERAL_STORAGE.request),
    limits: quantities(limits, formatQuantity({ bytes: EPHEMERAL_STORAGE.limit.bytes + buffers.bytes })),
  };
}

/** The image, from the mirror where one is configured. */
export function imageReference(image: string, { registry }: Pick<StackConfig['images'], 'registry'>): string {
  if (registry === undefined) return image;
  const [first = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (first.includes('.') || first.includes(':'));
  return `${registry.replace(/\/$/, '')}/${hasRegistry ? rest.join('/') : image}`;
}

/** Pull secrets as references; nothing where there are none. */
export function pullSecrets({
  pullSecrets: names,
}: Pick<StackConfig['images'], 'pullSecrets'>): Pick<k8s.PodSpec, 'imagePullSecrets'> {
  return names.length === 0 ? {} : { imagePullSecrets: names.map((name) => ({ name })) };
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

/** Pods of one workload on different nodes and zones where there are several. */
export function spread(labels: Readonly<Record<string, string>>): readonly k8s.TopologySpreadConstraint[] {
  return ['kubernetes.io/hostname', ZONE_LABEL].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { ...labels } },
  }));
}

/** Keys of a Secret as files, readable for the pod's group and nobody else; all keys without a list. */
export function secretFiles(name: string, secretName: string, keys?: readonly string[]): k8s.Volume {
  const items = keys?.map((key) => ({ key, path: key }));
  return { name, secret: { secretName, defaultMode: 0o440, ...(items === undefined ? {} : { items }) } };
}

/** A Service's port of the same number and name as the container's. */
export function servicePort(name: string, port: number): k8s.ServicePort {
  return { name, port, targetPort: k8s.IntOrString.fromString(name), protocol: 'TCP' };
}

/** A volume that one pod at a time writes to; of the cluster's default class without one. */
export function volumeClaim(size: ByteSize, storageClass: string | undefined): k8s.PersistentVolumeClaimSpec {
  return {
    accessModes: ['ReadWriteOnce'],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: k8s.Quantity.fromString(formatQuantity(size)) } },
  };
}
