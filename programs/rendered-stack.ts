/** Stacks as they are rendered, and their parts as a cluster would hand them to the programs. */
import { stackNames } from '../charts/main';
import { loadStackConfig, parseStackConfig, type StackConfig, type StackConfigInput } from '../src/config';
import { type KubernetesObject, stackObjects } from '../charts/objects';
import { secretObjects } from '../src/secrets/objects';
import { generateSecretValues, requiredSecrets } from '../src/secrets/values';
import type { SecretValues } from '../src/secrets/row';
import { projectRoot } from '../tools/cache';

export interface RenderedStack {
  readonly name: string;
  readonly config: StackConfig;
  readonly objects: readonly KubernetesObject[];
}

export interface PodTemplate {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly containers: readonly {
    readonly name: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
    readonly readinessProbe?: { readonly periodSeconds: number; readonly failureThreshold: number };
    readonly lifecycle?: { readonly preStop?: { readonly exec?: { readonly command: readonly string[] } } };
  }[];
  readonly [field: string]: unknown;
}

const ROOT = projectRoot();

/** Names of the stacks in the repo. */
export const STACKS = stackNames(ROOT);

/** A stack of the repo. */
export function stack(name: string): RenderedStack {
  const config = loadStackConfig(ROOT, name);
  return { name, config, objects: stackObjects(config) };
}

/** A stack that is in no file. */
export function variant(name: string, input: StackConfigInput): RenderedStack {
  const config = parseStackConfig(name, input);
  return { name, config, objects: stackObjects(config) };
}

/** The one object of this kind and name. */
export function objectOf({ name: stackName, objects }: RenderedStack, kind: string, name: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  const [object] = found;
  if (object === undefined || found.length > 1)
    throw new Error(`stack ${stackName} has ${found.length} objects ${kind}/${name}`);
  return object;
}

/** A file as the pod finds it in the mounted ConfigMap. */
export function configFile(rendered: RenderedStack, configMap: string, key: string): string {
  const text = configFiles(rendered, configMap)[key];
  if (text === undefined) throw new Error(`ConfigMap ${configMap} has no key ${key}`);
  return text;
}

/** All files of a ConfigMap, by name. */
export function configFiles(rendered: RenderedStack, configMap: string): Readonly<Record<string, string>> {
  return objectOf(rendered, 'ConfigMap', configMap)['data'] as Readonly<Record<string, string>>;
}

/** The pods that the stack's workloads make. */
export function podTemplates({ objects }: RenderedStack): readonly PodTemplate[] {
  return objects
    .filter(({ kind }) => ['StatefulSet', 'Deployment', 'DaemonSet'].includes(kind))
    .map(({ kind, metadata, ...rest }) => {
      const { template } = rest['spec'] as { readonly template: Pick<PodTemplate, 'metadata' | 'spec'> };
      return { ...template, kind, name: metadata.name, namespace: metadata.namespace ?? '' };
    });
}

/** The one container of a workload's pod. */
export function containerOf(rendered: RenderedStack, workload: string): PodSpec['containers'][number] {
  const containers = podTemplates(rendered).find(({ name }) => name === workload)?.spec.containers ?? [];
  const [container] = containers;
  if (container === undefined || containers.length > 1)
    throw new Error(`${workload} has ${containers.length} containers`);
  return container;
}

/** Fresh values for every secret of a stack; what somebody else hands out is made up. */
export function secretValues({ config }: RenderedStack): SecretValues {
  const handedOut = requiredSecrets(config).filter(({ generated }) => !generated);
  return {
    ...generateSecretValues(config),
    ...Object.fromEntries(handedOut.map(({ path }) => [path, 'not-a-secret'])),
  };
}

/** Files of a Secret as the pod finds them, made by the product's own code. */
export function secretFiles(
  { config }: RenderedStack,
  values: SecretValues,
  name: string,
): Readonly<Record<string, string>> {
  const secret = secretObjects(config, values).find((candidate) => candidate.name === name);
  if (secret === undefined) throw new Error(`the stack has no Secret ${name}`);
  return secret.stringData;
}

/** A copy of plain data with every string put through `change`. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapStrings(inner, change)]));
}
