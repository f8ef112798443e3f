/** What the tests of the gateway have in common: a gateway in front of a Loki, its clients, and what both of them write down. */
import type { SecretValues } from '../../src/secrets/row';
import { GATEWAY_CERTIFICATE_DAYS } from '../../src/log-model/gateway-counters';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { ADMIN, PUSH, READS, spellings } from './gateway-paths';
import { entries, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, say, until } from '../../programs/program';
import { type Recorder, startRecorder } from './recorder';
import { type RenderedStack, secretValues, variant } from '../../programs/rendered-stack';
import { basicAuth, type Request, type Response, send } from '../../programs/request';

/** Three tenants, and a reader across two of them. */
export const severalTenants = variant('several tenants', {
  environment: 'staging',
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail', 'include'], read: ['grafana'], erase: ['eraser'] },
        // Words that mean something to nginx are names like any other.
        { name: 'audit', write: ['default'], read: ['volatile', 'hostnames'] },
        { name: 'payments', write: ['payments-writer'], read: ['payments-reader'] },
      ],
      crossTenantReaders: [{ name: 'overseer', tenants: ['spywatcher', 'audit'] }],
    },
  },
});

/** Rows of a table of stacks. */
export const named = (stacks: readonly RenderedStack[]) => stacks.map((rendered) => [rendered.name, rendered] as const);

/** A gateway, and what stands between it and its Loki. */
export interface Running {
  readonly rendered: RenderedStack;
  readonly values: SecretValues;
  readonly gateway: RunningGateway;
  readonly beforeLoki: Pick<Recorder, 'requests' | 'clear'>;
}

/** A gateway of `rendered`, with fresh passwords and `more` of them, that leads to what stands before its Loki. */
export async function startBefore(
  beforeLoki: Pick<Recorder, 'port' | 'requests' | 'clear'>,
  rendered: RenderedStack,
  more: SecretValues = {},
): Promise<Running> {
  const values = { ...secretValues(rendered), ...more };
  return { rendered, values, gateway: await startGateway(rendered, values, beforeLoki.port), beforeLoki };
}

/** The one Loki of a file's tests. */
export interface LokiOfTests {
  /** What reaches Loki; empty at the start of each test. */
  readonly beforeLoki: Pick<Recorder, 'requests' | 'clear'>;
  readonly start: (rendered: RenderedStack, more?: SecretValues) => Promise<Running>;
  /** Asks Loki itself, past the gateway: what a tenant really holds. */
  readonly heldBy: (tenant: string, line: string) => Promise<number>;
}

/** Starts the real Loki before the tests of a file, and ends it after them. */
export function lokiOfTests(): LokiOfTests {
  let loki: RunningLoki | undefined;
  let recorder: Recorder | undefined;
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('Loki does not run yet');
    return value;
  };
  beforeAll(async () => {
    loki = await startLoki((await programs('loki')).loki, severalTenants);
    recorder = await startRecorder(loki.port);
    say(`Loki is ready after ${loki.startedIn} ms`);
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    await recorder?.stop();
    await loki?.stop();
  });
  beforeEach(() => started(recorder).clear());
  return {
    beforeLoki: {
      get requests() {
        return started(recorder).requests;
      },
      clear: () => started(recorder).clear(),
    },
    start: (rendered, more) => startBefore(started(recorder), rendered, more),
    heldBy: async (tenant, line) => (await entries(started(loki).port, tenant, ofLine(line))).length,
  };
}

/** `name:password` of a credential. */
export const credential = ({ values }: Running, name: string): string => `${name}:${values[`gateway.${name}`] ?? ''}`;

let counter = 0;
/** A line that no other test has written. */
export const newLine = (): string => `line ${(counter += 1)} of ${process.pid}`;

/** A push of one line; `options` change the request. */
export function push(running: Running, line: string, options: Partial<Request> = {}): Promise<Response> {
  return send({
    port: running.gateway.port,
    path: PUSH,
    body: pushBody({ labels: { job: 'gateway-test' }, line }),
    ...options,
  });
}

/** A query for one line. */
export const ofLine = (line: string): string => `{job="gateway-test"} |= \`${line}\``;

/** That the pages of Loki's owner stay closed, whoever asks and however. */
export async function expectClosed(running: Running, credentials: readonly (string | undefined)[]): Promise<void> {
  const open: string[] = [];
  for (const path of ADMIN.flatMap(spellings)) {
    for (const [index, who] of credentials.entries()) {
      const method = index % 2 === 0 ? 'GET' : 'POST';
      const { status } = await send({
        port: running.gateway.port,
        path,
        method,
        ...(who === undefined ? {} : { credential: who }),
        headers: { 'X-Scope-OrgID': 'spywatcher', 'X-Original-URL': '/flush', 'X-Rewrite-URL': '/flush' },
      });
      // A door without a handle: the only answers are that there is nothing, or that it makes no sense.
      if (![400, 404].includes(status)) open.push(`${method} ${path}: ${status}`);
    }
  }
  expect(open).toEqual([]);
  expect(running.beforeLoki.requests).toEqual([]);
}

/** That the metrics port has Loki’s metrics, for each pod by itself, those of the certificate, and nothing else. */
export async function expectMetricsOnly(running: Running): Promise<void> {
  const { config } = running.rendered;
  const pods = Array.from({ length: config.deployment.replicas }, (_, index) => `/loki-${index}/metrics`);
  const port = running.gateway.metricsPort;
  for (const path of pods) {
    const { status, text } = await send({ port, path });
    expect({ path, status }).toEqual({ path, status: 200 });
    expect(text).toContain('loki_build_info');
  }
  running.beforeLoki.clear();
  // The gateway's own; a spelling of it is none of Loki's metrics either.
  const open = config.gateway.tls === undefined ? [] : ['/metrics'];
  for (const path of open) expect((await send({ port, path })).text).toContain(GATEWAY_CERTIFICATE_DAYS);
  const wrong = [
    `/loki-${pods.length}/metrics`,
    PUSH,
    ...READS,
    ...ADMIN.filter((path) => ![...pods, ...open].includes(path)),
    ...['/config', '/flush'].flatMap(spellings),
    '/loki-0/metrics/',
    '/loki-0/metrics/../config',
    '/loki-0/metrics%2f..%2f..%2fflush',
    '/loki-0/',
    '/loki-0/flush',
    '/loki-0/loki/api/v1/query?query=vector(1)',
  ];
  for (const path of wrong) {
    const { status } = await send({ port, path, headers: { 'X-Scope-OrgID': 'spywatcher' } });
    if (![400, 404].includes(status)) throw new Error(`${path} is open on the metrics port: ${status}`);
  }
  expect(running.beforeLoki.requests).toEqual([]);
}

/** A websocket's first message, or why there is none. */
export function tail({ gateway }: Running, query: string, who: string | undefined, onOpen: () => Promise<unknown>) {
  const url = `ws://127.0.0.1:${gateway.port}/loki/api/v1/tail?query=${encodeURIComponent(query)}`;
  const headers: Record<string, string> = who === undefined ? {} : { authorization: basicAuth(who) };
  return new Promise<string>((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    const done = (text: string): void => {
      clearTimeout(late);
      resolve(text);
      socket.close();
    };
    const late = setTimeout(() => done('no message'), 30_000);
    socket.addEventListener('open', () => {
      onOpen().catch((cause: unknown) => {
        const said = gateway.program.output().split('\n').slice(-10).join('\n');
        reject(new Error(`what is done once the tail is open fails; the gateway’s last words:\n${said}`, { cause }));
      });
    });
    socket.addEventListener('message', ({ data }) => done(String(data)));
    socket.addEventListener('error', () => done('refused'));
  });
}

/** All that the gateway has written. */
export const gatewayOutput = ({ gateway }: Pick<Running, 'gateway'>): string => gateway.program.output();

/** A line of the gateway's access log. */
export interface AccessLine {
  readonly message: string;
  readonly status: number;
  readonly user: string;
  readonly ipAddress: string;
  readonly action?: string;
  readonly deleteRequestId?: string;
}

/** The lines of the gateway's access log, and whatever else it has written. */
export function logOf(running: Pick<Running, 'gateway'>): {
  readonly access: readonly AccessLine[];
  readonly others: readonly string[];
} {
  const lines = gatewayOutput(running)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ line, access: accessLine(line) }));
  return {
    access: lines.flatMap(({ access }) => access ?? []),
    others: lines.filter(({ access }) => access === undefined).map(({ line }) => line),
  };
}

/** The access log's lines like that, once there are so many: nginx writes a line after its answer. */
export async function logged(
  running: Pick<Running, 'gateway'>,
  what: string,
  isIt: (line: AccessLine) => boolean,
  count = 1,
): Promise<readonly AccessLine[]> {
  const found = () => logOf(running).access.filter(isIt);
  await until(`${what} in the gateway’s log`, () =>
    found().length < count ? `${found().length} of ${count}` : undefined,
  );
  return found();
}

function accessLine(line: string): AccessLine | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return isAccessLine(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isAccessLine(value: unknown): value is AccessLine {
  return typeof value === 'object' && value !== null && 'message' in value && 'status' in value;
}

/** What every gateway keeps to, whoever it lets in. */
export function expectOrderlyLog(running: Running): void {
  const { access, others } = logOf(running);
  expect(access.length).toBeGreaterThan(0);
  // A line per push would be collected, pushed, and logged again.
  expect(access.filter(({ message, status }) => message.includes(PUSH) && status < 300)).toEqual([]);
  // nginx' own lines hold whole requests, with queries and the ids in them.
  expect(others).toEqual([]);
  const output = gatewayOutput(running);
  for (const query of ['query=', 'match[]=', 'vector(1)', '{job']) expect(output).not.toContain(query);
  for (const value of Object.values(running.values)) expect(output).not.toContain(value);
}
