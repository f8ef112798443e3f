/** `npm run erase` against the gateway of stack prod, over TLS, and the real Loki. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretValues } from '../../src/secrets/row';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { entries, type Line, nanoseconds, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { secretValues, stack, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

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

const NAMED = 'ada-lovelace_1815';
const JOB = { job: 'backend' };
/** A stream as OTLP clients make it. */
const OTLP = { service_name: 'bot' };
const ESCAPE = '\u001b';

type Case = readonly [what: string, line: Omit<Line, 'time'>];
const inLine = (what: string, line: string, labels: Line['labels'] = JOB): Case => [what, { labels, line }];

/** What is to be erased. */
const OF_THE_PERSON: readonly Case[] = [
  inLine('a field of a record', `{"userId":"${PERSON}","message":"hello"}`),
  inLine('a number of a record', `{"userId":${PERSON}}`),
  inLine('a word of a text', `user ${PERSON} was banned`),
  inLine('all of a line', PERSON),
  inLine('a line of OTLP', `banned ${PERSON}`, OTLP),
  inLine('after a new line in JSON', String.raw`{"message":"banned:\n${PERSON}"}`),
  inLine('after a tab in JSON', String.raw`{"message":"banned:\t${PERSON}\tforever"}`),
  inLine('after a colour in JSON', String.raw`{"message":"\u001b[31m${PERSON}\u001b[0m"}`),
  inLine('after a colour', `${ESCAPE}[1;31m${PERSON}${ESCAPE}[0m`),
  inLine('after the end of colours', `${ESCAPE}[m${PERSON}`),
  inLine('after an escape of nginx', String.raw`"GET /\x22${PERSON}\x22"`),
  inLine('in JSON inside of JSON', String.raw`{"message":"{\"text\":\"banned:\\n${PERSON}\"}"}`),
  inLine('in an encoded URL', `GET /login?next=%2Fusers%2F${PERSON}%2Froles`),
  inLine('in a URL encoded twice', `GET /login?next=%252F${PERSON}%252Froles`),
  inLine('after a dash', `user-${PERSON} joined`),
  inLine('between dashes', `trace-${PERSON}-of-one`),
  inLine('after an underscore', `avatar_${PERSON}.png`),
  inLine('before an underscore', `{"key":"${PERSON}_128"}`),
  ['metadata of the agent', { labels: JOB, line: 'agent: hello', metadata: { userId: PERSON } }],
  ['metadata of the agent, without a line', { labels: JOB, line: '', metadata: { userId: PERSON } }],
  ['metadata of another client', { labels: JOB, line: 'client: hello', metadata: { user_id: PERSON } }],
  ['metadata of OTLP', { labels: OTLP, line: 'otlp: hello', metadata: { user_id: PERSON } }],
];
const OF_THE_NAMED: readonly Case[] = [
  inLine('a field of a record', `{"userId":"${NAMED}"}`),
  inLine('after a new line in JSON', String.raw`{"message":"banned:\n${NAMED}"}`),
  inLine('in an encoded URL', `GET /%2F${NAMED}%2F`),
];
/** What stays. */
const OF_OTHERS: readonly Case[] = [
  inLine('another id', `{"userId":"${SOMEBODY}"}`),
  inLine('an id that is longer', `{"userId":"${PERSON}9"}`),
  inLine('an id that begins earlier', `{"userId":"1${PERSON}"}`),
  inLine('an id that is longer, in an encoded URL', `GET /%2F1${PERSON}%2F`),
  inLine('the inside of a word', `x${PERSON} and ${PERSON}x`),
  inLine('a word in brackets', `[m${PERSON}]`),
  inLine('nobody', 'nobody'),
  inLine('a name that goes on after a dash', `{"userId":"${NAMED}-2"}`),
  inLine('a name that goes on after an underscore', `{"userId":"${NAMED}_2"}`),
  inLine('a name that begins before a dash', `{"userId":"x-${NAMED}"}`),
  inLine('another line of OTLP', `banned ${SOMEBODY}`, OTLP),
  ['metadata of another', { labels: JOB, line: 'agent: hello, others', metadata: { userId: SOMEBODY } }],
  ['metadata that is longer', { labels: OTLP, line: 'otlp: hello, others', metadata: { user_id: `${PERSON}9` } }],
  // Stated in docs/access.md.
  inLine('a stream with neither label', `out of reach: ${PERSON}`, { app: 'tool' }),
  ['metadata of another name', { labels: OTLP, line: 'otlp: a path', metadata: { url_path: `/users/${PERSON}` } }],
];
const NATIVE_OTLP = 'a record by OTLP itself';

let loki: RunningLoki;
let gateway: RunningGateway;
let values: SecretValues;

async function push(tenant: string, path: string, body: object): Promise<void> {
  const { status, text } = await send({ port: loki.port, path, body, headers: { 'X-Scope-OrgID': tenant } });
  if (status >= 300) throw new Error(`Loki took no line: ${text}`);
}

/** A record as an OpenTelemetry SDK sends it. */
function otlpBody(line: string, userId: string): object {
  const attribute = (key: string, value: string): object => ({ key, value: { stringValue: value } });
  const record = {
    timeUnixNano: String(nanoseconds()),
    body: { stringValue: line },
    attributes: [attribute('user.id', userId)],
  };
  return {
    resourceLogs: [
      { resource: { attributes: [attribute('service.name', 'bot')] }, scopeLogs: [{ logRecords: [record] }] },
    ],
  };
}

beforeAll(async () => {
  loki = await startLoki((await programs('loki')).loki, single);
  values = secretValues(prod);
  gateway = await startGateway(prod, values, loki.port);
  for (const tenant of ['spywatcher', 'audit']) {
    const lines = [...OF_THE_PERSON, ...OF_THE_NAMED, ...OF_OTHERS].map(([, line]) => line);
    await push(tenant, '/loki/api/v1/push', pushBody(...lines));
    await push(tenant, '/otlp/v1/logs', otlpBody(NATIVE_OTLP, PERSON));
  }
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
  const command = [join(__dirname, '..', '..', 'bin', 'run.js'), 'erase', ...args];
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

/** Loki has heard of erasures when it is first asked, and then again after minutes: to be called when all are asked for. */
const linesOf = async (tenant: string): Promise<readonly string[]> => {
  const streams = ['{job=~".+"}', '{service_name=~".+"}', '{app="tool"}'];
  const found = await Promise.all(streams.map((query) => entries(loki.port, tenant, query)));
  return found.flat().map(({ line }) => line);
};
const textsOf = (cases: readonly Case[]): readonly string[] => cases.map(([, { line }]) => line);

describe('given persons of whom two tenants have lines, erased from the one', () => {
  const REQUESTS = 4;
  let results: readonly Result[];
  let left: readonly string[];
  beforeAll(async () => {
    results = [PERSON, NAMED].map((id) => run([...reach(), '--user-id', id]));
    left = await linesOf('spywatcher');
  });
  const idsOf = ({ stdout }: Result): readonly string[] =>
    /^Loki took 4 delete requests: (.+)\.$/m.exec(stdout)?.[1]?.split(', ') ?? [];

  test('the command says which requests Loki took', () => {
    for (const result of results) {
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(new Set(idsOf(result)).size).toBe(REQUESTS);
    }
  });

  test.each(OF_THE_PERSON)('the person’s line is gone: %s', (_, { line }) => {
    expect(left).not.toContain(line);
  });

  test('so is what an OpenTelemetry SDK has sent', () => {
    expect(left).not.toContain(NATIVE_OTLP);
  });

  test.each(OF_THE_NAMED)('the line of an id with letters is gone: %s', (_, { line }) => {
    expect(left).not.toContain(line);
  });

  test.each(OF_OTHERS)('this stays: %s', (_, { line }) => {
    expect(left).toContain(line);
  });

  test('in the other tenant all is as it was', async () => {
    const all = [...textsOf([...OF_THE_PERSON, ...OF_THE_NAMED, ...OF_OTHERS]), NATIVE_OTLP];
    expect((await linesOf('audit')).toSorted()).toEqual(all.toSorted());
  });

  test('the status names the requests, and not the person', () => {
    const { code, stdout } = run([...reach(), '--status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(\S+ {2}\d{4}-\d{2}-\d{2}T\S+Z {2}received\n){8}$/);
    expect(
      stdout
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [line.split(' ')[0]]))
        .toSorted(),
    ).toEqual(results.flatMap(idsOf).toSorted());
    expect(stdout).not.toContain(PERSON);
  });

  test('the gateway’s log has the same requests', () => {
    const logged = gateway.program
      .output()
      .split('\n')
      .filter((line) => line.includes('LOG_ERASURE'))
      .map((line) => JSON.parse(line) as { readonly deleteRequestId: string });
    expect(logged.map(({ deleteRequestId }) => deleteRequestId)).toEqual(results.flatMap(idsOf));
  });
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
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test.each([
  ['a wrong password', ['--user-id', PERSON], 'wrong-wrong-wrong-wrong-wrong', 'The gateway answered 401'],
  ['the password of another', ['--user-id', PERSON], 'grafana', 'The gateway answered 401'],
])('given %s, it says what the gateway answered', (_, args, password, message) => {
  const { code, stderr } = run([...reach(), ...args], password);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('given a gateway whose CA is unknown, it sends no password', () => {
  const { code, stderr } = run(['prod', '--url', `https://localhost:${gateway.ownPort}`, '--user-id', PERSON]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/certificate/i);
});
