/**
 * The stack's programs, and its Prometheus that scrapes them as it is rendered: every target answers, and every metric that
 * a rule asks for is there under that name.
 */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { stackRules } from '../../src/alerts/stack-rules';
import { CANARY } from '../support/config';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { PUSH } from '../support/gateway-paths';
import { nanoseconds, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import {
  BUILD_TIMEOUT,
  freePorts,
  programs,
  removeFolder,
  type RunningProgram,
  startProgram,
  temporaryFolder,
  until,
} from '../../programs/program';
import { type RunningPrometheus, startPrometheus } from '../support/prometheus';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { type RunningPromtail, startPromtail } from '../../programs/promtail';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const rendered = variant('watched', { environment: 'staging', monitoring: { type: 'embedded' }, ...CANARY });
const rules = stackRules(rendered.config);
const values = secretValues(rendered);

const GATEWAY_POD: Container = {
  namespace: 'logging',
  pod: 'gateway-5d8f',
  container: 'gateway',
  labels: { 'app.kubernetes.io/name': 'gateway' },
};
/** Says that it is the gateway, and is not in its namespace. */
const IMPOSTOR: Container = { ...GATEWAY_POD, namespace: 'shop', pod: 'gateway-fake' };

/** The metrics of an expression: each has a selector. */
const metricsOf = (expr: string): readonly string[] =>
  [...expr.matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\{/g)].flatMap(([, name]) => name ?? []);

const folder = temporaryFolder('monitoring');
const logs = new PodLogs(join(folder, 'pods'));
const stops: (() => Promise<unknown>)[] = [];
let loki: RunningLoki;
let gateway: RunningGateway;
let promtail: RunningPromtail;
let prometheus: RunningPrometheus;
let canary: RunningProgram;
let canaryPort: number;

beforeAll(async () => {
  const tools = await programs('loki', 'promtail', 'alertmanager', 'prometheus', 'loki-canary');
  const [alertmanagerPort = 0, canaryFreePort = 0] = await freePorts(2);
  canaryPort = canaryFreePort;
  loki = await startLoki(tools.loki, rendered);
  stops.push(loki.stop);

  // Nobody listens where it sends: notifications fail.
  writeFileSync(
    join(folder, 'alertmanager.yaml'),
    stringify({
      route: { receiver: 'nobody', group_wait: '1s' },
      receivers: [{ name: 'nobody', webhook_configs: [{ url: 'http://127.0.0.1:9/' }] }],
    }),
  );
  const alertmanager = startProgram(
    [
      tools.alertmanager,
      `--config.file=${join(folder, 'alertmanager.yaml')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ],
    join(folder, 'alertmanager.log'),
  );
  stops.push(() => alertmanager.stop());

  gateway = await startGateway(rendered, values, loki.port, alertmanagerPort);
  stops.push(gateway.stop);
  for (const pod of [GATEWAY_POD, IMPOSTOR]) logs.append(pod, []);
  promtail = await startPromtail(tools.promtail, rendered, {
    folder,
    logs,
    targets: [GATEWAY_POD, IMPOSTOR],
    values,
    gatewayPort: gateway.port,
  });
  stops.push(() => promtail.stop());
  canary = startProgram(
    [
      tools['loki-canary'],
      `-addr=127.0.0.1:${loki.port}`,
      '-tenant-id=spywatcher',
      '-push=true',
      '-interval=200ms',
      '-pruneinterval=2s',
      '-wait=2s',
      `-port=${canaryPort}`,
    ],
    join(folder, 'canary.log'),
  );
  stops.push(() => canary.stop());
  prometheus = await startPrometheus(tools.prometheus, rendered, {
    folder,
    addresses: {
      'gateway-metrics.logging.svc:8081': `127.0.0.1:${gateway.metricsPort}`,
      'canary.logging.svc:3500': `127.0.0.1:${canaryPort}`,
      'promtail-metrics.logging-agents.svc:9080': `127.0.0.1:${promtail.port}`,
      'alertmanager-0.alertmanager-pods.logging.svc:9093': `127.0.0.1:${alertmanagerPort}`,
    },
  });
  stops.push(() => prometheus.stop());
}, BUILD_TIMEOUT);
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  removeFolder(folder);
});

interface Targets {
  readonly activeTargets: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly health: string;
    readonly lastError: string;
  }[];
}

const jobsUp = async (): Promise<Readonly<Record<string, string>>> => {
  const { activeTargets } = (await prometheus.ask('/api/v1/targets')) as Targets;
  // Grafana is not here.
  const asked = activeTargets.filter(({ labels }) => labels['job'] !== 'grafana');
  return Object.fromEntries(
    asked.map(({ labels: { job = '', instance = '' }, health, lastError }): readonly [string, string] => [
      ['promtail', 'canary'].includes(job) ? job : `${job} ${instance}`,
      lastError === '' ? health : lastError,
    ]),
  );
};

it('given a stack, its Prometheus reaches every target that it is told of', async () => {
  const expected = {
    'loki loki-0': 'up',
    'alertmanager alertmanager-0': 'up',
    promtail: 'up',
    canary: 'up',
    'prometheus prometheus-0': 'up',
  };
  let found: Readonly<Record<string, string>> = {};
  await until('all targets', async () => {
    found = await jobsUp();
    const up = Object.values(found).filter((health) => health === 'up').length;
    return up === Object.keys(expected).length ? undefined : JSON.stringify(found);
  });
  expect(found).toEqual(expected);
});

const counted = async (name: string): Promise<readonly string[]> =>
  (await promtail.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));

it('given requests that the gateway refused or failed, the agents count its lines, and nobody else’s', async () => {
  const line = (status: number): string =>
    `{"timestamp":"${new Date().toISOString()}","level":"info","message":"GET /loki/api/v1/labels ${status}","status":${status},"user":"x","ipAddress":"10.0.0.1","duration":0.001,"bytes":120}`;
  const write = (pod: Container, ...statuses: readonly number[]): void =>
    logs.append(
      pod,
      statuses.map((status) => cri(nanoseconds(), line(status))),
    );
  // What the gateway itself writes has this form.
  await send({ port: gateway.port, path: '/loki/api/v1/labels', credential: 'grafana:wrong-wrong-wrong-wrong-w' });
  const own = (): string | undefined => {
    const whole = gateway.program.output().split('\n').slice(0, -1);
    return whole.find((text) => text.includes('"status":401'));
  };
  await until('the refusal in its log', () => (own() === undefined ? 'not there' : undefined));
  logs.append(GATEWAY_POD, [cri(nanoseconds(), own() ?? '')]);
  write(GATEWAY_POD, 200, 401, 404, 502, 503, 504, 429);
  write(IMPOSTOR, 401, 500);
  await until('the counters', async () => {
    const [refused, failed] = [
      await counted('spywatcher_logs_gateway_unauthorized_total'),
      await counted('spywatcher_logs_gateway_server_errors_total'),
    ];
    return refused.some((text) => text.endsWith(' 2')) && failed.some((text) => text.endsWith(' 3'))
      ? undefined
      : [...refused, ...failed].join('\n');
  });
  for (const name of ['unauthorized', 'server_errors']) {
    const series = await counted(`spywatcher_logs_gateway_${name}_total`);
    expect(series).toHaveLength(1);
    expect(series[0]).toContain('namespace="logging"');
  }
});

describe('every metric that a rule asks for', () => {
  let names: ReadonlySet<string>;
  beforeAll(async () => {
    // Refused by Loki: too old.
    await send({
      port: gateway.port,
      path: PUSH,
      credential: `promtail:${values['gateway.promtail'] ?? ''}`,
      method: 'POST',
      body: pushBody({ labels: { job: 'old' }, line: 'old', time: 1_600_000_000_000_000_000n }),
    });
    await until(
      'Prometheus to have scraped what has happened',
      async () => {
        const found = new Set((await prometheus.ask('/api/v1/label/__name__/values')) as readonly string[]);
        names = found;
        const missing = metrics.filter((name) => !found.has(name));
        return missing.length === 0 ? undefined : missing.join(', ');
      },
      // Loki compacts once it has been there for a while.
      { seconds: 60 },
    ).catch(() => undefined); // each test says it of its own metric
  }, 90_000);

  const metrics = [...new Set(rules.flatMap(({ expr }) => metricsOf(expr)))].sort();

  it('is one of many', () => expect(metrics.length).toBeGreaterThan(25));

  it.each(metrics)('%s is there', (name) => expect([...names]).toContain(name));
});

it('given the rendered rules, Prometheus evaluates every one without an error', async () => {
  const { groups } = (await prometheus.ask('/api/v1/rules')) as {
    readonly groups: readonly {
      readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[];
    }[];
  };
  const found = groups.flatMap((group) => group.rules);
  expect(found.map(({ name }) => name)).toEqual(rules.map(({ name }) => name));
  expect(found.filter(({ health }) => health !== 'ok')).toEqual([]);
});
