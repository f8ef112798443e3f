/** Each way in which somebody could get one policy wrong: too little, or too much. */
import type { KubernetesObject } from '../../charts/objects';

export const DIRECTIONS = ['ingress', 'egress'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A rule of a policy of either kind. */
export type Rule = Readonly<Record<string, unknown>>;

export interface Policy extends KubernetesObject {
  readonly spec: { readonly ingress?: readonly Rule[]; readonly egress?: readonly Rule[] };
}

export interface Mistake {
  readonly what: string;
  readonly directions: readonly Direction[];
  /** What is left of the policy: nothing, or another one. */
  readonly instead: readonly Policy[];
}

/** What is wrong with a rule, and the rules that are there instead. */
export type RuleMistake = readonly [what: string, instead: readonly Rule[]];

/** How one kind of policy is got wrong. */
export interface MistakesOfKind {
  /** A rule that lets everything pass in a direction. */
  readonly open: (direction: Direction) => Rule;
  readonly ofRule: (rule: Rule) => readonly RuleMistake[];
}

export function mistakes(policy: Policy, { open, ofRule }: MistakesOfKind): readonly Mistake[] {
  const name = `${policy.metadata.namespace ?? ''}/${policy.metadata.name}`;
  return [
    { what: `${name} is missing`, directions: DIRECTIONS, instead: [] },
    ...DIRECTIONS.flatMap((direction) => {
      const rules = policy.spec[direction] ?? [];
      const mistake = (what: string, changed: readonly Rule[]): Mistake => ({
        what: `${name} has ${direction} ${what}`,
        directions: [direction],
        instead: [{ ...policy, spec: { ...policy.spec, [direction]: changed } }],
      });
      return [
        mistake('open', [open(direction)]),
        ...rules.flatMap((rule, index) =>
          ofRule(rule).map(([what, instead]) =>
            mistake(`rule ${index + 1} ${what}`, rules.toSpliced(index, 1, ...instead)),
          ),
        ),
      ];
    }),
  ];
}

/** A peer of a NetworkPolicy. */
interface Peer {
  readonly podSelector?: object;
  readonly namespaceSelector?: object;
  readonly ipBlock?: object;
}

export const ofKubernetes: MistakesOfKind = {
  open: () => ({}),
  ofRule: (rule) => {
    const end = rule['from'] === undefined ? 'to' : 'from';
    const peers = (rule[end] ?? []) as readonly Peer[];
    return [
      ['missing', []],
      ['for all ports', [{ [end]: peers }]],
      ['for all peers', [rule['ports'] === undefined ? {} : { ports: rule['ports'] }]],
      ...peers.flatMap((peer, index) => {
        const withPeer = (instead: readonly Peer[]): readonly Rule[] => [
          { ...rule, [end]: peers.toSpliced(index, 1, ...instead) },
        ];
        const which = `peer ${index + 1}`;
        return [
          ...(peers.length > 1 ? [[`without ${which}`, withPeer([])] as const] : []),
          ...(peer.podSelector === undefined
            ? []
            : [[`for every pod of the namespace of ${which}`, withPeer([{ ...peer, podSelector: {} }])] as const]),
          ...(peer.namespaceSelector === undefined
            ? []
            : [[`for ${which} in any namespace`, withPeer([{ ...peer, namespaceSelector: {} }])] as const]),
          ...(peer.ipBlock === undefined
            ? []
            : [[`for every address instead of ${which}`, withPeer([{ ipBlock: { cidr: '0.0.0.0/0' } }])] as const]),
        ];
      }),
    ];
  },
};

const CILIUM_NAMESPACE = 'k8s:io.kubernetes.pod.namespace';
const ANY_NAMESPACE = { key: CILIUM_NAMESPACE, operator: 'Exists' };

/** Pods of a CiliumNetworkPolicy. */
interface Endpoints {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly object[];
}

export const ofCilium: MistakesOfKind = {
  open: (direction) => ({ [direction === 'ingress' ? 'fromEntities' : 'toEntities']: ['all'] }),
  ofRule: (rule) => {
    const [kind] = Object.keys(rule).filter((key) => key !== 'toPorts');
    // An empty rule denies everything: without it, everything passes.
    if (kind === undefined) return [];
    const { [kind]: list, toPorts } = rule;
    const peers = (list ?? []) as readonly unknown[];
    return [
      ['missing', []],
      ['for all ports', [{ [kind]: peers }]],
      ['for all peers', [{ toPorts }]],
      ...peers.flatMap((peer, index): readonly RuleMistake[] => {
        const withPeer = (instead: readonly unknown[]): readonly Rule[] => [
          { ...rule, [kind]: peers.toSpliced(index, 1, ...instead) },
        ];
        const which = `peer ${index + 1}`;
        return [
          ...(peers.length > 1 ? [[`without ${which}`, withPeer([])] as const] : []),
          ...(kind.endsWith('Endpoints') ? endpointMistakes(peer as Endpoints, which, withPeer) : []),
          ...(kind.endsWith('CIDRSet')
            ? [[`for every address instead of ${which}`, withPeer([{ cidr: '0.0.0.0/0' }])] as const]
            : []),
          ...(kind.endsWith('Entities') ? [[`for everybody instead of ${which}`, withPeer(['all'])] as const] : []),
        ];
      }),
    ];
  },
};

function endpointMistakes(
  { matchLabels, matchExpressions }: Endpoints,
  which: string,
  withPeer: (instead: readonly unknown[]) => readonly Rule[],
): readonly RuleMistake[] {
  const { [CILIUM_NAMESPACE]: namespace = '', ...labels } = matchLabels;
  const isWhole = Object.keys(labels).length === 0 && matchExpressions === undefined;
  return [
    ...(isWhole
      ? []
      : [
          [
            `for every pod of the namespace of ${which}`,
            withPeer([{ matchLabels: { [CILIUM_NAMESPACE]: namespace } }]),
          ] as const,
        ]),
    [
      `for ${which} in any namespace`,
      withPeer([{ matchLabels: labels, matchExpressions: [...(matchExpressions ?? []), ANY_NAMESPACE] }]),
    ],
  ];
}
