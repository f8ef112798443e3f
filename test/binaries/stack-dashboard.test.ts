/**
 * Every query of "Spywatcher - Logging Stack", asked of the real Prometheus that scrapes the real programs by the stack's own config.
 *
 * @jest-environment ./test/support/grafana-environment.js
 */
import { canaryTarget, type RunningCanary, startCanary } from '../support/canary';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { logged } from '../support/gateway-suite';
import { changedFiles, entries, lokiFiles, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { type RunningPrometheus, startPrometheus } from '../support/prometheus';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { type RunningPromtail, startPromtail } from '../../programs/promtail';
import { everyMetricQuery, metricPanels, withTimes } from '../../programs/dashboards';
import { drawnFrom } from '../support/grafana-draws';
import { Relay } from '../support/relay';
import { podTemplates, secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const rendered = variant('with metrics', {
  environment: 'dev',
  auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana', 'canary'] }] } },
  canary: {},
});
const values = secretValues(rendered);
const TIMES = { rateInterval: '20s', range: '1m' };

/** Queries without a result here, and why. */
const WITHOUT_RESULT: Readonly<Record<string, string>> = {
  'panel "Memory against Limit" C': 'there is no Grafana to run here',
  'panel "Alerts at Alertmanager" A': 'Alertmanager is not started here',
};

/** The one panel without a series: Alertmanager is not started here. */
const NOTHING_DRAWN = 'Alerts at Alertmanager';

const AGENT = String.raw`127\.0\.0\.1:\d+`;
const line = (names: string, text: string, color = 'palette'): RegExp =>
  new RegExp(`^(?:${names}): ${text}, (?:${color})$`);
const NUMBER = String.raw`[\d.]+`;
/** A histogram without a request in the time of its rate has no quantile, and is drawn as a gap. */
const SECONDS = `(?:${NUMBER} (?:ms|µs|s)|NaN)`;
const QUANTILES = 'p50|p95|p99';

/** What Grafana draws of each panel: name, number with its unit, colour. Red is what does not run here alone. */
const DRAWN: Readonly<Record<string, RegExp>> = {
  'Programs Up': /^(?:(?:alertmanager|grafana): 0%, red|(?:prometheus|loki|canary|promtail): 100%, green)$/,
  'Alerts Firing': line('critical|warning', '0', 'green'),
  // The disk of the machine may be filling.
  'Disk: Time to Full': /^(?:: not filling, blue|until full: .+, (?:green|orange|red))$/,
  'Refused Lines by Tenant': line('spywatcher', '0', 'green'),
  'Not Read Yet': line('furthest behind', `${NUMBER} K?i?B`, 'green'),
  'Canary: Lost Lines': line('lost', '0', 'green'),
  'Ingest: Lines': line('spywatcher', `${NUMBER} lines/s`),
  'Ingest: Bytes': line('spywatcher', `${NUMBER} k?B/s`),
  'Refused Lines by Reason': line('spywatcher greater_than_max_sample_age', `${NUMBER} lines/s`),
  'Sent Lines': line(AGENT, `${NUMBER} lines/s`),
  'Dropped Lines': line(`${AGENT} (?:ingester_error|line_too_long|rate_limited|stream_limited)`, '0 lines/s'),
  'Read Bytes': line(AGENT, `${NUMBER} k?B/s`),
  'Not Read Yet by Agent': line(AGENT, `${NUMBER} K?i?B`),
  'Left Out by Rule': line('words-of-the-canary', `${NUMBER} lines/s`),
  'Pushes by Answer of the Gateway': line('2xx', `${NUMBER} req/s`, 'green'),
  'Refused and Failed Requests': line('401|5xx', `${NUMBER} req/s`),
  'Requests that Reach Loki, by Class': new RegExp(`^(?:2xx: ${NUMBER} req/s, green|4xx: ${NUMBER} req/s, orange)$`),
  'Query Duration': line(QUANTILES, SECONDS),
  'Push Duration': line(QUANTILES, SECONDS),
  'Requests by Route': line(String.raw`loki_api_v1_\w+`, `${NUMBER} req/s`),
  'Chunks Created and Stored': line('created|stored', `${NUMBER} /s`),
  'In Memory': line('chunks|streams', String.raw`\d+`),
  'Disk Used': line('loki-0', `${NUMBER}%`),
  'Since the Last Compaction, and Retention': line('compaction|retention', SECONDS, 'blue'),
  'Runs in This Time Range': line('(?:compaction|retention) success', String.raw`\d+`, 'blue'),
  'Memory against Limit': line(`(?:promtail|canary) ${AGENT}|loki loki-0`, `${NUMBER}%`),
  'Evaluations of the Ruler': line(String.raw`spywatcher-alerts-\w+(?: failed)?`, `${NUMBER} /s`),
  'Notifications of the Ruler': line(String.raw`http://alertmanager-0\S+(?: failed)?`, `${NUMBER} /s`),
  [NOTHING_DRAWN]: /^$/,
  'Canary: Written Lines': line('written', `${NUMBER} lines/s`),
  'Canary: Missing Lines': line('missing|missing later on|late', `${NUMBER} lines/s`),
  'Canary: From Written to Read': line(QUANTILES, SECONDS),
};

/** The disk of the machine may be filling, or not. */
const DISK_FORECAST = 'panel "Disk: Time to Full" A';

const queries = everyMetricQuery(rendered.config).map(({ of, expr }) => [of, withTimes(expr, TIMES)] as const);

let folder: string;
let loki: RunningLoki;
let gateway: RunningGateway;
let promtail: RunningPromtail;
let canary: RunningCanary;
let prometheus: RunningPrometheus;
let beforeLoki: Relay;

beforeAll(async () => {
  const binaries = await programs('loki', 'promtail', 'loki-canary', 'prometheus');
  folder = temporaryFolder('stack-dashboard');
  const logs = new PodLogs(`${folder}/pods`);
  const gatewayTarget: Container = {
    namespace: rendered.config.namespaces.logging,
    pod: 'gateway-0',
    container: 'gateway',
    labels: podTemplates(rendered).find(({ name }) => name === 'gateway')?.metadata.labels ?? {},
  };
  const target = canaryTarget(rendered);
  logs.append(gatewayTarget, []);
  loki = await startLoki(binaries.loki, rendered, {
    files: changedFiles(lokiFiles(rendered), { compactor: { compaction_interval: '2s' } }),
  });
  beforeLoki = new Relay(loki.port);
  await beforeLoki.start();
  gateway = await startGateway(rendered, values, beforeLoki.port);
  canary = await startCanary(binaries['loki-canary'], rendered, { values, gateway, logs, target });
  promtail = await startPromtail(binaries.promtail, rendered, {
    folder,
    logs,
    targets: [target, gatewayTarget],
    values,
    gatewayPort: gateway.port,
  });
  prometheus = await startPrometheus(binaries.prometheus, rendered, {
    folder,
    addresses: {
      'gateway-metrics.logging.svc:8081': `127.0.0.1:${gateway.metricsPort}`,
      'promtail-metrics.logging-agents.svc:9080': `127.0.0.1:${promtail.port}`,
      'canary.logging.svc:3500': `127.0.0.1:${canary.ports.metrics}`,
    },
  });
  // What is refused: a wrong password, a line that is too old, a query while Loki is away.
  const credential = `grafana:${values['gateway.grafana'] ?? ''}`;
  const path = '/loki/api/v1/query?query=vector(1)';
  await send({ port: gateway.port, path, credential: 'grafana:wrong' });
  await send({ port: gateway.port, path, credential });
  await send({
    port: loki.port,
    path: '/loki/api/v1/push',
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Scope-OrgID': 'spywatcher' },
    body: JSON.stringify(pushBody({ labels: { job: 'old' }, line: 'old', time: 1_000_000_000n })),
  });
  await beforeLoki.interrupt();
  await send({ port: gateway.port, path, credential });
  await beforeLoki.start();
  for (const failure of [401, 502]) await logged({ gateway }, `a ${failure}`, ({ status }) => status === failure);
  const now = BigInt(Date.now()) * 1_000_000n;
  const lines = gateway.program.output().trim().split('\n');
  logs.append(
    gatewayTarget,
    lines.map((line, index) => cri(now + BigInt(index), line)),
  );
  await until('lines in Loki', async () =>
    (await entries(loki.port, 'spywatcher', '{container="canary"}')).length > 0 ? undefined : 'none yet',
  );
  // Chunks would be stored after half an hour.
  await send({ port: loki.port, path: '/flush', method: 'POST', body: '' });
}, BUILD_TIMEOUT);

afterAll(async () => {
  await prometheus.stop();
  await canary.stop();
  await promtail.stop();
  await gateway.stop();
  await beforeLoki.interrupt();
  await loki.stop();
  removeFolder(folder);
});

describe('given the programs of a stack and its Prometheus, the dashboard of the stack', () => {
  it('has a result for every query but those named here', async () => {
    const unanswered = async (): Promise<readonly string[]> => {
      const answers = await Promise.all(
        queries.map(async ([of, expr]) => ((await prometheus.query(expr)).length === 0 ? [of] : [])),
      );
      return answers.flat().filter((of) => of !== DISK_FORECAST);
    };
    let found: readonly string[] = [];
    await until(
      'the dashboard',
      async () => {
        found = await unanswered();
        const left = found.filter((of) => !(of in WITHOUT_RESULT));
        return left.length === 0 ? undefined : left.join(', ');
      },
      { seconds: 90 },
    );
    expect(found.toSorted()).toEqual(Object.keys(WITHOUT_RESULT).toSorted());
  }, 120_000);

  it('is drawn by Grafana with a name, a unit and a colour for all that it shows', async () => {
    const all = metricPanels(rendered.config);
    expect(Object.keys(DRAWN)).toEqual(all.map(({ title }) => title));
    const wrong: string[] = [];
    for (const panel of all) {
      const shown = await drawnFrom(panel, ({ expr }) => prometheus.query(withTimes(expr, TIMES)));
      const texts = shown.map(({ name, text, color }) => `${name}: ${text}, ${color}`);
      const isEmpty = texts.length === 0 && panel.title !== NOTHING_DRAWN;
      const { [panel.title]: expected = /^$/ } = DRAWN;
      wrong.push(
        ...(isEmpty ? ['nothing'] : texts.filter((text) => !expected.test(text))).map(
          (text) => `${panel.title}: ${text}`,
        ),
      );
    }
    expect(wrong).toEqual([]);
  });

  it('names metrics that the programs have', async () => {
    const known = new Set((await prometheus.ask('/api/v1/label/__name__/values')) as readonly string[]);
    const missing = queries
      .filter(([of]) => !(of in WITHOUT_RESULT))
      .flatMap(([, expr]) =>
        [...expr.matchAll(/\b(?:loki|promtail|logentry|process|spywatcher)_\w+/g)].map(([name]) => name),
      )
      .filter((name) => !name.startsWith('loki_api') && !known.has(name));
    expect(missing).toEqual([]);
  });
});
