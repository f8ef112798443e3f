/** `npm run erase` against the gateway of stack prod, over TLS, and the real Loki. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretValues } from '../../src/deploy/secret-values';
import { type RunningGateway, startGateway } from '../support/gateway';
import { entries, pushBody, type RunningLoki, startLoki } from '../support/loki';
import { BUILD_TIMEOUT, programs } from '../support/program';
import { secretValues, stack, variant } from '../support/rendered-stack';
import { send } from '../support/request';

const PERSON = '281474976710656001';
const SOMEBODY = '281474976710656002';
const prod = stack('prod');
// Loki of one pod, with the tenants of prod and one more.
const single = variant('prod, single', {
  environment: 'staging',
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail'], read: ['grafana'], erase: ['data-protection'] },
        { name: 'audit', write: ['a'], read: ['b'], erase: ['c'] },
      ],
    },
  },
});

let loki: RunningLoki;
let gateway: RunningGateway;
let values: SecretValues;
beforeAll(async () => {
  loki = await startLoki((await programs('loki')).loki, single);
  values = secretValues(prod);
  gateway = await startGateway(prod, values, loki.port);
  for (const tenant of ['spywatcher', 'audit'])
    for (const person of [PERSON, SOMEBODY])
      await send({
        port: loki.port,
        path: '/loki/api/v1/push',
        body: pushBody({ labels: { job: 'backend' }, line: JSON.stringify({ userId: person, message: 'hello' }) }),
        headers: { 'X-Scope-OrgID': tenant },
      });
}, BUILD_TIMEOUT);
afterAll(async () => {
  await gateway.stop();
  await loki.stop();
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as an operator would; `''` is no password at all. */
function run(args: readonly string[], password = values['gateway.data-protection'] ?? ''): Result {
  const ca = join(gateway.folder, 'ca.crt');
  writeFileSync(ca, gateway.certificate?.['ca.crt'] ?? '');
  const command = [join(__dirname, '..', '..', 'bin', 'erase.js'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'], ...(password === '' ? {} : { ERASE_PASSWORD: password }) },
  });
  return { code: status, stdout, stderr };
}
const reach = (): readonly string[] => [
  'prod',
  '--url',
  `https://localhost:${gateway.ownPort}`,
  '--ca',
  join(gateway.folder, 'ca.crt'),
];

const linesOf = async (tenant: string): Promise<readonly string[]> =>
  (await entries(loki.port, tenant, '{job="backend"}')).map(
    ({ line }) => (JSON.parse(line) as { userId: string }).userId,
  );

test('given a person of whom two tenants have lines, they are erased from the one alone', async () => {
  const { code, stdout, stderr } = run([...reach(), '--user-id', PERSON]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Loki took delete request ');
  expect(await linesOf('spywatcher')).toEqual([SOMEBODY]);
  expect((await linesOf('audit')).toSorted()).toEqual([PERSON, SOMEBODY]);
});

test('then the status names the request, and not the person', () => {
  const { code, stdout } = run([...reach(), '--status']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\S+ {2}\d{4}-\d{2}-\d{2}T\S+Z {2}received\n$/);
  expect(stdout).not.toContain(PERSON);
});

test('then the gateway’s log has the same id', () => {
  const logged = gateway.program
    .output()
    .split('\n')
    .filter((line) => line.includes('LOG_ERASURE'))
    .map((line) => JSON.parse(line) as { readonly deleteRequestId: string });
  expect(logged).toHaveLength(1);
  expect(run([...reach(), '--status']).stdout).toContain(logged[0]?.deleteRequestId);
});

test.each<[string, readonly string[], string, string]>([
  ['no stack', [], 'x', 'usage: '],
  ['no password', ['prod', '--user-id', PERSON], '', 'usage: '],
  ['neither a person nor --status', ['prod'], 'x', 'usage: '],
  ['an unknown option', ['prod', '--user', PERSON], 'x', '--user'],
  ['a time that is none', ['prod', '--user-id', PERSON, '--start', 'yesterday'], 'x', 'yesterday is no time'],
  ['a short id', ['prod', '--user-id', '123'], 'x', 'would erase other lines'],
  ['a stack without an erase credential', ['staging', '--user-id', PERSON], 'x', 'auth.loki.tenants[].erase'],
  ['a stack that is none', ['nowhere', '--user-id', PERSON], 'x', 'Pulumi.nowhere.yaml'],
])('given %s, it says so in words and asks nobody', (_, args, password, message) => {
  const { code, stdout, stderr } = run(args, password);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test.each([
  ['a wrong password', ['--user-id', PERSON], 'wrong-wrong-wrong-wrong-wrong', 'The gateway answered 401'],
  ['the password of another', ['--user-id', PERSON], 'grafana', 'The gateway answered 401'],
])('given %s, it says what the gateway answered', (_, args, password, message) => {
  const { code, stderr } = run([...reach(), ...args], password);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

test('given a gateway whose CA is unknown, it sends no password', () => {
  const { code, stderr } = run(['prod', '--url', `https://localhost:${gateway.ownPort}`, '--user-id', PERSON]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/certificate/i);
});
