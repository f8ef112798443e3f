/**
 * Given the running stack with the auth of production; three tenants, whose lines must never meet, and a reader across two of
 * them, through the real gateway and the real Loki.
 */
import { createServer } from 'node:net';
import { entriesOf, pushBody, queryRequest } from '../../programs/loki';
import { basicAuth, type Request, type Response, send, sendRaw } from '../../programs/request';
import { eventually } from '../../programs/wait';
import { credential, e2eConfig, gatewayPort, OVERSEER, restoreStack, TENANTS } from './cluster';
import { otlpBody } from './otlp';

beforeAll(() => restoreStack(e2eConfig()));

const everything = encodeURIComponent('{job=~".+"}');

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
    gatewayPort(),
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

/** Header lines as a request has them; of two with one name, both are sent. */
function headersOf(lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const pairs = lines.map((line) => {
    const [name = '', value = ''] = line.split(/:\s*/);
    return { name, value };
  });
  const groups = [...Map.groupBy(pairs, ({ name }) => name)];
  return Object.fromEntries(groups.map(([name, group]) => [name, group.map(({ value }) => value)]));
}

/** A request with a credential and these header lines. */
function askAs(
  who: string,
  path: string,
  headers: readonly string[],
  request: Partial<Request> = {},
): Promise<Response> {
  return send({
    port: gatewayPort(),
    path,
    credential: credential(who),
    ...request,
    headers: { ...request.headers, ...headersOf(headers) },
  });
}

const ofLine = (line: string): string => `{job="e2e-access"} |= \`${line}\``;

/** What a reader finds of a line. */
async function found(
  reader: string,
  line: string,
  headers: readonly string[] = [],
  query = ofLine(line),
): Promise<readonly string[]> {
  const { path, headers: own } = queryRequest(query);
  return entriesOf(await askAs(reader, path, headers, { headers: own })).map((entry) => entry.line);
}

/** A tenant of the tests; the last has no eraser. */
function tenantAt(index: number) {
  const tenant = TENANTS[index];
  if (tenant === undefined) throw new Error('the tests want three tenants');
  const { name, write, read, erase = [] } = tenant;
  return { name, writer: write[0] ?? '', reader: read[0] ?? '', eraser: erase[0] ?? '' };
}
const [own, other, unlisted] = [tenantAt(0), tenantAt(1), tenantAt(2)] as const;
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

test.each(tricks)('when %s pushes by OTLP with %s, then the line is its own and nobody else’s', async (...row) => {
  const [, , mine, theirs, headers] = row;
  const line = newLine();
  const query = `{service_name="e2e-access"} |= \`${line}\``;
  const { status } = await askAs(mine.writer, '/otlp/v1/logs', headers, { body: otlpBody(line) });
  expect(Math.floor(status / 100)).toBe(2);
  expect(await found(mine.reader, line, [], query)).toEqual([line]);
  expect(await found(theirs.reader, line, [], query)).toEqual([]);
});

test.each(tricks)('when %s queries with %s, then it finds its own lines and no other’s', async (...row) => {
  const [, , mine, theirs, headers] = row;
  const [ofMine, ofTheirs] = [newLine(), newLine()];
  await rawPush(mine.writer, ofMine, []);
  await rawPush(theirs.writer, ofTheirs, []);
  expect(await found(mine.reader, ofMine, headers)).toEqual([ofMine]);
  expect(await found(mine.reader, ofTheirs, headers)).toEqual([]);
});

test('when a query names a tenant twice, then two headers are sent, and not one with both', async () => {
  const sent = await sentBytes((to) =>
    send({ port: to, path: '/', headers: headersOf(TRICKS['the header twice']?.('theirs', 'mine') ?? []) }),
  );
  expect(sent).toContain('\r\nX-Scope-OrgID: mine\r\nX-Scope-OrgID: theirs\r\n');
});

/** A label, and a value of another, that a tenant alone has. */
const labelOf = ({ name }: { readonly name: string }): string => `e2e_label_of_${name}`;
const markOf = ({ name }: { readonly name: string }): string => `mark-of-${name}`;

/** Every answer in which names of labels and their values are. */
const LABELS: Readonly<Record<string, string>> = {
  'names of labels': '/loki/api/v1/labels',
  'values of a label': '/loki/api/v1/label/e2e_mark/values',
  series: `/loki/api/v1/series?match[]=${encodeURIComponent('{job="e2e-labels"}')}`,
  'detected labels': `/loki/api/v1/detected_labels?query=${encodeURIComponent('{job="e2e-labels"}')}`,
};

describe('given a label of each tenant’s own', () => {
  beforeAll(async () => {
    for (const tenant of [own, other, unlisted]) {
      const labels = { job: 'e2e-labels', e2e_mark: markOf(tenant), [labelOf(tenant)]: markOf(tenant) };
      const { status } = await askAs(tenant.writer, '/loki/api/v1/push', [], {
        body: pushBody({ labels, line: 'a line with labels' }),
      });
      expect(status).toBe(204);
    }
  });

  /** Of which tenants there is something in an answer. */
  async function seen(reader: string, path: string, headers: readonly string[]): Promise<readonly string[]> {
    const { status, text } = await askAs(reader, path, headers);
    expect({ path, status, text }).toMatchObject({ status: 200 });
    return [own, other, unlisted]
      .filter((tenant) => text.includes(labelOf(tenant)) || text.includes(markOf(tenant)))
      .map(({ name }) => name);
  }

  test.each(tricks)('when %s asks for labels and series with %s, then it sees its own alone', async (...row) => {
    const [, , mine, , headers] = row;
    for (const [what, path] of Object.entries(LABELS))
      expect({ what, seen: await seen(mine.reader, path, headers) }).toEqual({ what, seen: [mine.name] });
  });

  test.each(Object.entries(TRICKS))(
    'when the overseer asks for labels and series with %s, then it sees those of its tenants and of no other',
    async (_, headers) => {
      for (const [what, path] of Object.entries(LABELS))
        expect({ what, seen: await seen(OVERSEER.name, path, headers(unlisted.name, own.name)) }).toEqual({
          what,
          seen: OVERSEER.tenants,
        });
    },
  );
});

test.each(tricks)('when an eraser of %s asks with %s, then its own tenant alone has the request', async (...row) => {
  const [, , mine, theirs, headers] = row;
  const line = newLine();
  const start = Math.floor(Date.now() / 1000) - 3600;
  const request = new URLSearchParams({ query: ofLine(line), start: String(start) }).toString();
  const asked = await askAs(mine.eraser, `/loki/api/v1/delete?${request}`, headers, { method: 'POST' });
  expect(asked.status).toBe(204);
  const list = async (eraser: string, more: readonly string[] = []): Promise<string> => {
    const { status, text } = await askAs(eraser, '/loki/api/v1/delete', more);
    expect(status).toBe(200);
    return text;
  };
  expect(await list(mine.eraser)).toContain(line);
  expect(await list(mine.eraser, headers)).toContain(line);
  expect(await list(theirs.eraser)).not.toContain(line);
});

/** The messages of a tail, until some seconds after one with this line. */
function tail(reader: string, headers: Readonly<Record<string, string>>, line: string, onOpen: () => Promise<unknown>) {
  const url = `ws://127.0.0.1:${gatewayPort()}/loki/api/v1/tail?query=${encodeURIComponent('{job="e2e-access"}')}`;
  return new Promise<string>((resolve, reject) => {
    const messages: string[] = [];
    const socket = new WebSocket(url, { headers: { ...headers, authorization: basicAuth(credential(reader)) } });
    const end = (): void => {
      clearTimeout(late);
      resolve(messages.join('\n'));
      socket.close();
    };
    const late = setTimeout(end, 40_000);
    socket.addEventListener('open', () => {
      onOpen().catch((error: unknown) => {
        reject(error instanceof Error ? error : new Error(String(error)));
        end();
      });
    });
    socket.addEventListener('message', ({ data }) => {
      messages.push(String(data));
      // Whatever else there is has time to come as well.
      if (String(data).includes(line)) setTimeout(end, 5_000);
    });
    socket.addEventListener('error', end);
  });
}

test.each(sides.map(([mine, theirs]) => [mine.name, mine, theirs] as const))(
  'when %s tails over a WebSocket and names the other tenant, then it sees its own lines alone',
  async (_, mine, theirs) => {
    const [ofMine, ofTheirs] = [newLine(), newLine()];
    const seen = await tail(mine.reader, { 'X-Scope-OrgID': theirs.name }, ofMine, async () => {
      // Its own comes last: what it waits for is not there before the other's.
      expect(await rawPush(theirs.writer, ofTheirs, [])).toMatch(/^HTTP\/1\.1 204/);
      expect(await rawPush(mine.writer, ofMine, [])).toMatch(/^HTTP\/1\.1 204/);
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

test.each(Object.entries(TRICKS))(
  'when the overseer queries with %s, then it finds nothing of a tenant that it does not list',
  async (_, headers) => {
    const line = newLine();
    const tenants = [own, other, unlisted];
    for (const { writer } of tenants) await rawPush(writer, line, []);
    for (const { reader } of tenants) expect(await found(reader, line)).toEqual([line]);
    expect(await found(OVERSEER.name, line, headers(unlisted.name, own.name))).toEqual([line, line]);
  },
);

test('when the overseer tails or pushes in the name of a tenant, then it is refused', async () => {
  for (const { name } of TENANTS) {
    const headers = [`X-Scope-OrgID: ${name}`];
    const line = newLine();
    const body = pushBody({ labels: { job: 'e2e-access' }, line });
    expect((await askAs(OVERSEER.name, `/loki/api/v1/tail?query=${everything}`, headers)).status).toBe(403);
    expect((await askAs(OVERSEER.name, '/loki/api/v1/push', headers, { body })).status).toBe(403);
    expect(await found(OVERSEER.name, line)).toEqual([]);
  }
});

/** What a client sends to a server that listens and says nothing. */
function sentBytes(request: (port: number) => Promise<unknown>): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) =>
      socket.once('data', (data) => {
        resolve(data.toString('latin1'));
        socket.destroy();
        server.close();
      }),
    ).listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null) reject(new Error('no port'));
      // It is never answered.
      else request(address.port).catch(() => undefined);
    });
  });
}
