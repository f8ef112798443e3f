/** Each way in which somebody could get one policy wrong, and that the traffic matrix notices it. */
import { AGENTS } from '../../src/components/kit/identity';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { type RenderedStack, stack } from '../../programs/rendered-stack';
import { differences, policiesOf, unmentioned } from './differences';
import { matrix, type Party, type Row } from './matrix';
import { withEverything, withRecordingRules } from './stacks';

let cyclonus: string;
beforeAll(async () => {
  ({ cyclonus } = await programs('cyclonus'));
}, BUILD_TIMEOUT);

interface Peer {
  readonly podSelector?: object;
  readonly namespaceSelector?: object;
  readonly ipBlock?: object;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly object[];
}

interface Policy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly ingress?: readonly Rule[]; readonly egress?: readonly Rule[] };
}

interface Mistake {
  readonly what: string;
  readonly directions: readonly Direction[];
  /** What is left of the policy: nothing, or another one. */
  readonly instead: readonly Policy[];
}

const DIRECTIONS = ['ingress', 'egress'] as const;
type Direction = (typeof DIRECTIONS)[number];

/** Too little, or too much. */
function mistakes(policy: Policy): readonly Mistake[] {
  const name = `${policy.metadata.namespace}/${policy.metadata.name}`;
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
        mistake('open', [{}]),
        ...rules.flatMap((rule, index) =>
          ruleMistakes(rule).map(([what, instead]) =>
            mistake(`rule ${index + 1} ${what}`, rules.toSpliced(index, 1, ...instead)),
          ),
        ),
      ];
    }),
  ];
}

function ruleMistakes(rule: Rule): readonly (readonly [what: string, instead: readonly Rule[]])[] {
  const end = rule.from === undefined ? 'to' : 'from';
  const peers = rule[end] ?? [];
  return [
    ['missing', []],
    ['for all ports', [{ [end]: peers }]],
    ['for all peers', [rule.ports === undefined ? {} : { ports: rule.ports }]],
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
}

const ROWS_AT_ONCE = 500;

const inParts = (rows: readonly Row[]): readonly (readonly Row[])[] =>
  Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, part) =>
    rows.slice(part * ROWS_AT_ONCE, (part + 1) * ROWS_AT_ONCE),
  );

/** What the first list of rows says in which the policies differ at all: the rest would only say so again. */
async function firstDifferences(
  rendered: RenderedStack,
  lists: readonly (readonly Row[])[],
  policies: readonly object[],
): Promise<Readonly<Record<string, string>>> {
  for (const rows of lists) {
    const found = await differences(cyclonus, rendered, rows, policies);
    if (Object.keys(found).length > 0) return found;
  }
  return {};
}

describe.each(
  [stack('prod'), withRecordingRules, withEverything].map((rendered) => [rendered.name, rendered] as const),
)('the matrix notices in %s when', (_name, rendered) => {
  const policies = policiesOf(rendered) as unknown as readonly Policy[];
  const rows = matrix(rendered.config);
  const others = unmentioned(rows, rendered);
  const found = policies.flatMap((policy, index) =>
    mistakes(policy).map((mistake) => ({
      ...mistake,
      about: policy.metadata.name,
      changed: policies.toSpliced(index, 1, ...mistake.instead),
    })),
  );

  it.each(found)('$what', async ({ about, directions, changed }) => {
    // The rows that the mistake is about; all of them would say the same, and take ten times as long.
    const own = (party: Party): boolean =>
      party === about ||
      (about === 'agent' && party in AGENTS) ||
      (about === 'default-deny' && party.startsWith('unknown pod'));
    const isRelated = ({ from, to }: Row): boolean =>
      (directions.includes('egress') && own(from)) || (directions.includes('ingress') && own(to));
    // Those of the matrix are few, and notice most mistakes.
    const lists = [rows.filter(isRelated), ...inParts(others.filter(isRelated))];
    expect(await firstDifferences(rendered, lists, changed)).not.toEqual({});
  });

  it('a policy that opens everything is added', async () => {
    const open = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'allow-all', namespace: 'logging' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] },
    };
    expect(await differences(cyclonus, rendered, rows, [...policies, open])).not.toEqual({});
  });
});
