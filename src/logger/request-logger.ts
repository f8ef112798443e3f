/** Express' middleware: gives each request an id that all of its lines carry, and logs the request. */
import { randomUUID } from 'node:crypto';
import { FIELDS, type Level } from '../log-model';
import { currentContext, runWithContext } from './context';

declare global {
  // Express' own way to add to its request.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** Correlates the lines of this request. Set by `requestLogger()`. */
      id: string;
    }
  }
}

/** How requests are logged. */
export interface RequestLoggerOptions {
  /** Writes the records. @default - the package's own logger */
  readonly logger?: RequestLogWriter;
  /** Requests that are not logged; their id is kept all the same. @default - none */
  readonly skip?: (request: LoggedRequest) => boolean;
  /** Paths whose requests are logged as `debug` unless they fail. @default - the usual ones of health checks and metrics */
  readonly healthPaths?: readonly string[];
}

/** What is used of a logger. */
export interface RequestLogWriter {
  log(level: string, message: string, fields: object): unknown;
}

/** What is used of a request. */
export interface LoggedRequest {
  id?: unknown;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
  readonly ip?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

/** What is used of a response. */
export interface LoggedResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  once(event: 'close' | 'finish', listener: () => void): unknown;
}

const HEADER = 'x-request-id';
const HEALTH_PATHS = ['/health', '/healthz', '/ready', '/readyz', '/live', '/livez', '/metrics'];
/** Others' ids are taken over if they cannot do harm in a log, a header or a query. */
const REQUEST_ID = /^[\w.:=+-]{1,128}$/;
/** nginx' status for a client that did not wait for the answer. */
const CLIENT_CLOSED_REQUEST = 499;
const MAX_USER_AGENT = 512;

/** Makes the middleware for a logger. */
export function requestLoggerFor(
  defaultLogger: () => RequestLogWriter,
  options: RequestLoggerOptions = {},
): (request: LoggedRequest, response: LoggedResponse, next: () => void) => void {
  const { skip = () => false } = options;
  const healthPaths = new Set(options.healthPaths ?? HEALTH_PATHS);
  return (request, response, next) => {
    const started = performance.now();
    const requestId = requestIdOf(request);
    const { method = '', headers } = request;
    const path = (request.originalUrl ?? request.url ?? '').split('?', 1)[0] ?? '';
    request.id = requestId;
    if (!response.headersSent) response.setHeader(HEADER, requestId);
    runWithContext({ requestId }, () => {
      // A user id that setContext() adds later on is in there as well.
      const context = currentContext() ?? { requestId };
      let logged = false;
      const log = (aborted: boolean): void => {
        if (logged || skipped(skip, request)) return;
        logged = true;
        const status = aborted && !response.headersSent ? CLIENT_CLOSED_REQUEST : response.statusCode;
        const level = aborted ? 'warn' : levelOf(status, healthPaths.has(path));
        const fields = {
          [FIELDS.method]: method,
          [FIELDS.path]: path,
          [FIELDS.status]: status,
          [FIELDS.duration]: Math.round((performance.now() - started) * 10) / 10,
          [FIELDS.ipAddress]: request.ip ?? request.socket?.remoteAddress,
          [FIELDS.userAgent]: text(headers['user-agent']),
          ...(aborted ? { aborted: true } : {}),
        };
        runWithContext(context, () =>
          (options.logger ?? defaultLogger()).log(level, `${method} ${path} ${status}`, fields),
        );
      };
      response.once('finish', () => log(false));
      response.once('close', () => log(true));
      next();
    });
  };
}

function levelOf(status: number, isHealthCheck: boolean): Level {
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  return isHealthCheck ? 'debug' : 'info';
}

/** An application's mistake must not end the process here, where nobody catches it. */
function skipped(skip: (request: LoggedRequest) => boolean, request: LoggedRequest): boolean {
  try {
    return skip(request);
  } catch {
    return false;
  }
}

function text(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header.slice(0, MAX_USER_AGENT) : undefined;
}

function requestIdOf({ headers }: LoggedRequest): string {
  const given = headers[HEADER];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
