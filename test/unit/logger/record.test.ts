import { FIELDS, JOBS, LEVELS } from '../../../src/log-model';
import { capture } from './capture';

describe('a record', () => {
  it('is one line of JSON with time, level, service and message', () => {
    const { logger, stdout } = capture();
    logger.info('User logged in', { userId: '1' });
    expect(stdout.lines).toEqual([
      '{"timestamp":"2026-01-02T03:04:05.006Z","level":"info","service":"backend","message":"User logged in","userId":"1"}',
    ]);
  });

  it.each(LEVELS)('has the level %s', (level) => {
    const { logger, stdout } = capture({ level: 'debug' });
    logger[level]('message');
    expect(stdout.last).toMatchObject({ level });
  });

  it('has one of the four levels whatever a level is called', () => {
    const { logger, stdout } = capture({ level: 'debug' });
    logger.log('warning', 'message');
    logger.log('fatal', 'message');
    logger.verbose('message');
    logger.log('unheard-of', 'message');
    expect(stdout.records.map(({ level }) => level)).toEqual(['warn', 'error', 'debug', 'info']);
  });

  it('does not let metadata take the place of its own fields', () => {
    const { logger, stdout } = capture();
    logger.info('message', { level: 'l', message: 'm', timestamp: 't', service: 's', job: 'redis', truncated: 'x' });
    expect(stdout.last).toEqual({
      timestamp: '2026-01-02T03:04:05.006Z',
      level: 'info',
      service: 'backend',
      message: 'message',
      meta_level: 'l',
      meta_message: 'm',
      meta_timestamp: 't',
      meta_service: 's',
      meta_job: 'redis',
      meta_truncated: 'x',
    });
  });

  it('has what was logged along with the message and has no name', () => {
    const { logger, stdout } = capture();
    logger.info('message', 1, 'two', [3], new Date(0));
    expect(stdout.last).toMatchObject({ message: 'message 1 two', details: [[3], '1970-01-01T00:00:00.000Z'] });
  });

  it('is made of an object alone as well', () => {
    const { logger, stdout } = capture();
    logger.info({ message: 'message', userId: '1' });
    logger.log({ level: 'warn', message: 'entry', userId: '2' });
    logger.info({ userId: '3' });
    expect(stdout.records).toMatchObject([
      { level: 'info', message: 'message', userId: '1' },
      { level: 'warn', message: 'entry', userId: '2' },
      { level: 'info', message: '', userId: '3' },
    ]);
  });

  it('leaves what was logged as it was', () => {
    const { logger } = capture();
    const fields = Object.freeze({ message: 'x', token: 'secret' });
    const error = Object.freeze(new Error('failed'));
    logger.info(fields);
    logger.error(error);
    expect(fields).toEqual({ message: 'x', token: 'secret' });
    expect(Object.keys(error)).toEqual([]);
  });
});

describe('the record of an error', () => {
  const cause = Object.assign(new RangeError('the cause'), { code: 'E1' });
  class QueryError extends Error {
    readonly code = 'E2';
  }
  const error = new QueryError('failed', { cause });

  it.each([
    ['error(error)', (logger: ReturnType<typeof capture>['logger']) => logger.error(error), 'failed'],
    ['error(message, error)', (logger) => logger.error('message', error), 'message'],
    ['error(message, { error })', (logger) => logger.error('message', { error }), 'message'],
  ] satisfies [string, (logger: ReturnType<typeof capture>['logger']) => unknown, string][])(
    '%s has its message, class, stack, cause and own fields',
    (_name, log, message) => {
      const { logger, stdout } = capture();
      log(logger);
      expect(stdout.last).toMatchObject({
        message,
        error: 'failed',
        errorName: 'QueryError',
        stack: error.stack,
        code: 'E2',
        cause: { error: 'the cause', errorName: 'RangeError', stack: cause.stack, code: 'E1' },
      });
    },
  );

  it('keeps what the mission logs: message and stack as texts, Sentry’s event', () => {
    const { logger, stdout } = capture();
    logger.error('Database connection failed', { error: error.message, stack: error.stack, sentryEventId: 'abc123' });
    expect(stdout.last).toMatchObject({ error: 'failed', stack: error.stack, sentryEventId: 'abc123' });
  });

  it('has the errors of an AggregateError, and ends where a cause is its own', () => {
    const { logger, stdout } = capture();
    const own = new Error('own');
    own.cause = own;
    logger.error(new AggregateError([new Error('one'), own], 'all'));
    expect(stdout.last).toMatchObject({
      error: 'all',
      errors: [{ error: 'one' }, { error: 'own', cause: '[Circular]' }],
    });
  });

  it('has the same stack every time', () => {
    const { logger, stdout } = capture();
    logger.error(error);
    logger.error(error);
    expect(stdout.records.map(({ stack }) => stack)).toEqual([error.stack, error.stack]);
  });
});

describe('the job', () => {
  it('is the pod’s: not in the record', () => {
    const { logger, stdout } = capture({ job: JOBS.redis });
    logger.info('message');
    expect(stdout.last).not.toHaveProperty(FIELDS.job);
  });

  it.each([JOBS.frontend, JOBS.security])('may be claimed: %s', (job) => {
    const { logger, stdout } = capture();
    logger.log('warn', 'message', { job });
    logger.child({ job }).info('message');
    const other = capture({ job });
    other.logger.info('message');
    expect([...stdout.records, ...other.stdout.records].map((record) => record[FIELDS.job])).toEqual([job, job, job]);
  });
});

describe('a child', () => {
  it('has the fields of its parents, the nearest first', () => {
    const { logger, stdout } = capture();
    logger.child({ a: 1, b: 1, c: 1 }).child({ b: 2, c: 2 }).info('message', { c: 3 });
    expect(stdout.last).toMatchObject({ a: 1, b: 2, c: 3 });
  });

  it('leaves its parent as it was', () => {
    const { logger, stdout } = capture();
    logger.child({ a: 1 });
    logger.info('message');
    expect(stdout.last).not.toHaveProperty('a');
  });
});

describe('the level', () => {
  it.each([
    [{}, {}, 'info'],
    [{}, { LOG_LEVEL: 'debug' }, 'debug'],
    [{}, { LOG_LEVEL: 'WARNING' }, 'warn'],
    [{}, { LOG_LEVEL: 'nonsense' }, 'info'],
    [{ level: 'error' as const }, { LOG_LEVEL: 'debug' }, 'error'],
  ])('of %j and %j is %s', (options, env, level) => {
    const { logger, stdout } = capture(options, env);
    for (const each of LEVELS) logger[each]('message');
    expect(stdout.last['level']).toBe(level);
    expect(logger.level).toBe(level);
  });

  it('can be changed, and asked for', () => {
    const { logger, stdout } = capture();
    logger.level = 'debug';
    logger.debug('message');
    expect(stdout.lines).toHaveLength(1);
    expect(logger.isLevelEnabled('debug')).toBe(true);
  });

  it('silent: nothing', () => {
    const { logger, stdout } = capture();
    logger.silent = true;
    logger.error('message');
    expect(stdout.lines).toEqual([]);
  });
});

test('the service is SERVICE_NAME', () => {
  const { logger, stdout } = capture({}, { SERVICE_NAME: 'worker' });
  logger.info('message');
  expect(stdout.last['service']).toBe('worker');
});
