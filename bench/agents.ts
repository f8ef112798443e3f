/** How many lines a second each agent takes through its pipelines, on one core, and what a megabyte costs; and what it costs to idle. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../local/shell';
import type { AgentOptions } from '../programs/agent';
import { startCollector } from '../programs/collector';
import { countOf } from '../programs/metric';
import { type Container, PodLogs } from '../programs/pod-logs';
import { removeFolder, type RunningProgram, temporaryFolder, until } from '../programs/program';
import { startPromtail } from '../programs/promtail';
import { variant } from '../programs/rendered-stack';
import type { AgentType } from '../src/config';
import { FIELDS, JOBS, POD_LABELS } from '../src/log-model';
import { AGENT_METRICS } from '../src/log-model/agent-metrics';
import { ensureTools } from '../tools/build';
import { cpuSeconds, residentMegabytes } from './usage';

const LINES = 100_000;
const CORE = '0';
/** The end of a run waits for batches and for lines that could follow; so the rate is that of all lines but these. */
const LAST_LINES = 2000;

const AGENTS: readonly AgentType[] = ['promtail', 'collector'];

/** Stack `dev` without a credential; both agents are rendered from it. */
const STACK = variant('bench', { environment: 'dev', auth: { loki: { enabled: false } } });

interface Input {
  readonly what: string;
  /** Job of the pod. */
  readonly job: string;
  readonly line: (index: number) => string;
  /** @default {@link LINES} */
  readonly lines?: number;
}

const INPUTS: readonly Input[] = [
  { what: 'JSON of the backend’s logger', job: JOBS.backend, line: (index) => backendLine(index) },
  {
    what: 'the same, every line with an e-mail address to take out',
    job: JOBS.backend,
    line: (index) => backendLine(index, true),
  },
  {
    what: 'the same, every line with a password to take out',
    job: JOBS.backend,
    line: (index) => backendLine(index).replace(/\}$/, ',"password":"correct-horse-7"}'),
    lines: LINES / 10, // each costs as much as many others
  },
  {
    what: 'plain text',
    job: 'worker',
    line: (index) => `2026-01-01 12:00:00 INFO worker ${index} has done its part of the work, as always`,
  },
  {
    what: 'nginx, combined format',
    job: JOBS.nginx,
    line: (index) =>
      `10.0.0.${index % 250} - - [01/Jan/2026:12:00:00 +0000] "GET /api/guilds/${index} HTTP/1.1" 200 ${index % 9000} "-" "Mozilla/5.0 (X11; Linux x86_64)"`,
  },
  { what: 'nginx, JSON', job: JOBS.nginx, line: nginxLine },
];

/** One line, so that hardly more than the start is measured. */
const ONLY_START: Input = { what: 'its start', job: JOBS.backend, line: (index) => backendLine(index), lines: 1 };

/** The fields of the recommended log format. */
function nginxLine(index: number): string {
  const path = `/api/guilds/${index}`;
  return JSON.stringify({
    [FIELDS.timestamp]: '2026-01-01T12:00:00+00:00',
    [FIELDS.level]: 'info',
    [FIELDS.message]: `GET ${path} 200`,
    [FIELDS.requestId]: String(index).padStart(32, 'a'),
    [FIELDS.method]: 'GET',
    [FIELDS.path]: path,
    [FIELDS.status]: 200,
    request_time: 0.012,
    bytes: index % 9000,
    [FIELDS.ipAddress]: `10.0.0.${index % 250}`,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  });
}

function backendLine(index: number, secret = false): string {
  return JSON.stringify({
    [FIELDS.timestamp]: new Date().toISOString(),
    [FIELDS.level]: index % 50 === 0 ? 'error' : 'info',
    [FIELDS.service]: 'backend',
    [FIELDS.message]: `GET /api/guilds/${index}/members 200${secret ? ' for ann@example.org' : ''}`,
    [FIELDS.method]: 'GET',
    [FIELDS.path]: `/api/guilds/${index}/members`,
    [FIELDS.status]: 200,
    [FIELDS.duration]: index % 300,
    [FIELDS.requestId]: `3f0c2a52-7d3c-4d3e-9f0b-${String(index).padStart(12, '0')}`,
    [FIELDS.userId]: `user-${index % 1000}`,
    [FIELDS.ipAddress]: '203.0.113.7',
  });
}

/**
 * Measures each input with each agent, in a run of its own, side by side; a table. What the start takes, mostly to compile
 * expressions, is measured in a run with one line, and is not in the CPU time of the others.
 */
export async function agentsTable(log: Log): Promise<string> {
  const starts = await ofEach((agent) => measure(agent, ONLY_START));
  const rows: string[] = [];
  for (const input of INPUTS) {
    log(`agents: ${input.lines ?? LINES} lines, ${input.what}`);
    const { promtail, collector } = await ofEach((agent) => measure(agent, input));
    const costs = {
      promtail: millisecondsPerMegabyte(promtail, starts.promtail),
      collector: millisecondsPerMegabyte(collector, starts.collector),
    };
    rows.push(
      cells(
        input.what,
        ...[promtail, collector].map(({ linesPerSecond }) => Math.round(linesPerSecond).toLocaleString('en')),
        ...[costs.promtail, costs.collector].map((cost) => `${cost.toFixed(0)} ms`),
        (costs.collector / costs.promtail).toFixed(2),
        ...[promtail, collector].map(({ megabytes }) => `${megabytes.toFixed(0)} MB`),
      ),
    );
  }
  log(`agents: idle with ${PODS} pods`);
  const idle = await ofEach(measureIdle);
  return [
    '',
    ...AGENTS.map(
      (agent) =>
        `The start of ${agent}: ${starts[agent].cpuSeconds.toFixed(2)} s of CPU, ${starts[agent].megabytes.toFixed(0)} MB of resident memory.`,
    ),
    '',
    cells(
      `One core, ${LINES.toLocaleString('en')} lines`,
      ...[
        'lines/s, Promtail',
        'Collector',
        'CPU per MB, Promtail',
        'Collector',
        'ratio',
        'memory, Promtail',
        'Collector',
      ],
    ),
    cells(...Array.from({ length: 8 }, () => '---')),
    ...rows,
    '',
    cells(`${PODS} pods on the node, none of which writes`, 'CPU', 'resident memory'),
    cells('---', '---', '---'),
    ...AGENTS.map((agent) =>
      cells(agent, `${(idle[agent].cores * 1000).toFixed(1)} m`, `${idle[agent].megabytes.toFixed(0)} MB`),
    ),
    '',
  ].join('\n');
}

const cells = (...texts: readonly string[]): string => `| ${texts.join(' | ')} |`;

async function ofEach<T>(measured: (agent: AgentType) => Promise<T>): Promise<Readonly<Record<AgentType, T>>> {
  return { promtail: await measured('promtail'), collector: await measured('collector') };
}

interface Measured {
  /** Of lines that were written. */
  readonly writtenMegabytes: number;
  readonly linesPerSecond: number;
  readonly cpuSeconds: number;
  /** Resident. */
  readonly megabytes: number;
}

function millisecondsPerMegabyte(run: Measured, start: Measured): number {
  return ((run.cpuSeconds - start.cpuSeconds) / run.writtenMegabytes) * 1000;
}

function measure(agent: AgentType, { job, line, lines = LINES }: Input): Promise<Measured> {
  const pod: Container = { namespace: 'bench', pod: 'pod', container: 'main', labels: { [POD_LABELS.job]: job } };
  const now = Date.now();
  const text = Array.from(
    { length: lines },
    (_, index) =>
      `${new Date(now + index / 100).toISOString().replace('Z', `${String(index % 1000).padStart(6, '0')}Z`)} stdout F ${line(index)}`,
  ).join('\n');
  const most = Math.max(1, lines - LAST_LINES);
  return withAgent(agent, [pod], [text], async (running) => {
    const began = performance.now();
    const before = await running.done();
    await until(`${agent} to send the lines`, () => missing(running, most), { seconds: 300, program: running.program });
    const seconds = (performance.now() - began) / 1000;
    await until(`${agent} to send the last lines`, () => missing(running, lines), {
      seconds: 60,
      program: running.program,
    });
    return {
      writtenMegabytes: Buffer.byteLength(text) / 1e6,
      linesPerSecond: (most - before) / seconds,
      cpuSeconds: cpuSeconds(running.program.pid),
      megabytes: residentMegabytes(running.program.pid),
    };
  });
}

async function missing({ done }: Agent, lines: number): Promise<string | undefined> {
  const count = await done();
  return count >= lines ? undefined : `${count} of ${lines} lines`;
}

const PODS = 200;
const LINES_OF_A_POD = 20;
const IDLE_SECONDS = 30;

/** Pods that have written some lines, and are silent since. */
function measureIdle(agent: AgentType): Promise<{ readonly cores: number; readonly megabytes: number }> {
  const pods = Array.from({ length: PODS }, (_, index): Container => ({
    namespace: 'bench',
    pod: `pod-${index}`,
    container: 'main',
    labels: { [POD_LABELS.job]: JOBS.backend },
  }));
  const text = Array.from(
    { length: LINES_OF_A_POD },
    (_, index) => `${new Date().toISOString()} stdout F ${backendLine(index)}`,
  );
  // The Collector knows a file by its beginning, and no two lines of a node begin alike.
  const texts = pods.map(({ pod }) => [`${new Date().toISOString()} stdout F ${pod}`, ...text].join('\n'));
  return withAgent(agent, pods, texts, async (running) => {
    const { program } = running;
    await until(`${agent} to send the lines`, () => missing(running, PODS * (1 + LINES_OF_A_POD)), {
      seconds: 60,
      program,
    });
    await sleep(5000);
    const before = cpuSeconds(program.pid);
    await sleep(IDLE_SECONDS * 1000);
    return { cores: (cpuSeconds(program.pid) - before) / IDLE_SECONDS, megabytes: residentMegabytes(program.pid) };
  });
}

interface Agent {
  readonly program: RunningProgram;
  /** Lines that it has sent, or left out by a rule. */
  readonly done: () => Promise<number>;
}

/** Starts an agent on one core, beside pods each of which has written one of the texts. What it sends is thrown away: what is measured is the agent. */
async function withAgent<T>(
  agent: AgentType,
  pods: readonly Container[],
  texts: readonly string[],
  measured: (agent: Agent) => Promise<T>,
): Promise<T> {
  const receiver = createServer((request, response) => {
    // Promtail's way of taking a push, and OTLP's.
    const status = request.url?.startsWith('/otlp/') === true ? 200 : 204;
    request.resume().on('end', () => response.writeHead(status, { 'Content-Type': 'application/x-protobuf' }).end());
  });
  const folder = temporaryFolder(`bench-${agent}`);
  const logs = new PodLogs(`${folder}/pods`);
  pods.forEach((pod, index) => logs.append(pod, [texts[index] ?? '']));
  try {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const options: AgentOptions = { folder, logs, targets: pods, values: {}, gatewayPort: port, core: CORE };
    const program = await start(agent, options);
    const { sent, leftOut } = AGENT_METRICS[agent];
    const done = async (): Promise<number> => {
      const metrics = await program.metrics();
      return countOf(metrics, sent.name) + countOf(metrics, leftOut.name);
    };
    try {
      return await measured({ program, done });
    } finally {
      await program.stop();
    }
  } finally {
    receiver.closeAllConnections();
    receiver.close();
    removeFolder(folder);
  }
}

async function start(agent: AgentType, options: AgentOptions): Promise<Awaited<ReturnType<typeof startCollector>>> {
  const { promtail, otelcol } = await ensureTools(['promtail', 'otelcol']);
  return agent === 'promtail' ? startPromtail(promtail, STACK, options) : startCollector(otelcol, STACK, options);
}
