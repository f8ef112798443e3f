/** How many lines a second the agent takes through a pipeline, on one core, and what a megabyte costs. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { promtailConfig } from '../src/components/promtail';
import { parseStackConfig } from '../src/config';
import { FIELDS, JOBS } from '../src/log-model';
import { ensureTools } from '../tools/build';
import type { Log } from '../local/shell';
import { cpuSeconds, residentMegabytes } from './usage';

const LINES = 100_000;
const CORE = '0';

interface Input {
  readonly what: string;
  /** Job of the pod. */
  readonly job: string;
  readonly line: (index: number) => string;
  /** Only the container runtime's prefix is taken off, as the community chart does it. @default false */
  readonly bare?: boolean;
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
    what: 'the same as the first, not parsed: `cri` alone',
    job: JOBS.backend,
    line: (index) => backendLine(index),
    bare: true,
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
function onlyStart(bare = false): Input {
  return { what: 'its start', job: JOBS.backend, line: (index) => backendLine(index), bare, lines: 1 };
}

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
 * Measures each input in a run of its own; a table. What the start takes, mostly to compile expressions, is measured in a run
 * without lines, and is not in the CPU time of the others.
 */
export async function promtailTable(log: Log): Promise<string> {
  const { promtail } = await ensureTools(['promtail'], log);
  const [start, bareStart] = [await measure(promtail, onlyStart()), await measure(promtail, onlyStart(true))];
  const rows: string[] = [];
  for (const input of INPUTS) {
    log(`Promtail: ${input.lines ?? LINES} lines, ${input.what}`);
    const { cpuSeconds } = input.bare === true ? bareStart : start;
    rows.push(row(input, await measure(promtail, input), cpuSeconds));
  }
  return [
    '',
    `Its start: ${start.cpuSeconds.toFixed(2)} s of CPU, ${start.residentMegabytes.toFixed(0)} MB of resident memory.`,
    '',
    `| Promtail on one core, ${LINES.toLocaleString('en')} lines | lines/s | MB/s | CPU per MB | resident memory |`,
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

interface Measured {
  readonly megabytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentMegabytes: number;
}

function row(
  { what, lines = LINES }: Input,
  { megabytes, seconds, cpuSeconds, residentMegabytes }: Measured,
  start: number,
): string {
  const cost = ((cpuSeconds - start) / megabytes) * 1000;
  return `| ${what} | ${Math.round(lines / seconds).toLocaleString('en')} | ${(megabytes / seconds).toFixed(1)} | ${cost.toFixed(0)} ms | ${residentMegabytes.toFixed(0)} MB |`;
}

async function measure(promtail: string, input: Input): Promise<Measured> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'promtail-bench-'));
  // Takes every push and throws it away: what is measured is the agent.
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end());
  });
  try {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const bytes = writeLines(path.join(folder, '0.log'), input);
    const http = await freePort();
    fs.writeFileSync(path.join(folder, 'config.yaml'), configFile(folder, input, port, http));
    const started = performance.now();
    const child = spawn('taskset', ['-c', CORE, promtail, `-config.file=${path.join(folder, 'config.yaml')}`], {
      stdio: 'ignore',
      env: { ...process.env, HOSTNAME: 'bench', GOMAXPROCS: '1' },
    });
    try {
      await allSent(http, input.lines ?? LINES);
      const seconds = (performance.now() - started) / 1000;
      const pid = child.pid ?? 0;
      return {
        megabytes: bytes / 1e6,
        seconds,
        cpuSeconds: cpuSeconds(pid),
        residentMegabytes: residentMegabytes(pid),
      };
    } finally {
      child.kill();
      await new Promise((resolve) => child.once('exit', resolve));
    }
  } finally {
    receiver.close();
    fs.rmSync(folder, { recursive: true });
  }
}

function writeLines(file: string, { line, lines = LINES }: Input): number {
  const now = Date.now();
  const text = Array.from(
    { length: lines },
    (_, index) =>
      `${new Date(now + index / 100).toISOString().replace('Z', `${String(index % 1000).padStart(6, '0')}Z`)} stdout F ${line(index)}\n`,
  ).join('');
  fs.writeFileSync(file, text);
  return Buffer.byteLength(text);
}

/** The config as it is rendered for dev; only addresses, folders and discovery are changed. */
function configFile(folder: string, { job, bare }: Input, port: number, http: number): string {
  const config = promtailConfig(parseStackConfig('bench', { environment: 'dev', auth: { loki: { enabled: false } } }));
  const {
    scrape_configs: scrapeConfigs,
    clients,
    ...rest
  } = config as {
    readonly scrape_configs: readonly { readonly relabel_configs: readonly object[] }[];
    readonly clients: readonly object[];
  };
  const pod = '__meta_kubernetes_pod_';
  return stringify(
    {
      ...rest,
      server: { http_listen_address: '127.0.0.1', http_listen_port: http, grpc_listen_port: 0, log_level: 'error' },
      positions: { filename: path.join(folder, 'positions.yaml') },
      clients: clients.map((client) => ({ ...client, url: `http://127.0.0.1:${port}/loki/api/v1/push` })),
      scrape_configs: scrapeConfigs.map((scrapeConfig) => ({
        ...scrapeConfig,
        kubernetes_sd_configs: undefined,
        ...(bare === true ? { pipeline_stages: [{ cri: {} }] } : {}),
        static_configs: [
          {
            targets: ['localhost'],
            labels: {
              [`${pod}label_logs_spywatcher_dev_job`]: job,
              [`${pod}container_name`]: 'main',
              [`${pod}name`]: 'pod',
              __meta_kubernetes_namespace: 'bench',
            },
          },
        ],
        relabel_configs: [
          ...scrapeConfig.relabel_configs,
          { target_label: '__path__', replacement: path.join(folder, '*.log') },
        ],
      })),
    },
    { version: '1.1' },
  );
}

/** Waits until every line has been sent, or dropped by a rule. */
async function allSent(http: number, lines: number): Promise<void> {
  for (const deadline = Date.now() + 300_000; ;) {
    const metrics = await fetch(`http://127.0.0.1:${http}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    const sent = counter(metrics, 'promtail_sent_entries_total') + counter(metrics, 'logentry_dropped_lines_total');
    if (sent >= lines) return;
    if (Date.now() > deadline) throw new Error(`Promtail has sent ${sent} of ${lines} lines in 5 min`);
    await sleep(100);
  }
}

function counter(metrics: string, name: string): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
