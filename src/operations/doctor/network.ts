/** Link `network`: are the policies those of the stack file? A rule that is missing cuts a link, and one too many opens a door. */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../charts/objects';
import type { StackConfig } from '../../config';
import { nameOf } from '../kubectl';
import { CILIUM_POLICY } from '../observe/look';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Finding, type Findings, hint } from './finding';
import { applyTodo } from './todo';

/** The policies, compared with those of the stack file: a rule that is missing cuts a link, and one too many opens a door. */
export function networkFindings(
  stack: string,
  config: StackConfig,
  expected: readonly KubernetesObject[],
  { objects, dnsPolicies }: StackState,
): Findings {
  const live = (known(objects) ?? []).filter(isPolicy);
  const wanted = expected.filter(isPolicy);
  const changed = wanted.flatMap((policy): Finding[] => {
    const same = live.find((candidate) => nameOf(candidate) === nameOf(policy));
    if (same === undefined || isDeepStrictEqual(plain(policy['spec']), plain(same['spec']))) return [];
    return [
      broken(
        'network',
        `${nameOf(policy)} has other rules than the stack file makes.`,
        'It was changed by hand, or the stack file was changed and not applied. Traffic that the stack needs may be denied.',
        applyTodo(stack),
      ),
    ];
  });
  const foreign = (config.network.policies === 'none' ? [] : live).filter((policy) =>
    wanted.every((candidate) => nameOf(candidate) !== nameOf(policy)),
  );
  const { podLabels, namespace } = config.network.dns;
  const isolating = (known(dnsPolicies) ?? []).filter((policy) => isolates(policy, podLabels));
  const cut =
    isolating.length > 0 &&
    !isolating.some((policy) => ingressOf(policy).some((rule) => letsIn(rule, config.namespaces.agents)));
  return [
    ...changed,
    ...foreign.map((policy) =>
      hint(
        'network',
        `${nameOf(policy)} is not of this stack.`,
        policy.kind === CILIUM_POLICY
          ? 'It may open a link that should be closed, or cut one: ingressDeny and egressDeny go before what others allow.'
          : 'Policies only add to what is allowed: it cuts no link, and may open one that should be closed.',
        `kubectl -n ${policy.metadata.namespace ?? ''} describe ${policy.kind.toLowerCase()} ${policy.metadata.name}`,
      ),
    ),
    ...(cut
      ? [
          broken(
            'network',
            `${isolating.map(nameOf).join(', ')} isolates the DNS server, and none of its rules lets ${config.namespaces.agents} in.`,
            'The agents cannot look the gateway’s name up.',
            `kubectl -n ${namespace} describe networkpolicy ${isolating[0]?.metadata.name ?? ''}`,
          ),
        ]
      : []),
  ];
}

const isPolicy = ({ kind }: KubernetesObject): boolean => kind === 'NetworkPolicy' || kind === CILIUM_POLICY;

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value as in JSON: without undefined fields. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

function isolates(policy: KubernetesObject, podLabels: Readonly<Record<string, string>>): boolean {
  const spec = fields(policy['spec']);
  const { matchLabels, matchExpressions } = fields(spec['podSelector']);
  const types = items(spec['policyTypes']);
  return (
    matchExpressions === undefined &&
    (types.length === 0 || types.includes('Ingress')) &&
    Object.entries(fields(matchLabels)).every(([name, value]) => podLabels[name] === value)
  );
}

const ingressOf = (policy: KubernetesObject): readonly unknown[] => items(fields(policy['spec'])['ingress']);

/** Whether a rule may let a namespace in. If its name does not decide this, the answer is yes. */
function letsIn(rule: unknown, namespace: string): boolean {
  const from = items(fields(rule)['from']);
  return (
    from.length === 0 ||
    from.map(fields).some((peer) => {
      if (peer['ipBlock'] !== undefined) return true;
      if (peer['namespaceSelector'] === undefined) return false;
      const { matchLabels, matchExpressions } = fields(peer['namespaceSelector']);
      const name = fields(matchLabels)['kubernetes.io/metadata.name'];
      return matchExpressions !== undefined || name === undefined || name === namespace;
    })
  );
}
