/** Rights in the cluster: every rule of every stack, with what it is for. A rule without a line here fails. */
import { agentOf } from '../../../src/components/kit/identity';
import type { StackConfig } from '../../../src/config';
import { find, type Manifest, ofKind, renderStack, workloads } from '../../support/manifests';
import { everyStack } from '../../support/every-stack';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

interface Right {
  /** Kind of the role and name of the component. */
  readonly role: string;
  readonly rule: Rule;
  readonly why: string;
}

/** What the components of a stack may do. */
const rightsOf = (config: StackConfig): readonly Right[] => [
  {
    role: `ClusterRole ${agentOf(config).name}`,
    rule: { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    why: 'discovery of the pods of its node, whose names and labels become labels of the lines',
  },
];

const COMPONENT = 'app.kubernetes.io/name';

const componentOf = ({ metadata: { name, labels } }: Manifest): string => labels?.[COMPONENT] ?? name;
const roles = (objects: readonly Manifest[]) => objects.filter(({ kind }) => /^(Cluster)?Role$/.test(kind));
const bindings = (objects: readonly Manifest[]) => objects.filter(({ kind }) => /^(Cluster)?RoleBinding$/.test(kind));
const rulesOf = (role: Manifest) => role['rules'] as readonly Rule[];

describe.each(everyStack().map(({ name, config }) => [name, config] as const))('in %s', (_, config) => {
  const objects = renderStack(config);

  it('the rules are these, each with its reason', () => {
    expect(
      roles(objects).flatMap((role) =>
        rulesOf(role).map((rule) => ({ role: `${role.kind} ${componentOf(role)}`, rule })),
      ),
    ).toEqual(rightsOf(config).map(({ role, rule }) => ({ role, rule })));
    // Rules that would come from other roles.
    for (const role of roles(objects)) expect(role).not.toHaveProperty('aggregationRule');
  });

  it('no rule is for everything, for a Secret, or for more than reading', () => {
    for (const { apiGroups = [], resources = [], nonResourceURLs = [], verbs } of roles(objects).flatMap(rulesOf)) {
      for (const text of [...apiGroups, ...resources, ...nonResourceURLs, ...verbs]) expect(text).not.toContain('*');
      expect(resources).not.toContain('secrets');
      expect(['get', 'list', 'watch']).toEqual(expect.arrayContaining([...verbs]));
    }
  });

  it('every binding gives a role of the stack to the ServiceAccount of the same component', () => {
    expect(bindings(objects).map(componentOf)).toEqual(roles(objects).map(componentOf));
    for (const binding of bindings(objects)) {
      const role = binding['roleRef'] as { readonly apiGroup: string; readonly kind: string; readonly name: string };
      expect(role.apiGroup).toBe('rbac.authorization.k8s.io');
      expect(componentOf(find(objects, role.kind, role.name))).toBe(componentOf(binding));
      const account = find(objects, 'ServiceAccount', componentOf(binding));
      const { name, namespace } = account.metadata;
      expect(binding['subjects']).toEqual([{ kind: 'ServiceAccount', name, namespace }]);
    }
  });

  it('every pod has a ServiceAccount of the stack, and none is left over', () => {
    const used = workloads(objects).map(
      ({ metadata: { namespace }, spec }) => `${namespace}/${spec.template.spec.serviceAccountName}`,
    );
    const there = ofKind(objects, 'ServiceAccount').map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
    expect(new Set(there)).toEqual(new Set(used));
  });

  it('no pod but the agent’s gets a token, and that one asks for it by itself', () => {
    for (const { metadata, spec } of workloads(objects)) {
      const pod = spec.template.spec;
      expect([metadata.name, pod.automountServiceAccountToken]).toEqual([
        metadata.name,
        metadata.name === agentOf(config).name,
      ]);
      expect(find(objects, 'ServiceAccount', pod.serviceAccountName)['automountServiceAccountToken']).toBe(false);
      expect(JSON.stringify(pod.volumes)).not.toContain('serviceAccountToken');
    }
  });
});
