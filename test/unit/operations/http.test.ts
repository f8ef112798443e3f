/** The HTTP client: what goes out, and whom it trusts. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { makeCertificate } from '../../../programs/tls';
import { type ClientOptions, HttpClient, isBrokenOff, type Request } from '../../../src/operations/http';

const CERTIFICATE = makeCertificate('gateway.logging.svc');
const OTHER = makeCertificate('gateway.logging.svc');

let asked: IncomingMessage[] = [];
let bodies: string[] = [];
const running: Server[] = [];

function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push(request);
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => (body += part));
  request.on('end', () => {
    bodies.push(body);
    if (request.url === '/silent') return;
    if (request.url === '/broken') request.socket.destroy();
    else response.writeHead(request.url === '/wrong' ? 502 : 200, { 'x-answer': 'yes' }).end('an answer');
  });
}

async function start(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(server);
  return (server.address() as AddressInfo).port;
}

let plain: string;
let secure: string;
beforeAll(async () => {
  plain = `http://127.0.0.1:${await start(createServer(answer))}`;
  const { 'tls.crt': cert, 'tls.key': key } = CERTIFICATE;
  secure = `https://127.0.0.1:${await start(createTlsServer({ cert, key }, answer))}`;
});
beforeEach(() => {
  asked = [];
  bodies = [];
});
afterAll(() => Promise.all(running.map((server) => new Promise((resolve) => server.close(resolve)))));

async function send(options: ClientOptions, origin: string, path: string, request?: Request) {
  const client = new HttpClient(options);
  try {
    return await client.send(origin, path, request);
  } finally {
    await client.close();
  }
}

test('a request goes out as it is written, and any answer comes back', async () => {
  const body = '{"a":1}';
  const options = { method: 'PUT', headers: { 'X-Scope-OrgID': 'a' }, body, credential: 'name:pass:word' };
  expect(await send({}, plain, '/wrong', options)).toMatchObject({
    status: 502,
    text: 'an answer',
    headers: { 'x-answer': 'yes' },
  });
  expect(await send({}, plain, '/a/../b?c=%2F')).toMatchObject({ status: 200 });
  expect(asked.map(({ method, url }) => `${method ?? ''} ${url ?? ''}`)).toEqual(['PUT /wrong', 'GET /a/../b?c=%2F']);
  expect(asked[0]?.headers).toMatchObject({
    'x-scope-orgid': 'a',
    authorization: `Basic ${Buffer.from('name:pass:word').toString('base64')}`,
    'content-length': String(body.length),
  });
  expect(bodies[0]).toBe(body);
});

test('connections are kept where there may be some, and else each request has its own', async () => {
  const ports = async (options: ClientOptions): Promise<number> => {
    const client = new HttpClient(options);
    asked = [];
    for (let index = 0; index < 3; index += 1) await client.send(plain, '/');
    await client.close();
    return new Set(asked.map(({ socket }) => socket)).size;
  };
  expect(await ports({ connections: 1 })).toBe(1);
  expect(await ports({})).toBe(3);
  expect(asked.map(({ headers }) => headers.connection)).toEqual(['close', 'close', 'close']);
});

describe('over TLS', () => {
  const { 'ca.crt': ca } = CERTIFICATE;

  it('asks the server whose certificate has the name, by whatever address', async () => {
    const tls = { servername: 'gateway.logging.svc', ca };
    const { status } = await send({ tls }, secure, '/', { headers: { host: 'gateway.logging.svc' } });
    expect([status, asked[0]?.headers.host]).toEqual([200, 'gateway.logging.svc']);
  });

  it.each([
    ['a CA that it does not know', { servername: 'gateway.logging.svc' }],
    ['another CA', { servername: 'gateway.logging.svc', ca: OTHER['ca.crt'] }],
    ['another name', { servername: 'grafana.logging.svc', ca }],
    ['no name, of an address that the certificate does not have', { ca }],
  ])('sends nothing to a server with %s', async (_, tls) => {
    await expect(send({ tls }, secure, '/', { credential: 'a:b' })).rejects.toThrow(/certificate|altnames|signature/i);
    expect(asked).toEqual([]);
  });

  it('asks whoever answers, where it is told so', async () => {
    expect(await send({ tls: { rejectUnauthorized: false } }, secure, '/')).toMatchObject({ status: 200 });
  });
});

test('given no answer, it says so after the time', async () => {
  await expect(send({ timeout: 1 }, plain, '/silent')).rejects.toThrow(`GET ${plain}/silent: no answer`);
});

test('given a signal, it stops', async () => {
  await expect(send({}, plain, '/silent', { signal: AbortSignal.timeout(50) })).rejects.toThrow(/aborted/);
});

test('a connection that breaks off is told from one that was never made', async () => {
  const errorOf = (origin: string, path: string): Promise<unknown> =>
    send({}, origin, path).catch((error: unknown) => error);
  expect(isBrokenOff(await errorOf(plain, '/broken'))).toBe(true);
  expect(isBrokenOff(await errorOf('http://127.0.0.1:1', '/'))).toBe(false);
});
