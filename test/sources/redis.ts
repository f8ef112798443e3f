/** The real Redis as an unprivileged user on the loopback address, and the clients that make it log. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePorts,
  give,
  type RunningProgram,
  run,
  say,
  startProgram,
  SYSTEM_PATH,
  until,
} from '../../programs/program';
import { type Fixture, fixture, sourceFile, versionOf } from './fixture';
import { talk } from './tcp';

/** A password of a test. */
export const REDIS_PASSWORD = 'hunter2-redis';

const AUTH = `AUTH ${REDIS_PASSWORD}\r\n`;

async function startRedis(
  folder: string,
  settings: readonly string[],
  program = 'redis-server',
): Promise<{ readonly port: number; readonly server: RunningProgram; readonly log: string }> {
  const [port = 0] = await freePorts(1);
  const config = join(folder, 'redis.conf');
  const log = join(folder, 'redis.log');
  const common = ['bind 127.0.0.1', `port ${port}`, `dir ${folder}`, `requirepass ${REDIS_PASSWORD}`];
  writeFileSync(config, `${[...common, ...settings].join('\n')}\n`);
  const server = startProgram([program, config], log, { unprivileged: true });
  await until('Redis', () => (server.output().includes('Ready to accept') ? undefined : 'not ready'), {
    program: server,
  });
  return { port, server, log };
}

async function logged(server: RunningProgram, text: string): Promise<void> {
  await until(`Redis' line "${text}"`, () => (server.output().includes(text) ? undefined : 'not yet'), {
    program: server,
  });
}

/** Redis as the end-to-end tests have it; and briefly with what else changes the look of its log. */
export async function captureRedis(folder: string): Promise<readonly Fixture[]> {
  const name = await versionOf(['redis-server', '--version']);
  const home = async (part: string): Promise<string> => {
    const path = join(folder, part);
    await run(['mkdir', path]);
    give(path);
    return path;
  };

  const main = await startRedis(await home('main'), [readFileSync(sourceFile('redis', 'redis.conf'), 'utf8')]);
  await talk(main.port, ['AUTH hunter2-wrong\r\n', 'GET key\r\n']);
  // More than fits: Redis evicts.
  const values = Array.from({ length: 400 }, (_, index) => `SET key-${index} ${'x'.repeat(8192)}\r\n`).join('');
  await talk(main.port, [AUTH, values]);
  await talk(main.port, [AUTH, 'BGSAVE\r\n']);
  await logged(main.server, 'Background saving terminated');
  await talk(main.port, [AUTH, 'BGREWRITEAOF\r\n']);
  await logged(main.server, 'AOF rewrite');
  await talk(main.port, ['POST / HTTP/1.1\r\nHost: localhost\r\n\r\n']);
  await talk(main.port, [AUTH, '*99999999999\r\n']);
  await talk(main.port, [AUTH, 'REPLICAOF 127.0.0.1 9\r\n']);
  await logged(main.server, 'Connection refused');
  await talk(main.port, [AUTH, 'REPLICAOF NO ONE\r\n']);
  await sleep(5_200); // verbose: the statistics of every five seconds
  await main.server.stop();

  const debug = await startRedis(await home('debug'), ['loglevel debug', 'save ""']);
  await talk(debug.port, [AUTH, 'PING\r\n']);
  await sleep(300);
  await debug.server.stop();

  const logo = await startRedis(await home('logo'), ['always-show-logo yes', 'appendonly yes']);
  await logo.server.stop();

  return [
    fixture(
      'redis/redis.log',
      name,
      'loglevel verbose: start and its warnings, clients, eviction, saves, an attack, replication without a master, stop',
      main.log,
    ),
    fixture('redis/debug.log', name, 'loglevel debug', debug.log),
    fixture('redis/logo.log', name, 'always-show-logo: the start with its picture', logo.log),
  ];
}

/** Valkey's own formats and times, in each combination that differs from Redis'. */
const VALKEY_FORMATS = [
  ['legacy', 'iso8601'],
  ['legacy', 'milliseconds'],
  ['logfmt', 'legacy'],
  ['logfmt', 'iso8601'],
  ['logfmt', 'milliseconds'],
] as const;

/** Valkey from 8.1 on, where it is installed. */
export async function captureValkey(folder: string): Promise<readonly Fixture[]> {
  const program = SYSTEM_PATH.split(':')
    .map((path) => join(path, 'valkey-server'))
    .find((path) => existsSync(path));
  if (program === undefined) {
    say('valkey: valkey-server is not installed; its fixtures stay as they are');
    return [];
  }
  const fixtures: Fixture[] = [];
  for (const [format, time] of VALKEY_FORMATS) {
    const home = join(folder, `${format}-${time}`);
    await run(['mkdir', home]);
    give(home);
    const settings = ['loglevel debug', 'save ""', `log-format ${format}`, `log-timestamp-format ${time}`];
    const { port, server, log } = await startRedis(home, settings, program);
    await talk(port, [AUTH, 'REPLICAOF 127.0.0.1 9\r\n']);
    await logged(server, 'Connection refused');
    await server.stop();
    fixtures.push(
      fixture(
        `redis/valkey-${format}-${time}.log`,
        await versionOf([program, '--version']),
        `log-format ${format}, log-timestamp-format ${time}: start, replication without a primary, stop`,
        log,
      ),
    );
  }
  return fixtures;
}
