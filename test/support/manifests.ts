/** Rendered objects with the fields that tests read, and ways to find them. */
import { App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { parse } from 'yaml';
import type { StackConfig } from '../../src/config';
import { stackObjects } from '../../charts/objects';

export interface SecurityContext {
  readonly [field: string]: unknown;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly tcpSocket?: { readonly port: string };
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly protocol: string }[];
  readonly resources: unknown;
  readonly securityContext: SecurityContext;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}

export interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly configMap?: { readonly name: string };
  readonly secret?: {
    readonly secretName: string;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly emptyDir?: { readonly sizeLimit: string };
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly securityContext: SecurityContext;
  readonly containers: readonly [Container, ...Container[]];
  readonly volumes: readonly Volume[];
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly tolerations?: readonly unknown[];
  readonly topologySpreadConstraints?: readonly { readonly topologyKey: string }[];
  readonly terminationGracePeriodSeconds?: number;
  readonly [field: string]: unknown;
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly spec: PodSpec;
}

export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In';
    readonly values: readonly string[];
  }[];
}

export interface PolicyPeer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}

export interface PolicyRule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports: readonly { readonly protocol: string; readonly port: number }[];
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: string;
}

/** The union of what the specs of all kinds hold; a test reads those of the kind it asked for. */
export interface Spec {
  readonly template: PodTemplate;
  readonly selector: Labels & Selector;
  readonly replicas: number;
  readonly ports: readonly ServicePort[];
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
  readonly [field: string]: unknown;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec: Spec;
  readonly data: Labels;
  readonly [field: string]: unknown;
}

/** Every kind of object that a stack may have. */
export const KINDS: readonly string[] = [
  'Certificate',
  'CiliumNetworkPolicy',
  'ClusterRole',
  'ClusterRoleBinding',
  'ConfigMap',
  'DaemonSet',
  'Deployment',
  'ExternalSecret',
  'HTTPRoute',
  'Ingress',
  'Namespace',
  'NetworkPolicy',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'PodMonitor',
  'PrometheusRule',
  'Service',
  'ServiceAccount',
  'ServiceMonitor',
  'StatefulSet',
];

/** Renders what `add` puts into a chart. */
export function render(add: (scope: Construct) => unknown): readonly Manifest[] {
  const chart = new Chart(new App(), 'test');
  add(chart);
  return chart.toJson() as Manifest[];
}

/** All objects of a stack. */
export function renderStack(config: StackConfig): readonly Manifest[] {
  return stackObjects(config) as unknown as readonly Manifest[];
}

/** The one object of that kind and name; of that kind alone without a name. */
export function find(objects: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = ofKind(objects, kind).filter(({ metadata }) => name === undefined || metadata.name === name);
  const [object] = found;
  if (object === undefined || found.length > 1)
    throw new Error(`Expected one ${kind} ${name ?? ''}, found ${found.length} in ${objects.map(identify).join(', ')}`);
  return object;
}

export function ofKind(objects: readonly Manifest[], kind: string): readonly Manifest[] {
  return objects.filter((object) => object.kind === kind);
}

/** `Kind namespace/name`. */
export function identify({ kind, metadata: { namespace, name } }: Manifest): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

const WORKLOADS = ['StatefulSet', 'Deployment', 'DaemonSet'];

export function workloads(objects: readonly Manifest[]): readonly Manifest[] {
  return objects.filter(({ kind }) => WORKLOADS.includes(kind));
}

/** The pod template of the only workload among the objects. */
export function podOf(objects: readonly Manifest[]): PodTemplate {
  const [workload] = workloads(objects);
  if (workload === undefined) throw new Error('Expected a workload.');
  return workload.spec.template;
}

/** The only container of the only workload. */
export function containerOf(objects: readonly Manifest[]): Container {
  return podOf(objects).spec.containers[0];
}

/** `<Secret>/<key>` that the container finds at a path. */
export function secretAt(objects: readonly Manifest[], path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const mount = containerOf(objects).volumeMounts.find(({ mountPath }) => mountPath === folder);
  const secret = podOf(objects).spec.volumes.find(({ name }) => name === mount?.name)?.secret;
  const item = secret?.items?.find((candidate) => `${folder}/${candidate.path}` === path);
  if (secret === undefined || item === undefined) throw new Error(`No key of a Secret is at ${path}.`);
  return `${secret.secretName}/${item.key}`;
}

/** A file of a ConfigMap. */
export function fileOf(objects: readonly Manifest[], configMap: string, file: string): string {
  const text = find(objects, 'ConfigMap', configMap).data[file];
  if (text === undefined) throw new Error(`Expected ${file} in ConfigMap ${configMap}.`);
  return text;
}

/** A YAML or JSON file of a ConfigMap as a tree. */
export function yamlOf(objects: readonly Manifest[], configMap: string, file: string): Tree {
  return new Tree(parse(fileOf(objects, configMap, file)));
}

/** A parsed document that is read by path: `tree.at('limits_config.retention_period')`. */
export class Tree {
  constructor(readonly value: unknown) {}

  /** What stands at a dotted path; a number is an index. Undefined if nothing does. */
  at(path: string): unknown {
    return path
      .split('.')
      .reduce<unknown>(
        (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
        this.value,
      );
  }
}

/** Whether a selector's labels are among those of a pod. An empty selector selects everything. */
export function selects(labels: Labels, pod: Labels): boolean {
  return Object.entries(labels).every(([key, value]) => pod[key] === value);
}

/** Whether a pod is one of a selector's, its expressions included. */
export function isSelected({ matchLabels = {}, matchExpressions = [] }: Selector, pod: Labels): boolean {
  return selects(matchLabels, pod) && matchExpressions.every(({ key, values }) => values.includes(pod[key] ?? ''));
}

/** Leaves of a tree with their paths. */
export function leaves(
  value: unknown,
  path: readonly string[] = [],
): readonly (readonly [readonly string[], unknown])[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
    : [[path, value]];
}
