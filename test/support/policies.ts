/** Policies as tests read them, whichever kind they are of. */
import type { Labels, Manifest, PolicyRule, Selector } from './manifests';

/** One end of a rule: pods of a namespace, or addresses, or what Cilium knows by itself. */
export interface Peer {
  readonly namespace?: string;
  readonly pods: Selector;
  readonly cidr?: string;
  readonly entity?: string;
}

export interface Rule {
  readonly peers: readonly Peer[];
  readonly ports: readonly number[];
}

export interface ReadPolicy {
  readonly name: string;
  readonly namespace: string;
  /** The pods that it is for. */
  readonly pods: Selector;
  /** Directions in which it denies what no rule allows. */
  readonly closes: readonly string[];
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

export function readPolicies(objects: readonly Manifest[]): readonly ReadPolicy[] {
  return objects.flatMap((object) =>
    object.kind === 'NetworkPolicy'
      ? [ofKubernetes(object)]
      : object.kind === 'CiliumNetworkPolicy'
        ? [ofCilium(object)]
        : [],
  );
}

function ofKubernetes({ metadata, spec }: Manifest): ReadPolicy {
  const rules = (list: readonly PolicyRule[] = []): readonly Rule[] =>
    list.map(({ from, to, ports }) => ({
      peers: (from ?? to ?? []).map(({ namespaceSelector, podSelector, ipBlock }) => ({
        ...optional('namespace', namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name']),
        pods: podSelector ?? {},
        ...optional('cidr', ipBlock?.cidr),
      })),
      ports: ports.map(({ port }) => port),
    }));
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    pods: spec.podSelector,
    closes: spec.policyTypes,
    ingress: rules(spec.ingress),
    egress: rules(spec.egress),
  };
}

interface CiliumRule {
  readonly toPorts?: readonly [{ readonly ports: readonly { readonly port: string }[] }];
  readonly [peers: string]: unknown;
}

function ofCilium({ metadata, spec }: Manifest): ReadPolicy {
  const { endpointSelector, ingress, egress } = spec as unknown as {
    readonly endpointSelector: Selector;
    readonly ingress: readonly CiliumRule[];
    readonly egress: readonly CiliumRule[];
  };
  const rules = (list: readonly CiliumRule[]): readonly Rule[] =>
    list
      .filter((rule) => Object.keys(rule).length > 0) // an empty one denies
      .map(({ toPorts, ...peers }) => ({
        peers: Object.entries(peers).flatMap(([kind, values]) =>
          (values as readonly unknown[]).map((value) => ciliumPeer(kind, value)),
        ),
        ports: (toPorts?.[0].ports ?? []).map(({ port }) => Number(port)),
      }));
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    pods: withoutPrefix(endpointSelector),
    closes: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
    ingress: rules(ingress),
    egress: rules(egress),
  };
}

function ciliumPeer(kind: string, value: unknown): Peer {
  if (kind.endsWith('Entities')) return { pods: {}, entity: String(value) };
  if (kind.endsWith('CIDRSet')) return { pods: {}, cidr: (value as { readonly cidr: string }).cidr };
  const { matchLabels = {}, matchExpressions } = withoutPrefix(value as Selector);
  const { 'io.kubernetes.pod.namespace': namespace, ...labels } = matchLabels;
  return {
    ...optional('namespace', namespace),
    pods: { matchLabels: labels, ...optional('matchExpressions', matchExpressions) },
  };
}

/** Cilium's labels name their source. */
function withoutPrefix({ matchLabels, matchExpressions }: Selector): Selector {
  const plain = (label: string): string => label.replace(/^k8s:/, '');
  const labels: Labels = Object.fromEntries(
    Object.entries(matchLabels ?? {}).map(([label, value]) => [plain(label), value]),
  );
  return {
    matchLabels: labels,
    ...optional(
      'matchExpressions',
      matchExpressions?.map((expression) => ({ ...expression, key: plain(expression.key) })),
    ),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [name in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]: V });
}
