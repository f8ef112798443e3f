/** The real PgBouncer as an unprivileged user, in front of the real PostgreSQL. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts, run, startProgram, until } from '../../programs/program';
import { type Fixture, fixture, versionOf } from './fixture';
import { createDatabase, POSTGRES_PASSWORD, psql, startPostgres } from './postgres';

/** Debian has it outside of an ordinary user's PATH. */
const PROGRAM = '/usr/sbin/pgbouncer';

/** Start, logins and failed ones, statistics, a server that refuses and one that is gone, stop. */
export async function capturePgbouncer(folder: string): Promise<readonly Fixture[]> {
  const name = await versionOf([PROGRAM, '--version']);
  const [port = 0] = await freePorts(1);
  const database = await createDatabase(folder);
  const home = join(folder, 'server');
  await run(['mkdir', home], { unprivileged: true });
  const postgres = await startPostgres(home, database);
  writeFileSync(
    join(folder, 'userlist.txt'),
    `"postgres" "${POSTGRES_PASSWORD}"\n"app" "hunter2-unknown-to-the-server"\n`,
  );
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
postgres = host=127.0.0.1 port=${postgres.port}
nowhere = host=127.0.0.1 port=${postgres.port}
unreachable = host=127.0.0.1 port=9
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'userlist.txt')}
admin_users = postgres
pool_mode = transaction
max_client_conn = 3
server_lifetime = 1
server_login_retry = 1
query_timeout = 1
query_wait_timeout = 2
stats_period = 3
`,
  );
  const log = join(folder, 'pgbouncer.log');
  const pooler = startProgram([PROGRAM, join(folder, 'pgbouncer.ini')], log, { unprivileged: true });
  await until('PgBouncer', () => (pooler.output().includes('process up') ? undefined : 'not up'), { program: pooler });
  const ask = (sql: string, login: Parameters<typeof psql>[2] = {}): ReturnType<typeof psql> =>
    psql(port, ['-c', sql], login);
  await ask('SELECT 1');
  await ask('SELECT 1', { password: 'hunter2-wrong' });
  await ask('SELECT 1', { user: 'ghost' });
  await ask('SELECT 1', { database: 'no_such_database' });
  await ask('SELECT 1', { database: 'nowhere' });
  await ask('SELECT 1', { database: 'unreachable' });
  await ask('SELECT 1', { user: 'app' });
  await ask('SELECT pg_sleep(5)');
  await Promise.all([1, 2, 3, 4, 5].map(() => ask('SELECT pg_sleep(0.5)')));
  await ask('RELOAD', { database: 'pgbouncer' });
  await ask('SHOW POOLS', { database: 'pgbouncer' });
  await sleep(1_500);
  const cutOff = ask('SELECT pg_sleep(60)');
  await sleep(300);
  await postgres.server.stop('SIGINT');
  await cutOff;
  await ask('SELECT 1');
  await pooler.stop('SIGINT');
  return [
    fixture(
      'pgbouncer/pgbouncer.log',
      name,
      'start, logins and failed ones, statistics, limits, a server that refuses and one that is gone, stop',
      log,
    ),
  ];
}
