/** The real Collector’s page of metrics, while a gateway answers in every way: all that alerts and dashboards ask for, and little else. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_METRICS, type AgentMetric, COLLECTOR_RETRIES } from '../../src/log-model/agent-metrics';
import { AGENT_FIGURES } from '../../src/operations/observe/agent-figures';
import { agentLog } from '../../src/operations/observe/agent-log';
import { parseMetrics, type Sample, samplesOf, sumBy } from '../../src/operations/observe/metrics';
import { type RunningCollector, startCollector } from '../../programs/collector';
import { nanoseconds } from '../../programs/loki';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, freePorts, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const rendered = variant('measured', { environment: 'dev', agent: { type: 'collector' } });
const metrics = AGENT_METRICS.collector;
const POD: Container = {
  namespace: 'shop',
  pod: 'shop-0',
  container: 'shop',
  labels: { 'app.kubernetes.io/name': 'shop' },
};
/** Answers after which a batch is dropped, with the reason that the Collector gives. */
const DROPPED = { 400: 'InvalidArgument', 401: 'Unauthenticated', 403: 'PermissionDenied', 500: 'Unknown' } as const;
/** Its metrics beside those that are asked for: about the program itself and what it follows. */
const FURTHER = [
  'otelcol_fileconsumer_reading_files',
  'otelcol_otelsvc_k8s_pod_added',
  'otelcol_otelsvc_k8s_pod_table_size',
  'otelcol_process_cpu_seconds',
  'otelcol_process_runtime_heap_alloc_bytes',
  'otelcol_process_runtime_total_alloc_bytes',
  'otelcol_process_runtime_total_sys_memory_bytes',
  'otelcol_process_uptime',
  'otelcol_receiver_failed_log_records',
  'otelcol_receiver_refused_log_records',
  'promhttp_metric_handler_errors_total',
  'spywatcher_logs_push_duration_seconds_bucket',
  'spywatcher_logs_push_duration_seconds_sum',
  'target_info',
];

let folder: string;
let collector: RunningCollector;
let logs: PodLogs;
let status = 200;
let answered = 0;
const gateway = createServer((request, response) => {
  request.resume().once('end', () => {
    answered += 1;
    response.writeHead(status).end();
  });
});
const listens = (port: number): Promise<void> =>
  new Promise((resolve, reject) => gateway.once('error', reject).listen(port, '127.0.0.1', resolve));
const listensNoMore = async (): Promise<void> => {
  gateway.closeAllConnections();
  await new Promise((resolve) => gateway.close(resolve));
};

const page = async (): Promise<readonly Sample[]> => parseMetrics(await collector.metrics());
/** Sum of a metric's series, by this label. */
const by = (samples: readonly Sample[], { name }: AgentMetric, label = ''): Record<string, number> =>
  sumBy(samples, name, label);
/** Writes a line, and waits until its batch was answered. */
const lineIsAnsweredWith = async (answer: number): Promise<void> => {
  status = answer;
  const before = answered;
  logs.append(POD, [cri(nanoseconds(), `{"level":"info","message":"answered with ${answer}"}`)]);
  await until(`a push that is answered with ${answer}`, () => (answered > before ? undefined : 'none'));
};

let atStart: readonly Sample[];
let whileAway: readonly Sample[];
let atEnd: readonly Sample[];

beforeAll(async () => {
  const { otelcol } = await programs('otelcol');
  folder = temporaryFolder('collector-metrics');
  logs = new PodLogs(join(folder, 'pods'));
  logs.append(POD, []);
  const [gatewayPort = 0] = await freePorts(1);
  await listens(gatewayPort);
  const values = secretValues(rendered);
  collector = await startCollector(otelcol, rendered, { folder, logs, targets: [POD], values, gatewayPort });
  atStart = await page();
  await lineIsAnsweredWith(200);
  for (const answer of Object.keys(DROPPED)) await lineIsAnsweredWith(Number(answer));
  // A batch is sent again until the next answer.
  for (const answer of COLLECTOR_RETRIES) await lineIsAnsweredWith(Number(answer));
  await listensNoMore();
  await until('a push without an answer', async () => {
    whileAway = await page();
    return by(whileAway, metrics.pushes, metrics.pushes.status)[metrics.pushes.noAnswer] === undefined
      ? 'none'
      : undefined;
  });
  status = 200;
  await listens(gatewayPort);
  await until(
    'all to be delivered',
    async () => {
      atEnd = await page();
      const { '': waits = NaN } = by(atEnd, metrics.queueSize);
      if (waits === 0) return undefined;
      await sleep(500);
      return `${waits} bytes wait`;
    },
    { seconds: 90 },
  );
}, BUILD_TIMEOUT);
afterAll(async () => {
  await collector.stop();
  await listensNoMore();
  removeFolder(folder);
});

const names = (samples: readonly Sample[]): readonly string[] => [...new Set(samples.map(({ name }) => name))].sort();

it('has the metrics of the table, some of the program itself, and no other', () => {
  // One is there only once the disk of its queue has failed.
  const { notQueued, ...measured } = metrics;
  expect(names(atEnd)).not.toContain(notQueued.name);
  const asked = Object.values<AgentMetric>(measured).map(({ name }) => name);
  expect(names(atEnd)).toEqual([...new Set([...asked, ...FURTHER])].sort());
});

it('has the same names for a Prometheus of version 3, which takes names with dots', async () => {
  const Accept = 'text/plain;version=1.0.0;escaping=allow-utf-8';
  const { text, headers } = await send({ port: collector.port, path: '/metrics', headers: { Accept } });
  expect(headers['content-type']).toContain('escaping=');
  const shapes = (samples: readonly Sample[]): readonly string[] =>
    samples.map(({ name, labels }) => [name, ...Object.keys(labels).sort()].join(' ')).sort();
  expect(shapes(parseMetrics(text))).toEqual(shapes(await page()));
});

it('has the queue, the memory and a metric of its own from the start, which tell a Collector that delivers nothing', () => {
  for (const metric of [metrics.queueSize, metrics.queueCapacity, metrics.memory, metrics.own])
    expect(by(atStart, metric)['']).toBeGreaterThanOrEqual(0);
  expect(by(atStart, metrics.queueCapacity)['']).toBe(rendered.config.agent.queueSize.bytes);
});

it('has no label of the library that measures, and none that grows with the pods that there were', () => {
  const labels = new Set(atEnd.flatMap((sample) => Object.keys(sample.labels)));
  expect([...labels].filter((label) => /^otel_scope|pod/.test(label))).toEqual([]);
});

it('counts records that are dropped, by reason', () => {
  expect(by(atEnd, metrics.dropped, metrics.dropped.reason)).toEqual(
    Object.fromEntries(Object.values(DROPPED).map((reason) => [reason, 1])),
  );
});

it('counts records that are delivered, those that waited included', () => {
  expect(by(atEnd, metrics.sent)['']).toBe(1 + COLLECTOR_RETRIES.length);
});

it('counts each push by its answer, those that it sends again and those without one included', () => {
  const pushes = by(atEnd, metrics.pushes, metrics.pushes.status);
  expect(Object.keys(pushes).sort()).toEqual(['', '200', '400', '401', '403', '429', '500', '502', '503', '504']);
});

it('tells what waits for a gateway that is away, in bytes', () => {
  const { '': waits = NaN } = by(whileAway, metrics.queueSize);
  expect(waits).toBeGreaterThan(COLLECTOR_RETRIES.length * 50);
});

it('is what `npm run status` makes figures of', () => {
  const pages = [atStart, atEnd].map((samples, seconds) => ({ at: seconds * 1000, samples }));
  const [first, last] = pages;
  if (first === undefined || last === undefined) throw new Error('two pages are expected');
  const { recentAnswers, ...figures } = AGENT_FIGURES.collector(first, last);
  expect(figures).toEqual({
    sent: 1 + COLLECTOR_RETRIES.length,
    sentPerSecond: 1 + COLLECTOR_RETRIES.length,
    dropped: Object.fromEntries(Object.values(DROPPED).map((reason) => [reason, 1])),
    droppedGrowing: true,
    waitingBytes: 0,
    waitingGrowth: 0,
    queueBytes: rendered.config.agent.queueSize.bytes,
    notQueued: 0,
    notQueuedGrowing: false,
    targets: 1,
  });
  expect(recentAnswers).toMatchObject({ '400': 1, '401': 1, '403': 1, '500': 1 });
  expect(recentAnswers['-1']).toBeGreaterThan(0);
});

it('has a log of which `npm run doctor` knows each answer to a push', () => {
  const log = agentLog('collector', collector.output());
  expect([...new Set(log.pushes.map(({ status: answer }) => answer))].sort()).toEqual(
    ['-1', ...Object.keys(DROPPED), ...COLLECTOR_RETRIES].sort(),
  );
  expect({ ...log, pushes: [] }).toEqual({ pushes: [], unreadable: [], discovery: [], queue: [] });
});

it('counts what drop rules leave out, by rule', () => {
  const rules = samplesOf(atEnd, metrics.leftOut.name).map(({ labels }) => labels[metrics.leftOut.rule] ?? '');
  expect(rules).toContain(`${metrics.leftOut.prefix}${rendered.config.agent.drop[0]?.name ?? ''}`);
});

it('says nothing of its metrics in its log, which is JSON', () => {
  const lines = collector.output().trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
});
