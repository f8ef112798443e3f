/** Express' middleware: gives each request an id that all of its lines carry, and logs the request. */
import { randomUUID } from 'node:crypto';
import { FIELDS, type Level } from '../log-model';
import { currentContext, runWithContext } from './context';
import { FUNCTION, Given, type Known, LIST, TEXT } from './given';
import { read } from './objects';
import { WRITER, writer } from './writer';

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

const OPTIONS: Known<RequestLoggerOptions> = { logger: true, skip: true, healthPaths: true };
const HEADER = 'x-request-id';
const HEALTH_PATHS = ['/health', '/healthz', '/ready', '/readyz', '/live', '/livez', '/metrics'];
/** Others' ids are taken over if they cannot do harm in a log, a header or a query. */
const REQUEST_ID = /^[\w.:=+-]{1,128}$/;
/** nginx' status for a client that did not wait for the answer. */
const CLIENT_CLOSED_REQUEST = 499;
const MAX_USER_AGENT = 512;

/** Makes the middleware for a logger. Whatever requests and responses are, it throws nothing and calls `next`. */
export function requestLoggerFor(
  defaultLogger: () => RequestLogWriter,
  options: RequestLoggerOptions = {},
): (request: LoggedRequest, response: LoggedResponse, next: () => void) => void {
  const given = new Given(options, OPTIONS);
  const skip = given.get('skip', FUNCTION) ?? (() => false);
  const healthPaths = new Set(given.list('healthPaths', given.get('healthPaths', LIST) ?? HEALTH_PATHS, TEXT));
  const write = writer(given.get('logger', WRITER), defaultLogger, 'requestLogger()', given.problems);
  return (request, response, next) => {
    const started = performance.now();
    const requestId = requestIdOf(request);
    runWithContext({ requestId }, () => {
      // A user id that setContext() adds later on is in there as well.
      const context = currentContext() ?? { requestId };
      let logged = false;
      const log = (aborted: boolean): void => {
        if (logged || skipped(skip, request)) return;
        logged = true;
        runWithContext(context, () => {
          const { path, method } = addressOf(request);
          const status = aborted && !isSent(response) ? CLIENT_CLOSED_REQUEST : read(response, 'statusCode');
          const level = aborted ? 'warn' : levelOf(status, healthPaths.has(path));
          const told = typeof status === 'number' ? status : 'without a status';
          write(level, `${method} ${path} ${told}`, {
            [FIELDS.method]: method,
            [FIELDS.path]: path,
            [FIELDS.status]: status,
            [FIELDS.duration]: Math.round((performance.now() - started) * 10) / 10,
            [FIELDS.ipAddress]: read(request, 'ip') ?? read(read(request, 'socket'), 'remoteAddress'),
            [FIELDS.userAgent]: headerOf(request, 'user-agent')?.slice(0, MAX_USER_AGENT),
            ...(aborted ? { aborted: true } : {}),
          });
        });
      };
      try {
        response.once('finish', () => log(false));
        response.once('close', () => log(true));
        request.id = requestId;
        if (!isSent(response)) response.setHeader(HEADER, requestId);
      } catch (error) {
        write('error', 'Logger: a request cannot be handled as it should', { error });
      }
      if (typeof next === 'function') next();
    });
  };
}

/** What was asked for, as it came: before Express' routers have changed it, and without its query. */
function addressOf(request: LoggedRequest): { readonly method: string; readonly path: string } {
  const [method, url] = [read(request, 'method'), read(request, 'originalUrl') ?? read(request, 'url')];
  return {
    method: typeof method === 'string' ? method : '',
    path: typeof url === 'string' ? (url.split('?', 1)[0] ?? '') : '',
  };
}

function isSent(response: LoggedResponse): boolean {
  return read(response, 'headersSent') === true;
}

function levelOf(status: unknown, isHealthCheck: boolean): Level {
  if (typeof status !== 'number' || status >= 500) return 'error';
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

function headerOf(request: LoggedRequest, name: string): string | undefined {
  const header = read(read(request, 'headers'), name);
  return typeof header === 'string' ? header : undefined;
}

function requestIdOf(request: LoggedRequest): string {
  const given = headerOf(request, HEADER);
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
}
