/**
 * The application logger: Winston, with records that the log stack understands.
 *
 * @module spywatcher-logs/logger
 */
import { type Level } from '../log-model';
import {
  browserLogsFor,
  type BrowserLogsOptions,
  type BrowserLogsRequest,
  type BrowserLogsResponse,
} from './browser-logs';
import { type ApplicationLogger, createLogger } from './logger';
import { type LoggedRequest, type LoggedResponse, requestLoggerFor, type RequestLoggerOptions } from './request-logger';
import { type SecurityEvent } from './security';

export { type Job, type Level, type Result, RESULTS, type SecurityAction, SecurityActions } from '../log-model';
export {
  type BrowserLogsOptions,
  type BrowserLogsRequest,
  type BrowserLogsResponse,
  type BrowserLogWriter,
} from './browser-logs';
export { currentContext, type LogContext, runWithContext, setContext } from './context';
export { type FilesOptions } from './files';
export { type ApplicationLogger, createLogger } from './logger';
export { type LoggerOptions, type SamplingOptions } from './options';
export {
  type LoggedRequest,
  type LoggedResponse,
  type RequestLoggerOptions,
  type RequestLogWriter,
} from './request-logger';
export { type SanitizeOptions } from './sanitize';
export { type SecurityEvent } from './security';

let instance: ApplicationLogger | undefined;
const defaultLogger = (): ApplicationLogger => (instance ??= createLogger());

/**
 * The logger that the environment configures: LOG_LEVEL, LOG_DIRECTORY, SERVICE_NAME. Made when it is first used; importing
 * it opens nothing.
 */
export const logger = lazy(defaultLogger);
export default logger;

/** {@link ApplicationLogger.logWithRequestId} of {@link logger}. */
export function logWithRequestId(level: Level, message: string, requestId: string | undefined, fields?: object): void {
  defaultLogger().logWithRequestId(level, message, requestId, fields);
}

/** {@link ApplicationLogger.logSecurityEvent} of {@link logger}. */
export function logSecurityEvent(event: SecurityEvent): Promise<void> {
  return defaultLogger().logSecurityEvent(event);
}

/** {@link ApplicationLogger.flush} of {@link logger}. */
export async function flush(): Promise<void> {
  await instance?.flush();
}

/**
 * Express' middleware, to be used before the routes. Takes the request's id from the header `x-request-id`, or makes one;
 * sets it as `request.id` and in the response's header; every line that is logged while the request is handled carries it.
 * Logs the request when it is answered or given up.
 *
 * @example
 * app.use(requestLogger());
 */
export function requestLogger(
  options: RequestLoggerOptions = {},
): (request: LoggedRequest, response: LoggedResponse, next: () => void) => void {
  return requestLoggerFor(defaultLogger, options);
}

/**
 * Answers the route that `captureBrowserLogs()` of `spywatcher-logs/logger/browser` posts to, and logs each entry with
 * job=frontend. Browsers are not trusted: they choose level, message, error, page and their own clock's time, nothing else.
 *
 * 204: logged. 400: not a batch. 413: too many entries, or something in one is too long. 429: too many posts.
 *
 * @example
 * app.post('/logs', express.json({ limit: '64kb', type: ['application/json', 'text/plain'] }), browserLogs());
 */
export function browserLogs(
  options: BrowserLogsOptions = {},
): (request: BrowserLogsRequest, response: BrowserLogsResponse) => void {
  return browserLogsFor(defaultLogger, options);
}

/** An object that is made when it is first used. */
function lazy(make: () => ApplicationLogger): ApplicationLogger {
  const methods = new Map<PropertyKey, { readonly of: unknown; readonly bound: unknown }>();
  const target = Object.create(null) as ApplicationLogger;
  return new Proxy(target, {
    get: (_target, name) => {
      const made = make();
      const value: unknown = Reflect.get(made, name);
      if (typeof value !== 'function') return value;
      // Bound: inside of the logger, `this` is the logger itself.
      const known = methods.get(name);
      if (known?.of === value) return known.bound;
      const bound: unknown = value.bind(made);
      methods.set(name, { of: value, bound });
      return bound;
    },
    set: (_target, name, value) => Reflect.set(make(), name, value),
    has: (_target, name) => Reflect.has(make(), name),
    getPrototypeOf: () => Reflect.getPrototypeOf(make()),
  });
}
