/** `npm run logs` against the gateway of stack prod, over TLS, and the real Loki. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from '../../bin/ensure-built';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { type Line, nanoseconds, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, startProgram, until } from '../../programs/program';
import { secretValues, stack, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const prod = stack('prod');
// Loki of one pod, with the tenant of prod.
const single = variant('logs, single', { environment: 'staging' });
const values = secretValues(prod);
/** More than Loki returns at once, and many of the same instant. */
const LINES = 6_100;
const AT_ONCE = 40;

let loki: RunningLoki;
let gateway: RunningGateway;
let pushed: readonly string[];

async function push(...lines: readonly Line[]): Promise<void> {
  const headers = { 'X-Scope-OrgID': 'spywatcher' };
  const { status, text } = await send({
    port: loki.port,
    path: '/loki/api/v1/push',
    body: pushBody(...lines),
    headers,
  });
  if (status >= 300) throw new Error(`Loki took no line: ${text}`);
}

beforeAll(async () => {
  ensureBuilt('product');
  loki = await startLoki((await programs('loki')).loki, single);
  gateway = await startGateway(prod, values, loki.port);
  writeFileSync(join(gateway.folder, 'ca.crt'), gateway.certificate?.['ca.crt'] ?? '');
  const first = nanoseconds() - 60_000_000_000n;
  const lines = Array.from({ length: LINES }, (_, index) => ({
    labels: { job: 'pages', pod: `pod-${index % 2}` },
    line: `line ${index}`,
    time: first + BigInt(Math.floor(index / AT_ONCE)) * 1_000_000n,
  }));
  pushed = lines.map(({ line }) => line);
  for (let from = 0; from < LINES; from += 1000) await push(...lines.slice(from, from + 1000));
}, BUILD_TIMEOUT);
afterAll(async () => {
  await gateway.stop();
  await loki.stop();
});

const command = (...args: readonly string[]): readonly string[] => [
  join(__dirname, '..', '..', 'bin', 'run.js'),
  'logs',
  ...args,
];
const reach = (): readonly string[] => [
  '--stack',
  'prod',
  '--url',
  `https://localhost:${gateway.ownPort}`,
  '--ca',
  join(gateway.folder, 'ca.crt'),
];
const environment = (password = values['gateway.grafana'] ?? '') => ({
  PATH: process.env['PATH'],
  ...(password === '' ? {} : { LOGS_PASSWORD: password }),
});

function run(args: readonly string[], password?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, command(...args), {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 2 ** 26,
    env: environment(password),
  });
  return { code: status, stdout, stderr };
}

test('given more than a page, with many lines of one instant at its border, each line comes once, by time', () => {
  const { code, stdout, stderr } = run(['{job="pages"}', '--json', '--limit', '100000', ...reach()]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly nanoseconds: string; readonly line: string });
  expect(records.map(({ line }) => line).toSorted()).toEqual(pushed.toSorted());
  const times = records.map(({ nanoseconds: time }) => BigInt(time));
  expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time))).toBe(true);
});

test('given a limit, the newest come, a line each, without colours where there is no terminal', () => {
  const { code, stdout, stderr } = run(['{job="pages"}', '--limit', '3', ...reach()]);
  expect(code).toBe(0);
  expect(stderr).toContain('--limit shows more');
  expect(stdout).toMatch(/^(?:\d{4}-\S+Z {9}pages {7}line 6[01]\d\d\n){3}$/);
});

test('when it follows, what comes is printed once, and SIGINT ends it well', async () => {
  const follower = startProgram(
    [process.execPath, ...command('{job="follow"}', '--follow', ...reach())],
    join(gateway.folder, 'follow.log'),
    { env: { LOGS_PASSWORD: values['gateway.grafana'] ?? '' } },
  );
  const numbers = Array.from({ length: 5 }, (_, index) => `number ${index}`);
  for (const line of numbers) {
    await push({ labels: { job: 'follow', level: 'info' }, line });
    await until(line, () => (follower.output().includes(line) ? undefined : 'not printed'), { program: follower });
  }
  // Of several looks at the same seconds, no line comes a second time.
  await push({ labels: { job: 'follow' }, line: 'late', time: nanoseconds() - 5_000_000_000n });
  await until('a late line', () => (follower.output().includes('late') ? undefined : 'not printed'));
  expect(await follower.stop('SIGINT')).toBe(0);
  const printed = follower.output().trimEnd().split('\n');
  expect(printed.map((line) => line.split('  ').at(-1)?.trim())).toEqual([...numbers, 'late']);
  expect(printed[0]).toContain('  INFO   follow  ');
});

test.each<[string, readonly string[], string, string]>([
  ['no query', ['--stack', 'prod'], 'x', 'one query in quotes is wanted'],
  ['what is no LogQL', ['{job="pages"', '--stack', 'prod'], 'x', 'this is no LogQL'],
  ['a query that counts', ['rate({job="pages"}[1m])', '--stack', 'prod'], 'x', 'this query counts lines'],
  ['a time that is none', ['{job="pages"}', '--stack', 'prod', '--since', 'yesterday'], 'x', 'yesterday is no time'],
  ['a limit that is none', ['{job="pages"}', '--stack', 'prod', '--limit', '0'], 'x', '0 is no number above 0'],
  ['no password', ['{job="pages"}', '--stack', 'prod', '--url', 'https://localhost:1'], '', 'LOGS_PASSWORD is not set'],
])('given %s, it says so in words and asks nobody', (_, args, password, message) => {
  const { code, stdout, stderr } = run(args, password);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('given a wrong password, it says what the gateway answers', () => {
  const { code, stderr } = run(['{job="pages"}', ...reach()], 'wrong-wrong-wrong-wrong');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^the gateway answered 401: /);
});
