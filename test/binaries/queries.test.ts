/**
 * Every query that the stack ships, asked of the real Loki through the real gateway: it is answered without an error, and
 * with something where there is something. What is there came through the real Promtail: the captured fixtures, records as
 * our logger writes them, and lines that nobody should have written.
 *
 * @jest-environment ./test/support/grafana-environment.js
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAVED_QUERIES } from '../../src/dashboards/saved-queries';
import { type Job, JOBS, POD_LABELS } from '../../src/log-model';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { startLoki } from '../../programs/loki';
import { AT_FIRST, interpolate, model, panels } from '../../programs/dashboards';
import { type Drawn, drawnFrom } from '../support/grafana-draws';
import { everyQuery, type NamedQuery } from '../support/logql';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { type Container, PodLogs } from '../../programs/pod-logs';
import { sendsNoMore, startPromtail } from '../../programs/promtail';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const ROOT = join(__dirname, '..', '..');
const FIXTURES = join(ROOT, 'test', 'fixtures');
const HOUR = 3_600_000;
/** Everything is written in the minutes before. */
const NOW = Date.now();

const pod = (job: string, name: string = job): Container => ({
  namespace: 'queries',
  pod: name,
  container: 'main',
  labels: { [POD_LABELS.app]: job },
});

let clock = NOW - 120_000;
/** As containerd would have written it: each line some milliseconds after the one before. */
const cri = (line: string): string =>
  `${new Date((clock += 5)).toISOString().replace('Z', '000001Z')} stdout F ${line}`;

/** Sources whose logs are captured. */
const CAPTURED: readonly Job[] = [JOBS.postgres, JOBS.redis, JOBS.pgbouncer, JOBS.nginx];

const record = (level: string, message: string, fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ timestamp: new Date((clock += 5)).toISOString(), level, service: 'backend', message, ...fields });
const request = (status: number, duration: number, requestId: string): string =>
  record('info', `GET /api/guilds/7 ${status}`, { requestId, method: 'GET', path: '/api/guilds/7', status, duration });
const security = (action: string, result: string, userId: string, ipAddress: string): string =>
  record('info', action, { job: 'security', requestId: 'abc123', action, result, userId, ipAddress });

const APPLICATION: readonly string[] = [
  ...[10, 20, 30, 40, 1000].map((duration, index) => request(200, duration, `r-${index}`)),
  request(500, 200, 'abc123'),
  record('error', 'Unhandled exception', {
    requestId: 'abc123',
    error: 'boom',
    sentryEventId: 'abc123',
    traceId: 't1',
  }),
  record('warn', 'slow query', { requestId: 'abc123', duration: 1500 }),
  record('info', 'query done', { duration: 12 }),
  record('info', 'deployed v1.2.2', { action: 'DEPLOYMENT' }),
  ...['10.0.0.1', '10.0.0.1', '10.0.0.2'].map((ip) => security('LOGIN_ATTEMPT', 'FAILURE', 'u-1', ip)),
  security('LOGIN_ATTEMPT', 'FAILURE', 'u-2', '10.0.0.2'),
  security('LOGIN_ATTEMPT', 'SUCCESS', 'u-2', '10.0.0.2'),
  security('RATE_LIMIT_VIOLATION', 'FAILURE', 'u-3', '10.0.0.9'),
  record('error', 'x is undefined', { job: 'frontend', url: 'https://watch.example.com/guilds', requestId: 'abc123' }),
  record('warn', 'slow page', { job: 'frontend', url: 'https://watch.example.com/guilds' }),
];

/** What a metric query must leave out, not fail at. */
const ODD: readonly string[] = [
  '{"level":"info","message":"cut',
  '{"status":"many","duration":"long","action":{},"result":[],"message":7}',
  '[1, 2]',
  'plain text with duration: soon ms',
  '"GET / HTTP/1.1" 999 duration=abc',
  '{}',
];
/** The same in the streams of security events and of browsers, where only records that are JSON come. */
const ODD_CLAIMED = ['security', 'frontend'].map((job) =>
  JSON.stringify({ job, level: 'error', status: 'many', duration: 'long', action: {}, url: null, ipAddress: [1] }),
);

/** Queries for which no program that was captured writes anything. */
const NOTHING_CAPTURED: Readonly<Record<string, string>> = {
  'panel "Saves and Evicted Clients" B':
    'Redis evicts clients under maxmemory-clients alone, which none of the runs reached',
};

/** What Grafana draws of each panel: name, text with `n` for its number, colour. */
const DRAWN: Readonly<Record<string, readonly string[]>> = {
  'Log Volume by Level': ['debug: n, blue', 'error: n, red', 'info: n, green', 'no level: n, text', 'warn: n, orange'],
  'Log Counts by Level': ['error: n, red', 'info: n, green', 'warn: n, orange'],
  'Lines of the Request by Job': [
    'backend: n, palette',
    'frontend: n, palette',
    'nginx: n, palette',
    'security: n, palette',
  ],
  'Requests per Second': ['backend: n req/s, palette'],
  'Request Duration': ['p50 backend: n ms, palette', 'p95 backend: n ms, palette', 'p99 backend: n ms, palette'],
  'Errors per Second': ['backend: n lines/s, palette'],
  'Security Actions': ['LOGIN_ATTEMPT: n, palette', 'RATE_LIMIT_VIOLATION: n, palette', '{}: n, palette'],
  'Rate Limiting by Address': ['10.0.0.9: n, blue'],
  'Failed Logins': ['failed: n, palette'],
  'Failed Logins by User': ['u-1: n, blue', 'u-2: n, blue'],
  'Failed Logins by Address': ['10.0.0.1: n, blue', '10.0.0.2: n, blue'],
  'Frontend Lines by Level': ['error: n, red', 'warn: n, orange'],
  'Frontend Errors by Page': ['https://watch.example.com/guilds: n, blue'],
  'PostgreSQL Lines by Level': ['error: n, red', 'info: n, green', 'no level: n, text', 'warn: n, orange'],
  'Logged Statements’ Duration': ['p50: n ms, palette', 'p95: n s, palette', 'p99: n s, palette'],
  'Failed PostgreSQL Logins by Role': ['app: n, blue', 'ghost: n, blue'],
  'Redis Lines by Level': ['debug: n, blue', 'info: n, green', 'no level: n, text', 'warn: n, orange'],
  'Saves and Evicted Clients': ['saves: n, palette'],
  'PgBouncer Lines by Level': ['error: n, red', 'info: n, green', 'no level: n, text', 'warn: n, orange'],
  'Failed PgBouncer Logins': ['failed: n, palette'],
  'Requests by Status Class': ['2xx: n, green', '3xx: n, blue', '4xx: n, orange', '5xx: n, red'],
  '5xx per Second': ['500: n req/s, palette', '502: n req/s, palette'],
  'Nginx Request Duration': ['p50: n ms, palette', 'p95: n ms, palette', 'p99: n ms, palette'],
  'Paths with 4xx': [
    '/ 404: n, blue',
    '/api/slow 499: n, blue',
    '/api/upload 413: n, blue',
    '/health 400: n, blue',
    '/login 429: n, blue',
    '/missing.html 404: n, blue',
    '/static/index.html 405: n, blue',
    '/static/missing.png 404: n, blue',
    '/wp-login.php 404: n, blue',
  ],
  'Paths with 5xx': ['/api/fail 500: n, blue', '/loop 500: n, blue', '/nowhere/at-all 502: n, blue'],
};

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

interface Answer {
  readonly data: {
    readonly resultType: 'streams' | 'matrix' | 'vector';
    readonly result: readonly (Sample & {
      readonly stream?: Readonly<Record<string, string>>;
      readonly values?: readonly (readonly [unknown, string])[];
    })[];
  };
}

describe('given logs of every source in Loki', () => {
  const rendered = variant('queries', { environment: 'dev' });
  const values = secretValues(rendered);
  const folder = temporaryFolder('queries');
  const logs = new PodLogs(join(folder, 'pods'));
  let gateway: RunningGateway;
  /** What was started, last first: a program that does not start leaves none of the others behind. */
  const started: { readonly stop: () => Promise<unknown> }[] = [];
  const keep = <T extends { readonly stop: () => Promise<unknown> }>(program: T): T => {
    started.unshift(program);
    return program;
  };

  /** Asks as Grafana would, over the last hour. */
  async function ask(
    { expr, queryType }: Pick<NamedQuery, 'expr' | 'queryType'>,
    selection = AT_FIRST,
  ): Promise<Answer['data']> {
    const nanoseconds = (time: number): string => `${time}000000`;
    const parameters = new URLSearchParams({
      query: interpolate(expr, selection),
      limit: '5000',
      ...(queryType === 'instant'
        ? { time: nanoseconds(Date.now() + 1000) }
        : { start: nanoseconds(NOW - HOUR), end: nanoseconds(Date.now() + 60_000), step: '60' }),
    });
    const path = queryType === 'instant' ? 'query' : 'query_range';
    const { status, text } = await send({
      port: gateway.port,
      credential: `grafana:${values['gateway.grafana'] ?? ''}`,
      path: `/loki/api/v1/${path}?${parameters.toString()}`,
    });
    if (status !== 200) throw new Error(`${status}: ${text.trim()}`);
    return (JSON.parse(text) as Answer).data;
  }

  const lines = async (expr: string): Promise<readonly string[]> =>
    (await ask({ expr, queryType: 'range' })).result.flatMap(({ values: entries = [] }) =>
      entries.map(([, line]) => line),
    );

  /** A panel's query by its letter: the value of each series, by the values of its labels. */
  async function bars(title: string, refId = 'A'): Promise<Readonly<Record<string, number>>> {
    const target = panels.find((panel) => panel.title === title)?.targets.find((one) => one.refId === refId);
    if (target === undefined) throw new Error(`no panel "${title}" with ${refId}`);
    const { result } = await ask(target);
    return Object.fromEntries(
      result.map(({ metric, value, values: points = [] }) => [
        Object.entries(metric)
          .sort()
          .map(([, label]) => label)
          .join(' '),
        value === undefined ? points.reduce((sum, [, point]) => sum + Number(point), 0) : Number(value[1]),
      ]),
    );
  }

  /** What Grafana draws of a panel. */
  async function shown(title: string): Promise<readonly Drawn[]> {
    const panel = panels.find((each) => each.title === title);
    if (panel === undefined) throw new Error(`no panel "${title}"`);
    return drawnFrom(panel, async (target) => (await ask(target)).result);
  }

  beforeAll(async () => {
    const tools = await programs('loki', 'promtail');
    const loki = keep(await startLoki(tools.loki, rendered));
    gateway = keep(await startGateway(rendered, values, loki.port));
    const targets: Container[] = [];
    let total = 0;
    const write = (to: Container, written: readonly string[]): void => {
      targets.push(to);
      total += written.length;
      logs.append(to, written.map(cri));
    };
    for (const source of CAPTURED) {
      const files = readdirSync(join(FIXTURES, source)).filter((name) => name.endsWith('.log'));
      for (const file of files)
        write(
          pod(source, `${source}-${file}`),
          readFileSync(join(FIXTURES, source, file), 'utf8')
            .trimEnd()
            .split('\n'),
        );
      write(pod(source, `${source}-odd`), ODD);
    }
    write({ ...pod('loki'), namespace: rendered.config.namespaces.logging }, [
      'level=info caller=metrics.go msg="a line of the stack’s own"',
    ]);
    write(pod('backend'), [...APPLICATION, ...ODD, ...ODD_CLAIMED]);
    const promtail = keep(
      await startPromtail(tools.promtail, rendered, { folder, logs, targets, values, gatewayPort: gateway.port }),
    );
    await sendsNoMore(promtail, total);
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    for (const program of started) await program.stop();
    removeFolder(folder);
  });

  const queries = everyQuery();

  it.each(queries.filter(({ of }) => !(of in NOTHING_CAPTURED)))('$of finds something: $expr', async (query) => {
    expect((await ask(query)).result).not.toEqual([]);
  });

  it.each(queries.filter(({ of }) => of in NOTHING_CAPTURED))('$of is answered: $expr', async (query) => {
    expect((await ask(query)).result).toEqual([]);
  });

  it('knows of each query without an answer that it is there', () => {
    const known = queries.map(({ of }) => of);
    expect(Object.keys(NOTHING_CAPTURED).filter((of) => !known.includes(of))).toEqual([]);
  });

  it('then the variable $job has the jobs of the applications to choose from, or all', async () => {
    const { label, stream } = model.templating.list[0]?.query as { readonly label: string; readonly stream: string };
    const choices = async (own: string): Promise<readonly string[]> => {
      const query = new URLSearchParams({ query: interpolate(stream, { own }) });
      const { status, text } = await send({
        port: gateway.port,
        credential: `grafana:${values['gateway.grafana'] ?? ''}`,
        path: `/loki/api/v1/label/${label}/values?${query.toString()}`,
      });
      expect(status).toBe(200);
      return (JSON.parse(text) as { readonly data: readonly string[] }).data;
    };
    const applications = Object.values<string>(JOBS).sort();
    expect(await choices(String(AT_FIRST['own']))).toEqual(applications);
    expect(await choices('-')).toEqual([...applications, 'loki'].sort());
  });

  it('then Application Logs have no line of the stack’s own, unless they are asked for', async () => {
    const { expr = '' } = panels.find(({ title }) => title === 'Application Logs')?.targets[0] ?? {};
    const jobs = async (own: string): Promise<readonly (string | undefined)[]> => {
      const { result } = await ask({ expr, queryType: 'range' }, { ...AT_FIRST, own });
      return [...new Set(result.map(({ stream }) => stream?.['job']))];
    };
    expect(await jobs(String(AT_FIRST['own']))).not.toContain('loki');
    expect(await jobs('-')).toContain('loki');
  });

  it('then lines without a level are drawn as such', async () => {
    const volume = await shown('Log Volume by Level');
    expect(volume.map(({ name, color }) => [name, color]).toSorted()).toEqual([
      ['debug', 'blue'],
      ['error', 'red'],
      ['info', 'green'],
      ['no level', 'text'],
      ['warn', 'orange'],
    ]);
  });

  it('then each saved query finds exactly the records that it is for', async () => {
    const messages = async (title: string): Promise<readonly unknown[]> => {
      const expr = SAVED_QUERIES.find((query) => query.title === title)?.expr ?? '';
      return (await lines(expr))
        .map((line) => (JSON.parse(line) as Readonly<Record<string, unknown>>)['message'])
        .sort();
    };
    expect(await messages('Login attempts')).toEqual(Array.from({ length: 5 }, () => 'LOGIN_ATTEMPT'));
    expect(await messages('Failed login attempts')).toEqual(Array.from({ length: 4 }, () => 'LOGIN_ATTEMPT'));
    expect(await messages('Slow database queries')).toEqual(['slow query']);
    expect(await messages('Rate limiting events')).toEqual(['RATE_LIMIT_VIOLATION']);
    expect(await messages('Request by request id')).toEqual([
      'GET /api/guilds/7 500',
      'Unhandled exception',
      'slow query',
    ]);
    expect(await messages('Line of a Sentry event')).toEqual(['Unhandled exception']);
  });

  it('then failed logins are counted by user and by address, and rate limiting by address', async () => {
    expect(await bars('Failed Logins by User')).toEqual({ 'u-1': 3, 'u-2': 1 });
    expect(await bars('Failed Logins by Address')).toEqual({ '10.0.0.1': 2, '10.0.0.2': 2 });
    expect(await bars('Rate Limiting by Address')).toEqual({ '10.0.0.9': 1 });
    expect(await bars('Frontend Errors by Page')).toEqual({ 'https://watch.example.com/guilds': 1 });
  });

  it('then Grafana draws the count of each level, by its name and colour', async () => {
    const levels = await shown('Log Counts by Level');
    expect(levels.map(({ name, color }) => [name, color])).toEqual([
      ['error', 'red'],
      ['warn', 'orange'],
      ['info', 'green'],
    ]);
    expect(levels.every(({ text }) => Number(text) > 0)).toBe(true);
  });

  it('then Grafana draws a bar for each user, address and page, by its name', async () => {
    const bar = (name: string, text: string): Drawn => ({ name, text, color: 'blue' });
    expect(await shown('Failed Logins by User')).toEqual([bar('u-1', '3'), bar('u-2', '1')]);
    expect((await shown('Failed Logins by Address')).map(({ name }) => name).sort()).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(await shown('Rate Limiting by Address')).toEqual([bar('10.0.0.9', '1')]);
    expect(await shown('Frontend Errors by Page')).toEqual([bar('https://watch.example.com/guilds', '1')]);
  });

  it('then Grafana draws of each panel what it is for: names, units and colours', async () => {
    const all: Record<string, readonly string[]> = {};
    for (const { title } of panels.filter(({ type }) => type !== 'logs'))
      all[title] = (await shown(title))
        // Of several paths with one request, any can be the tenth.
        .filter(({ text }) => title !== 'Paths with 4xx' || text !== '1')
        .map(({ name, text, color }) => `${name}: ${text.replace(/^[\d.]+/, 'n')}, ${color}`)
        .toSorted();
    expect(all).toEqual(DRAWN);
  });

  it('then PostgreSQL’s failed logins are counted by role, whatever format it writes', async () => {
    const failed = /(?:password|Peer) authentication failed for user [\\"]+(\w+)/g;
    const roles = readdirSync(join(FIXTURES, 'postgres'))
      .filter((file) => file.endsWith('.log'))
      .flatMap((file) => [...readFileSync(join(FIXTURES, 'postgres', file), 'utf8').matchAll(failed)])
      .map(([, role = '']) => role);
    const counts = Object.fromEntries([...Map.groupBy(roles, (role) => role)].map(([role, all]) => [role, all.length]));
    expect(Object.keys(counts).length).toBeGreaterThan(1);
    expect(await bars('Failed PostgreSQL Logins by Role')).toMatchObject(counts);
  });

  it('then nginx’ requests are counted by path, of either format, each once and without its query', async () => {
    const access = ['access-json.log', 'access-combined.log'].map((file) =>
      readFileSync(join(FIXTURES, 'nginx', file), 'utf8'),
    );
    const count = (what: RegExp): number => access.join('\n').match(what)?.length ?? 0;
    const counted = await bars('Paths with 4xx');
    expect(Object.keys(counted)).toHaveLength(10);
    expect(Object.keys(counted).every((key) => /^\/[^?]* 4\d\d$/.test(key))).toBe(true);
    expect(counted).toMatchObject({
      '/login 429': count(/POST \/login 429|POST \/login HTTP\S+ 429/g),
      '/wp-login.php 404': count(/GET \/wp-login\.php 404|GET \/wp-login\.php\?\S* HTTP\S+ 404/g),
    });
    expect(Object.keys(await bars('Paths with 5xx')).every((key) => /^\/[^?]* 5\d\d$/.test(key))).toBe(true);
    expect(Object.keys(await bars('Requests by Status Class')).sort()).toEqual(['2xx', '3xx', '4xx', '5xx']);
  });

  it('then a login that PgBouncer refuses is counted once', async () => {
    const refused = readFileSync(join(FIXTURES, 'pgbouncer', 'pgbouncer.log'), 'utf8')
      .split('\n')
      .filter((line) =>
        /closing because: (?:SASL authentication failed|no such database|database ".*" does not exist)/.test(line),
      );
    expect(refused.length).toBeGreaterThan(3);
    const { pgbouncer = 0 } = await bars('Failed PgBouncer Logins');
    // A time series counts every line in each step that it falls into: one.
    expect(pgbouncer).toBe(refused.length);
  });

  it('then the trace of a request holds its lines of every source that knows it, and of no other request', async () => {
    const found = panels.find(({ title }) => title === 'Lines of the Request')?.targets[0];
    const { result } = await ask(found ?? { expr: '', queryType: '' });
    expect(new Set(result.map(({ stream }) => stream?.['job']))).toEqual(
      new Set(['backend', 'security', 'frontend', 'nginx']),
    );
    const texts = result.flatMap(({ values: entries = [] }) => entries.map(([, line]) => line));
    expect(texts.filter((line) => !line.includes('abc123'))).toEqual([]);
  });

  it('then a deployment that is told to the gateway, as docs/queries.md says, is marked', async () => {
    const page = readFileSync(join(ROOT, 'docs', 'queries.md'), 'utf8');
    const [, body = ''] = /<<JSON\n([^]*?)\nJSON\n/.exec(page) ?? [];
    const { status, text } = await send({
      port: gateway.port,
      path: '/loki/api/v1/push',
      credential: `promtail:${values['gateway.promtail'] ?? ''}`,
      headers: { 'Content-Type': 'application/json' },
      body: body.replace('$(date +%s)', String(Math.floor(Date.now() / 1000))),
    });
    expect([status, text]).toEqual([204, '']);
    const marked = async (): Promise<readonly string[]> => {
      const { result } = await ask({ expr: model.annotations.list[0]?.expr ?? '', queryType: 'range' });
      return result.flatMap(({ stream = {}, values: entries = [] }) =>
        entries.map(() => `${stream['service'] ?? ''}: ${stream['message'] ?? ''}`),
      );
    };
    await until('the deployment', async () =>
      (await marked()).length < 2 ? `there are ${(await marked()).join(', ')}` : undefined,
    );
    expect([...(await marked())].sort()).toEqual(['backend: deployed v1.2.2', 'backend: deployed v1.2.3']);
  });
});
