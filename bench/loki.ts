/**
 * What Loki costs with this project's config, side by side with its defaults and with the community chart's settings: the same
 * program, the same lines, in turns.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { SAVED_QUERIES } from '../src/dashboards/saved-queries';
import {
  freePorts,
  removeFolder,
  type RunningProgram,
  startProgram,
  temporaryFolder,
  until,
} from '../programs/program';
import { mapStrings } from '../programs/rendered-stack';
import { send } from '../programs/request';
import { ensureTools } from '../tools/build';
import { CONTENDERS, type Contender, OURS, OURS_LIMITED } from './loki-configs';
import { load, type Push, pushes, TENANT } from './loki-load';
import { quantile } from './quantile';
import { cpuSeconds, residentMegabytes } from './usage';
import type { Log } from '../local/shell';

const ROUNDS = 3;
const LINES = 200_000;
/** What is to be taken without a refusal at the default limits. */
const AIM = 50_000;
const AIM_SECONDS = 5;
const REPEATS = 3;
/** A full WAL: nearly the ceiling of a replay in 1Gi, from which chunks would be written before it is done. */
const WAL_BYTES = 700e6;
const HOUR = 3_600_000;

const QUERIES = [
  { what: 'count', of: [`sum(count_over_time({job="backend"}[1h]))`], instant: true },
  { what: 'filter', of: ['{job=~"backend|security"} |= "1234"'], instant: false },
  { what: 'mission', of: SAVED_QUERIES.map(({ expr }) => expr), instant: false },
] as const;

type Query = (typeof QUERIES)[number]['what'];
type Figure = 'ready' | 'idle' | 'rate' | 'loaded' | 'recovery' | 'disk' | `${'memory' | 'storage'} ${Query}`;
type Figures = Readonly<Record<Figure, number>>;

/** A table of the contenders, and what this project's default limits let through. */
export async function lokiTables(log: Log): Promise<string> {
  const { loki } = await ensureTools(['loki'], log);
  const samples = new Map<Contender, Figures[]>(CONTENDERS.map((contender) => [contender, []]));
  const now = Date.now();
  const all = pushes(LINES, now - HOUR / 2, now);
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const [contender, found] of samples) {
      log(`Loki: round ${round} of ${ROUNDS}, ${contender.what}`);
      found.push(await measure(loki, contender, all));
    }
  return `${table(samples)}${await limitsTable(loki, log)}${await replay(loki, all, log)}`;
}

/** A Loki of a contender, which can be started again on what it has written. */
export interface BenchLoki {
  readonly port: number;
  /** Its folder, with chunks and WAL. */
  readonly data: string;
  /** Seconds until it is ready. */
  readonly start: () => Promise<number>;
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
  readonly residentMegabytes: () => number;
  /** Seconds of all cores since its start. */
  readonly cpuSeconds: () => number;
  readonly end: () => Promise<void>;
}

export async function benchLoki(loki: string, { config, env }: Contender): Promise<BenchLoki> {
  const folder = temporaryFolder('loki-bench');
  const data = path.join(folder, 'data');
  const [http = 0, grpc = 0] = await freePorts(2);
  const local = (text: string): string =>
    text
      .replace('/var/loki', data)
      .replace('/etc/loki-rules', `${folder}/rules`)
      .replace('/etc/loki', folder)
      .replace('127.0.0.1:9095', `127.0.0.1:${grpc}`);
  const server = {
    ...(config['server'] as object),
    http_listen_address: '127.0.0.1',
    http_listen_port: http,
    grpc_listen_address: '127.0.0.1',
    grpc_listen_port: grpc,
    log_level: 'warn',
  };
  fs.writeFileSync(path.join(folder, 'config.yaml'), stringify(mapStrings({ ...config, server }, local)));
  fs.writeFileSync(path.join(folder, 'overrides.yaml'), 'overrides: {}\n');
  let program: RunningProgram | undefined;
  const isReady = () =>
    send({ port: http, path: '/ready' }).then(({ status, text }) => (status === 200 ? undefined : text));
  return {
    port: http,
    data,
    start: async () => {
      const started = performance.now();
      const command = [loki, `-config.file=${path.join(folder, 'config.yaml')}`];
      program = startProgram(command, path.join(folder, 'log'), { env });
      await until('Loki', () => isReady().catch(() => 'no answer'), { seconds: 120, program });
      return (performance.now() - started) / 1000;
    },
    stop: async (signal) => {
      await program?.stop(signal, 60);
    },
    residentMegabytes: () => residentMegabytes(program?.pid ?? 0),
    cpuSeconds: () => cpuSeconds(program?.pid ?? 0),
    end: async () => {
      await program?.stop('SIGKILL');
      removeFolder(folder);
    },
  };
}

async function measure(program: string, contender: Contender, all: readonly Push[]): Promise<Figures> {
  const loki = await benchLoki(program, contender);
  try {
    const ready = await loki.start();
    await sleep(3000);
    const idle = loki.residentMegabytes();
    let loaded = 0;
    const watch = setInterval(() => (loaded = Math.max(loaded, loki.residentMegabytes())), 100);
    const { seconds } = await load(loki.port, all);
    clearInterval(watch);
    const inMemory = await latencies(loki.port);
    await loki.stop('SIGKILL');
    const recovery = await loki.start();
    await flush(loki.port);
    const disk = folderBytes(path.join(loki.data, 'chunks'), /^(?!index)/);
    const inStorage = await latencies(loki.port);
    return {
      ...{ ready, idle, loaded, recovery },
      rate: LINES / seconds,
      disk: (disk / LINES) * 1e6,
      'memory count': inMemory.count,
      'memory filter': inMemory.filter,
      'memory mission': inMemory.mission,
      'storage count': inStorage.count,
      'storage filter': inStorage.filter,
      'storage mission': inStorage.mission,
    };
  } finally {
    await loki.end();
  }
}

type Latencies = Readonly<Record<Query, number>>;

/** Median milliseconds of each kind of query; every one is asked anew, as a dashboard does, and the first is not counted. */
export async function latencies(port: number): Promise<Latencies> {
  const medians: Record<Query, number> = { count: 0, filter: 0, mission: 0 };
  for (const { what, of, instant } of QUERIES) {
    const times: number[] = [];
    for (let repeat = 0; repeat <= REPEATS; repeat += 1)
      for (const query of of) {
        const now = Date.now();
        const range = { start: String((now - HOUR) * 1e6), end: String(now * 1e6), limit: '100' };
        const parameters = new URLSearchParams({ query, ...(instant ? {} : range) });
        const started = performance.now();
        const { status, text } = await send({
          port,
          path: `/loki/api/v1/${instant ? 'query' : 'query_range'}?${parameters.toString()}`,
          headers: { 'X-Scope-OrgID': TENANT },
        });
        if (status !== 200) throw new Error(`${query}: ${status} ${text}`);
        if (repeat > 0) times.push(performance.now() - started);
      }
    medians[what] = quantile(times, 0.5);
  }
  return medians;
}

/** Has every chunk written, and waits until it is. */
export async function flush(port: number): Promise<void> {
  await send({ port, path: '/flush', method: 'POST' });
  await until(
    'the chunks to be written',
    async () => {
      const { text } = await send({ port, path: '/metrics' });
      const left = Number(/^loki_ingester_flush_queue_length (\d+)/m.exec(text)?.[1] ?? 0);
      const written = /^loki_ingester_chunks_flushed_total\{[^}]*\} [1-9]/m.test(text);
      return written && left === 0 ? undefined : `${left} streams are left`;
    },
    { seconds: 60 },
  );
  await sleep(1000);
}

/** Bytes of the files below a folder whose paths fit. */
export function folderBytes(folder: string, names: RegExp): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .filter((file) => names.test(path.relative(folder, file)))
    .reduce((sum, file) => sum + fs.statSync(file).size, 0);
}

const ROWS: readonly (readonly [what: string, figure: Figure, format: (value: number) => string])[] = [
  ['lines/s taken, 300 bytes each, limits of rates out of the way', 'rate', (value) => thousands(value)],
  ['resident memory, idle', 'idle', (value) => `${value.toFixed(0)} MB`],
  ['the same, most while it takes them', 'loaded', (value) => `${value.toFixed(0)} MB`],
  ['chunks on the disk, of a million lines', 'disk', (value) => `${(value / 1e6).toFixed(0)} MB`],
  ['start to ready', 'ready', seconds],
  [`ready again after kill -9, ${thousands(LINES)} lines in the WAL`, 'recovery', seconds],
  ['`count_over_time` over 1 h, in memory', 'memory count', milliseconds],
  ['the same, in storage', 'storage count', milliseconds],
  ['filter over 1 h, limit 100, in memory', 'memory filter', milliseconds],
  ['the same, in storage', 'storage filter', milliseconds],
  ['the mission’s ten queries, in memory', 'memory mission', milliseconds],
  ['the same, in storage', 'storage mission', milliseconds],
];

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function table(samples: ReadonlyMap<Contender, readonly Figures[]>): string {
  const contenders = [...samples];
  const cells = (figure: Figure, format: (value: number) => string): string =>
    contenders
      .map(([, found]) =>
        format(
          quantile(
            found.map((figures) => figures[figure]),
            0.5,
          ),
        ),
      )
      .join(' | ');
  return [
    '',
    `| Loki, medians of ${ROUNDS} rounds | ${contenders.map(([{ what }]) => what).join(' | ')} |`,
    `|---|${contenders.map(() => '---|').join('')}`,
    ...ROWS.map(([what, figure, format]) => `| ${what} | ${cells(figure, format)} |`),
    '',
  ].join('\n');
}

/** Whether the aim is reached by a stack that says nothing of limits. */
async function limitsTable(program: string, log: Log): Promise<string> {
  log(`Loki: ${AIM} lines/s for ${AIM_SECONDS} s, at the default limits`);
  const loki = await benchLoki(program, OURS_LIMITED);
  try {
    await loki.start();
    const now = Date.now();
    const all = pushes(AIM * AIM_SECONDS, now - 60_000, now);
    const { seconds: took, refused } = await load(loki.port, all, { linesPerSecond: AIM });
    return `\nAt the default limits, ${thousands(AIM * AIM_SECONDS)} lines at ${thousands(AIM)} lines/s: taken in ${seconds(took)}, ${refused} pushes refused (429).\n`;
  } finally {
    await loki.end();
  }
}

/** How long a Loki of this project takes that was killed with all it can have in its WAL. */
async function replay(program: string, all: readonly Push[], log: Log): Promise<string> {
  log(`Loki: filling a WAL with ${WAL_BYTES / 1e6} MB, kill -9, replay`);
  const loki = await benchLoki(program, OURS);
  try {
    await loki.start();
    const wal = (): number => folderBytes(path.join(loki.data, 'wal'), /./);
    // The same lines are new ones to another tenant.
    for (let turn = 0; wal() < WAL_BYTES; turn += 1) await load(loki.port, all, { tenant: `tenant-${turn}` });
    const size = wal();
    await loki.stop('SIGKILL');
    const took = await loki.start();
    return `\nKilled with a WAL of ${(size / 1e6).toFixed(0)} MB: ready again after ${seconds(took)}.\n`;
  } finally {
    await loki.end();
  }
}
