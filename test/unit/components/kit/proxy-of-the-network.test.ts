/** The proxy of `network.proxy`: who uses it, for what, and what is never asked through it. */
import type { StackConfigInput } from '../../../../src/config';
import { configWith, HA, S3 } from '../../../support/config';
import { find, type Manifest, renderStack, workloads } from '../../../support/manifests';

const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
const PROXY = {
  http: 'http://proxy.example.com:3127',
  https: 'http://proxy.example.com:3128',
  noProxy: ['.corp.example', '10.244.0.0/16'],
  egress: [{ cidr: '203.0.113.70/32', port: 3128 }],
};
const through = (differences: Partial<StackConfigInput>) =>
  renderStack(configWith({ ...differences, network: { proxy: PROXY } }));
/** Programs with a proxy, each with its variables. */
const proxied = (objects: readonly Manifest[]) =>
  Object.fromEntries(
    workloads(objects).flatMap(({ metadata, spec }) => {
      const env = spec.template.spec.containers.flatMap((container) => container.env ?? []);
      const found = env.filter(({ name }) => name.endsWith('_PROXY')).map(({ name, value }) => [name, value] as const);
      return found.length === 0 ? [] : [[metadata.name, Object.fromEntries(found)]];
    }),
  );
const mayReachIt = (objects: readonly Manifest[]) =>
  objects
    .filter(
      ({ kind, spec }) => kind === 'NetworkPolicy' && JSON.stringify(spec.egress ?? []).includes('203.0.113.70/32'),
    )
    .map(({ metadata }) => metadata.name);

test.each<[string, Partial<StackConfigInput>, readonly string[]]>([
  ['a bucket', { storage: S3 }, ['loki']],
  ['a bucket of a ring', HA, ['loki', 'compactor']],
  [
    'recorded metrics',
    {
      alerting: {
        recording: [{ record: 'a:b', expr: 'sum(rate({job="a"}[5m]))' }],
        remoteWrite: { url: 'https://metrics.example.com/write', egress: EGRESS },
      },
    },
    ['loki'],
  ],
  [
    'a login',
    { grafana: { login: { oauth: { github: { clientId: 'c', organizations: ['o'], egress: EGRESS } } } } },
    ['grafana'],
  ],
  [
    'a receiver',
    { alertmanager: { type: 'embedded', receivers: [{ name: 'a', type: 'discord', egress: EGRESS }] } },
    ['alertmanager'],
  ],
  ['a heartbeat', { alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } } }, ['alertmanager']],
  [
    'a further destination',
    { agent: { type: 'collector', also: [{ name: 'a', url: 'https://otlp.example.com', egress: EGRESS }] } },
    ['collector'],
  ],
])('given %s, these programs have a proxy, and a way to it, and no others', (_, differences, programs) => {
  const objects = through(differences);
  expect(Object.keys(proxied(objects)).sort()).toEqual([...programs].sort());
  expect(mayReachIt(objects).sort()).toEqual(programs.map((name) => (name === 'collector' ? 'agent' : name)).sort());
});

test('names of the cluster, link-local addresses and those of the config are reached directly', () => {
  const direct = 'localhost,127.0.0.1,::1,.svc,.cluster.local,169.254.0.0/16,fd00:ec2::/32';
  expect(proxied(through({ storage: S3 }))['loki']).toEqual({
    HTTP_PROXY: PROXY.http,
    HTTPS_PROXY: PROXY.https,
    NO_PROXY: `${direct},.corp.example,10.244.0.0/16`,
  });
});

test('an agent asks the Kubernetes API directly, whose address the kubelet fills in', () => {
  const objects = through({
    agent: { type: 'collector', also: [{ name: 'a', url: 'https://otlp.example.com', egress: EGRESS }] },
  });
  expect(proxied(objects)['collector']?.['NO_PROXY']).toContain(',$(KUBERNETES_SERVICE_HOST),');
});

test('Alertmanager and recorded metrics are told to look for the proxy, which they do not by themselves', () => {
  const objects = through({
    alertmanager: {
      type: 'embedded',
      receivers: [{ name: 'hook', type: 'webhook', auth: { type: 'bearer' }, egress: EGRESS }],
    },
    alerting: {
      recording: [{ record: 'a:b', expr: 'sum(rate({job="a"}[5m]))' }],
      remoteWrite: { url: 'https://metrics.example.com/write', egress: EGRESS },
    },
  });
  const config = find(objects, 'ConfigMap', 'alertmanager-config').data['alertmanager.yml'] ?? '';
  expect(config.match(/proxy_from_environment: true/g)).toHaveLength(2);
  expect(find(objects, 'ConfigMap', 'loki-config').data['config.yaml']).toContain('proxy_from_environment: true');
  const without = renderStack(configWith({ storage: S3 }));
  expect(JSON.stringify(without)).not.toMatch(/_PROXY|proxy_from_environment/);
});
