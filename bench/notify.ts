/** How soon somebody is told: from a line in a pod's log file to the message of its alert, through every program in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StackConfigInput } from '../src/config';
import { formatDuration } from '../src/config/units';
import { startAlertmanager, writeAlertmanagerFiles } from '../programs/alertmanager';
import { startGateway } from '../programs/gateway';
import { changedFiles, lokiFiles, nanoseconds, startLoki } from '../programs/loki';
import { removeFolder, temporaryFolder } from '../programs/program';
import { type Container, cri, PodLogs } from '../programs/pod-logs';
import { startPromtail } from '../programs/promtail';
import { type RenderedStack, secretValues, variant } from '../programs/rendered-stack';
import { startStubReceiver, type StubReceiver } from '../programs/stub-receiver';
import { ensureTools } from '../tools/build';
import { quantile } from './quantile';
import type { Log } from '../local/shell';

/** Prime: spread over {@link INTERVALS}, no two lines are written at the same time of an interval. */
const PROBES = 199;
/** Evaluation intervals over which the lines are written. */
const INTERVALS = 5;
/** What may come to the interval and the wait for the group, in seconds. */
const PATIENCE = 30;
const APP = 'notify-bench';
const POD: Container = { namespace: 'apps', pod: APP, container: 'app', labels: { 'app.kubernetes.io/name': APP } };

/** The times that are compared: the defaults, and small ones. */
const TIMES = [
  { alerting: {}, alertmanager: {} },
  { alerting: { interval: '15s' }, alertmanager: { groupWait: '5s' } },
] as const;

/** Of one probe, in milliseconds since 1970. */
interface Moments {
  readonly written: number;
  /** The evaluation that found the line. */
  readonly evaluated: number;
  readonly received: number;
}

/** What Alertmanager sends to a webhook, as far as it is looked at. */
interface Notification {
  readonly alerts: readonly {
    readonly status: string;
    readonly startsAt: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** A table: from a line written to the message received, by the times of the config. */
export async function notifyTable(log: Log): Promise<string> {
  const tools = await ensureTools(['loki', 'promtail', 'alertmanager'], log);
  log(`notify: ${PROBES} alerts at the default times and at small ones, side by side`);
  const measured = await Promise.all(
    TIMES.map(async (times) => {
      const rendered = variant('notify-bench', stackWith(times));
      return { rendered, moments: await measure(tools, rendered) };
    }),
  );
  return table(measured);
}

/** Each probe has a rule of its own, and so, by its name, a group and a message of its own. */
function stackWith({ alerting, alertmanager }: (typeof TIMES)[number]): StackConfigInput {
  return {
    environment: 'dev',
    auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'] }] } },
    alerting: {
      ...alerting,
      rules: Array.from({ length: PROBES }, (_, index) => ({
        name: ruleName(index),
        expr: `sum(count_over_time({app="${APP}"} |= "${ruleName(index)}." [5m])) > 0`,
        severity: 'warning' as const,
        summary: 'A line of the measurement',
        description: '{{ $value }} lines in 5m.',
        runbook: 'https://wiki.example.com',
      })),
    },
    alertmanager: {
      type: 'embedded',
      ...alertmanager,
      receivers: [{ name: 'hook', type: 'webhook', egress: [{ cidr: '127.0.0.1/32', port: 80 }] }],
    },
  };
}

const ruleName = (index: number): string => `Probe${index}`;

/** Runs a stack's agent, gateway, Loki and Alertmanager, and lets every probe go its way. */
async function measure(
  tools: Readonly<Record<'loki' | 'promtail', string>>,
  rendered: RenderedStack,
): Promise<readonly Moments[]> {
  const stops: (() => Promise<unknown>)[] = [];
  const folder = temporaryFolder(APP);
  try {
    const receiver = await startStubReceiver();
    stops.push(receiver.stop);
    const values = { ...secretValues(rendered), 'alertmanager.hook': `http://127.0.0.1:${receiver.port}/` };
    const alertmanager = await startAlertmanager(rendered, writeAlertmanagerFiles(rendered, values));
    stops.push(alertmanager.stop);
    const files = changedFiles(lokiFiles(rendered), { ruler: { alertmanager_url: alertmanager.url } });
    const loki = await startLoki(tools.loki, rendered, { files });
    stops.push(() => loki.stop('SIGKILL'));
    const gateway = await startGateway(rendered, values, loki.port);
    stops.push(gateway.stop);
    const logs = new PodLogs(`${folder}/pods`);
    logs.append(POD, []);
    const options = { folder, logs, targets: [POD], values, gatewayPort: gateway.port };
    const promtail = await startPromtail(tools.promtail, rendered, options);
    stops.push(promtail.stop);
    return await probe(rendered, logs, receiver);
  } finally {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  }
}

async function probe({ config }: RenderedStack, logs: PodLogs, receiver: StubReceiver): Promise<readonly Moments[]> {
  const { alerting, alertmanager } = config;
  const interval = alerting.interval.milliseconds;
  const groupWait = alertmanager.type === 'embedded' ? alertmanager.groupWait.milliseconds : 0;
  const written = new Map<string, number>();
  const started = Date.now();
  for (let index = 0; index < PROBES; index += 1) {
    await sleep(Math.max(0, started + (index * INTERVALS * interval) / PROBES - Date.now()));
    written.set(ruleName(index), Date.now());
    logs.append(POD, [cri(nanoseconds(), JSON.stringify({ level: 'info', message: `${ruleName(index)}.` }))]);
  }
  const deadline = Date.now() + interval + groupWait + PATIENCE * 1000;
  let seen = momentsOf(receiver, written);
  while (seen.length < PROBES && Date.now() < deadline) {
    await sleep(200);
    seen = momentsOf(receiver, written);
  }
  if (seen.length < PROBES) throw new Error(`only ${seen.length} of ${PROBES} alerts were told of`);
  return seen;
}

/** Of each probe the first message. */
function momentsOf({ messages }: StubReceiver, written: ReadonlyMap<string, number>): readonly Moments[] {
  const seen = new Map<string, Moments>();
  for (const { body, receivedAt } of messages)
    for (const { labels, startsAt, status } of (body as Notification).alerts) {
      const name = labels['alertname'] ?? '';
      const at = written.get(name);
      if (at === undefined || status !== 'firing' || seen.has(name)) continue;
      seen.set(name, { written: at, evaluated: Date.parse(startsAt), received: receivedAt });
    }
  return [...seen.values()];
}

interface Measured {
  readonly rendered: RenderedStack;
  readonly moments: readonly Moments[];
}

function table(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ rendered: { config }, moments }) => {
    const row = (what: string, of: (moments: Moments) => number): string => {
      const seconds = moments.map((each) => of(each) / 1000);
      const cells = [quantile(seconds, 0.5), quantile(seconds, 0.99), Math.max(...seconds)];
      return `| ${what} | ${cells.map((cell) => `${cell.toFixed(1)} s`).join(' | ')} |`;
    };
    const { interval } = config.alerting;
    const groupWait = config.alertmanager.type === 'embedded' ? formatDuration(config.alertmanager.groupWait) : '';
    const times = `\`alerting.interval\` ${formatDuration(interval)}, \`groupWait\` ${groupWait}`;
    return [
      row(`${times}: from line to message`, ({ written, received }) => received - written),
      row('– of it until the rule is evaluated', ({ written, evaluated }) => evaluated - written),
      row('– of it from there to the message', ({ evaluated, received }) => received - evaluated),
    ];
  });
  return [
    '',
    `| ${PROBES} lines, each with an alert of its own | p50 | p99 | longest |`,
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
