/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- Winston's types have two classes of that name */
/** Calls as they are written for Winston, and for pino: what they mean there, they mean here. */
import { Writable } from 'node:stream';
import { format } from 'node:util';
import pino from 'pino';
import * as winston from 'winston';
import { type ApplicationLogger } from '../../../src/logger/logger';
import { capture } from './capture';

/** Takes lines. */
function sink(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
}

/** What Winston writes with its formats `splat` and `json`. */
function withWinston(log: (logger: winston.Logger) => unknown): Readonly<Record<string, unknown>> {
  const lines: string[] = [];
  const logger = winston.createLogger({
    format: winston.format.combine(winston.format.splat(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream: sink(lines) })],
  });
  log(logger);
  return JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
}

function withPino(log: (logger: pino.Logger) => unknown): Readonly<Record<string, unknown>> {
  const lines: string[] = [];
  log(pino(sink(lines)));
  return JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
}

/** The record, of which no field is there twice. */
function withThis(log: (logger: ApplicationLogger) => unknown): Readonly<Record<string, unknown>> {
  const { logger, stdout } = capture({ level: 'debug' });
  log(logger);
  expect(stdout.lines).toHaveLength(1);
  const [line = ''] = stdout.lines;
  expect(JSON.stringify(stdout.last)).toHaveLength(line.length);
  return stdout.last;
}

describe('a text with placeholders', () => {
  class Money {
    constructor(private readonly amount: number) {}
    toString(): string {
      return `${this.amount} EUR`;
    }
  }

  it.each<[string, ...unknown[]]>([
    ['%s logged in', 'Ada'],
    ['%s has %d of %i, %f', 'Ada', '5', 7.9, '1.5'],
    ['%d %i %f', 'x', {}.constructor.name, Number.NaN],
    ['%s %s %s %s', null, undefined, true, -0],
    ['%s %d %i', 5n, 6n, 7n],
    ['%s', Symbol('name')],
    ['%s %j %o %O', [1, [2]], { a: 1, b: { c: { d: {} } } }, { a: [1] }, { a: { b: [2] } }],
    ['%s', { a: 1, b: { c: {} } }],
    ['%s and %j', new Money(5), new Date(0)],
    ['%j %o %O', 'text', 'text', 'text'],
    ['50%% of %s', 'all'],
    ['%c styled %s', 'color: red', 'text'],
    ['%s and %s', 'one'],
    ['100% %s %x', 'sure'],
  ])('%s is filled in as by util.format and by Winston', (text, ...args) => {
    const { message } = withThis((logger) => logger.info(text, ...args));
    expect(message).toBe(format(text, ...args));
    expect(withWinston((logger) => logger.info(text, ...args))['message']).toBe(message);
  });

  it('as by pino, for texts and numbers', () => {
    const { msg } = withPino((logger) => logger.info('%s took %d ms', 'query', 5));
    expect(withThis((logger) => logger.info('%s took %d ms', 'query', 5))['message']).toBe(msg);
  });

  it('has what is left over beside it: fields, errors, and what has no name', () => {
    const record = withThis((logger) => logger.info('%s took %d ms', 'query', 5, { userId: '1' }, [2], new Error('e')));
    expect(record).toMatchObject({ message: 'query took 5 ms', userId: '1', details: [[2]], error: 'e' });
    expect(withWinston((logger) => logger.info('%s took %d ms', 'query', 5, { userId: '1' }))).toMatchObject({
      message: 'query took 5 ms',
      userId: '1',
    });
  });

  it('keeps fields that a percentage, or an encoded URL, would swallow', () => {
    const fields = { userId: '1' };
    for (const text of ['100%d of %s', 'disk 90%full', '/caf%c3%a9', '%i', '100%%', '100% of it'])
      expect(withThis((logger) => logger.info(text, fields))).toMatchObject({ message: text, ...fields });
  });

  it('without arguments is that text', () => {
    expect(withThis((logger) => logger.info('100%% %s'))['message']).toBe('100%% %s');
  });

  it('with an error has its message in the text, and its stack and class as fields', () => {
    const error = new TypeError('broken');
    expect(withThis((logger) => logger.error('failed: %s', error))).toMatchObject({
      message: 'failed: TypeError: broken',
      error: 'broken',
      errorName: 'TypeError',
      stack: error.stack,
    });
  });

  it.each<[string, unknown, string]>([
    ['token: %s', 'abc', 'token: [REDACTED]'],
    ['token %s', 'abc', 'token [REDACTED]'],
    ['%j', { password: 'abc', a: 1 }, '{"password":"[REDACTED]","a":1}'],
    ['%o', { password: 'abc' }, "{ password: '[REDACTED]' }"],
    ['%s', { password: 'abc' }, "{ password: '[REDACTED]' }"],
    ['GET %s', '/?access_token=abc', 'GET /?access_token=[REDACTED]'],
    ['Authorization: Bearer %s', 'abcdefgh12345678', 'Authorization: [REDACTED]'],
  ])('%s is filled in, and then what is secret is taken out', (text, arg, message) => {
    expect(withThis((logger) => logger.info(text, arg))['message']).toBe(message);
  });

  it('may be an entry’s, with its arguments beside it', () => {
    const entry = { level: 'info', message: '%s %d%%', [Symbol.for('splat')]: ['A string', 50], meta: 1 };
    expect(withThis((logger) => logger.log(entry))).toMatchObject({ message: 'A string 50%', meta: 1 });
    expect(withWinston((logger) => logger.log({ ...entry }))).toMatchObject({ message: 'A string 50%', meta: 1 });
  });

  it('is not one where the text is only handed on: with a request id', () => {
    const record = withThis((logger) => logger.logWithRequestId('info', 'at 50%s', 'abc123', { a: 1 }));
    expect(record).toMatchObject({ message: 'at 50%s', requestId: 'abc123', a: 1 });
  });
});

describe('a call keeps its text', () => {
  it.each<[string, (logger: ApplicationLogger) => unknown, object]>([
    ["log('text')", (logger) => logger.log(...untyped('text')), { level: 'info', message: 'text' }],
    ["log('error'), a text alone", (logger) => logger.log(...untyped('error')), { level: 'info', message: 'error' }],
    [
      "log('text', fields)",
      (logger) => logger.log('User logged in', { userId: '1' }),
      { level: 'info', message: 'User logged in', userId: '1' },
    ],
    ["log('text %s', 'a')", (logger) => logger.log('text %s', 'a'), { level: 'info', message: 'text a' }],
    ["log('warning', 'text')", (logger) => logger.log('warning', 'text'), { level: 'warn', message: 'text' }],
    [
      "log('audit', 'text'), which is no level",
      (logger) => logger.log('audit', 'text'),
      { level: 'info', message: 'audit text' },
    ],
    [
      'log(error)',
      (logger) => logger.log(...untyped(new RangeError('e'))),
      { level: 'error', message: 'e', error: 'e' },
    ],
    ['log({ message })', (logger) => logger.log(...untyped({ message: 'text', a: 1 })), { message: 'text', a: 1 }],
    ['info({ msg })', (logger) => logger.info({ msg: 'text', a: 1 }), { message: 'text', a: 1 }],
    ['info({ msg }, text)', (logger) => logger.info(...untyped({ msg: 'a' }, 'text')), { message: 'a text' }],
    ['info({ message, msg })', (logger) => logger.info({ message: 'text', msg: 'm' }), { message: 'text', msg: 'm' }],
    ["info('text', { msg })", (logger) => logger.info('text', { msg: 'm' }), { message: 'text', msg: 'm' }],
    [
      'info({ err })',
      (logger) => logger.info({ err: new RangeError('e') }),
      { message: 'e', error: 'e', errorName: 'RangeError' },
    ],
    [
      "error('text', { err })",
      (logger) => logger.error('text', { err: new RangeError('e') }),
      { message: 'text', error: 'e', errorName: 'RangeError' },
    ],
    ["info('text', { err: 'e' })", (logger) => logger.info('text', { err: 'e' }), { message: 'text', err: 'e' }],
    [
      "info('text', { message })",
      (logger) => logger.info('text', { message: 'more' }),
      { message: 'text', meta_message: 'more' },
    ],
    [
      "info('text', { message, meta_message })",
      (logger) => logger.info('text', { message: 'a', meta_message: 'b' }),
      { message: 'text', meta_message: 'a', meta_meta_message: 'b' },
    ],
    [
      "info('text', { meta_message, message })",
      (logger) => logger.info('text', { meta_message: 'b', message: 'a' }),
      { message: 'text', meta_message: 'b', meta_meta_message: 'a' },
    ],
    [
      "info('text', { details }, [1])",
      (logger) => logger.info('text', { details: 'd' }, [1]),
      { details: 'd', meta_details: [[1]] },
    ],
    [
      'an error with a field called as its message is',
      (logger) => logger.error(Object.assign(new Error('e'), { error: 'own', errorName: 'n' })),
      { error: 'e', meta_error: 'own', errorName: 'Error', meta_errorName: 'n' },
    ],
    [
      'the same inside of another',
      (logger) => logger.info('text', { inner: Object.assign(new Error('e'), { error: 'own' }) }),
      { inner: { error: 'e', meta_error: 'own' } },
    ],
    [
      'a map whose keys look the same',
      (logger) =>
        logger.info('text', {
          map: new Map<unknown, number>([
            [1, 1],
            ['1', 2],
            [{}, 3],
            [[], 4],
          ]),
        }),
      { map: { '1': 1, '1 2': 2, '[Object]': 3, '[Object] 2': 4 } },
    ],
    [
      'parameters that are there twice',
      (logger) => logger.info('text', { query: new URLSearchParams('a=1&a=2') }),
      { query: { a: '1', 'a 2': '2' } },
    ],
  ])('%s', (_name, log, record) => {
    expect(withThis(log)).toMatchObject(record);
  });

  it('once: what has become the message is no field as well', () => {
    expect(withThis((logger) => logger.info({ msg: 'text' }))).not.toHaveProperty('msg');
    expect(withThis((logger) => logger.info({ message: 'text' }))).not.toHaveProperty('meta_message');
    expect(withThis((logger) => logger.info({ err: new Error('e') }))).not.toHaveProperty('err');
  });

  it('where Winston keeps it as well', () => {
    for (const log of [
      (logger: winston.Logger) => logger.log('warn', 'text', { a: 1 }),
      (logger: winston.Logger) => logger.log({ level: 'warn', message: 'text', a: 1 }),
      (logger: winston.Logger) => logger.warn('text', { a: 1 }),
      (logger: winston.Logger) => logger.warn({ message: 'text', a: 1 }),
      (logger: winston.Logger) => logger.child({ a: 1 }).warn('text'),
    ]) {
      const { level, message, a } = withWinston(log);
      expect({ level, message, a }).toEqual({ level: 'warn', message: 'text', a: 1 });
      expect(withThis(log)).toMatchObject({ level, message, a });
    }
  });
});

/** Arguments that Winston's types do not have. */
function untyped(...args: readonly unknown[]): [string, string] {
  return args as unknown as [string, string];
}

describe('the property level', () => {
  it.each([
    ['verbose', 'debug'],
    ['silly', 'debug'],
    ['http', 'debug'],
    ['trace', 'debug'],
    ['DEBUG', 'debug'],
    ['warning', 'warn'],
    ['Error', 'error'],
    ['fatal', 'error'],
    ['info', 'info'],
  ])('takes %s, as the option and LOG_LEVEL do: it is %s', (name, level) => {
    const set = capture();
    set.logger.level = name;
    const option = capture({ level: name as 'info' });
    const environment = capture({}, { LOG_LEVEL: name });
    for (const { logger, stdout } of [set, option, environment]) {
      expect(logger.level).toBe(level);
      for (const each of ['error', 'warn', 'info', 'debug'] as const) logger[each](each);
      expect(stdout.records.at(-1)).toMatchObject({ level });
      expect(stdout.records[0]).toMatchObject({ level: 'error', message: 'error' });
      expect(logger.isLevelEnabled(name)).toBe(true);
    }
  });

  it('refuses another word: it changes nothing, and a record says what may be given, at any level', () => {
    const { logger, stdout } = capture({ level: 'error' });
    logger.level = 'verbos';
    expect(logger.level).toBe('error');
    expect(stdout.records).toMatchObject([
      {
        level: 'warn',
        message: 'Logger: the level cannot be as given',
        problems: [
          'level: "verbos" must be error, warn, info, debug, or another of their names, such as verbose or warning; the level stays error',
        ],
      },
    ]);
    logger.error('text');
    expect(stdout.last).toMatchObject({ message: 'text' });
  });

  it.each([
    ['the option', { level: 'verbos' as 'info' }, {}, 'level: "verbos"'],
    ['LOG_LEVEL', {}, { LOG_LEVEL: 'verbos' }, 'LOG_LEVEL: "verbos"'],
  ])('so does %s, as soon as the logger is made', (_name, options, env, problem) => {
    const { logger, stdout } = capture(options, env);
    expect(logger.level).toBe('info');
    expect(stdout.records).toMatchObject([
      { message: 'Logger: options cannot be as given', problems: [expect.stringContaining(problem) as string] },
    ]);
  });

  it('of a child is its parent’s until it has its own', () => {
    const { logger, stdout } = capture();
    const child = logger.child({ a: 1 });
    const grandchild = child.child({ b: 2 });
    logger.level = 'error';
    child.info('not logged');
    child.level = 'verbose';
    expect([logger.level, child.level, grandchild.level]).toEqual(['error', 'debug', 'debug']);
    child.debug('child');
    grandchild.debug('grandchild');
    logger.info('not logged');
    child.level = 'nonsense';
    expect(child.level).toBe('debug');
    expect(stdout.records.map(({ message }) => message)).toEqual([
      'child',
      'grandchild',
      'Logger: the level cannot be as given',
    ]);
    expect([child.isLevelEnabled('silly'), logger.isLevelEnabled('info')]).toEqual([true, false]);
  });

  it('of a transport of the application’s own has the same names', () => {
    const { logger, stdout } = capture();
    const infos: unknown[] = [];
    const transport = new winston.transports.Stream({
      level: 'verbose',
      stream: sink([]),
      format: winston.format((info) => {
        infos.push(info.message);
        return info;
      })(),
    });
    logger.add(transport);
    logger.add(new winston.transports.Stream({ level: 'nonsense', stream: sink([]) }));
    logger.debug('debug');
    expect(infos.at(-1)).toBe('debug');
    expect(stdout.records.map(({ message }) => message)).not.toContain('debug');
    logger.warn('warn');
    expect([infos.at(-1), stdout.last['message']]).toEqual(['warn', 'warn']);
    expect(stdout.records).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({
          problems: [expect.stringContaining('transport.level: "nonsense"')],
        }),
      ]) as unknown[],
    );
  });
});
