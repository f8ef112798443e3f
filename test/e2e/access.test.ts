/**
 * Given the running stack with the auth of production; who may write, read and erase what, through the real gateway and the
 * real Loki. Two tenants, whose lines must never meet.
 */
import { currentCluster } from '../../local/cluster';
import { applyObjects } from '../../local/kubernetes';
import { stackObjects } from '../../src/deploy/objects';
import { entriesOf, pushBody, queryRequest } from '../support/loki';
import { basicAuth, type Response, send, sendRaw } from '../support/request';
import { credential, e2eConfig, eventually, gatewayUrl, TENANTS, targetOf, waitForStack } from './cluster';

const config = e2eConfig();
const port = (): number => Number(new URL(gatewayUrl()).port);

beforeAll(async () => {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster does not run');
  const target = targetOf(cluster);
  // Another file may have left another config.
  await applyObjects(target, stackObjects(config));
  await waitForStack(target, config);
});

const CREDENTIALS = {
  nobody: undefined,
  'an unknown name': 'somebody:0123456789abcdef0123456789abcdef',
  'a wrong password': 'promtail:0123456789abcdef0123456789abcdef',
  promtail: 'write',
  'audit-writer': 'write',
  grafana: 'read',
  'audit-reader': 'read',
  overseer: 'read across tenants',
  eraser: 'erase',
  'audit-eraser': 'erase',
} as const;
type Who = keyof typeof CREDENTIALS;

/** What is sent as basic authentication. */
function credentialOf(who: Who): string | undefined {
  const known = CREDENTIALS[who];
  return known?.includes(':') === false ? credential(who) : known;
}

const everything = encodeURIComponent('{job=~".+"}');
const LINE = { labels: { job: 'e2e-access' }, line: 'a line of the table' };
const OTLP = {
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'e2e-access' } }] },
      scopeLogs: [
        { logRecords: [{ timeUnixNano: `${Date.now()}000000`, body: { stringValue: 'a line of the table' } }] },
      ],
    },
  ],
};

/** Class of path → one request of it, and which kinds of credential may. */
const PATHS: Readonly<
  Record<string, { path: string; method: string; body?: object | string; may: readonly string[]; status?: number }>
> = {
  'push as JSON': { path: '/loki/api/v1/push', method: 'POST', body: pushBody(LINE), may: ['write'] },
  'push by OTLP': { path: '/otlp/v1/logs', method: 'POST', body: OTLP, may: ['write'] },
  query: { path: '/loki/api/v1/query?query=vector(1)', method: 'GET', may: ['read', 'read across tenants'] },
  'query by form': {
    path: '/loki/api/v1/query_range',
    method: 'POST',
    body: `query=${everything}`,
    may: ['read', 'read across tenants'],
  },
  labels: { path: '/loki/api/v1/labels', method: 'GET', may: ['read', 'read across tenants'] },
  'values of a label': { path: '/loki/api/v1/label/job/values', method: 'GET', may: ['read', 'read across tenants'] },
  series: { path: `/loki/api/v1/series?match[]=${everything}`, method: 'GET', may: ['read', 'read across tenants'] },
  // A tail that asks for no WebSocket is Loki's to refuse.
  'tail without a WebSocket': {
    path: `/loki/api/v1/tail?query=${everything}`,
    method: 'GET',
    may: ['read'],
    status: 400,
  },
  'list of deletions': { path: '/loki/api/v1/delete', method: 'GET', may: ['erase'] },
  'deletion without a query': { path: '/loki/api/v1/delete', method: 'POST', may: ['erase'], status: 400 },
};

/** Spellings of what nobody may reach. */
const CLOSED = [
  '/flush',
  '/ingester/shutdown',
  '/ingester//shutdown',
  '/Ingester/Shutdown',
  '/%69ngester/shutdown',
  '/loki/api/v1/push/../../../../ingester/shutdown',
  '/loki/api/v1/push/..%2f..%2f..%2f..%2fingester%2fshutdown',
  '/config',
  '/config/',
  '/memberlist',
  '/ring',
  '/services',
  '/metrics',
  '/debug/pprof/heap',
  '/log_level',
  '/loki/api/v1/rules/namespace',
  '/loki/api/v1/cache/generation_numbers',
  '/api/prom/push',
];

function ask(who: Who, path: string, method: string, body?: object | string, headers = {}): Promise<Response> {
  const secret = credentialOf(who);
  return send({
    port: port(),
    path,
    method,
    headers: {
      ...(typeof body === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(secret === undefined ? {} : { credential: secret }),
  });
}

const everyone = Object.keys(CREDENTIALS) as readonly Who[];
const table = everyone.flatMap((who) => Object.keys(PATHS).map((what) => [who, what] as const));

test.each(table)('when %s asks for %s, then the answer is as the kind of credential says', async (who, what) => {
  const {
    path,
    method,
    body,
    may,
    status: success,
  } = PATHS[what] ?? PATHS['query'] ?? { path: '', method: '', may: [] };
  const kind: string | undefined = CREDENTIALS[who];
  const isKnown = kind !== undefined && !kind.includes(':');
  // The name alone tells that promtail is for something else: its wrong password is not even looked at.
  const isNamed = isKnown || (who === 'a wrong password' && !may.includes('write'));
  const { status, text } = await ask(who, path, method, body);
  if (isKnown && may.includes(kind)) {
    if (success === undefined) expect({ status: Math.floor(status / 100), text }).toMatchObject({ status: 2 });
    else expect(status).toBe(success);
    return;
  }
  expect(status).toBe(isNamed ? 403 : 401);
  expect(JSON.parse(text)).toMatchObject({ status: 'error' });
});

test('when a reader across tenants tails, then it is refused: Loki tails one tenant', async () => {
  const { status } = await ask('overseer', `/loki/api/v1/tail?query=${everything}`, 'GET');
  expect(status).toBe(403);
});

test.each(CLOSED)('when anyone asks for %s, then there is no such path', async (path) => {
  for (const who of everyone)
    for (const method of ['GET', 'POST']) {
      const { status } = await ask(who, path, method, undefined, { 'X-Scope-OrgID': 'spywatcher' });
      expect({ who, method, closed: [400, 404].includes(status) }).toEqual({ who, method, closed: true });
    }
});

/** Tricks with the tenant's header; each is sent with the other tenant's id. */
const TRICKS: Readonly<Record<string, (other: string, own: string) => readonly string[]>> = {
  'no header': () => [],
  'the other tenant': (other) => [`X-Scope-OrgID: ${other}`],
  'both tenants': (other, own) => [`X-Scope-OrgID: ${own}|${other}`],
  'the header twice': (other, own) => [`X-Scope-OrgID: ${own}`, `X-Scope-OrgID: ${other}`],
  'an odd case': (other) => [`x-sCOPE-oRGid: ${other}`],
  underscores: (other) => [`X_Scope_OrgID: ${other}`],
  'an empty header': () => ['X-Scope-OrgID:'],
  'a folded value': (other) => [`X-Scope-OrgID: ${other}`, 'Connection: X-Scope-OrgID'],
};

const TRAILER = (other: string): string => `X-Scope-OrgID: ${other}`;

let counter = 0;
const newLine = (): string => `access line ${(counter += 1)} of ${process.pid}`;

/** A push as raw bytes, chunked, so that a header may stand after the body. */
async function rawPush(writer: string, line: string, headers: readonly string[], trailer?: string): Promise<string> {
  const body = JSON.stringify(pushBody({ labels: { job: 'e2e-access' }, line }));
  const answer = await sendRaw(
    port(),
    [
      'POST /loki/api/v1/push HTTP/1.1',
      'Host: gateway',
      `Authorization: ${basicAuth(credential(writer))}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      ...(trailer === undefined ? [] : ['Trailer: X-Scope-OrgID']),
      ...headers,
      ...(headers.some((header) => header.startsWith('Connection:')) ? [] : ['Connection: close']),
      '',
      Buffer.byteLength(body).toString(16),
      body,
      '0',
      ...(trailer === undefined ? [] : [trailer]),
      '',
      '',
    ].join('\r\n'),
  );
  return answer.split('\r\n')[0] ?? '';
}

/** What a reader finds of a line. */
async function found(reader: string, line: string, headers: readonly string[] = []): Promise<readonly string[]> {
  const { path, headers: own } = queryRequest(`{job="e2e-access"} |= \`${line}\``);
  const pairs = headers.map((header) => header.split(/:\s*/) as [string, string]);
  return entriesOf(
    await send({
      port: port(),
      path,
      headers: { ...own, ...Object.fromEntries(pairs) },
      credential: credential(reader),
    }),
  ).map((entry) => entry.line);
}

const [own, other] = TENANTS.map(({ name, write: [writer = ''], read: [reader = ''] }) => ({ name, writer, reader }));
if (own === undefined || other === undefined) throw new Error('the tests want two tenants');
const sides = [
  [own, other],
  [other, own],
] as const;

const tricks = Object.entries(TRICKS).flatMap(([what, headers]) =>
  sides.map(([mine, theirs]) => [mine.name, what, mine, theirs, headers(theirs.name, mine.name)] as const),
);

test.each(tricks)('when %s pushes with %s, then the line is its own and nobody else’s', async (...row) => {
  const [, , mine, theirs, headers] = row;
  const line = newLine();
  expect(await rawPush(mine.writer, line, headers)).toMatch(/^HTTP\/1\.1 204/);
  expect(await found(mine.reader, line)).toEqual([line]);
  expect(await found(theirs.reader, line)).toEqual([]);
});

test.each(sides.map(([mine, theirs]) => [mine.name, mine, theirs] as const))(
  'when %s pushes with the header in the trailer, then the line is its own and nobody else’s',
  async (_, mine, theirs) => {
    const line = newLine();
    expect(await rawPush(mine.writer, line, [], TRAILER(theirs.name))).toMatch(/^HTTP\/1\.1 204/);
    expect(await found(mine.reader, line)).toEqual([line]);
    expect(await found(theirs.reader, line)).toEqual([]);
  },
);

test.each(tricks.filter(([, what]) => what !== 'the header twice'))(
  'when %s queries with %s, then it finds its own lines and no other’s',
  async (...row) => {
    const [, , mine, theirs, headers] = row;
    const [ofMine, ofTheirs] = [newLine(), newLine()];
    await rawPush(mine.writer, ofMine, []);
    await rawPush(theirs.writer, ofTheirs, []);
    expect(await found(mine.reader, ofMine, headers)).toEqual([ofMine]);
    expect(await found(mine.reader, ofTheirs, headers)).toEqual([]);
  },
);

/** The first messages of a tail, or why there are none. */
function tail(reader: string, headers: Readonly<Record<string, string>>, onOpen: () => Promise<unknown>) {
  const url = `ws://127.0.0.1:${port()}/loki/api/v1/tail?query=${encodeURIComponent('{job="e2e-access"}')}`;
  return new Promise<string>((resolve) => {
    const messages: string[] = [];
    const socket = new WebSocket(url, { headers: { ...headers, authorization: basicAuth(credential(reader)) } });
    const end = (): void => {
      clearTimeout(late);
      resolve(messages.join('\n'));
      socket.close();
    };
    const late = setTimeout(end, 20_000);
    // Whatever else there is has time to come as well.
    socket.addEventListener('open', () => void onOpen().then(() => setTimeout(end, 5_000)));
    socket.addEventListener('message', ({ data }) => messages.push(String(data)));
    socket.addEventListener('error', end);
  });
}

test.each(sides.map(([mine, theirs]) => [mine.name, mine, theirs] as const))(
  'when %s tails over a WebSocket and names the other tenant, then it sees its own lines alone',
  async (_, mine, theirs) => {
    const [ofMine, ofTheirs] = [newLine(), newLine()];
    const seen = await tail(mine.reader, { 'X-Scope-OrgID': theirs.name }, async () => {
      await rawPush(mine.writer, ofMine, []);
      await rawPush(theirs.writer, ofTheirs, []);
    });
    expect(seen).toContain(ofMine);
    expect(seen).not.toContain(ofTheirs);
  },
);

test('when the overseer queries, then it finds the lines of both tenants, each with its tenant', async () => {
  const line = newLine();
  await rawPush(own.writer, line, []);
  await rawPush(other.writer, line, []);
  expect(
    await eventually(
      () => found('overseer', line),
      (lines) => lines.length === 2,
      10,
    ),
  ).toEqual([line, line]);
});
