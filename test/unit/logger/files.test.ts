import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecurityActions } from '../../../src/log-model';
import { capture } from './capture';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logger-files-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const messagesOf = (name: string): unknown[] =>
  readFileSync(join(directory, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Record<string, unknown>)['message']);

const event = { action: SecurityActions.LOGOUT, result: 'SUCCESS' } as const;

describe('log files', () => {
  it('are one for security events and one for everything else, beside stdout', async () => {
    const { logger, stdout } = capture({ files: { directory: join(directory, 'made') } });
    logger.info('one');
    await logger.logSecurityEvent(event);
    logger.info('two');
    await logger.flush();
    expect(readdirSync(join(directory, 'made')).sort()).toEqual(['backend.log', 'security.log']);
    expect(messagesOf('made/backend.log')).toEqual(['one', 'two']);
    expect(messagesOf('made/security.log')).toEqual(['LOGOUT SUCCESS']);
    expect(stdout.lines).toHaveLength(3);
  });

  it('are in LOG_DIRECTORY and named after the service, but not outside of the directory', async () => {
    const { logger } = capture({}, { LOG_DIRECTORY: directory, SERVICE_NAME: '../worker' });
    logger.info('one');
    await logger.flush();
    expect(readdirSync(directory)).toEqual(['.._worker.log']);
  });

  it('are none if the application says so', async () => {
    const { logger } = capture({ files: false }, { LOG_DIRECTORY: directory });
    logger.info('one');
    await logger.flush();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('have a security event as soon as that is logged', async () => {
    const { logger } = capture({ files: { directory } });
    await logger.logSecurityEvent(event);
    expect(messagesOf('security.log')).toEqual(['LOGOUT SUCCESS']);
  });

  it('are rotated when they are full; rotated ones do not end with .log, and the oldest go', async () => {
    const { logger } = capture({ files: { directory, maxSize: 1000, maxFiles: 2 } });
    for (let count = 0; count < 40; count += 1) {
      logger.info(`line ${count}`);
      await logger.flush();
    }
    const names = readdirSync(directory).sort();
    expect(names).toEqual(['backend.log', 'backend.log.1', 'backend.log.2']);
    for (const name of names) expect(statSync(join(directory, name)).size).toBeLessThan(1200);
    expect([...messagesOf('backend.log.1'), ...messagesOf('backend.log')].at(-1)).toBe('line 39');
  });

  it('are rotated with the first record of another interval, if there is one', async () => {
    const path = join(directory, 'backend.log');
    const { logger } = capture({ files: { directory, interval: '1d' } });
    logger.info('yesterday');
    await logger.flush();
    const yesterday = new Date(Date.now() - 24 * 3_600_000);
    utimesSync(path, yesterday, yesterday);
    logger.info('today');
    await logger.flush();
    logger.info('today, again');
    await logger.flush();
    expect(messagesOf('backend.log.1')).toEqual(['yesterday']);
    expect(messagesOf('backend.log')).toEqual(['today', 'today, again']);
  });

  it('that another process has rotated are written to under their name, and nothing of before is lost', async () => {
    const { logger } = capture({ files: { directory } });
    logger.info('before');
    await logger.flush();
    renameSync(join(directory, 'backend.log'), join(directory, 'backend.log.1'));
    logger.info('after');
    await logger.flush();
    expect(messagesOf('backend.log.1')).toEqual(['before']);
    expect(messagesOf('backend.log')).toEqual(['after']);
  });

  it('are not rotated by two at once: while one does, the other writes on; a lock that was left behind goes', async () => {
    const lock = join(directory, 'backend.log.lock');
    const { logger } = capture({ files: { directory, maxSize: 100 } });
    const log = async (message: string): Promise<void> => {
      logger.info(message);
      await logger.flush();
    };
    await log('one');
    writeFileSync(lock, '');
    await log('two');
    expect(messagesOf('backend.log')).toEqual(['one', 'two']);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    await log('three');
    await log('four');
    expect(messagesOf('backend.log.1')).toEqual(['one', 'two', 'three']);
    expect(messagesOf('backend.log')).toEqual(['four']);
    expect(readdirSync(directory)).not.toContain('backend.log.lock');
  });

  it('that cannot be rotated are reported, and written to all the same', async () => {
    mkdirSync(join(directory, 'backend.log.1', 'in the way'), { recursive: true });
    const { logger, stdout } = capture({ files: { directory, maxSize: 10, maxFiles: 1 } });
    for (const message of ['one', 'two']) {
      logger.info(message);
      await logger.flush();
    }
    expect(messagesOf('backend.log')).toEqual(['one', 'two']);
    expect(stdout.records).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'Logger: backend.log cannot be rotated' }),
    );
  });

  it('are continued, not begun anew', async () => {
    writeFileSync(join(directory, 'backend.log'), '{"message":"before"}\n');
    const { logger } = capture({ files: { directory } });
    logger.info('after');
    await logger.flush();
    expect(messagesOf('backend.log')).toEqual(['before', 'after']);
  });

  it('that cannot be written are reported once on stdout, which goes on; what they miss is counted', async () => {
    writeFileSync(join(directory, 'file'), '');
    const { logger, stdout, clock } = capture({ files: { directory: join(directory, 'file') } });
    logger.info('one');
    await logger.flush();
    logger.info('two');
    await logger.logSecurityEvent(event);
    expect(stdout.records).toMatchObject([
      { message: 'one' },
      { message: 'Logger: backend.log cannot be written', code: 'ENOTDIR' },
      { message: 'Log records are missing', lost: 1 },
      { message: 'two' },
      { message: 'LOGOUT SUCCESS' },
      { message: 'Logger: security.log cannot be written', code: 'ENOTDIR' },
    ]);
    clock.now += 60_000;
    logger.info('three');
    expect(stdout.last).toMatchObject({ message: 'Log records are missing', lost: expect.any(Number) as number });
  });
});
