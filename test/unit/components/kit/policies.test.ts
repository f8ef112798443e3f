/** One description of rules, written as either kind of policy. */
import { configWith } from '../../../support/config';
import { find, type Manifest, ofKind, render, renderStack } from '../../../support/manifests';
import {
  componentPolicy,
  defaultDeny,
  dnsEgress,
  nodeAddresses,
  podsIn,
  tcp,
} from '../../../../src/components/kit/network';
import { GATEWAY } from '../../../../src/components/kit/identity';
import type { EgressRule, IngressRule } from '../../../../src/components/kit/traffic';

interface Rules {
  readonly ingress?: readonly IngressRule[];
  readonly egress?: readonly EgressRule[];
}

/** The policy of the gateway's pods with these rules. */
function written(policies: 'kubernetes' | 'cilium', { ingress = [], egress = [] }: Rules): Manifest['spec'] {
  const [policy] = render((scope) => {
    componentPolicy(scope, GATEWAY, { namespace: 'logging', policies, ingress, egress });
  });
  if (policy === undefined) throw new Error('no policy');
  return policy.spec;
}

const POD = podsIn('tools', { app: 'logcli' });
const HTTPS = tcp(443);
const ports = [{ ports: [{ port: '443', protocol: 'TCP' }] }];

describe('written for Cilium,', () => {
  it('pods are selected by labels of Kubernetes, and by their namespace', () => {
    expect(written('cilium', { ingress: [{ from: [POD, podsIn('jobs')], ports: HTTPS }] })).toEqual({
      endpointSelector: {
        matchLabels: { 'k8s:app.kubernetes.io/name': 'gateway', 'k8s:app.kubernetes.io/part-of': 'spywatcher-logs' },
      },
      ingress: [
        {
          fromEndpoints: [
            { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'tools', 'k8s:app': 'logcli' } },
            { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'jobs' } },
          ],
          toPorts: ports,
        },
      ],
      egress: [{}],
    });
  });

  it('peers of two kinds have a rule each: one with both is refused', () => {
    const outside = { kind: 'addresses', cidr: '0.0.0.0/0', except: ['10.0.0.0/8'], ofNode: false } as const;
    const api = { kind: 'entity', entity: 'kube-apiserver' } as const;
    expect(written('cilium', { egress: [{ to: [POD, outside, api], ports: HTTPS }] })['egress']).toEqual([
      {
        toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'tools', 'k8s:app': 'logcli' } }],
        toPorts: ports,
      },
      { toCIDRSet: [{ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }], toPorts: ports },
      { toEntities: ['kube-apiserver'], toPorts: ports },
    ]);
  });

  it('an address of the node is the node, and the address', () => {
    expect(
      written('cilium', { egress: [{ to: [nodeAddresses('169.254.170.23/32')], ports: HTTPS }] })['egress'],
    ).toEqual([
      { toCIDRSet: [{ cidr: '169.254.170.23/32' }], toPorts: ports },
      { toEntities: ['host'], toPorts: ports },
    ]);
  });
});

test('written for Kubernetes, an entity of Cilium is an error: such a config is refused before', () => {
  const api = { kind: 'entity', entity: 'kube-apiserver' } as const;
  expect(() => written('kubernetes', { egress: [{ to: [api], ports: HTTPS }] })).toThrow(
    'A NetworkPolicy cannot name kube-apiserver: only a CiliumNetworkPolicy can.',
  );
});

test('given EKS’ Pod Identity, Cilium lets Loki reach its agent on the node', () => {
  const config = configWith({
    storage: {
      type: 's3',
      bucket: 'logs',
      region: 'eu-central-1',
      egress: [{ cidr: '52.219.0.0/16', port: 443 }],
      access: { type: 'podIdentity' },
    },
    network: { policies: 'cilium' },
  });
  expect(find(renderStack(config), 'CiliumNetworkPolicy', 'loki').spec.egress).toContainEqual({
    toEntities: ['host'],
    toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }],
  });
});

test('a stack has policies of one kind alone, or none', () => {
  const kinds = (policies: 'kubernetes' | 'cilium' | 'none') =>
    ['NetworkPolicy', 'CiliumNetworkPolicy'].map(
      (kind) => ofKind(renderStack(configWith({ network: { policies } })), kind).length,
    );
  const [count] = kinds('kubernetes');
  expect(count).toBeGreaterThan(5);
  expect(kinds('kubernetes')).toEqual([count, 0]);
  expect(kinds('cilium')).toEqual([0, count]);
  expect(kinds('none')).toEqual([0, 0]);
});

describe('the way to DNS', () => {
  const egress = (dns: object) => dnsEgress(configWith({ network: { dns } }).network);

  it('is one rule, where pods and node listen on the usual port', () => {
    expect(egress({ cidrs: ['169.254.20.10/32'] })).toEqual([
      {
        to: [podsIn('kube-system', { 'k8s-app': 'kube-dns' }), nodeAddresses('169.254.20.10/32')],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ]);
  });

  it('ends at the port of the pods, and at 53 of the node', () => {
    const rules = egress({ namespace: 'openshift-dns', port: 5353, cidrs: ['169.254.20.10/32'] });
    expect(rules.map(({ to, ports: open }) => [to.map(({ kind }) => kind), open.map(({ port }) => port)])).toEqual([
      [['pods'], [5353, 5353]],
      [['addresses'], [53, 53]],
    ]);
  });

  it('has no rule for a node that is not asked', () => {
    expect(egress({ port: 5353 })).toHaveLength(1);
  });
});

test('the policy of a whole namespace allows nothing', () => {
  const [policy] = render((scope) => {
    defaultDeny(scope, 'logging', 'kubernetes');
  });
  expect(policy?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
});
