/** kubectl's answers about one cluster, and the ports that were opened into its pods. */
import type { KubernetesObject } from '../../../charts/objects';
import type { StackConfig } from '../../config';
import { type Cluster, type Forward, forward, kubectlAsync, parseList } from '../kubectl';
import { derive, observe, type Observed } from './observed';
import { nodeStates, podStates, SECRET_KEYS_TEMPLATE, secretKeys, warnings } from './shapes';
import type { NodeState, PodState, SecretKeys, Warning } from './state';

/** Kinds that every cluster knows. Other kinds may not be installed: of them, only the policies are compared. */
export const LISTED_KINDS = {
  namespaced: [
    'StatefulSet',
    'Deployment',
    'DaemonSet',
    'Service',
    'ConfigMap',
    'NetworkPolicy',
    'PersistentVolumeClaim',
    'ServiceAccount',
    'PodDisruptionBudget',
    'Ingress',
  ],
  cluster: ['Namespace', 'ClusterRole', 'ClusterRoleBinding'],
};

/** Cilium's policies. A cluster without Cilium does not know this kind. */
export const CILIUM_POLICY = 'CiliumNetworkPolicy';
/** kubectl's answer for a kind that the cluster does not know. */
const UNKNOWN_KIND = /doesn't have a resource type/;

/** How long the API server may take to answer. */
const KUBECTL_TIME = 10_000;
const FORWARD_TIME = 8000;

export class Look {
  private readonly forwards: Forward[] = [];
  private closed = false;

  constructor(private readonly cluster: Cluster) {}

  kubectl(what: string, args: readonly string[]): Promise<Observed<string>> {
    return observe((signal) => kubectlAsync(this.cluster, args, signal), what, KUBECTL_TIME);
  }

  /** Asks each namespace; one that cannot be read makes all of it unknown. */
  private async each<T>(
    namespaces: readonly string[],
    what: string,
    args: readonly string[],
    read: (answer: string, namespace: string) => readonly T[],
  ): Promise<Observed<readonly T[]>> {
    const answers = await Promise.all(
      namespaces.map(async (namespace) => {
        const answer = await this.kubectl(what, ['-n', namespace, 'get', ...args]);
        return derive(answer, (text) => read(text, namespace));
      }),
    );
    const values: T[] = [];
    for (const answer of answers) {
      if ('unknown' in answer) return answer;
      values.push(...answer.value);
    }
    return { value: values };
  }

  async objects(
    namespaces: readonly string[],
    clusterObjects: readonly string[],
    policies: StackConfig['network']['policies'],
  ): Promise<Observed<readonly KubernetesObject[]>> {
    const kinds = LISTED_KINDS.namespaced.map((kind) => kind.toLowerCase()).join(',');
    const [inside, outside, ofCilium] = await Promise.all([
      this.each(namespaces, 'objects', [kinds, '-o', 'json'], parseList),
      this.kubectl('objects', ['get', ...clusterObjects, '--ignore-not-found', '-o', 'json']),
      policies === 'cilium' ? this.ciliumPolicies(namespaces) : { value: [] },
    ]);
    if ('unknown' in inside) return inside;
    if ('unknown' in ofCilium) return ofCilium;
    return derive(outside, (text) => [
      ...inside.value,
      ...ofCilium.value,
      ...(text.trim() === '' ? [] : parseList(text)),
    ]);
  }

  /** A cluster that does not know the kind has none. */
  private async ciliumPolicies(namespaces: readonly string[]): Promise<Observed<readonly KubernetesObject[]>> {
    const args = [`${CILIUM_POLICY.toLowerCase()}.cilium.io`, '-o', 'json'];
    const found = await this.each(namespaces, 'CiliumNetworkPolicies', args, parseList);
    return 'unknown' in found && UNKNOWN_KIND.test(found.unknown) ? { value: [] } : found;
  }

  pods(namespaces: readonly string[]): Promise<Observed<readonly PodState[]>> {
    return this.each(namespaces, 'pods', ['pods', '-o', 'json'], podStates);
  }

  async nodes(): Promise<Observed<readonly NodeState[]>> {
    return derive(await this.kubectl('nodes', ['get', 'nodes', '-o', 'json']), nodeStates);
  }

  warnings(namespaces: readonly string[]): Promise<Observed<readonly Warning[]>> {
    return this.each(namespaces, 'events', ['events', '--field-selector=type=Warning', '-o', 'json'], warnings);
  }

  secretKeys(namespaces: readonly string[]): Promise<Observed<readonly SecretKeys[]>> {
    const args = ['secrets', '-o', `go-template=${SECRET_KEYS_TEMPLATE}`];
    return this.each(namespaces, 'secrets', args, (answer, namespace) => secretKeys(namespace, answer));
  }

  policies(namespace: string): Promise<Observed<readonly KubernetesObject[]>> {
    return this.each([namespace], 'policies', ['networkpolicies', '-o', 'json'], parseList);
  }

  /** One value of a Secret. Handle as a secret. */
  async secretValue(namespace: string, name: string, key: string): Promise<Observed<string>> {
    const path = `jsonpath={.data.${key.replaceAll('.', '\\.')}}`;
    const answer = await this.kubectl(`Secret ${name}`, ['-n', namespace, 'get', 'secret', name, '-o', path]);
    if ('unknown' in answer) return answer;
    if (answer.value === '') return { unknown: `Secret ${namespace}/${name} has no ${key}` };
    return { value: Buffer.from(answer.value, 'base64').toString() };
  }

  /** Opens ports of a pod: port of the pod → port of this machine. */
  async open(
    pod: { readonly namespace: string; readonly name: string },
    ports: readonly number[],
  ): Promise<Observed<ReadonlyMap<number, number>>> {
    return observe(
      async () => {
        const opened = await forward(this.cluster, pod, ports, FORWARD_TIME);
        if (this.closed) opened.close();
        else this.forwards.push(opened);
        return opened.ports;
      },
      `a port of ${pod.name}`,
      FORWARD_TIME + 1000,
    );
  }

  close(): void {
    this.closed = true;
    for (const { close } of this.forwards) close();
  }
}
