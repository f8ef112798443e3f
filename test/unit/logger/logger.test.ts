/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- Winston takes any stream of objects */
import { Writable } from 'node:stream';
import * as winston from 'winston';
import { SecurityActions } from '../../../src/log-model';
import { runWithContext } from '../../../src/logger/context';
import { createLoggerIn } from '../../../src/logger/logger';
import { type Sanitizer } from '../../../src/logger/sanitize';
import { capture, MemoryOutput, NOW } from './capture';

/** A transport as an application would add it. */
class CollectingTransport extends Writable {
  readonly infos: Record<string | symbol, unknown>[] = [];

  constructor(private readonly behaviour: (next: () => void) => void = (next) => next()) {
    super({ objectMode: true });
  }

  log(info: Record<string | symbol, unknown>, next: () => void): void {
    this.infos.push(info);
    this.behaviour(next);
  }

  override _write(info: Record<string, unknown>, _encoding: string, next: () => void): void {
    this.log(info, next);
  }
}

describe('the logger is Winston’s', () => {
  it('an instance of its class, with its four levels', () => {
    const { logger } = capture();
    expect(logger).toBeInstanceOf(winston.Logger);
    expect(logger.levels).toEqual({ error: 0, warn: 1, info: 2, debug: 3 });
  });

  it('a transport that is added gets the finished line and the fields, sanitised', () => {
    const { logger, stdout } = capture();
    const transport = new CollectingTransport();
    logger.add(transport);
    logger.info('message', { userId: '1', password: 'x' });
    expect(transport.infos).toMatchObject([{ level: 'info', message: 'message', userId: '1', password: '[REDACTED]' }]);
    expect(transport.infos[0]?.[Symbol.for('message')]).toBe(stdout.lines[0]);
  });

  it('a transport that is slow does not hold up stdout, and what it misses is counted', () => {
    const { logger, stdout, clock } = capture();
    logger.add(new CollectingTransport(() => undefined));
    for (let count = 0; count < 1500; count += 1) logger.info('message');
    expect(stdout.lines).toHaveLength(1500);
    clock.now += 60_000;
    logger.info('later');
    expect(stdout.last).toMatchObject({
      level: 'warn',
      message: 'Log records are missing',
      lost: expect.any(Number) as number,
    });
  });

  it('a transport that throws does not throw into the application, and is reported once in a while', () => {
    const { logger, stdout, clock } = capture();
    logger.add(
      new CollectingTransport(() => {
        throw new Error('broken');
      }),
    );
    logger.info('message');
    logger.info('message');
    expect(stdout.records.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'Logger: a transport has failed', error: 'broken' },
    ]);
    clock.now += 60_000;
    logger.emit('error', new Error('again'));
    expect(stdout.last).toMatchObject({ error: 'again' });
  });

  it('a transport can be removed', () => {
    const { logger } = capture();
    const transport = new CollectingTransport();
    logger.add(transport);
    logger.remove(transport);
    logger.info('message');
    expect(transport.infos).toEqual([]);
  });

  it('its profiler works', () => {
    const { logger, stdout } = capture();
    logger.startTimer().done({ message: 'done' });
    expect(stdout.last).toMatchObject({ level: 'info', message: 'done', durationMs: expect.any(Number) as number });
  });

  it('what is logged after its end is written all the same', () => {
    const { logger, stdout } = capture();
    logger.end();
    logger.info('message');
    expect(stdout.records).toMatchObject([{ message: 'message' }]);
  });
});

describe('a record that cannot be made', () => {
  const broken: Sanitizer = {
    field: () => {
      throw new Error('no field');
    },
    path: undefined,
    text: () => {
      throw new Error('no text');
    },
    suspicious: () => true,
  };
  const logIn = (stdout: MemoryOutput, stderr: (line: string) => void = () => undefined) =>
    createLoggerIn({ handleExceptions: false }, { env: {}, now: () => NOW, stdout, stderr, sanitizer: broken });

  it('is reported by a line that needs nothing of what has failed, and is counted', async () => {
    const stdout = new MemoryOutput();
    const logger = logIn(stdout);
    runWithContext({ userId: 'context' }, () => logger.child({ a: 1 }).info('text', { password: 'x' }));
    logger.info('again');
    expect(stdout.records).toEqual([
      {
        timestamp: expect.any(String) as string,
        level: 'error',
        service: 'backend',
        message: 'Logger: a record could not be written',
      },
    ]);
    await logger.flush();
    expect(stdout.last).toMatchObject({ level: 'warn', message: 'Log records are missing' });
  });

  it('is told on stderr each time, if it is a security event', async () => {
    const stderr: string[] = [];
    const logger = logIn(new MemoryOutput(), (line) => stderr.push(line));
    await logger.logSecurityEvent({ action: SecurityActions.LOGOUT, result: 'SUCCESS' });
    await logger.logSecurityEvent({ action: SecurityActions.LOGOUT, result: 'SUCCESS' });
    const message = 'Logger: a security event could not be written';
    expect(stderr.map((line): unknown => JSON.parse(line))).toMatchObject([{ message }, { message }]);
  });
});

describe('sampling', () => {
  it('leaves out a part of the debug records, and tells how many', () => {
    const values = [0.1, 0.6, 0.2, 0.9];
    const { logger, stdout, clock } = capture({
      level: 'debug',
      sampling: { debug: 0.5, random: () => values.shift() ?? 0 },
    });
    for (const message of ['a', 'b', 'c', 'd']) logger.debug(message);
    logger.info('not sampled');
    expect(stdout.records.map(({ message }) => message)).toEqual(['a', 'c', 'not sampled']);
    clock.now += 60_000;
    logger.info('later');
    expect(stdout.last).toMatchObject({ level: 'info', message: 'Log records are missing', sampledOut: 2, lost: 0 });
  });

  it('nothing left out: nothing told', () => {
    const { logger, stdout, clock } = capture();
    clock.now += 600_000;
    logger.info('later');
    expect(stdout.lines).toHaveLength(1);
  });
});

describe('lines that are lost', () => {
  it('are told', async () => {
    const { logger, stdout } = capture();
    stdout.lost = 7;
    await logger.flush();
    expect(stdout.last).toMatchObject({ level: 'warn', message: 'Log records are missing', lost: 7 });
  });
});

describe('a security event', () => {
  const event = {
    userId: '1',
    action: SecurityActions.LOGIN_ATTEMPT,
    result: 'FAILURE',
    ipAddress: '10.0.0.1',
    userAgent: 'test',
    requestId: 'abc123',
  } as const;

  it('has the job security, a message for people, and its fields', async () => {
    const { logger, stdout } = capture();
    await logger.logSecurityEvent({ ...event, reason: 'unknown user' });
    expect(stdout.last).toEqual({
      timestamp: '2026-01-02T03:04:05.006Z',
      level: 'warn',
      service: 'backend',
      job: 'security',
      message: 'LOGIN_ATTEMPT FAILURE',
      reason: 'unknown user',
      ...event,
    });
  });

  it.each([
    ['SUCCESS', 'info'],
    ['FAILURE', 'warn'],
  ] as const)('that is a %s is logged as %s', async (result, level) => {
    const { logger, stdout } = capture();
    await logger.logSecurityEvent({ ...event, result });
    expect(stdout.last).toMatchObject({ level, result });
  });

  it('is logged at any level', async () => {
    const { logger, stdout } = capture({ level: 'error' });
    await logger.logSecurityEvent(event);
    expect(stdout.lines).toHaveLength(1);
  });

  it('never rejects', async () => {
    const { logger } = capture();
    const { proxy, revoke } = Proxy.revocable(event, {});
    revoke();
    await expect(logger.logSecurityEvent(proxy)).resolves.toBeUndefined();
  });
});
