/** Every image of the local cluster: which program it holds, and for which user. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ensureTools } from '../../tools/build';
import { projectRoot } from '../../tools/cache';
import { Log, run } from '../shell';
import { buildImage } from './build';
import { accounts, ImageFile, program, systemData, tree } from './files';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const TEMPORARY: ImageFile = { path: '/tmp', folder: true, mode: 0o1777 };

/** The sandbox image: one static program. */
export function buildPauseImage(name: string, pause: string): Promise<string> {
  const files = [{ path: '/pause', source: pause, mode: 0o755 }];
  return buildImage({ name, files, entrypoint: ['/pause'], user: '65535' });
}

/** Loki, laid out like the upstream image: user 10001, data in /loki. */
export async function buildLokiImage(name: string, log?: Log): Promise<string> {
  const { loki } = await ensureTools(['loki'], log);
  return buildImage({
    name,
    files: [
      ...(await program('/usr/bin/loki', loki)),
      ...systemData(),
      ...accounts({ name: 'loki', id: 10001 }),
      TEMPORARY,
      { path: '/etc/loki', folder: true },
      { path: '/loki', folder: true, owner: 10001 },
    ],
    entrypoint: ['/usr/bin/loki'],
    command: ['-config.file=/etc/loki/local-config.yaml'],
    env: { PATH },
    user: '10001',
  });
}

/** Promtail, laid out like the upstream image, which runs as root to read other pods' logs. */
export async function buildPromtailImage(name: string, log?: Log): Promise<string> {
  const { promtail } = await ensureTools(['promtail'], log);
  return buildImage({
    name,
    files: [...(await program('/usr/bin/promtail', promtail)), ...systemData(), ...accounts(), TEMPORARY],
    entrypoint: ['/usr/bin/promtail'],
    command: ['-config.file=/etc/promtail/config.yml'],
    env: { PATH },
  });
}

/** The OpenTelemetry Collector, laid out like the upstream image, but for its user: the agent runs as root to read other pods' logs. */
export async function buildCollectorImage(name: string, log?: Log): Promise<string> {
  const { otelcol } = await ensureTools(['otelcol'], log);
  return buildImage({
    name,
    files: [...(await program('/otelcol-contrib', otelcol)), ...systemData()],
    entrypoint: ['/otelcol-contrib'],
    command: ['--config', '/etc/otelcol-contrib/config.yaml'],
    user: '10001',
  });
}

/** loki-canary, laid out like the upstream image. */
export async function buildCanaryImage(name: string, log?: Log): Promise<string> {
  const { 'loki-canary': canary } = await ensureTools(['loki-canary'], log);
  return buildImage({
    name,
    files: [...(await program('/usr/bin/loki-canary', canary)), ...systemData(), ...accounts(), TEMPORARY],
    entrypoint: ['/usr/bin/loki-canary'],
    env: { PATH },
  });
}

/** Prometheus, laid out like the upstream image: user 65534, data in /prometheus. */
export async function buildPrometheusImage(name: string, log?: Log): Promise<string> {
  const { prometheus } = await ensureTools(['prometheus'], log);
  return buildImage({
    name,
    files: [
      ...(await program('/bin/prometheus', prometheus)),
      ...systemData(),
      ...accounts({ name: 'nobody', id: 65534 }),
      TEMPORARY,
      { path: '/etc/prometheus', folder: true },
      { path: '/prometheus', folder: true, owner: 65534 },
    ],
    entrypoint: ['/bin/prometheus'],
    command: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
    env: { PATH },
    user: '65534',
    workingDir: '/prometheus',
  });
}

/** Alertmanager, laid out like the upstream image: user 65534, data in /alertmanager, amtool beside it. */
export async function buildAlertmanagerImage(name: string, log?: Log): Promise<string> {
  const user = 65534;
  const { alertmanager, amtool } = await ensureTools(['alertmanager', 'amtool'], log);
  return buildImage({
    name,
    files: [
      ...(await program('/bin/alertmanager', alertmanager)),
      ...(await program('/bin/amtool', amtool)),
      ...systemData(),
      ...accounts({ name: 'alertmanager', id: user }),
      TEMPORARY,
      { path: '/etc/alertmanager', folder: true },
      { path: '/alertmanager', folder: true, owner: user },
    ],
    entrypoint: ['/bin/alertmanager'],
    command: ['--config.file=/etc/alertmanager/alertmanager.yml', '--storage.path=/alertmanager'],
    env: { PATH },
    user: String(user),
    workingDir: '/alertmanager',
  });
}

/** The machine's own nginx, with the user, folders, log links and shell of the upstream image. */
export async function buildNginxImage(name: string): Promise<string> {
  const user = 101;
  const folders = ['/var/cache/nginx', '/var/lib/nginx', '/run/nginx'];
  return buildImage({
    name,
    files: [
      ...(await program('/usr/sbin/nginx', '/usr/sbin/nginx')),
      ...(await shell()),
      ...accounts({ name: 'nginx', id: user }),
      TEMPORARY,
      { path: '/etc/nginx/mime.types', source: '/etc/nginx/mime.types' },
      ...folders.map((folder): ImageFile => ({ path: folder, folder: true, owner: user })),
      { path: '/var/log/nginx/access.log', link: '/dev/stdout' },
      { path: '/var/log/nginx/error.log', link: '/dev/stderr' },
    ],
    command: ['nginx', '-g', 'daemon off;'],
    env: { PATH },
    user: String(user),
  });
}

/** What a Node.js image holds besides Node.js. */
export interface NodeImageProps {
  readonly name: string;
  /** Folders copied into the image: path in the image → folder of this machine. */
  readonly folders: Readonly<Record<string, string>>;
  /** Further files. @default - none */
  readonly files?: readonly ImageFile[];
  /** Arguments of node. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Node.js of the project's own `node` package with an application, as user 1000. */
export async function buildNodeImage(props: NodeImageProps): Promise<string> {
  const binary = path.join(projectRoot(), 'node_modules', 'node', 'bin', 'node');
  const folders = Object.entries(props.folders);
  return buildImage({
    name: props.name,
    files: [
      ...(await program('/usr/local/bin/node', fs.existsSync(binary) ? binary : process.execPath)),
      ...accounts({ name: 'node', id: 1000 }),
      TEMPORARY,
      ...folders.flatMap(([target, source]) => tree(target, source)),
      ...(props.files ?? []),
    ],
    entrypoint: ['/usr/local/bin/node'],
    command: props.command,
    env: { PATH, NODE_ENV: 'production', ...props.env },
    user: '1000',
    workingDir: folders[0]?.[0] ?? '/',
  });
}

/** A shell with cat, seq, wget and the like. */
async function shell(): Promise<ImageFile[]> {
  const binary = '/bin/busybox';
  const applets = (await run(binary, ['--list'])).trim().split('\n');
  return [
    ...(await program(binary, binary)),
    ...applets
      .filter((applet) => applet !== 'busybox')
      .map((applet): ImageFile => ({ path: `/bin/${applet}`, link: 'busybox' })),
  ];
}

/**
 * A shell with cat, seq, wget and the like (busybox), for pods that tests start.
 * Debian 12's `wget -T` crashes: limit it with `timeout 5 wget …` instead.
 */
export async function buildClientImage(name: string): Promise<string> {
  return buildImage({
    name,
    files: [...(await shell()), ...accounts({ name: 'client', id: 65534 }), TEMPORARY],
    command: ['sh'],
    env: { PATH },
    user: '65534',
  });
}

/** An S3 server that keeps buckets in folders, with a shell, as user 65534. */
export async function buildVersitygwImage(name: string, log?: Log): Promise<string> {
  const { versitygw } = await ensureTools(['versitygw'], log);
  return buildImage({
    name,
    files: [
      ...(await shell()),
      ...(await program('/usr/bin/versitygw', versitygw)),
      ...accounts({ name: 's3', id: 65534 }),
      TEMPORARY,
    ],
    env: { PATH },
    user: '65534',
  });
}

/** The machine's own PostgreSQL 15, server and psql, with a shell, as the upstream image's user 999. */
export async function buildPostgresImage(name: string): Promise<string> {
  const [home, share] = ['/usr/lib/postgresql/15', '/usr/share/postgresql/15'];
  const programs = ['initdb', 'pg_isready', 'postgres', 'psql'].map((binary) => `${home}/bin/${binary}`);
  // What every new database loads. The rest, the just-in-time compiler above all, is large.
  const modules = ['dict_snowball.so', 'plpgsql.so'].map((file) => `${home}/lib/${file}`);
  return buildImage({
    name,
    files: [
      ...(await shell()),
      ...(await Promise.all(programs.map((binary) => program(binary, binary)))).flat(),
      ...modules.map((file): ImageFile => ({ path: file, source: file })),
      ...tree(share, share).filter(({ path: file }) => !file.startsWith(`${share}/man/`)),
      ...systemData(),
      ...accounts({ name: 'postgres', id: 999 }),
      TEMPORARY,
    ],
    env: { PATH: `${home}/bin:${PATH}` },
    user: '999',
  });
}

/** The machine's own Redis, server and client, with a shell, as the upstream image's user 999. */
export async function buildRedisImage(name: string): Promise<string> {
  return buildImage({
    name,
    files: [
      ...(await shell()),
      ...(await program('/usr/bin/redis-server', '/usr/bin/redis-server')),
      ...(await program('/usr/bin/redis-cli', '/usr/bin/redis-cli')),
      ...accounts({ name: 'redis', id: 999 }),
      TEMPORARY,
    ],
    command: ['redis-server'],
    env: { PATH },
    user: '999',
  });
}

/** The machine's own PgBouncer, as user 70. */
export async function buildPgbouncerImage(name: string): Promise<string> {
  return buildImage({
    name,
    files: [
      ...(await program('/usr/sbin/pgbouncer', '/usr/sbin/pgbouncer')),
      ...accounts({ name: 'pgbouncer', id: 70 }),
      TEMPORARY,
    ],
    command: ['pgbouncer', '/etc/pgbouncer/pgbouncer.ini'],
    env: { PATH },
    user: '70',
  });
}
