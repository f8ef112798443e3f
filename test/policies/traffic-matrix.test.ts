/** The traffic matrix, evaluated by cyclonus or Cilium on the rendered policies and on the labels and ports of the rendered pods. */
import { AGENTS } from '../../src/components/kit/identity';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { podTemplates, stack, STACKS, variant } from '../../programs/rendered-stack';
import { differences, type Evaluators, EVALUATORS, key, unmentioned } from './differences';
import { COMPONENTS, matrix, type Party } from './matrix';
import {
  byCilium,
  onGoogle,
  withEverything,
  withEverythingByCilium,
  withRecordingRules,
  withServerInCluster,
} from './stacks';

let evaluators: Evaluators;
beforeAll(async () => {
  evaluators = await programs(...EVALUATORS);
}, BUILD_TIMEOUT);

const isComponent = (party: Party): boolean => (COMPONENTS as readonly Party[]).includes(party);

const withClient = variant('a stack with a listed client', {
  environment: 'staging',
  network: { clients: [{ namespace: 'tools', podLabels: { app: 'logcli' } }, { cidr: '192.0.2.32/28' }] },
});
const ownNamespaces = variant('a stack with other namespaces and a known API server', {
  environment: 'staging',
  namespaces: { logging: 'observability', agents: 'observability-agents' },
  network: { apiServer: { cidrs: ['10.96.0.1/32', '172.18.0.2/32'] } },
});

const onOpenShift = variant('a stack whose DNS listens on another port', {
  environment: 'staging',
  network: {
    dns: {
      namespace: 'openshift-dns',
      podLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' },
      port: 5353,
      cidrs: ['169.254.20.10/32'],
    },
  },
});

const withAnotherAlertmanager = variant('a stack with an Alertmanager that is there already', {
  environment: 'staging',
  alertmanager: {
    type: 'external',
    urls: ['http://198.51.100.93:9093'],
    egress: [{ cidr: '198.51.100.93/32', port: 9093 }],
  },
});
const withoutAlertmanager = variant('a stack that tells nobody of alerts', {
  environment: 'staging',
  alertmanager: { type: 'none' },
});

const withFurtherDestination = variant('a stack whose agent sends to a further destination', {
  environment: 'staging',
  agent: {
    type: 'collector',
    also: [{ name: 'archive', url: 'https://otlp.example.com', egress: [{ cidr: '198.51.100.77/32', port: 443 }] }],
  },
  network: { proxy: { https: 'http://proxy.example.com:3128', egress: [{ cidr: '198.51.100.70/32', port: 3128 }] } },
});

const withIpv6 = variant('a stack of IPv6 alone that tells somebody anywhere of alerts', {
  environment: 'staging',
  alertmanager: {
    type: 'embedded',
    receivers: [{ name: 'chat', type: 'slack', egress: [{ cidr: '::/0', port: 443 }] }],
  },
  network: { ipFamilies: ['IPv6'] },
});

const byLoadBalancer = (['kubernetes', 'cilium'] as const).map((policies) =>
  variant(`a stack whose gateway has a load balancer, with policies: ${policies}`, {
    environment: 'staging',
    gateway: {
      expose: {
        type: 'loadBalancer',
        host: 'logs.example.com',
        credentials: [{ name: 'promtail' }],
        sourceRanges: ['93.184.215.0/24'],
      },
    },
    network: { policies },
  }),
);
const agentsAlone = variant('agents alone', {
  environment: 'staging',
  cluster: 'east',
  components: ['agent'],
  agent: { gateway: { url: 'https://logs.example.com', egress: [{ cidr: '198.51.100.81/32', port: 443 }] } },
});

const all = [
  ...STACKS.map(stack),
  withRecordingRules,
  withClient,
  ownNamespaces,
  withAnotherAlertmanager,
  withoutAlertmanager,
  withFurtherDestination,
  onOpenShift,
  withIpv6,
  ...byLoadBalancer,
  agentsAlone,
  withEverything,
  byCilium,
  withEverythingByCilium,
  withServerInCluster,
  onGoogle,
];

describe.each(all.map((rendered) => [rendered.name, rendered] as const))('in %s', (_name, rendered) => {
  const rows = matrix(rendered.config);
  let wrong: Readonly<Record<string, string>>;
  beforeAll(async () => {
    wrong = await differences(evaluators, rendered, rows);
  });

  it.each(rows.map((row) => [key(row), row.allowed ? 'allowed' : 'denied', row.why] as const))('%s is %s: %s', (row) =>
    expect(wrong[row]).toBeUndefined(),
  );

  it('everything else is denied', async () => {
    expect(await differences(evaluators, rendered, unmentioned(rows, rendered))).toEqual({});
  });

  it('each allowed row ends at a port that the pod listens on', () => {
    const otherAgent = Object.keys(AGENTS).find((type) => type !== rendered.config.agent.type);
    for (const { to, port } of rows.filter((row) => row.allowed && isComponent(row.to) && row.to !== otherAgent)) {
      const containers = podTemplates(rendered).find(({ name }) => name === to)?.spec.containers ?? [];
      const ports = containers.flatMap((container) => (container.ports ?? []).map((open) => open.containerPort));
      expect({ to, ports }).toEqual({ to, ports: expect.arrayContaining([port]) as number[] });
    }
  });
});
