/** The example backend as `make up` puts it into its ConfigMap: it runs, and its lines answer the documentation's queries. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { backendImage, backendProgram } from '../../local/example-backend';
import { CLAIMABLE_JOBS, FIELDS, JOBS, LEVELS, REDACTED, RESULTS, SecurityActions } from '../../src/log-model';
import {
  freePorts,
  removeFolder,
  type RunningProgram,
  startProgram,
  temporaryFolder,
  until,
} from '../../programs/program';
import { type Response, send } from '../../programs/request';

type LogRecord = Readonly<Record<string, unknown>>;

const PROJECT = join(__dirname, '..', '..');
/** A ConfigMap's, base64 included. */
const MAX_CONFIG_MAP = 2 ** 20;

let folder: string;
let port: number;
let backend: RunningProgram;
let files: ReadonlyMap<string, Uint8Array>;

/** Every line it has written. A line that is no JSON fails. */
function records(): readonly LogRecord[] {
  const lines = backend.output().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogRecord);
}

const some = (fields: LogRecord): unknown => expect.arrayContaining([expect.objectContaining(fields)]);
/** A line is written soon after it is logged. */
const untilLogged = (message: string): Promise<void> =>
  until(message, () => (records().some((record) => record[FIELDS.message] === message) ? undefined : 'not logged'));
const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  send({ port, path, headers });

beforeAll(async () => {
  folder = temporaryFolder('example-backend');
  files = await backendProgram(PROJECT);
  const app = join(folder, 'app');
  mkdirSync(app);
  for (const [name, contents] of files) writeFileSync(join(app, name), contents);
  [port = 0] = await freePorts(1);
  backend = startProgram([process.execPath, join(app, 'start.js')], join(folder, 'stdout.log'), {
    // As kubernetes.yaml has it, in less time.
    env: { PORT: String(port), LOG_LEVEL: 'debug', TRAFFIC_INTERVAL_MS: '40' },
    unprivileged: true,
  });
  await until(
    'a round of its own traffic',
    () => {
      const written = records();
      const rounds = written.filter((record) => record[FIELDS.message] === 'Slow query on guild_members').length;
      return rounds > 0 ? undefined : `${written.length} lines`;
    },
    { program: backend, seconds: 60 },
  );
});
afterAll(async () => {
  await backend.stop();
  removeFolder(folder);
});

test('its program fits into a ConfigMap', () => {
  const bytes = [...files.values()].reduce((sum, contents) => sum + Math.ceil(contents.length / 3) * 4, 0);
  expect(bytes).toBeLessThan(MAX_CONFIG_MAP);
});

test('its program has nothing of cdk8s, Pulumi or the stack’s config', () => {
  const program = gunzipSync(files.get('server.js.gz') ?? Buffer.alloc(0)).toString();
  expect(program).not.toMatch(/cdk8s|pulumi|ZodError/);
});

test('its manifest names the image of the local cluster, and the job', () => {
  const manifest = readFileSync(join(PROJECT, 'examples/backend/kubernetes.yaml'), 'utf8');
  expect(backendImage(PROJECT)).toMatch(/^docker\.io\/library\/node:[\d.]+-alpine$/);
  const objects = parseAllDocuments(manifest).map((document) => document.toJS() as LogRecord);
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  expect(deployment).toMatchObject({
    spec: { template: { metadata: { labels: { 'logs.spywatcher.dev/job': JOBS.backend } } } },
  });
});

describe('its lines', () => {
  test('are records with a time and a known level', () => {
    for (const record of records()) {
      expect(LEVELS).toContain(record[FIELDS.level]);
      expect(Number.isNaN(Date.parse(String(record[FIELDS.timestamp])))).toBe(false);
    }
  });

  test('are of every level', () => {
    expect(new Set(records().map((record) => record[FIELDS.level]))).toEqual(new Set(LEVELS));
  });

  test('claim only jobs that a record may claim', () => {
    const claimed = new Set(records().flatMap(({ job }) => (job === undefined || job === JOBS.backend ? [] : [job])));
    expect(claimed).toEqual(new Set(CLAIMABLE_JOBS));
  });
});

describe('the mission’s queries find', () => {
  const [SUCCESS, FAILURE] = RESULTS;
  const security = { [FIELDS.job]: JOBS.security };

  test.each<[string, LogRecord]>([
    [
      'failed logins',
      {
        ...security,
        action: SecurityActions.LOGIN_ATTEMPT,
        result: FAILURE,
        userId: 'user-1',
        ipAddress: '203.0.113.7',
      },
    ],
    ['logins', { ...security, action: SecurityActions.LOGIN_SUCCESS, result: SUCCESS, userId: 'user-1' }],
    ['rate limiting', { ...security, action: SecurityActions.RATE_LIMIT_VIOLATION, result: FAILURE }],
    ['a request by its id', { [FIELDS.requestId]: 'abc123' }],
    ['the line of a Sentry event', { level: 'error', [FIELDS.sentryEventId]: 'abc123', requestId: 'abc123' }],
    ['a debug line', { level: 'debug', message: 'Guild is not in the cache' }],
    ['the frontend’s errors', { [FIELDS.job]: JOBS.frontend, level: 'error', errorName: 'TypeError' }],
    ['the frontend’s warnings', { [FIELDS.job]: JOBS.frontend, level: 'warn' }],
  ])('%s', (_what, fields) => {
    expect(records()).toEqual(some(fields));
  });

  test('slow queries: more than a second', () => {
    const slow = records().filter(
      ({ message, duration }) => /query/.test(String(message)) && typeof duration === 'number' && duration > 1000,
    );
    expect(slow.length).toBeGreaterThan(0);
  });

  test('an error with its stack and its cause', () => {
    const [record] = records().filter(({ message }) => message === 'Unhandled exception');
    expect(record).toMatchObject({
      [FIELDS.error]: 'Members of guild 99 cannot be loaded',
      [FIELDS.stack]: expect.stringContaining('Error: Members of guild 99 cannot be loaded\n    at ') as string,
      [FIELDS.cause]: { error: 'Discord answered 503' },
    });
  });
});

describe('one request', () => {
  test('has its id in every line and in the answer', async () => {
    const { headers, status } = await get('/guilds/7', { 'x-request-id': 'of-one-request' });
    expect([status, headers['x-request-id']]).toEqual([200, 'of-one-request']);
    await until('its lines', () => (ofOneRequest().length >= 4 ? undefined : `${ofOneRequest().length} lines`));
    expect(ofOneRequest().map(({ level, userId }) => [level, userId])).toEqual([
      ['debug', 'user-7'],
      ['info', 'user-7'],
      ['info', 'user-7'],
      ['info', 'user-7'],
    ]);
    expect(ofOneRequest().at(-1)).toMatchObject({
      [FIELDS.status]: 200,
      [FIELDS.duration]: expect.any(Number) as number,
    });
  });
  const ofOneRequest = (): readonly LogRecord[] =>
    records().filter((record) => record[FIELDS.requestId] === 'of-one-request');
});

test('what a careless line tells does not come out', async () => {
  await get('/profile');
  await untilLogged(`Profile changed by ${REDACTED}`);
  expect(records()).toEqual(
    some({
      message: `Profile changed by ${REDACTED}`,
      user: { name: 'Ann', email: REDACTED, password: REDACTED },
      headers: { authorization: REDACTED },
      callback: `https://spywatcher.example/callback?page=1&access_token=${REDACTED}`,
    }),
  );
  expect(backend.output()).not.toMatch(/not-a-real|ann@example\.com/);
});

describe('its page', () => {
  test('loads the browser side from it', async () => {
    const page = await get('/');
    expect(page.text).toContain("import { captureBrowserLogs } from '/browser.mjs'");
    const script = await get('/browser.mjs');
    expect(script.headers['content-type']).toContain('javascript');
    expect(script.text).toContain('captureBrowserLogs');
  });

  test('posts what the console says', async () => {
    const body = JSON.stringify({ entries: [{ level: 'error', message: 'Only of this test' }] });
    const answer = await send({ port, path: '/logs', body, headers: { 'content-type': 'text/plain' } });
    expect(answer.status).toBe(204);
    await untilLogged('Only of this test');
    expect(records()).toEqual(some({ [FIELDS.job]: JOBS.frontend, message: 'Only of this test' }));
  });
});

test('on SIGTERM it ends by itself, after its last line', async () => {
  expect(await backend.stop('SIGTERM')).toBe(0);
  expect(records().at(-1)).toMatchObject({ message: 'Example backend stops' });
});
