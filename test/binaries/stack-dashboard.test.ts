/**
 * Every query of "Spywatcher - Logging Stack", asked of the real Prometheus that scrapes the real programs by the stack's own config. What
 * is different where the agent is the Collector is asked of a second Prometheus.
 *
 * @jest-environment ./test/support/grafana-environment.js
 */
import { canaryTarget, type RunningCanary, startCanary } from '../support/canary';
import { type RunningCollector, startCollector } from '../../programs/collector';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { logged } from '../support/gateway-suite';
import {
  changedFiles,
  entries,
  lokiFiles,
  nanoseconds,
  pushBody,
  type RunningLoki,
  startLoki,
} from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { type RunningPrometheus, startPrometheus } from '../support/prometheus';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { type RunningPromtail, startPromtail } from '../../programs/promtail';
import {
  everyMetricQuery,
  type MetricPanel,
  metricPanels,
  type MetricQuery,
  withTimes,
} from '../../programs/dashboards';
import { drawnFrom } from '../support/grafana-draws';
import { Relay } from '../support/relay';
import { podTemplates, secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const STACK = {
  environment: 'dev',
  auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana', 'canary'] }] } },
  canary: {},
} as const;
const rendered = variant('with metrics', STACK);
const withCollector = variant('with metrics of the Collector', { ...STACK, agent: { type: 'collector' } });
const values = secretValues(rendered);
const TIMES = { rateInterval: '20s', range: '1m' };

/** Queries without a result here, and why. */
const WITHOUT_GRAFANA: Readonly<Record<string, string>> = {
  'panel "Memory against Limit" C': 'there is no Grafana to run here',
};
const WITHOUT_RESULT: Readonly<Record<string, string>> = {
  ...WITHOUT_GRAFANA,
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

/** The same, of the panels that are others with the Collector. */
const DRAWN_WITH_COLLECTOR: Readonly<Record<string, RegExp>> = {
  'Programs Up': /^(?:(?:alertmanager|grafana): 0%, red|(?:prometheus|loki|canary|collector): 100%, green)$/,
  'Not Delivered Yet': line('furthest behind', `${NUMBER} (?:K?i?)?B`, 'green'),
  'Sent Lines': line(AGENT, `${NUMBER} lines/s`),
  'Dropped Lines': line(`${AGENT} InvalidArgument`, `${NUMBER} lines/s`),
  'Read Lines': line(AGENT, `${NUMBER} lines/s`),
  'Queue Used': line(AGENT, `${NUMBER}%`),
  'Left Out by Rule': line(
    'health-checks|erasure-not-allowed|queries-of-loki|words-of-the-canary',
    `${NUMBER} lines/s`,
  ),
  'Pushes by Answer of the Gateway': new RegExp(`^(?:2xx: ${NUMBER} req/s, green|4xx: ${NUMBER} req/s, orange)$`),
  'Refused and Failed Requests': line('401|5xx', `${NUMBER} req/s`),
  'Memory against Limit': line(`(?:collector|canary) ${AGENT}|loki loki-0`, `${NUMBER}%`),
};

/** The disk of the machine may be filling, or not. */
const DISK_FORECAST = 'panel "Disk: Time to Full" A';

const withTime = ({ of, expr }: MetricQuery) => [of, withTimes(expr, TIMES)] as const;
const queries = everyMetricQuery(rendered.config).map(withTime);
const own = ({ title, targets }: MetricPanel): string => JSON.stringify({ title, targets });
const ofPromtail = metricPanels(rendered.config).map(own);
const panelsWithCollector = metricPanels(withCollector.config).filter((panel) => !ofPromtail.includes(own(panel)));
const queriesWithCollector = everyMetricQuery(withCollector.config)
  .filter(({ of }) => panelsWithCollector.some(({ title }) => of.startsWith(`panel "${title}" `)))
  .map(withTime);

let folder: string;
let loki: RunningLoki;
let gateway: RunningGateway;
let promtail: RunningPromtail;
let canary: RunningCanary;
let prometheus: RunningPrometheus;
let collector: RunningCollector;
let prometheusWithCollector: RunningPrometheus;
/** Somebody writes all the time. */
let writing: NodeJS.Timeout;
let beforeLoki: Relay;

beforeAll(async () => {
  const binaries = await programs('loki', 'promtail', 'otelcol', 'loki-canary', 'prometheus');
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
  const logsOfCollector = new PodLogs(`${folder}/collector/pods`);
  logsOfCollector.append(gatewayTarget, []);
  collector = await startCollector(binaries.otelcol, withCollector, {
    folder: `${folder}/collector`,
    logs: logsOfCollector,
    targets: [gatewayTarget],
    values,
    gatewayPort: gateway.port,
  });
  const addresses = {
    'gateway-metrics.logging.svc:8081': `127.0.0.1:${gateway.metricsPort}`,
    'promtail-metrics.logging-agents.svc:9080': `127.0.0.1:${promtail.port}`,
    'collector-metrics.logging-agents.svc:8888': `127.0.0.1:${collector.port}`,
    'canary.logging.svc:3500': `127.0.0.1:${canary.ports.metrics}`,
  };
  prometheus = await startPrometheus(binaries.prometheus, rendered, { folder, addresses });
  prometheusWithCollector = await startPrometheus(binaries.prometheus, withCollector, {
    folder: `${folder}/collector`,
    addresses,
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
  const written = lines.map((line, index) => cri(now + BigInt(index), line));
  for (const one of [logs, logsOfCollector]) one.append(gatewayTarget, written);
  // A batch with a line that is too old.
  logsOfCollector.append(gatewayTarget, [cri(1_000_000_000n, 'old')]);
  writing = setInterval(() => logsOfCollector.append(gatewayTarget, [cri(nanoseconds(), 'a line like others')]), 1000);
  await until('lines in Loki', async () =>
    (await entries(loki.port, 'spywatcher', '{container="canary"}')).length > 0 ? undefined : 'none yet',
  );
  // Chunks would be stored after half an hour.
  await send({ port: loki.port, path: '/flush', method: 'POST', body: '' });
}, BUILD_TIMEOUT);

afterAll(async () => {
  clearInterval(writing);
  await prometheus.stop();
  await prometheusWithCollector.stop();
  await collector.stop();
  await canary.stop();
  await promtail.stop();
  await gateway.stop();
  await beforeLoki.interrupt();
  await loki.stop();
  removeFolder(folder);
});

/** What each panel draws that is not as it is expected. */
async function drawnWrongly(
  all: readonly MetricPanel[],
  expected: Readonly<Record<string, RegExp>>,
  asked: RunningPrometheus,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const panel of all) {
    const shown = await drawnFrom(panel, ({ expr }) => asked.query(withTimes(expr, TIMES)));
    const texts = shown.map(({ name, text, color }) => `${name}: ${text}, ${color}`);
    const isEmpty = texts.length === 0 && panel.title !== NOTHING_DRAWN;
    const { [panel.title]: form = /^$/ } = expected;
    wrong.push(
      ...(isEmpty ? ['nothing'] : texts.filter((text) => !form.test(text))).map((text) => `${panel.title}: ${text}`),
    );
  }
  return wrong;
}

describe.each([
  {
    agent: 'Promtail',
    asked: () => prometheus,
    all: queries,
    panels: metricPanels(rendered.config),
    drawn: DRAWN,
    without: WITHOUT_RESULT,
  },
  {
    agent: 'the Collector, as far as it is another',
    asked: () => prometheusWithCollector,
    all: queriesWithCollector,
    panels: panelsWithCollector,
    drawn: DRAWN_WITH_COLLECTOR,
    without: WITHOUT_GRAFANA,
  },
])(
  'given the programs of a stack and its Prometheus, the dashboard of the stack with $agent',
  ({ asked, all, panels, drawn, without }) => {
    it('has a result for every query but those named here', async () => {
      const unanswered = async (): Promise<readonly string[]> => {
        const answers = await Promise.all(
          all.map(async ([of, expr]) => ((await asked().query(expr)).length === 0 ? [of] : [])),
        );
        return answers.flat().filter((of) => of !== DISK_FORECAST);
      };
      let found: readonly string[] = [];
      await until(
        'the dashboard',
        async () => {
          found = await unanswered();
          const left = found.filter((of) => !(of in without));
          return left.length === 0 ? undefined : left.join(', ');
        },
        { seconds: 90 },
      );
      expect(found.toSorted()).toEqual(Object.keys(without).toSorted());
    }, 120_000);

    it('is drawn by Grafana with a name, a unit and a colour for all that it shows', async () => {
      expect(Object.keys(drawn)).toEqual(panels.map(({ title }) => title));
      expect(await drawnWrongly(panels, drawn, asked())).toEqual([]);
    });

    it('names metrics that the programs have', async () => {
      const known = new Set((await asked().ask('/api/v1/label/__name__/values')) as readonly string[]);
      const missing = all
        .filter(([of]) => !(of in without))
        .flatMap(([, expr]) =>
          [...expr.matchAll(/\b(?:loki|promtail|logentry|otelcol|process|spywatcher)_\w+/g)].map(([name]) => name),
        )
        .filter((name) => !name.startsWith('loki_api') && !known.has(name));
      expect(missing).toEqual([]);
    });
  },
);
