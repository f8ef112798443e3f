/** A container of any pod: its image, security, resources and probes. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Quantity } from 'cdk8s-plus-27/lib/imports/k8s';
import type { Resources, StackConfig } from '../../config';
import { type ByteSize, formatCpu, formatQuantity, goMemoryLimit } from '../../config/units';

/** The fields of a container that {@link container} fills in. */
type Given =
  'image' | 'imagePullPolicy' | 'securityContext' | 'terminationMessagePolicy' | 'resources' | 'livenessProbe';

/** The fields in which containers differ. */
export interface ContainerProps extends Omit<k8s.Container, Given> {
  /** The image as the config has it. A mirror is put in front of it. */
  readonly image: string;
  readonly resources: Resources;
  /** Disk for files other than its log and small temporary files. @default - none */
  readonly buffers?: ByteSize;
  /** Probe that restarts it. @default period and threshold - every 10 s, restarted after 6 failures */
  readonly livenessProbe: k8s.Probe;
}

/** Security of every container, including the agent's. */
export const CONTAINER_SECURITY: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** A container with the fields that all containers have. */
export function container(
  images: StackConfig['images'],
  { image, resources, buffers, livenessProbe, ...own }: ContainerProps,
): k8s.Container {
  return {
    ...own,
    image: imageReference(image, images),
    imagePullPolicy: images.pullPolicy,
    resources: containerResources(resources, buffers),
    securityContext: CONTAINER_SECURITY,
    // `kubectl describe pod` and `pulumi up` then show the last lines of the log of a container that has ended.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    livenessProbe: { periodSeconds: 10, failureThreshold: 6, ...livenessProbe },
  };
}

/** The image, from the mirror where one is configured. */
export function imageReference(image: string, { registry }: Pick<StackConfig['images'], 'registry'>): string {
  if (registry === undefined) return image;
  const [first = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (first.includes('.') || first.includes(':'));
  return `${registry.replace(/\/$/, '')}/${hasRegistry ? rest.join('/') : image}`;
}

/** Disk of the node for a pod's log and temporary files. The node stops the pod above the limit. */
const EPHEMERAL_STORAGE = { request: '64Mi', limit: { bytes: 2 ** 30 } };

function containerResources(
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

/** Share of the memory limit up to which Go collects lazily. The rest is for memory that Go does not count. */
const GO_MEMORY_SHARE = 0.8;

/** `GOMEMLIMIT`, for every program that is written in Go. */
export function goMemory({ limits }: Resources): k8s.EnvVar {
  return { name: 'GOMEMLIMIT', value: goMemoryLimit(limits.memory, GO_MEMORY_SHARE) };
}

/** A variable that the kubelet fills in from a field of the pod. */
export function podField(name: string, fieldPath: string): k8s.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** TCP ports by their names. */
export function containerPorts(ports: Readonly<Record<string, number>>): k8s.ContainerPort[] {
  return Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' }));
}

/** A probe that asks for a path, over TLS with `scheme: HTTPS`. */
export function httpProbe(path: string, port = 'http', scheme: 'HTTP' | 'HTTPS' = 'HTTP'): k8s.Probe {
  return {
    httpGet: { path, port: k8s.IntOrString.fromString(port), ...(scheme === 'HTTP' ? {} : { scheme }) },
  };
}

/** A probe that only connects to a port. */
export function tcpProbe(port: string): k8s.Probe {
  return { tcpSocket: { port: k8s.IntOrString.fromString(port) } };
}
