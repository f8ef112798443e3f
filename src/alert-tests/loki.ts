/** The real Loki that the rules run on: the config of a stack of this project, but for what has to differ. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { StackConfig } from '../config';
import { lokiConfig, tenantOverrides } from '../components/loki/config';
import { CONFIG, DATA } from '../components/loki/storage';

/** How often the ruler looks for changed rules: often, so that each test begins at the evaluation that it is to begin at. */
const POLL = '300ms';
/** Lines of a test's later times are written at its beginning. */
const LONGEST_TEST = '24h';
const LOG = 'loki.log';
const logShape = z.looseObject({ err: z.string() });
const STARTED_WITHIN = 60_000;

export interface LokiOptions {
  /** The program. */
  readonly program: string;
  readonly stack: StackConfig;
  /** Each has its rules in a folder of its name, and its notifications at a path of its name. */
  readonly tenants: readonly string[];
  /** Where an Alertmanager listens on the loopback address. */
  readonly alertmanager: number;
}

const rulesShape = z.looseObject({
  data: z.looseObject({
    groups: z.array(
      z.looseObject({
        rules: z.array(
          z.looseObject({
            name: z.string(),
            health: z.string(),
            lastError: z.string().exactOptional(),
            lastEvaluation: z.string(),
            alerts: z
              .array(
                z.looseObject({
                  labels: z.record(z.string(), z.string()),
                  annotations: z.record(z.string(), z.string()).default({}),
                  state: z.enum(['pending', 'firing']),
                  activeAt: z.string(),
                  value: z.string(),
                }),
              )
              .nullish(),
          }),
        ),
      }),
    ),
  }),
});
export type RunningRule = z.output<typeof rulesShape>['data']['groups'][number]['rules'][number];

/** A stream as Loki's push API takes it. */
export interface PushedStream {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: string, line: string, metadata: Readonly<Record<string, string>>])[];
}

/** What runs. */
export interface Loki {
  /** Replaces a tenant's rules. */
  readonly setRules: (tenant: string, groups: object) => void;
  readonly push: (tenant: string, streams: readonly PushedStream[]) => Promise<void>;
  /** What the ruler says of a tenant's rules. */
  readonly rules: (tenant: string) => Promise<readonly RunningRule[]>;
  /** What Loki's own parser has against an expression. */
  readonly syntaxError: (expr: string) => Promise<string | undefined>;
  /** Why the ruler cannot read its rules; all of them, if one file is wrong. */
  readonly ruleError: () => string | undefined;
  readonly stop: () => Promise<void>;
}

/**
 * Starts Loki in a temporary folder, and waits until it is ready.
 *
 * @throws Error with its last words, if it ends or does not become ready.
 */
export async function startLoki(options: LokiOptions): Promise<Loki> {
  const folder = mkdtempSync(join(tmpdir(), 'alert-tests-'));
  const [http = 0, grpc = 0] = await freePorts(2);
  for (const name of ['rules', 'drafts', 'data']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'config.yaml'), stringify(configOf(options, folder, { http, grpc })));
  writeFileSync(join(folder, 'overrides.yaml'), stringify(overridesOf(options)));
  const log = openSync(join(folder, LOG), 'a');
  const child = spawn(options.program, [`-config.file=${join(folder, 'config.yaml')}`], {
    stdio: ['ignore', log, log],
    cwd: folder,
  });
  closeSync(log);
  let ended: string | undefined;
  const end = new Promise<void>((resolve) => {
    child.once('error', (error) => resolve(void (ended = error.message)));
    child.once('exit', (code, signal) => resolve(void (ended = `it ended with ${code ?? signal ?? ''}`)));
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${http}`;
  const stop = async (): Promise<void> => {
    kill(); // nothing of it is kept
    await end;
    process.removeListener('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + STARTED_WITHIN;
  while (!(await isReady(url))) {
    if (ended !== undefined || Date.now() > deadline) {
      const words = readFileSync(join(folder, LOG), 'utf8').trimEnd().split('\n').slice(-10).join('\n');
      await stop();
      throw new Error(`${options.program} did not become ready: ${ended ?? 'it takes too long'}\n${words}`);
    }
    await sleep(100);
  }
  return { ...clientOf(url, folder), stop };
}

function clientOf(url: string, folder: string): Omit<Loki, 'stop'> {
  const ask = async (tenant: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { 'X-Scope-OrgID': tenant, 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(60_000),
    });
  return {
    setRules: (tenant, groups) => {
      const draft = join(folder, 'drafts', tenant);
      writeFileSync(draft, stringify(groups));
      mkdirSync(join(folder, 'rules', tenant), { recursive: true });
      renameSync(draft, join(folder, 'rules', tenant, 'rules.yaml')); // never half a file
    },
    push: async (tenant, streams) => {
      const answer = await ask(tenant, '/loki/api/v1/push', { method: 'POST', body: JSON.stringify({ streams }) });
      if (!answer.ok) throw new Error(`Loki refused lines with ${answer.status}: ${await answer.text()}`);
    },
    rules: async (tenant) => {
      const answer = await ask(tenant, '/prometheus/api/v1/rules');
      if (!answer.ok) throw new Error(`the ruler answered ${answer.status}: ${await answer.text()}`);
      return rulesShape.parse(await answer.json()).data.groups.flatMap(({ rules }) => rules);
    },
    ruleError: () => {
      const line = readFileSync(join(folder, LOG), 'utf8')
        .split('\n')
        .findLast((words) => words.includes('error parsing'));
      return line === undefined ? undefined : logShape.parse(JSON.parse(line)).err;
    },
    syntaxError: async (expr) => {
      const answer = await ask(
        'syntax',
        `/loki/api/v1/format_query?${new URLSearchParams({ query: expr }).toString()}`,
      );
      return answer.ok ? undefined : reason(await answer.text());
    },
  };
}

/** The sentence in an answer of Loki's. */
function reason(text: string): string {
  try {
    const { error } = z.looseObject({ error: z.string() }).parse(JSON.parse(text));
    return error;
  } catch {
    return text.trim();
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

interface Ports {
  readonly http: number;
  readonly grpc: number;
}

function configOf({ stack, alertmanager }: LokiOptions, folder: string, ports: Ports): unknown {
  const config = lokiConfig(stack);
  const section = (name: string): object => {
    const value = config[name];
    return typeof value === 'object' && value !== null ? value : {};
  };
  const local = (text: string): string =>
    text
      .replace(CONFIG, folder)
      .replace(DATA, join(folder, 'data'))
      .replace(/^127\.0\.0\.1:\d+$/, `127.0.0.1:${ports.grpc}`);
  const changed = {
    ...config,
    server: {
      ...section('server'),
      http_listen_address: '127.0.0.1',
      http_listen_port: ports.http,
      grpc_listen_address: '127.0.0.1',
      grpc_listen_port: ports.grpc,
      log_level: 'warn', // each evaluation would be three lines
    },
    limits_config: {
      ...section('limits_config'),
      ingestion_rate_mb: 1000,
      ingestion_burst_size_mb: 1000,
      per_stream_rate_limit: '1GB',
      per_stream_rate_limit_burst: '1GB',
      creation_grace_period: LONGEST_TEST,
    },
    ruler: {
      ...section('ruler'),
      storage: { type: 'local', local: { directory: join(folder, 'rules') } },
      rule_path: join(folder, 'data', 'rules'),
      wal: { dir: join(folder, 'data', 'ruler-wal') },
      ring: { kvstore: { store: 'inmemory' } },
      poll_interval: POLL,
      evaluation: { max_jitter: '0s' }, // a moment's delay is much of a compressed interval
      alertmanager_url: `http://127.0.0.1:${alertmanager}`,
      enable_alertmanager_v2: true,
      resend_delay: '1s', // default 1m; what comes before the tenant's Alertmanager is known, is lost
      remote_write: { enabled: false }, // nothing keeps what is recorded
    },
  };
  return mapped(changed, local);
}

/** All texts in it changed. */
function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one: unknown) => mapped(one, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(entries.map(([key, one]) => [key, mapped(one, change)]));
}

/** Notifications do not say whose they are; the path that they come to does. */
function overridesOf({ stack, tenants, alertmanager }: LokiOptions): object {
  const own = tenants.map((tenant): readonly [string, object] => [
    tenant,
    {
      ruler_alertmanager_config: {
        alertmanager_url: `http://127.0.0.1:${alertmanager}/${tenant}`,
        enable_alertmanager_v2: true,
      },
    },
  ]);
  return { ...tenantOverrides(stack), overrides: Object.fromEntries(own) };
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
