/** The one HTTP client, on undici: its Agent keeps connections, and speaks TLS to whom it is told to trust. */
import { Agent, errors } from 'undici';

/** How servers are spoken to. */
export interface ClientOptions {
  /** Connections to a server at once; they are kept. @default - none is kept, each request has its own */
  readonly connections?: number;
  /** Seconds without a byte of an answer. @default 20 */
  readonly timeout?: number;
  /** Where TLS is spoken. @default - the CAs that Node.js knows, the name of the address, no certificate of the client */
  readonly tls?: {
    /** Name that the certificate must have, through whatever port it is reached. */
    readonly servername?: string;
    readonly ca?: string | Buffer;
    /** Certificate and key of the client. */
    readonly cert?: string | Buffer;
    readonly key?: string | Buffer;
    /** @default true */
    readonly rejectUnauthorized?: boolean;
  };
}

export interface Request {
  /** @default GET */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** `name:password` of basic authentication. Handle as a secret. */
  readonly credential?: string;
  readonly signal?: AbortSignal;
}

/** An answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** A client of one or several servers. Close it when it has done its work, or kept connections hold the process. */
export class HttpClient {
  private readonly agent: Agent;

  constructor({ connections, timeout = 20, tls = {} }: ClientOptions = {}) {
    const milliseconds = timeout * 1000;
    this.agent = new Agent({
      ...(connections === undefined ? { pipelining: 0 } : { connections, pipelining: 1 }),
      headersTimeout: milliseconds,
      bodyTimeout: milliseconds,
      connect: { ...tls, timeout: milliseconds },
    });
  }

  /** Sends one request. The path goes out as it is written. */
  async send(origin: string, path: string, request: Request = {}): Promise<Answer> {
    const { method = 'GET', headers = {}, body, credential, signal } = request;
    try {
      const {
        statusCode,
        headers: answered,
        body: content,
      } = await this.agent.request({
        origin,
        path,
        method,
        headers: {
          ...(credential === undefined ? {} : { authorization: `Basic ${Buffer.from(credential).toString('base64')}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { status: statusCode, headers: answered, text: await content.text() };
    } catch (error) {
      if (isTimeout(error)) throw new Error(`${method} ${origin}${path}: no answer`, { cause: error });
      throw error;
    }
  }

  /** Ends what is under way, and its connections. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

function isTimeout(error: unknown): boolean {
  const kinds = [errors.HeadersTimeoutError, errors.BodyTimeoutError, errors.ConnectTimeoutError];
  return kinds.some((kind) => error instanceof kind);
}

/** Whether the other side, or what forwards to it, broke the connection off. */
export function isBrokenOff(error: unknown): boolean {
  return error instanceof errors.SocketError || (error instanceof Error && /ECONNRESET|EPIPE/.test(error.message));
}
