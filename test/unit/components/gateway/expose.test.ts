/** The gateway's way in from outside: the objects that lead there; what nginx does there is shown by test/binaries. */
import type { StackConfigInput } from '../../../../src/config';
import { configWith } from '../../../support/config';
import { find, ofKind, podOf, renderStack } from '../../../support/manifests';

type Expose = NonNullable<NonNullable<StackConfigInput['gateway']>['expose']>;
const SAME = { host: 'logs.example.com', credentials: [{ name: 'promtail' }] };
const rendered = (expose: Expose) => renderStack(configWith({ gateway: { expose } }));
const gatewayOf = (objects: ReturnType<typeof rendered>) =>
  podOf(objects.filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'gateway'));

describe('given an Ingress', () => {
  const objects = rendered({
    ...SAME,
    type: 'ingress',
    className: 'public',
    tls: { secretName: 'outside-tls', clusterIssuer: 'letsencrypt' },
    annotations: { 'example.com/size': '64m' },
  });

  it('leads to a Service of the port of its own, which is not that of clients in the cluster', () => {
    expect(find(objects, 'Ingress', 'gateway-outside')).toMatchObject({
      metadata: { annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt', 'example.com/size': '64m' } },
      spec: {
        ingressClassName: 'public',
        tls: [{ hosts: ['logs.example.com'], secretName: 'outside-tls' }],
        rules: [
          {
            host: 'logs.example.com',
            http: {
              paths: [{ path: '/', backend: { service: { name: 'gateway-outside', port: { name: 'http' } } } }],
            },
          },
        ],
      },
    });
    expect(find(objects, 'Service', 'gateway-outside')).toMatchObject({
      spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80, targetPort: 'outside' }] },
    });
    expect(gatewayOf(objects).spec.containers[0].ports).toContainEqual({
      name: 'outside',
      containerPort: 8083,
      protocol: 'TCP',
    });
  });

  it('lets the ingress controller in there, and nowhere else', () => {
    const policy = find(objects, 'NetworkPolicy', 'gateway')['spec'] as {
      readonly ingress: readonly { readonly from: readonly object[]; readonly ports: readonly { port: number }[] }[];
    };
    const controller = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } };
    const open = policy.ingress.filter(({ from }) => JSON.stringify(from).includes('ingress-nginx'));
    expect(open).toEqual([{ from: [controller], ports: [{ protocol: 'TCP', port: 8083 }] }]);
  });
});

test('given a route, it leads to the same Service by its number', () => {
  const objects = rendered({
    ...SAME,
    type: 'route',
    gateway: { name: 'public', namespace: 'edge', listener: 'https' },
  });
  expect(find(objects, 'HTTPRoute', 'gateway-outside')).toMatchObject({
    spec: { hostnames: ['logs.example.com'], rules: [{ backendRefs: [{ name: 'gateway-outside', port: 80 }] }] },
  });
});

test('given a load balancer, it keeps the clients’ addresses, and the gateway has the certificate of the host', () => {
  const objects = rendered({
    ...SAME,
    type: 'loadBalancer',
    tls: { secretName: 'outside-tls', clusterIssuer: 'letsencrypt' },
    class: 'service.k8s.aws/nlb',
    sourceRanges: ['203.0.113.0/24'],
    annotations: { 'example.com/scheme': 'internet-facing' },
  });
  expect(find(objects, 'Service', 'gateway-outside')).toMatchObject({
    metadata: { annotations: { 'example.com/scheme': 'internet-facing' } },
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      loadBalancerClass: 'service.k8s.aws/nlb',
      loadBalancerSourceRanges: ['203.0.113.0/24'],
      ports: [{ name: 'https', port: 443, targetPort: 'outside' }],
    },
  });
  expect(find(objects, 'Certificate', 'gateway-outside')).toMatchObject({
    spec: { secretName: 'outside-tls', dnsNames: ['logs.example.com'] },
  });
  expect(JSON.stringify(gatewayOf(objects).spec)).toContain('"secretName":"outside-tls"');
  expect(JSON.stringify(find(objects, 'NetworkPolicy', 'gateway')['spec'])).toContain(
    JSON.stringify({ from: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 8083, protocol: 'TCP' }] }),
  );
});

test('given Cilium’s own proxy, a policy of Cilium lets it in there as what it is', () => {
  const objects = renderStack(
    configWith({
      gateway: { expose: { ...SAME, type: 'ingress', className: 'cilium' } },
      network: { policies: 'cilium', ingressController: { type: 'cilium' } },
    }),
  );
  const { ingress } = find(objects, 'CiliumNetworkPolicy', 'gateway')['spec'] as {
    readonly ingress: readonly object[];
  };
  expect(ingress).toContainEqual({
    fromEntities: ['ingress'],
    toPorts: [{ ports: [{ port: '8083', protocol: 'TCP' }] }],
  });
});

test('given a load balancer for everybody, no pod of the cluster is let in as a client of the internet', () => {
  const policy = JSON.stringify(find(rendered({ ...SAME, type: 'loadBalancer' }), 'NetworkPolicy', 'gateway'));
  expect(policy).toMatch(/"cidr":"0\.0\.0\.0\/0","except":\["10\.0\.0\.0\/8"/);
});

test('given a way in, the disk has room for as many bodies of both ports as they take at once', () => {
  const { volumes } = gatewayOf(
    rendered({
      ...SAME,
      type: 'route',
      gateway: { name: 'public', namespace: 'edge', listener: 'https' },
      maxConnections: 88,
    }),
  ).spec;
  const { sizeLimit = '' } = volumes.find(({ name }) => name === 'tmp')?.emptyDir ?? {};
  // 512 and 88 connections of less than a megabyte, and for each port 16 of two bursts.
  const bodies = 600e6 + 2 * 16 * 40 * 2 ** 20;
  expect(Number.parseInt(sizeLimit) * 2 ** 20).toBeGreaterThanOrEqual(bodies);
  expect(Number.parseInt(sizeLimit) * 2 ** 20).toBeLessThan(bodies * 1.01);
});

test('given no way in, there is no port, no Service and nothing that leads there', () => {
  const objects = renderStack(configWith());
  expect(ofKind(objects, 'Service').map(({ metadata }) => metadata.name)).not.toContain('gateway-outside');
  expect(JSON.stringify(objects)).not.toMatch(/8083|\$outside|LoadBalancer/);
});
