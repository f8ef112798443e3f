import { CANARY, configWith, HA, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const ZONES = {
  topologyKey: 'topology.kubernetes.io/zone',
  whenUnsatisfiable: 'DoNotSchedule',
  minDomains: 3,
} as const;
const zoneAware = { ...HA, deployment: { ...HA.deployment, zoneAware: true } };

testRules([
  {
    rule: 'a key, or operator: Exists: without both Kubernetes would compare the value of no taint',
    broken: { pods: { promtail: { tolerations: [{ effect: 'NoSchedule' }] } } },
    path: 'pods.promtail.tolerations[0]',
    received: '{"operator":"Equal","effect":"NoSchedule"}',
    remedy: 'add key, or write operator: Exists for every key',
    kept: { pods: { promtail: { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] } } },
  },
  {
    rule: 'no value with operator: Exists, which takes any',
    broken: { pods: { all: { tolerations: [{ key: 'dedicated', operator: 'Exists', value: 'logs' }] } } },
    path: 'pods.all.tolerations[0].value',
    received: '"logs"',
    remedy: 'remove value, or write operator: Equal',
    kept: { pods: { all: { tolerations: [{ key: 'dedicated', value: 'logs' }] } } },
  },
  {
    rule: 'only with effect: NoExecute: no other taint sends a running pod away',
    broken: { pods: { loki: { tolerations: [{ key: 'slow', effect: 'NoSchedule', tolerationSeconds: 60 }] } } },
    path: 'pods.loki.tolerations[0].tolerationSeconds',
    received: '60',
    remedy: 'remove it, or write effect: NoExecute',
    kept: { pods: { loki: { tolerations: [{ key: 'slow', effect: 'NoExecute', tolerationSeconds: 60 }] } } },
  },
  {
    rule: 'only with whenUnsatisfiable: DoNotSchedule: with ScheduleAnyway no pod waits',
    broken: {
      pods: { loki: { topologySpread: [{ topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 }] } },
    },
    path: 'pods.loki.topologySpread[0].minDomains',
    received: '2',
    remedy: 'remove it, or write whenUnsatisfiable: DoNotSchedule',
    kept: {
      pods: { loki: { topologySpread: [{ topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule', minDomains: 2 }] } },
    },
  },
  {
    rule: 'one constraint for a topologyKey and a whenUnsatisfiable',
    broken: {
      pods: {
        gateway: {
          topologySpread: [
            { topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' },
            { topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 2 },
          ],
        },
      },
    },
    path: 'pods.gateway.topologySpread[1]',
    received: '{"topologyKey":"rack","whenUnsatisfiable":"ScheduleAnyway","maxSkew":2}',
    remedy: 'remove one of the two',
    kept: {
      pods: {
        gateway: {
          topologySpread: [
            { topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' },
            { topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule', maxSkew: 2 },
          ],
        },
      },
    },
  },
  {
    rule: 'not of an agent: it has one pod on each node',
    broken: { pods: { collector: { topologySpread: [{ topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' }] } } },
    path: 'pods.collector.topologySpread',
    received: '[{"topologyKey":"rack","whenUnsatisfiable":"ScheduleAnyway","maxSkew":1}]',
    remedy: 'remove it',
    kept: { pods: { all: { topologySpread: [{ topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' }] } } },
  },
  {
    rule: 'with deployment.zoneAware, a constraint that keeps Loki in 3 zones',
    broken: { ...zoneAware, pods: { all: { topologySpread: [{ ...ZONES, minDomains: 2 }] } } },
    path: 'pods.all.topologySpread',
    received:
      '[{"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule","maxSkew":1,"minDomains":2}]',
    remedy:
      'add { topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, minDomains: 3 }, or remove topologySpread',
    kept: { ...zoneAware, pods: { all: { topologySpread: [ZONES] } } },
  },
  {
    rule: 'with deployment.zoneAware, a constraint that keeps Loki in 3 zones',
    broken: {
      ...zoneAware,
      pods: { all: { topologySpread: [ZONES] }, loki: { topologySpread: [{ ...ZONES, maxSkew: 2 }] } },
    },
    path: 'pods.loki.topologySpread',
    received:
      '[{"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule","maxSkew":2,"minDomains":3}]',
    remedy:
      'add { topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, minDomains: 3 }, or remove topologySpread',
    kept: {
      ...zoneAware,
      pods: { all: { topologySpread: [{ ...ZONES, maxSkew: 2 }] }, loki: { topologySpread: [ZONES] } },
    },
  },
  {
    rule: 'not set here: monitoring.type decides it',
    broken: { pods: { loki: { annotations: { 'prometheus.io/scrape': 'true' } } } },
    path: 'pods.loki.annotations.prometheus.io/scrape',
    received: '"true"',
    remedy: 'remove it, and set monitoring.type',
    kept: { pods: { loki: { annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' } } } },
  },
  {
    rule: 'not set: security of pods is the stack’s, and tested',
    broken: { pods: { all: { annotations: { 'container.apparmor.security.beta.kubernetes.io/loki': 'unconfined' } } } },
    path: 'pods.all.annotations.container.apparmor.security.beta.kubernetes.io/loki',
    received: '"unconfined"',
    remedy: 'remove it',
    kept: { pods: { all: { annotations: { 'kubernetes.io/egress-bandwidth': '10M' } } } },
  },
  {
    rule: 'not set: Kubernetes refuses it on a Service without a load balancer',
    broken: {
      services: { gateway: { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': 'x' } } },
    },
    path: 'services.gateway.annotations.service.beta.kubernetes.io/load-balancer-source-ranges',
    received: '"x"',
    remedy: 'remove it',
    kept: {
      services: { gateway: { annotations: { 'service.beta.kubernetes.io/aws-load-balancer-internal': 'true' } } },
    },
  },
  {
    rule: 'not set here: limits.memory of the program in resources decides it',
    broken: { pods: { loki: { env: { GOMEMLIMIT: '1GiB' } } } },
    path: 'pods.loki.env.GOMEMLIMIT',
    received: '"1GiB"',
    remedy: 'remove it, and set limits.memory of the program in resources',
    kept: { pods: { loki: { env: { GOMAXPROCS: '2' } } } },
  },
  {
    rule: 'not set here: grafana.settings decides it',
    broken: { pods: { grafana: { env: { GF_USERS_DEFAULT_THEME: 'light' } } } },
    path: 'pods.grafana.env.GF_USERS_DEFAULT_THEME',
    received: '"light"',
    remedy: 'remove it, and set grafana.settings',
    kept: { pods: { grafana: { env: { TZ: 'UTC' } } } },
  },
  {
    rule: 'not set here: storage.access decides it',
    broken: { pods: { loki: { env: { AWS_SHARED_CREDENTIALS_FILE: '/a' } } } },
    path: 'pods.loki.env.AWS_SHARED_CREDENTIALS_FILE',
    received: '"/a"',
    remedy: 'remove it, and set storage.access',
    kept: { pods: { loki: { env: { AWS_EC2_METADATA_DISABLED: 'true' } } } },
  },
  {
    rule: 'not set here: network.proxy decides it',
    broken: { pods: { loki: { env: { https_proxy: 'http://proxy:3128' } } } },
    path: 'pods.loki.env.https_proxy',
    received: '"http://proxy:3128"',
    remedy: 'remove it, and set network.proxy',
    kept: { pods: { loki: { env: { PROXY: 'http://proxy:3128' } } } },
  },
  {
    rule: 'not set here: network.caBundle decides it',
    broken: { pods: { all: { env: { SSL_CERT_FILE: '/a' } } } },
    path: 'pods.all.env.SSL_CERT_FILE',
    received: '"/a"',
    remedy: 'remove it, and set network.caBundle',
    kept: { pods: { all: { env: { SSL_FILE: '/a' } } } },
  },
]);

const TAKEN = { rule: 'not set here: the stack sets it itself', remedy: 'remove it' };
const OF_KUBERNETES = { rule: 'not set here: Kubernetes sets it itself', remedy: 'remove it' };

test.each([
  ['app.kubernetes.io/name', TAKEN],
  ['app.kubernetes.io/part-of', TAKEN],
  ['app.kubernetes.io/managed-by', TAKEN],
  ['logs.spywatcher.dev/job', TAKEN],
  ['spywatcher-logs/x', TAKEN],
  ['pod-template-hash', OF_KUBERNETES],
  ['controller-revision-hash', OF_KUBERNETES],
  ['statefulset.kubernetes.io/pod-name', OF_KUBERNETES],
  ['topology.kubernetes.io/zone', OF_KUBERNETES],
])('the label %s is not the writer’s, of pods and of Services', (key, says) => {
  for (const section of ['pods', 'services'])
    expect(problemsOf({ environment: 'dev', [section]: { all: { labels: { [key]: 'x' } } } })).toEqual([
      { path: `${section}.all.labels.${key}`, received: '"x"', ...says },
    ]);
});

test('labels beside those are', () => {
  const labels = { 'app.kubernetes.io/version': '1', app: 'loki', 'sidecar.istio.io/inject': 'false' };
  expect(() => configWith({ pods: { all: { labels } }, services: { all: { labels } } })).not.toThrow();
});

test.each([
  ['spywatcher-logs/config-hash', TAKEN],
  ['logs.spywatcher.dev/format', TAKEN],
  ['kubectl.kubernetes.io/last-applied-configuration', OF_KUBERNETES],
  ['controller.kubernetes.io/pod-deletion-cost', OF_KUBERNETES],
  ['kubernetes.io/config.mirror', OF_KUBERNETES],
])('the annotation %s is not the writer’s, of pods and of Services', (key, says) => {
  for (const section of ['pods', 'services'])
    expect(problemsOf({ environment: 'dev', [section]: { all: { annotations: { [key]: 'x' } } } })).toEqual([
      { path: `${section}.all.annotations.${key}`, received: '"x"', ...says },
    ]);
});

test.each([
  ['DB_PASSWORD', 'hunter2'],
  ['AWS_SECRET_ACCESS_KEY', 'hunter2'],
  ['GITHUB_TOKEN', 'hunter2'],
  ['STORE', 'https://user:hunter2@example.com'],
  ['STORE', 'host=db password=hunter2'],
  ['NAME', 'ghp_hunter2hunter2hunter2hunter2hunter2hunt'],
])('a variable %s that is a secret is refused, and not shown', (name, value) => {
  const [found, ...others] = problemsOf({ environment: 'dev', pods: { loki: { env: { [name]: value } } } });
  expect(others).toEqual([]);
  expect(found).toEqual({
    path: `pods.loki.env.${name}`,
    received: '(not shown)',
    rule: 'no secret: variables stand in manifests',
    remedy: 'remove it; secrets belong to the options that mount a Secret',
  });
});

test.each([
  ['OTEL_TOKEN_FILE', '/var/run/token'],
  ['TOKENS_ENABLED', 'true'],
  ['MAIL', 'team@example.com'],
])('a variable %s: %s only looks like one', (name, value) => {
  expect(() => configWith({ pods: { loki: { env: { [name]: value } } } })).not.toThrow();
});

test('settings of programs that are not in the stack are taken, as those of resources are', () => {
  expect(() => configWith({ ...CANARY, pods: { compactor: { env: { TZ: 'UTC' } } } })).not.toThrow();
});
