/** What a stack is warned of whose policies are Cilium's. */
import { networkWarnings } from '../../../../src/config/derived/network-warnings';
import { configWith, HA, S3 } from '../../../support/config';

const CILIUM = { policies: 'cilium' } as const;
const warnings = (input: Parameters<typeof configWith>[0]) => networkWarnings(configWith(input));
const PRIVATE = { ...HA, storage: { ...S3, egress: [{ cidr: '10.20.0.0/16', port: 443 }] } };

test('given a server at a private address, each place is named: Cilium would not let a pod be reached by it', () => {
  expect(warnings({ ...PRIVATE, network: CILIUM })).toEqual([
    'storage.egress[0]: network.policies is cilium, which matches no pod and no node of the cluster by its address. ' +
      'A server outside of the cluster is reached; a pod is not: write { namespace, podLabels, port } instead.',
  ]);
});

test('given no policies, it is said what that means, with consent too', () => {
  expect(warnings({ network: { policies: 'none', policiesElsewhere: true } })).toEqual([
    'network.policies: none: the stack makes no policies. Until somebody else closes both namespaces, every pod of the cluster reaches ' +
      'Loki, which checks no credential itself, and a pod of the stack that is taken over reaches everything.',
  ]);
});

test('given Kubernetes’ policies, there is nothing to warn of', () => {
  expect(warnings(PRIVATE)).toEqual([]);
});

test.each([
  ['a public address', { ...HA }],
  [
    'pods',
    { alertmanager: { type: 'external', urls: ['http://a.b.svc:9093'], egress: [{ namespace: 'b', port: 9093 }] } },
  ],
  ['clients, who come from outside', { network: { ...CILIUM, clients: [{ cidr: '10.20.0.0/24' }] } }],
  ['DNS on the node, which is let through as the node', { network: { ...CILIUM, dns: { cidrs: ['10.20.0.9/32'] } } }],
] as const)('given %s, there is nothing to warn of', (_, input) => {
  expect(warnings({ network: CILIUM, ...input })).toEqual([]);
});

test('given a private address of the API server, it is warned that a node has none for Cilium', () => {
  expect(warnings({ network: { ...CILIUM, apiServer: { cidrs: ['10.0.0.1/32'] } } })).toEqual([
    'network.apiServer.cidrs: network.policies is cilium, which matches no node of the cluster by its address. ' +
      'Where the API server is on a node, leave it out: the policy then names the API server itself.',
  ]);
});
