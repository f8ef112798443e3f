/** Each way in which somebody could get one policy wrong, and that the traffic matrix notices it. */
import { AGENTS } from '../../src/components/kit/identity';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { type RenderedStack, stack } from '../../programs/rendered-stack';
import { differences, type Evaluators, EVALUATORS, policiesOf, unmentioned } from './differences';
import { matrix, type Party, type Row } from './matrix';
import { mistakes, ofCilium, ofKubernetes, type Policy } from './mistakes';
import { byCilium, withEverything, withEverythingByCilium, withRecordingRules } from './stacks';

let evaluators: Evaluators;
beforeAll(async () => {
  evaluators = await programs(...EVALUATORS);
}, BUILD_TIMEOUT);

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
    const found = await differences(evaluators, rendered, rows, policies);
    if (Object.keys(found).length > 0) return found;
  }
  return {};
}

describe.each(
  [stack('prod'), withRecordingRules, withEverything, byCilium, withEverythingByCilium].map(
    (rendered) => [rendered.name, rendered] as const,
  ),
)('the matrix notices in %s when', (_name, rendered) => {
  const isByCilium = rendered.config.network.policies === 'cilium';
  const policies = policiesOf(rendered) as unknown as readonly Policy[];
  const rows = matrix(rendered.config);
  const others = unmentioned(rows, rendered);
  const found = policies.flatMap((policy, index) =>
    mistakes(policy, isByCilium ? ofCilium : ofKubernetes).map((mistake) => ({
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
    const metadata = { name: 'allow-all', namespace: 'logging' };
    const open = isByCilium
      ? {
          apiVersion: 'cilium.io/v2',
          kind: 'CiliumNetworkPolicy',
          metadata,
          spec: { endpointSelector: {}, ingress: [ofCilium.open('ingress')], egress: [ofCilium.open('egress')] },
        }
      : {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata,
          spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] },
        };
    expect(await differences(evaluators, rendered, rows, [...policies, open])).not.toEqual({});
  });
});
