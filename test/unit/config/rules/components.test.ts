import { AGENTS_ALONE, configWith, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const { gateway } = AGENTS_ALONE.agent;
const withGateway = (differences: object) => ({ ...AGENTS_ALONE, agent: { gateway: { ...gateway, ...differences } } });
const ABSENT = 'none with components: [agent]: it is about a part that the stack does not have';

testRules([
  {
    rule: 'agents alone have the gateway of another stack to push to',
    broken: { components: ['agent'], cluster: 'east' },
    path: 'agent.gateway',
    received: '(missing)',
    remedy: 'write agent.gateway: { url: https://…, egress: [{ cidr: …, port: 443 }] }, or remove components',
    kept: AGENTS_ALONE,
  },
  {
    rule: 'none without components: [agent]: the agents push to the gateway of their own stack',
    broken: { agent: { gateway } },
    path: 'agent.gateway',
    received: '"https://logs.example.com"',
    remedy: 'remove it, or write components: [agent]',
    kept: AGENTS_ALONE,
  },
  {
    rule: 'agents alone say which cluster their lines are from: in the other stack’s Loki they are beside those of others',
    broken: { components: ['agent'], agent: { gateway } },
    path: 'cluster',
    received: '(missing)',
    remedy: 'write for example cluster: east',
    kept: AGENTS_ALONE,
  },
  {
    rule: 'operator, annotations or none with components: [agent]: the stack has no Prometheus',
    broken: { ...AGENTS_ALONE, monitoring: { type: 'embedded' } },
    path: 'monitoring.type',
    received: '"embedded"',
    remedy: 'leave it out, for annotations',
    kept: { ...AGENTS_ALONE, monitoring: { type: 'operator' } },
  },
  {
    rule: 'a URL without the path of the API, which the agent appends, without a slash at its end, a query and a fragment',
    broken: withGateway({ url: 'https://logs.example.com/loki/api/v1/push' }),
    path: 'agent.gateway.url',
    received: '"https://logs.example.com/loki/api/v1/push"',
    remedy: 'write https://logs.example.com',
    kept: withGateway({ url: 'https://logs.example.com/of/the/company' }),
  },
  {
    rule: 'prod sends credentials and logs over TLS',
    broken: { ...withGateway({ url: 'http://logs.example.com:443' }), environment: 'prod' },
    path: 'agent.gateway.url',
    received: '"http://logs.example.com:443"',
    remedy: 'write https://logs.example.com:443',
    kept: { ...AGENTS_ALONE, environment: 'prod' },
  },
  {
    rule: 'false with http, which has no certificate',
    broken: withGateway({ url: 'http://logs.example.com:443', privateCa: true }),
    path: 'agent.gateway.privateCa',
    received: 'true',
    remedy: 'write https in url, or remove privateCa',
    kept: withGateway({ privateCa: true }),
  },
  {
    rule: 'an entry with port 8443, that of its url',
    broken: withGateway({ url: 'https://logs.example.com:8443' }),
    path: 'agent.gateway.egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 8443 }',
    kept: withGateway({
      url: 'https://logs.example.com:8443',
      egress: [{ cidr: '203.0.113.7/32', port: 8443 }],
    }),
  },
]);

test('what is written about parts that are not there is refused all at once, key by key', () => {
  const problems = problemsOf({
    environment: 'prod',
    ...AGENTS_ALONE,
    retention: { period: '10d' },
    expectedLoad: { linesPerSecond: 5 },
    storage: { type: 'filesystem' },
    persistence: { size: '40Gi' },
    deployment: { replicas: 1 },
    auth: { loki: { enabled: true } },
    gateway: { replicas: 2 },
    grafana: { url: 'http://logs.example.com' },
    alertmanager: { type: 'none' },
    canary: {},
    limits: { maxLineSize: '128KB', rejectOldSamplesAfter: '3d', maxTails: 5 },
    alerting: { runbooks: 'https://wiki.example.com', enabled: false },
    namespaces: { logging: 'logs', agents: 'agents' },
    monitoring: {
      type: 'operator',
      operator: {},
      targets: [],
      thresholds: { agentBehind: '5MB', slowQuery: '5s' },
    },
    resources: { promtail: {}, loki: {} },
    images: { promtail: 'docker.io/grafana/promtail:3.6.1', grafana: 'docker.io/grafana/grafana:12.4.1' },
    network: { clients: [], ingressController: { namespace: 'edge' }, monitoring: { namespace: 'telemetry' } },
  });
  expect(problems.filter(({ rule }) => rule !== ABSENT)).toEqual([]);
  expect(problems.map(({ path }) => path).sort()).toEqual(
    [
      ...['retention', 'expectedLoad', 'storage', 'persistence', 'deployment', 'auth', 'gateway', 'grafana'],
      ...['alertmanager', 'canary', 'limits.maxTails', 'alerting.enabled', 'namespaces.logging'],
      ...['monitoring.targets', 'monitoring.thresholds.slowQuery', 'resources.loki', 'images.grafana'],
      ...['network.clients', 'network.ingressController'],
    ].sort(),
  );
});

test('another part than the agent cannot be had alone', () => {
  expect(problemsOf({ environment: 'dev', ...AGENTS_ALONE, components: ['grafana'] }).map(({ path }) => path)).toEqual([
    'components[0]',
  ]);
});

test('in dev and in prod, its metrics are left to the Prometheus of the cluster', () => {
  for (const environment of ['dev', 'staging', 'prod'] as const)
    expect(configWith({ ...AGENTS_ALONE, environment }).monitoring.type).toBe('annotations');
});
