/** The real PostgreSQL as an unprivileged user on the loopback address, and the clients that make it log. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePorts,
  give,
  run,
  type RunningProgram,
  type RunResult,
  say,
  startProgram,
  until,
} from '../../programs/program';
import { copySource, type Fixture, fixture, sourceFile, versionOf } from './fixture';

/** Where Debian has its programs. */
export const POSTGRES_PROGRAMS = '/usr/lib/postgresql/15/bin';
const program = (name: string): string => join(POSTGRES_PROGRAMS, name);

/** Password of the superuser `postgres`; a password of a test. */
export const POSTGRES_PASSWORD = 'hunter2-superuser';

/** A running server. */
export interface Postgres {
  readonly port: number;
  readonly server: RunningProgram;
}

/** Makes an empty database cluster; returns its folder. */
export async function createDatabase(folder: string): Promise<string> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, POSTGRES_PASSWORD);
  give(passwordFile);
  const data = join(folder, 'data');
  const options = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await succeed(
    run([program('initdb'), '-D', data, ...options, `--pwfile=${passwordFile}`], { unprivileged: true }),
    'initdb',
  );
  return data;
}

/** Starts a server on a copy of `database`. */
export async function startPostgres(
  folder: string,
  database: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Postgres> {
  const [port = 0] = await freePorts(1);
  const data = join(folder, 'data');
  await succeed(runAs(['cp', '-a', database, data]), 'cp');
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  appendFileSync(join(data, 'postgresql.conf'), readFileSync(sourceFile('postgres', 'postgresql.conf')));
  appendFileSync(
    join(data, 'postgresql.conf'),
    ["listen_addresses = '127.0.0.1'\n", `port = ${port}\n`, ...lines].join(''),
  );
  const server = startProgram([program('postgres'), '-D', data], join(folder, 'server.log'), { unprivileged: true });
  await until(
    'PostgreSQL',
    // Without a connection of its own in the log: the port answers once the server is ready.
    async () =>
      (await run([program('pg_isready'), '-q', '-h', '127.0.0.1', '-p', String(port)])).code === 0
        ? undefined
        : 'not ready',
    { program: server },
  );
  return { port, server };
}

/** Runs psql, which goes on after an error and then still ends with 0. */
export function psql(
  port: number,
  args: readonly string[],
  login: { readonly user?: string; readonly password?: string; readonly database?: string } = {},
): Promise<RunResult> {
  const { user = 'postgres', password = POSTGRES_PASSWORD, database = 'postgres' } = login;
  return run(
    [program('psql'), '--no-psqlrc', '-h', '127.0.0.1', '-p', String(port), '-U', user, '-d', database, ...args],
    { env: { PGPASSWORD: password, PGAPPNAME: 'psql', PGTZ: 'UTC' }, unprivileged: true },
  );
}

async function actLikeClients(folder: string, { port, server }: Postgres): Promise<void> {
  const file = (name: string): string => copySource(folder, 'postgres', name);
  await succeed(psql(port, ['-f', file('activity.sql')]), 'activity.sql');
  await Promise.all(['deadlock-first.sql', 'deadlock-second.sql'].map((name) => psql(port, ['-f', file(name)])));
  await psql(port, ['-c', 'SELECT 1'], { user: 'app', password: 'hunter2-wrong' });
  await psql(port, ['-c', 'SELECT 1'], { user: 'ghost' });
  await psql(port, ['-c', 'SELECT 1'], { database: 'nowhere' });
  // psql drops empty lines of its files, not of its arguments.
  await succeed(psql(port, ['-c', 'SELECT pg_sleep(0.11)\n\n\tFROM agents\nLIMIT 1']), 'psql');
  const pgbench = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-n', '-t', '1', '-M', 'extended'];
  await succeed(
    run([program('pgbench'), ...pgbench, '-f', file('extended.sql'), 'postgres'], {
      env: { PGPASSWORD: POSTGRES_PASSWORD },
      unprivileged: true,
    }),
    'pgbench',
  );
  const cutOff = psql(port, ['-c', 'SELECT pg_sleep(60)']);
  await sleep(300);
  await server.stop('SIGINT');
  await cutOff;
}

/** The same activity in each of PostgreSQL's log formats. */
export async function capturePostgres(folder: string): Promise<readonly Fixture[]> {
  const name = await versionOf([program('postgres'), '--version']);
  const activity =
    'start, logins and failed ones, definitions with passwords, errors, deadlock, slow statements, checkpoint, stop';
  const database = await createDatabase(folder);
  const logging = async (run: string, settings: Readonly<Record<string, string>>): Promise<string> => {
    const home = join(folder, run);
    await succeed(runAs(['mkdir', home]), 'mkdir');
    await actLikeClients(home, await startPostgres(home, database, settings));
    return home;
  };
  const [debian, plain, collected] = await Promise.all([
    logging('debian', {}),
    logging('plain', { log_line_prefix: '%m [%p] ' }),
    logging('collected', { logging_collector: 'on', log_destination: 'jsonlog,csvlog', log_filename: 'collected' }),
  ]);
  const local = join(folder, 'local-time');
  await succeed(runAs(['mkdir', local]), 'mkdir');
  await (await startPostgres(local, database, { log_timezone: 'Europe/Berlin' })).server.stop('SIGINT');
  const german = await inGerman(folder, database);
  return [
    ...german,
    fixture('postgres/stderr.log', name, `log_line_prefix of Debian: ${activity}`, join(debian, 'server.log')),
    fixture(
      'postgres/default-prefix.log',
      name,
      `the program's own log_line_prefix: ${activity}`,
      join(plain, 'server.log'),
    ),
    fixture(
      'postgres/jsonlog.log',
      name,
      `log_destination=jsonlog: ${activity}`,
      join(collected, 'data', 'log', 'collected.json'),
    ),
    fixture(
      'postgres/csvlog.log',
      name,
      `log_destination=csvlog: ${activity}`,
      join(collected, 'data', 'log', 'collected.csv'),
    ),
    fixture('postgres/local-time.log', name, 'log_timezone=Europe/Berlin: start and stop', join(local, 'server.log')),
  ];
}

/** The server's messages in another language, where its locale exists. */
async function inGerman(folder: string, database: string): Promise<readonly Fixture[]> {
  const { stdout } = await run(['locale', '-a']);
  if (!/^de_DE\.utf8$/m.test(stdout)) {
    say(
      'postgres/german.log: the locale de_DE.UTF-8 is not there (localedef -i de_DE -f UTF-8 de_DE.UTF-8); it stays as it is',
    );
    return [];
  }
  const home = join(folder, 'german');
  await succeed(runAs(['mkdir', home]), 'mkdir');
  const { port, server } = await startPostgres(home, database, { lc_messages: 'de_DE.UTF-8' });
  await psql(port, ['-c', 'SELECT * FROM no_such_table', '-c', 'ROLLBACK'], {});
  await psql(port, ['-c', 'SELECT 1'], { database: 'nowhere' });
  await psql(port, ['-c', "SELECT 'a FATAL:  b' FROM no_such_table"], {});
  await server.stop('SIGINT');
  return [
    fixture(
      'postgres/german.log',
      await versionOf([program('postgres'), '--version']),
      'lc_messages=de_DE: start, errors, a login to a database that is not there, stop',
      join(home, 'server.log'),
    ),
  ];
}

const runAs = (command: readonly string[]): Promise<RunResult> => run(command, { unprivileged: true });

async function succeed(running: Promise<RunResult>, what: string): Promise<void> {
  const { code, stderr } = await running;
  if (code !== 0) throw new Error(`${what} failed (${code}): ${stderr.trim()}`);
}
