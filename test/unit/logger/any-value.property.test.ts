/** Every public function of the logger, fed every kind of value in every argument and in the context. */
import { EventEmitter } from 'node:events';
import * as fc from 'fast-check';
import { browserLogsFor, type BrowserLogsRequest, type BrowserLogsResponse } from '../../../src/logger/browser-logs';
import { currentContext, type LogContext, runWithContext, setContext } from '../../../src/logger/context';
import { type ApplicationLogger } from '../../../src/logger/logger';
import { type LoggerOptions } from '../../../src/logger/options';
import { type LoggedRequest, type LoggedResponse, requestLoggerFor } from '../../../src/logger/request-logger';
import { anything, hostile } from './anything';
import { capture } from './capture';

/** What a test hands over where the types would not let it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it stands for a cast of its own at each call
const as = <T>(value: unknown): T => value as T;

/** Whether no name is there twice in an object of the line: a parser keeps one of them, and the line becomes shorter. */
function expectOneLine(line: string, level: unknown = expect.stringMatching(/^(error|warn|info|debug)$/)): void {
  expect(line).not.toMatch(/[\r\n]/);
  const record: unknown = JSON.parse(line);
  expect(record).toMatchObject({
    timestamp: '2026-01-02T03:04:05.006Z',
    level,
    service: 'backend',
    message: expect.any(String) as string,
  });
  expect(JSON.stringify(record)).toHaveLength(line.length);
}

type Values = readonly [unknown, unknown, unknown];
type Call = (logger: ApplicationLogger, values: Values) => unknown;

/** Each writes one line. */
const WRITING: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(
    [
      ...(['error', 'warn', 'info', 'debug', 'help', 'data', 'prompt', 'http', 'verbose', 'input', 'silly'] as const),
      ...(['emerg', 'alert', 'crit', 'warning', 'notice'] as const),
    ].map((name) => [name, (logger: ApplicationLogger, [a, b, c]: Values) => logger[name](as(a), as(b), as(c))]),
  ),
  'error, one argument': (logger, [a]) => logger.error(as(a)),
  'info, placeholders': (logger, [a, b, c]) => logger.info('%s %d %i %f %j %o %O %c %%', a, b, c, a, b, c, a, b, c),
  log: (logger, [a, b, c]) => logger.log(as(a), as(b), as(c)),
  'log, one argument': (logger, [a]) => logger.log(as(a)),
  'log, level': (logger, [a, b]) => logger.log('warn', as(a), as(b)),
  'log, an entry': (logger, [a, b, c]) => logger.log(as({ level: a, message: b, [Symbol.for('splat')]: c, c })),
  'log, fields': (logger, [a, b, c]) =>
    logger.log('info', 'text', { msg: a, err: b, error: c, meta_message: a, message: b }),
  child: (logger, [a, b]) => logger.child(as(a)).child(as(b)).info('text'),
  write: (logger, [a, b, c]) => logger.write(as(a), as(b), as(c)),
  logWithRequestId: (logger, [a, b, c]) => logger.logWithRequestId(as(a), as(b), as(c), as(a)),
  'logSecurityEvent, values': (logger, [a, b, c]) =>
    void logger.logSecurityEvent(as({ userId: a, action: b, result: c, ipAddress: a, requestId: b })),
  logSecurityEvent: (logger, [a]) => void logger.logSecurityEvent(as(a)),
  profile: (logger, [a]) => {
    logger.profile('id');
    return logger.profile('id', as(a));
  },
  startTimer: (logger, [a]) => logger.startTimer().done(as(a)),
};

/** What is asked or set up, and writes at most that it was refused. */
const OTHER: Readonly<Record<string, Call>> = {
  add: (logger, [a]) => logger.add(as(a)),
  end: (logger, [a, b, c]) => logger.end(as(a), as(b), as(c)),
  flush: (logger) => void logger.flush(),
  isLevelEnabled: (logger, [a]) => logger.isLevelEnabled(as(a)),
  isVerboseEnabled: (logger) => logger.isVerboseEnabled(),
  isSillyEnabled: (logger) => logger.isSillyEnabled(),
  level: (logger, [a]) => (logger.level = as(a)),
  defaultMeta: (logger, [a]) => (logger.defaultMeta = a),
  'profile, id': (logger, [a]) => logger.profile(as(a)),
};

const values = fc.tuple(anything, anything, anything);
const made = (makers: readonly (() => unknown)[]): Values => as(makers.map((make) => make()));
const debug: LoggerOptions = { level: 'debug' };

describe('whatever a function of the logger is given', () => {
  it('every one of its functions is in this test', () => {
    const { logger } = capture();
    const names = Object.keys(logger).filter((name) => typeof Reflect.get(logger, name) === 'function');
    expect(names.filter((name) => !(name in WRITING) && !(name in OTHER))).toEqual([]);
  });

  it.each(Object.entries(WRITING))('%s: writes one line, in whatever context', (_name, call) => {
    fc.assert(
      fc.property(values, values, (args, contexts) => {
        const { logger, stdout } = capture(debug);
        const [requestId, userId, traceId] = made(contexts);
        runWithContext(as({ requestId, traceId }), () => {
          setContext(as({ userId }));
          call(logger, made(args));
        });
        expect(stdout.lines).toHaveLength(1);
        for (const line of stdout.lines) expectOneLine(line);
        expect(stdout.last['message']).not.toBe('Logger: a record could not be written');
      }),
      { numRuns: 40 },
    );
  });

  it.each(Object.entries(OTHER))('%s: throws nothing, and the logger still writes', (_name, call) => {
    fc.assert(
      fc.property(values, (args) => {
        const { logger, stdout } = capture(debug);
        call(logger, made(args));
        logger.error('text');
        expect(JSON.parse(stdout.lines.at(-1) ?? '')).toMatchObject({ message: 'text' });
        for (const line of stdout.lines) expectOneLine(line);
      }),
      { numRuns: 40 },
    );
  });

  it('createLogger: options that are wrong are all told in one record, and the logger writes', () => {
    const names = Object.keys({
      ...{ service: 0, job: 0, level: 0, console: 0, files: 0, sampling: 0, sanitize: 0, maxLineBytes: 0 },
      ...{ maxStringLength: 0, maxDepth: 0, maxEntries: 0, maxWaitingBytes: 0, handleExceptions: 0, flushOnSignals: 0 },
    } satisfies Record<keyof LoggerOptions, 0>);
    fc.assert(
      fc.property(fc.nat({ max: hostile.length - 1 }), fc.subarray(names), (index, wrong) => {
        const value = hostile[index];
        const { logger, stdout } = capture(as(Object.fromEntries(wrong.map((name) => [name, value]))));
        logger.info('text');
        for (const line of stdout.lines) expectOneLine(line);
        expect(stdout.last).toMatchObject({ message: 'text' });
        const problems = stdout.records.flatMap((record) => as<readonly string[]>(record['problems'] ?? []));
        const simple = wrong.filter((name) => !['files', 'sampling', 'sanitize'].includes(name));
        expect(problems.map((problem) => problem.split(':', 1)[0])).toEqual(expect.arrayContaining(simple));
      }),
      { numRuns: 60 },
    );
  });

  it('no options at all: anything instead of them', () => {
    for (const value of [...hostile, null, 42, 'text', Symbol('s'), 5n, () => 0]) {
      const { logger, stdout } = capture();
      expect(() => requestLoggerFor(() => logger, as(value))).not.toThrow();
      expect(() => browserLogsFor(() => logger, as(value))).not.toThrow();
      logger.info('text');
      expect(stdout.last).toMatchObject({ message: 'text' });
    }
  });
});

describe('values of the context', () => {
  it.each<[string, unknown, unknown]>([
    ['number', 42, 42],
    ['null', null, null],
    ['BigInt', 42n, '42'],
    ['symbol', Symbol('id'), 'Symbol(id)'],
    ['object', { id: 7, token: 'abc' }, { id: 7, token: '[REDACTED]' }],
    ['text with a secret', 'password=abc', 'password=[REDACTED]'],
    ['hostile proxy', hostile[2], '[Unreadable]'],
  ])('are told like any other: %s', (_name, userId, told) => {
    const { logger, stdout } = capture();
    runWithContext({ requestId: 'abc123' }, () => {
      setContext(as({ userId }));
      logger.info('one');
      void logger.logSecurityEvent(as({ action: 'LOGOUT', result: 'SUCCESS' }));
    });
    expect(stdout.records).toMatchObject([
      { message: 'one', requestId: 'abc123', userId: told },
      { message: 'LOGOUT SUCCESS', job: 'security', requestId: 'abc123', userId: told },
    ]);
  });

  it('that cannot be read say so, and take nothing else along', () => {
    const { logger, stdout } = capture();
    const context: LogContext = Object.defineProperty({ requestId: 'abc123' }, 'userId', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    runWithContext(context, () => logger.info('text'));
    runWithContext(as(hostile[2]), () => logger.info('text'));
    expect(stdout.records[0]).toMatchObject({ requestId: 'abc123', userId: '[Unreadable]' });
    expect(stdout.records[1]).not.toHaveProperty('requestId');
  });

  it('that become unreadable later on, in what currentContext() has told, as well', () => {
    const { logger, stdout } = capture();
    runWithContext({}, () => {
      Object.defineProperty(currentContext(), 'userId', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      });
      logger.info('text');
    });
    expect(stdout.last).toMatchObject({ message: 'text', userId: '[Unreadable]' });
  });
});

describe('whatever a request and its response are', () => {
  /** A response that ends, with anything for its properties. */
  const responseOf = (value: unknown): EventEmitter & LoggedResponse =>
    Object.assign(new EventEmitter(), as<LoggedResponse>({ statusCode: value, headersSent: value, setHeader: value }));

  it('the middleware throws nothing, calls next once, and one line tells the request', () => {
    fc.assert(
      fc.property(anything, anything, (makeValue, makeRequest) => {
        const value = makeValue();
        const { logger, stdout } = capture(debug);
        const requests = [
          makeRequest(),
          { method: value, url: value, originalUrl: value, ip: value, headers: value, socket: value },
          { method: 'GET', url: '/%d0%s', headers: { 'user-agent': value, 'x-request-id': value } },
        ];
        for (const request of requests) {
          const response = responseOf(value);
          const next = jest.fn();
          requestLoggerFor(() => logger, {})(as<LoggedRequest>(request), response, next);
          expect(next).toHaveBeenCalledTimes(1);
          response.emit('finish');
          response.emit('close');
        }
        const told = stdout.records.filter(({ message }) => !String(message).startsWith('Logger: '));
        expect(told).toHaveLength(requests.length);
        for (const line of stdout.lines) expectOneLine(line);
      }),
      { numRuns: 60 },
    );
  });

  it('a response that is none is told', () => {
    for (const response of [...hostile, null, undefined, 42]) {
      const { logger, stdout } = capture();
      requestLoggerFor(() => logger)(as({ headers: {} }), as<LoggedResponse>(response), as(undefined));
      expect(stdout.records).toMatchObject([
        { level: 'error', message: 'Logger: a request cannot be handled as it should' },
      ]);
    }
  });

  it('a path that looks like placeholders keeps its fields', () => {
    const { logger, stdout } = capture();
    const response = Object.assign(responseOf(false), { statusCode: 200, setHeader: () => undefined });
    requestLoggerFor(() => logger)(as({ method: 'GET', url: '/%s%d0%j%c3%o', headers: {} }), response, () => undefined);
    response.emit('finish');
    expect(stdout.last).toMatchObject({ message: 'GET /%s%d0%j%c3%o 200', path: '/%s%d0%j%c3%o', status: 200 });
  });

  it('a logger that fails is told by the default one', () => {
    const { logger, stdout } = capture();
    const broken = {
      log: () => {
        throw new Error('broken');
      },
    };
    const response = responseOf(undefined);
    requestLoggerFor(() => logger, { logger: broken })(as({ headers: {} }), response, () => undefined);
    expect(() => response.emit('finish')).not.toThrow();
    expect(stdout.last).toMatchObject({ message: 'Logger: the logger of requestLogger() has failed', error: 'broken' });
  });

  it('the browser’s route answers, and what it logs are valid lines', () => {
    fc.assert(
      fc.property(anything, anything, (makeBody, makeValue) => {
        const { logger, stdout } = capture(debug);
        const value = makeValue();
        const requests: readonly unknown[] = [
          { body: makeBody(), ip: value, get: () => value },
          {
            body: { entries: [{ level: 'error', message: '%s %o %d', url: value, count: value }] },
            ip: value,
            get: value,
          },
          { body: { entries: [{ level: 'error', message: '%s %o %d' }] }, ip: '10.0.0.1', get: () => undefined },
          value,
        ];
        const statuses: unknown[] = [];
        for (const request of requests) {
          const response: BrowserLogsResponse = {
            status(code) {
              statuses.push(code);
              return this;
            },
            set() {
              return this;
            },
            send: () => undefined,
          };
          browserLogsFor(() => logger)(as<BrowserLogsRequest>(request), response);
          browserLogsFor(() => logger)(as<BrowserLogsRequest>(request), as<BrowserLogsResponse>(value));
        }
        expect(statuses).toHaveLength(requests.length);
        for (const line of stdout.lines) expectOneLine(line);
        expect(stdout.records).toContainEqual(
          expect.objectContaining({ message: '%s %o %d', job: 'frontend', ipAddress: '10.0.0.1' }),
        );
      }),
      { numRuns: 60 },
    );
  });
});
