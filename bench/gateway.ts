/** What the gateway costs: pushes and queries through it against Loki itself, side by side, and its memory under load. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ensureTools } from '../tools/build';
import type { StackConfigInput } from '../src/config';
import { HttpClient } from '../src/operations/http';
import { startGateway } from '../programs/gateway';
import { pushBody, queryRequest, startLoki } from '../programs/loki';
import { basicAuth } from '../programs/request';
import { secretValues, variant } from '../programs/rendered-stack';
import { quantile } from './quantile';
import type { Log } from '../local/shell';

const PUSH_SECONDS = 4;
const PUSH_CONNECTIONS = 8;
const LINES_PER_PUSH = 250;
const QUERIES = 150;
const QUERY_CONNECTIONS = 2;
const MANY = 100;

/** Where requests go, and as whom. */
interface Door {
  readonly what: string;
  readonly port: number;
  readonly headers: (kind: 'write' | 'read') => Readonly<Record<string, string>>;
  readonly tls?: { readonly ca: string; readonly servername: string };
}

const CONFIG: StackConfigInput = {
  environment: 'staging',
  // The gateway is measured, not Loki's limits.
  limits: { ingestionRate: '250MB', ingestionBurst: '250MB', perStreamRate: '250MB', perStreamBurst: '250MB' },
  // As large as such a rate would want it.
  persistence: { size: '200Gi' },
};

/** Measures in one run; two tables. */
export async function gatewayTables(log: Log): Promise<string> {
  const { loki: program } = await ensureTools(['loki'], log);
  const stops: (() => Promise<void>)[] = [];
  try {
    const withAuth = variant('bench', CONFIG);
    const loki = await startLoki(program, withAuth);
    stops.push(loki.stop);
    const values = secretValues(withAuth);
    const password = (name: string): string => values[`gateway.${name}`] ?? '';
    const basic = (kind: 'write' | 'read'): Readonly<Record<string, string>> => {
      const name = kind === 'write' ? 'promtail' : 'grafana';
      return { authorization: basicAuth(`${name}:${password(name)}`) };
    };
    const open = await startGateway(
      variant('bench', { ...CONFIG, auth: { loki: { enabled: false } } }),
      values,
      loki.port,
    );
    stops.push(open.stop);
    const hashed = await startGateway(withAuth, values, loki.port);
    stops.push(hashed.stop);
    const slow = await startGateway(withAuth, values, loki.port);
    stops.push(slow.stop);
    writeSlowHashes(slow.folder, { promtail: password('promtail'), grafana: password('grafana') });
    const secured = await startGateway(variant('bench', { ...CONFIG, gateway: { tls: {} } }), values, loki.port);
    stops.push(secured.stop);

    const doors: readonly Door[] = [
      { what: 'Loki itself', port: loki.port, headers: () => ({ 'X-Scope-OrgID': 'spywatcher' }) },
      { what: 'the gateway, no credential', port: open.port, headers: () => ({}) },
      { what: 'the gateway, credential by `{SSHA}`', port: hashed.port, headers: basic },
      {
        what: 'the same, over TLS',
        port: secured.ownPort,
        headers: basic,
        tls: { ca: secured.certificate?.['ca.crt'] ?? '', servername: 'gateway.logging.svc' },
      },
      { what: 'for comparison: by `$6$` (SHA-512 crypt, 5,000 rounds)', port: slow.port, headers: basic },
    ];
    const memory = await memoryUnderConnections(hashed.program.pid, doors[2], log);
    return `${await comparison(doors, log)}${memory}`;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** What people's passwords would want; nginx would pay for it at every request. */
function writeSlowHashes(folder: string, users: Readonly<Record<string, string>>): void {
  const lines = Object.entries(users).map(
    ([name, password]) =>
      `${name}:${execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password }).toString()}`,
  );
  fs.writeFileSync(path.join(folder, 'users', 'users'), lines.join(''));
}

interface Samples {
  readonly pushesPerSecond: number[];
  readonly queryMilliseconds: number[];
}

async function comparison(doors: readonly Door[], log: Log): Promise<string> {
  const samples = new Map<Door, Samples>(doors.map((door) => [door, { pushesPerSecond: [], queryMilliseconds: [] }]));
  // In turns, each of them first once, so that all of them have the same machine; the first turn warms up.
  const rounds = doors.length;
  for (let round = 0; round <= rounds; round += 1) {
    log(
      `gateway: round ${round} of ${rounds}, ${PUSH_SECONDS} s of pushes and ${QUERIES} queries for each of ${doors.length}`,
    );
    const turns = [...samples];
    const first = round % turns.length;
    for (const [door, found] of [...turns.slice(first), ...turns.slice(0, first)]) {
      const rate = await pushesPerSecond(door);
      const times = await queryTimes(door);
      if (round === 0) continue;
      found.pushesPerSecond.push(rate);
      found.queryMilliseconds.push(...times);
    }
  }
  const direct = samples.get(doors[0] ?? fail()) ?? fail();
  return [
    '',
    `| ${PUSH_CONNECTIONS} clients, ${LINES_PER_PUSH} lines a push; ${QUERY_CONNECTIONS} clients, 100 lines a query | pushes/s | | query p50 | | query p99 |`,
    '|---|---|---|---|---|---|',
    ...[...samples].map(([{ what }, found]) => {
      const pushes = quantile(found.pushesPerSecond, 0.5);
      const [p50, p99] = [quantile(found.queryMilliseconds, 0.5), quantile(found.queryMilliseconds, 0.99)];
      const share = (value: number, of: number): string => `${((100 * value) / of).toFixed(0)} %`;
      return `| ${what} | ${pushes.toFixed(0)} | ${share(pushes, quantile(direct.pushesPerSecond, 0.5))} | ${p50.toFixed(1)} ms | ${share(p50, quantile(direct.queryMilliseconds, 0.5))} | ${p99.toFixed(1)} ms |`;
    }),
    '',
  ].join('\n');
}

function fail(): never {
  throw new Error('nothing was measured');
}

async function pushesPerSecond(door: Door): Promise<number> {
  return withClient(door, PUSH_CONNECTIONS, async (send) => {
    const started = performance.now();
    let count = 0;
    await Promise.all(
      Array.from({ length: PUSH_CONNECTIONS }, async (_, client) => {
        while (performance.now() - started < PUSH_SECONDS * 1000) {
          await send('write', 'POST', '/loki/api/v1/push', body(client, LINES_PER_PUSH));
          count += 1;
        }
      }),
    );
    return count / ((performance.now() - started) / 1000);
  });
}

async function queryTimes(door: Door): Promise<readonly number[]> {
  return withClient(door, QUERY_CONNECTIONS, async (send) => {
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: QUERY_CONNECTIONS }, async () => {
        for (let index = 0; index < QUERIES / QUERY_CONNECTIONS; index += 1) {
          const to = Date.now();
          const { path: query } = queryRequest('{job="bench"} |= `GET`', { from: to - 2000, to });
          const started = performance.now();
          await send('read', 'GET', query.replace('limit=5000', 'limit=100'));
          times.push(performance.now() - started);
        }
      }),
    );
    return times;
  });
}

function body(client: number, lines: number): string {
  return JSON.stringify(
    pushBody(
      ...Array.from({ length: lines }, (_, index) => ({
        labels: { job: 'bench', client: String(client) },
        line: `GET /api/guilds/${index}/members 200 in ${index % 300} ms, ${'x'.repeat(150)}`,
      })),
    ),
  );
}

type Send = (kind: 'write' | 'read', method: string, target: string, payload?: string) => Promise<void>;

/** Keeps its connections, as agents and Grafana do. An answer other than 2xx is an error. */
async function withClient<T>(
  { port, headers, tls }: Door,
  connections: number,
  use: (send: Send) => Promise<T>,
): Promise<T> {
  const client = new HttpClient({ connections, ...(tls === undefined ? {} : { tls }) });
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  try {
    return await use(async (kind, method, target, payload) => {
      const { status, text } = await client.send(origin, target, {
        method,
        headers: { ...headers(kind), ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(payload === undefined ? {} : { body: payload }),
      });
      if (status >= 300) throw new Error(`${target}: ${status} ${text.slice(0, 300)}`);
    });
  } finally {
    await client.close();
  }
}

/** Resident memory of nginx' processes: idle, and while many clients push a batch of a megabyte at once. */
async function memoryUnderConnections(pid: number, door: Door | undefined, log: Log): Promise<string> {
  if (door === undefined) return '';
  log(`gateway: memory under ${MANY} connections`);
  const idle = residentMegabytes(pid);
  const batch = body(0, 3000);
  let most = idle;
  const watch = setInterval(() => (most = Math.max(most, residentMegabytes(pid))), 50);
  try {
    // So much at once may be too much for Loki; the gateway has it in its hands all the same.
    await withClient(door, MANY, (send) =>
      Promise.allSettled(Array.from({ length: MANY }, () => send('write', 'POST', '/loki/api/v1/push', batch))),
    );
  } finally {
    clearInterval(watch);
  }
  return [
    '',
    '| memory of the gateway | resident |',
    '|---|---|',
    `| idle | ${idle.toFixed(0)} MB |`,
    `| ${MANY} connections, each pushing ${(Buffer.byteLength(batch) / 1e6).toFixed(1)} MB at once | ${most.toFixed(0)} MB |`,
    '',
  ].join('\n');
}

/** Of the process and its children, of Linux' /proc. */
function residentMegabytes(pid: number): number {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const kilobytes = [String(pid), ...children].map((id) => {
    const [, resident = '0'] = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${id}/status`, 'utf8')) ?? [];
    return Number(resident);
  });
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024;
}
