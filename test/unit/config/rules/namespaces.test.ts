import { configWith, problemsOf } from '../../../support/config';
import { testRules } from './rows';

testRules([
  {
    rule: 'a namespace of its own: it is privileged, and namespaces.logging is not',
    broken: { namespaces: { agents: 'logging' } },
    path: 'namespaces.agents',
    received: '"logging"',
    remedy: 'leave it out, for logging-agents',
    kept: { namespaces: { agents: 'other' } },
  },
]);

describe('a namespace is the stack’s alone: it lets nothing talk there but its own pods', () => {
  it.each([
    ['kube-system', 'the cluster'],
    ['kube-public', 'the cluster'],
    ['kube-node-lease', 'the cluster'],
    ['default', 'the cluster'],
    ['openshift-logging', 'the cluster'],
    ['ingress-nginx', 'network.ingressController'],
    ['monitoring', 'network.monitoring'],
  ])('given %s, which is of somebody else, it is refused', (name, owner) => {
    for (const [field, preset] of [
      ['logging', 'logging'],
      ['agents', 'logging-agents'],
    ] as const)
      expect(problemsOf({ environment: 'dev', namespaces: { [field]: name } })).toEqual([
        {
          path: `namespaces.${field}`,
          received: JSON.stringify(name),
          rule: `a namespace of the stack’s own: this one is of ${owner}; the stack lets nothing talk there but its own pods, and sets its Pod Security level`,
          remedy: `leave it out, for ${preset}, or write a name that nothing else uses`,
        },
      ]);
  });

  it('given a name that only looks like one, it is taken', () => {
    expect(() => configWith({ namespaces: { logging: 'defaults', agents: 'my-kube-system' } })).not.toThrow();
  });
});
