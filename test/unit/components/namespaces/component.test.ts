import { Namespaces } from '../../../../src/components/namespaces';
import { configWith, everything } from '../../../support/config';
import { find, identify, ofKind, render } from '../../../support/manifests';

const rendered = (config = configWith()) => render((scope) => new Namespaces(scope, 'namespaces', config));

describe('given a stack, its namespaces', () => {
  test.each([
    ['logging', 'restricted'],
    ['logging-agents', 'privileged'],
  ])('%s enforces, audits and warns of Pod Security %s', (name, level) => {
    const { labels = {} } = find(rendered(), 'Namespace', name).metadata;
    expect(Object.entries(labels).filter(([key]) => key.startsWith('pod-security'))).toEqual([
      ['pod-security.kubernetes.io/audit', level],
      ['pod-security.kubernetes.io/enforce', level],
      ['pod-security.kubernetes.io/warn', level],
    ]);
  });

  test.each(['logging', 'logging-agents'])(
    '%s denies all traffic, in both directions, until a policy allows it',
    (name) => {
      const [policy, ...others] = ofKind(rendered(), 'NetworkPolicy').filter(
        ({ metadata }) => metadata.namespace === name,
      );
      expect(others).toEqual([]);
      expect(policy?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    },
  );

  test.each(['logging', 'logging-agents'])('%s does so by Cilium’s policies, where they are configured', (name) => {
    const objects = rendered(configWith({ network: { policies: 'cilium' } }));
    expect(ofKind(objects, 'NetworkPolicy')).toEqual([]);
    const policies = ofKind(objects, 'CiliumNetworkPolicy').filter(({ metadata }) => metadata.namespace === name);
    // Without a rule Cilium would deny nothing in a direction; an empty one allows nothing.
    expect(policies.map(({ spec }) => spec)).toEqual([{ endpointSelector: {}, ingress: [{}], egress: [{}] }]);
  });

  it('have the configured names', () => {
    const config = configWith({ namespaces: everything.namespaces });
    expect(rendered(config).map(identify)).toEqual([
      'Namespace watch',
      'NetworkPolicy watch/default-deny',
      'Namespace watch-agents',
      'NetworkPolicy watch-agents/default-deny',
    ]);
  });
});
