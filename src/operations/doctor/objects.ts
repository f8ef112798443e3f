/** Are the stack's objects there, and as the stack file has them? */
import { isDeepStrictEqual } from 'node:util';
import { PROMTAIL } from '../../components/kit/identity';
import type { StackConfig } from '../../config';
import type { KubernetesObject } from '../../deploy/objects';
import { nameOf } from '../compare-finding';
import { dataOf, lokiRules, workloads } from '../observe/expected';
import { LISTED_KINDS } from '../observe/look';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Finding, type Findings, hint, type Link, LINKS } from './finding';

/** How a stack is applied. */
export const applyTodo = (stack: string): string =>
  `pulumi up --stack ${stack}, or kubectl apply --server-side -f dist/${stack}`;

/** Objects that are missing, and ConfigMaps that differ from the stack file. */
export function objectFindings(
  stack: string,
  expected: readonly KubernetesObject[],
  { objects }: StackState,
): Findings {
  const live = known(objects);
  if (live === undefined) return [];
  const rules = lokiRules(expected).configMaps;
  const kinds = [...LISTED_KINDS.namespaced, ...LISTED_KINDS.cluster];
  return expected
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap((object): Findings => {
      const name = nameOf(object);
      const same = live.find((candidate) => nameOf(candidate) === name);
      const link = linkOf(object, rules);
      if (same === undefined)
        return [broken(link, `There is no ${name}.`, 'It was deleted, or never applied.', applyTodo(stack))];
      if (object.kind !== 'ConfigMap' || isDeepStrictEqual(dataOf(object), dataOf(same))) return [];
      return [
        hint(
          link,
          `${name} is not what the stack file makes.`,
          'The stack file was changed and not applied, or the object was changed by hand.',
          applyTodo(stack),
        ),
      ];
    });
}

function linkOf({ kind, metadata: { name } }: KubernetesObject, rules: readonly string[]): Link {
  if (kind === 'NetworkPolicy') return 'network';
  if (rules.includes(name)) return 'rules';
  return /^(?:StatefulSet|Deployment|DaemonSet)$/.test(kind) ? linkOfWorkload(name) : 'objects';
}

/** The link that a component is. */
export function linkOfWorkload(name: string): Link {
  if (name === PROMTAIL.name) return 'agent';
  return LINKS.find((link) => link === name) ?? 'loki';
}

/** The policies, compared with those of the stack file: a rule that is missing cuts a link, and one too many opens a door. */
export function networkFindings(
  stack: string,
  config: StackConfig,
  expected: readonly KubernetesObject[],
  { objects, dnsPolicies }: StackState,
): Findings {
  const live = (known(objects) ?? []).filter(({ kind }) => kind === 'NetworkPolicy');
  const wanted = expected.filter(({ kind }) => kind === 'NetworkPolicy');
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
  const foreign = live.filter((policy) => wanted.every((candidate) => nameOf(candidate) !== nameOf(policy)));
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
        'Policies only add to what is allowed: it cuts no link, and may open one that should be closed.',
        `kubectl -n ${policy.metadata.namespace ?? ''} describe networkpolicy ${policy.metadata.name}`,
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

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** As it is in JSON: without what is undefined. */
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

/** Whether a rule may let a namespace in. What cannot be decided by its name counts as yes. */
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

/** The rendered workload of a name. */
export function workloadNamed(objects: readonly KubernetesObject[], name: string) {
  return workloads(objects.filter(({ metadata }) => metadata.name === name))[0];
}
