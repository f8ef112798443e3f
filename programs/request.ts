/**
 * HTTP requests to the loopback address that go out exactly as they are written. Not by src/operations/http.ts: undici refuses what
 * no client should send, such as an upgrade or a list in `Connection`, and that is what gateways are tested with.
 */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface Request {
  /** @default - 127.0.0.1 */
  readonly host?: string;
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  /** Of several values each gets a line of its own. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** An object is sent as JSON, bytes as they are. */
  readonly body?: object | string | Buffer;
  /** `name:password` for basic authentication. */
  readonly credential?: string;
  /** Milliseconds without a byte of the answer. @default 20_000 */
  readonly timeout?: number;
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The header that a credential is sent in. */
export function basicAuth(credential: string): string {
  return `Basic ${Buffer.from(credential).toString('base64')}`;
}

/** Sends one request on a connection of its own. */
export function send({
  host = '127.0.0.1',
  port,
  path,
  method,
  headers,
  body,
  credential,
  timeout = 20_000,
}: Request): Promise<Response> {
  const payload = typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host,
        port,
        path,
        method: method ?? (payload === undefined ? 'GET' : 'POST'),
        agent: false,
        timeout,
        headers: {
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...(credential === undefined ? {} : { authorization: basicAuth(credential) }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${path}: no answer`)));
    outgoing.once('error', reject);
    outgoing.end(payload);
  });
}

/** Sends bytes that need not be HTTP, and returns all that comes back until the other side closes. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(text));
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.once('error', reject);
    // nginx keeps reading for seconds after an answer like 413: its side of the connection ends first.
    socket.once('end', () => socket.destroy());
    socket.once('close', () => resolve(answer));
  });
}
