/** The real canary through the whole chain: its file, Promtail, the gateway, Loki, the gateway, its nginx, and itself again. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { canaryTarget, type RunningCanary, startCanary } from '../support/canary';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { entries, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { PodLogs } from '../../programs/pod-logs';
import { type RunningPromtail, startPromtail } from '../../programs/promtail';
import { Relay } from '../support/relay';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

/** Minutes as seconds. */
const SHORT_TIMES = [
  ...['-wait=10s', '-max-wait=16s', '-pruneinterval=2s', '-metric-test-interval=3s', '-query-timeout=5s'],
  ...['-spot-check-interval=4s', '-spot-check-query-rate=3s', '-spot-check-initial-wait=10s'],
  ...['-cache-test-interval=2s', '-cache-test-now=8s', '-cache-test-range=3s'],
];

const rendered = variant('with a canary', {
  environment: 'staging',
  auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana', 'canary'] }] } },
  gateway: { tls: {} },
  canary: {},
});
const values = secretValues(rendered);
const target = canaryTarget(rendered);

let folder: string;
let loki: RunningLoki;
let gateway: RunningGateway;
let promtail: RunningPromtail;
let canary: RunningCanary;
let beforeLoki: Relay;
let beforeGateway: Relay;

beforeAll(async () => {
  const binaries = await programs('loki', 'promtail', 'loki-canary');
  folder = temporaryFolder('canary');
  const logs = new PodLogs(`${folder}/pods`);
  loki = await startLoki(binaries.loki, rendered);
  beforeLoki = new Relay(loki.port);
  await beforeLoki.start();
  gateway = await startGateway(rendered, values, beforeLoki.port);
  beforeGateway = new Relay(gateway.port);
  await beforeGateway.start();
  // First the agent, which is ready once there is a file: the canary waits no longer for a line while its chain is started.
  logs.append(target, []);
  promtail = await startPromtail(binaries.promtail, rendered, {
    folder,
    logs,
    targets: [target],
    values,
    gatewayPort: beforeGateway.port,
  });
  canary = await startCanary(binaries['loki-canary'], rendered, {
    values,
    gateway,
    logs,
    target,
    further: SHORT_TIMES,
  });
}, BUILD_TIMEOUT);

afterAll(async () => {
  await canary.stop();
  await promtail.stop();
  await beforeGateway.interrupt();
  await gateway.stop();
  await beforeLoki.interrupt();
  await loki.stop();
  removeFolder(folder);
});

const metric = (name: string): Promise<number> => canary.metric(`loki_canary_${name}`);

describe('given the whole chain, the canary', () => {
  it('reads its lines again, by tail, query, metric query and spot check, and misses none', async () => {
    await until(
      'the canary',
      async () => {
        const [received, spots, count, cached] = await Promise.all(
          [
            'response_latency_seconds_count',
            'spot_check_entries_total',
            'metric_test_actual',
            'cache_test_query_results_total',
          ].map(metric),
        );
        const done = [received ?? 0, spots ?? 0, count ?? 0, cached ?? 0];
        return (done[0] ?? 0) > 20 && done.slice(1).every((value) => value > 0) ? undefined : done.join(', ');
      },
      { seconds: 60 },
    );
    for (const name of [
      'missing_entries_total',
      'websocket_missing_entries_total',
      'spot_check_missing_entries_total',
      'duplicate_entries_total',
      'cache_test_query_results_diff_total',
    ])
      expect([name, await metric(name)]).toEqual([name, 0]);
    expect(canary.said()).not.toMatch(/invalid entry|expected only a single series/);
  }, 90_000);

  it('has its lines in Loki as it wrote them, and none of its words beside them', async () => {
    const found = await entries(loki.port, 'spywatcher', '{container="canary"}');
    expect(found.length).toBeGreaterThan(10);
    for (const { line, labels } of found) {
      expect(line).toMatch(/^\d{19} p+$/);
      expect(labels).toMatchObject({ namespace: 'logging', app: 'canary', job: 'canary' });
    }
    expect(canary.said()).toContain('Connecting to loki');
  });

  it('shows a scraper its metrics, and lets nobody suspend it', async () => {
    const { metrics } = canary.ports;
    expect((await send({ port: metrics, path: '/metrics' })).text).toContain('loki_canary_entries_total');
    for (const path of ['/suspend', '/resume', '/loki/api/v1/query', '/'])
      expect([path, (await send({ port: metrics, path })).status]).toEqual([path, 404]);
    expect((await send({ port: metrics, path: '/metrics', method: 'POST', body: '' })).status).toBe(403);
  });

  it('has through its nginx the queries that it needs, and nothing else', async () => {
    const { queries } = canary.ports;
    const asked = await send({ port: queries, path: '/loki/api/v1/query?query=vector(1)' });
    expect(asked.status).toBe(200);
    for (const path of ['/loki/api/v1/labels', '/loki/api/v1/push', '/metrics', '/loki/api/v1/delete'])
      expect([path, (await send({ port: queries, path })).status]).toEqual([path, 404]);
  });

  it('has its credential in no process’s arguments or environment', () => {
    const secrets = Object.values(values);
    const pids = [...canary.pids, ...childrenOf(canary.proxy.program.pid), promtail.pid, gateway.program.pid];
    for (const pid of pids)
      for (const file of ['cmdline', 'environ']) {
        const text = readFileSync(`/proc/${pid}/${file}`, 'latin1');
        const encoded = (secret: string): string => Buffer.from(`canary:${secret}`).toString('base64');
        expect(secrets.filter((secret) => text.includes(secret) || text.includes(encoded(secret)))).toEqual([]);
      }
    expect(pids.length).toBeGreaterThan(4);
  });

  it('counts what did not come over the tail while Loki is away, and finds it once it is back', async () => {
    const before = await metric('websocket_missing_entries_total');
    await beforeLoki.interrupt();
    await until(
      'lines that are late',
      async () => ((await metric('websocket_missing_entries_total')) > before ? undefined : 'none yet'),
      { seconds: 40 },
    );
    expect(await metric('missing_entries_total')).toBe(0);
    await beforeLoki.start();
    await until(
      'the canary’s tail',
      async () => {
        const received = await metric('response_latency_seconds_count');
        await sleep(2_000);
        return (await metric('response_latency_seconds_count')) > received ? undefined : 'it is not open yet';
      },
      { seconds: 60 },
    );
  }, 120_000);

  it('counts lines as missing that the agent cannot deliver', async () => {
    const before = await metric('missing_entries_total');
    await beforeGateway.interrupt();
    await until(
      'missing lines',
      async () => ((await metric('missing_entries_total')) > before ? undefined : 'none yet'),
      { seconds: 60 },
    );
    await beforeGateway.start();
  }, 90_000);
});

/** nginx' workers. */
function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/stat`, 'latin1')
            .replace(/^.*\) /, '')
            .split(' ')[1] === String(parent)
        );
      } catch {
        return false; // it has ended meanwhile
      }
    });
}
