/** The mission's log sources as pods, under Pod Security `restricted`, and a pod that makes them log. */
import { readFileSync } from 'node:fs';
import type { Cluster } from '../../local/cluster';
import { BACKEND_NAMESPACE, backendImage, startBackend } from '../../local/example-backend';
import { buildNodeImage, buildPgbouncerImage, buildPostgresImage, buildRedisImage } from '../../local/images/catalog';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import { imageReference } from '../../src/components/kit/container';
import type { StackConfig } from '../../src/config';
import { type Job, JOBS, POD_LABELS } from '../../src/log-model';
import { sourceFile } from '../sources/fixture';
import { nginxConfig } from '../sources/nginx';
import { POSTGRES_PASSWORD } from '../sources/postgres';
import { REDIS_PASSWORD } from '../sources/redis';
import { CLIENT_IMAGE, log, projectRoot } from './cluster';

/** The backend's: its neighbours are reached by their short names. */
export const SOURCES = BACKEND_NAMESPACE;
/** What makes them log everything that is asked for, once; and what goes on all day where nothing is wrong. */
const TRAFFIC = { everything: 'traffic', normal: 'normal-traffic' } as const;
const SCRIPTS = ['databases', 'redis', 'requests'] as const;
const CONFIG = 'sources';

const IMAGES = {
  postgres: 'spywatcher/e2e-postgres:15',
  redis: 'spywatcher/e2e-redis:7',
  pgbouncer: 'spywatcher/e2e-pgbouncer:1',
} as const;

/** Imports the sources' images, starts them and waits until they are ready. */
export async function startSources(cluster: Cluster, target: Target, { images }: StackConfig): Promise<void> {
  const began = Date.now();
  log('making and importing the images of PostgreSQL, Redis, PgBouncer and the example backend');
  const archives = await Promise.all([
    buildPostgresImage(IMAGES.postgres),
    buildRedisImage(IMAGES.redis),
    buildPgbouncerImage(IMAGES.pgbouncer),
    buildNodeImage({ name: backendImage(projectRoot), folders: {}, command: [] }),
  ]);
  for (const archive of archives) await cluster.importImage(archive);
  log(`starting the sources, ${secondsSince(began)} s`);
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: SOURCES, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
  // A name must be known before a program starts that looks it up once.
  await applyObjects(target, [namespace, configMap(), ...SERVICES.map(service)]);
  await applyObjects(target, [postgres(), redis(), pgbouncer(), nginx(imageReference(images.gateway, images))]);
  await startBackend(target, projectRoot);
  for (const name of [JOBS.postgres, JOBS.redis, JOBS.pgbouncer, JOBS.nginx])
    await waitForRollout(target, SOURCES, `deployment/${name}`, 120);
  log(`the sources are ready after ${secondsSince(began)} s`);
}

const secondsSince = (moment: number): string => ((Date.now() - moment) / 1000).toFixed(1);

/** Makes every source log what the mission's queries ask for; returns when that is done. */
export async function makeSourcesLog(target: Target): Promise<void> {
  const began = Date.now();
  log('failed logins, slow statements, errors, evictions, 404s, 5xx, rate limiting');
  await applyObjects(target, [traffic('everything')]);
  await kubectl(
    target,
    ['-n', SOURCES, 'wait', `pod/${TRAFFIC.everything}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=180s'],
    { timeout: 190 },
  );
  log(`they have logged, ${secondsSince(began)} s`);
}

/**
 * Lets the sources have a normal day, until they are removed: mostly successes, now and then each of the usual failures. The
 * example backend's own requests go on beside it.
 */
export async function startNormalTraffic(target: Target): Promise<void> {
  await applyObjects(target, [traffic('normal')]);
  const pod = `pod/${TRAFFIC.normal}`;
  await kubectl(target, ['-n', SOURCES, 'wait', pod, '--for=condition=Ready', '--timeout=60s'], { timeout: 70 });
}

/** Removes them; their logs stay in Loki. */
export async function removeSources(target: Target): Promise<void> {
  await kubectl(target, ['delete', 'namespace', SOURCES, '--ignore-not-found', '--wait=false']);
}

const SERVICES: readonly (readonly [Job, number])[] = [
  [JOBS.postgres, 5432],
  [JOBS.redis, 6379],
  [JOBS.pgbouncer, 6432],
  [JOBS.nginx, 8080],
  [JOBS.backend, 3001],
];

function service([name, port]: readonly [Job, number]): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: SOURCES },
    spec: { selector: { [POD_LABELS.app]: name }, ports: [{ port }] },
  };
}

/** The configs, and what the traffic does. */
function configMap(): object {
  const text = (...parts: readonly string[]): string => readFileSync(sourceFile(...parts), 'utf8');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG, namespace: SOURCES },
    data: {
      'postgresql.conf': text('postgres', 'postgresql.conf'),
      'redis.conf': text('redis', 'redis.conf'),
      'pgbouncer.ini': text('pgbouncer', 'pgbouncer.ini'),
      'userlist.txt': `"postgres" "${POSTGRES_PASSWORD}"\n"app" "hunter2-unknown-to-the-server"\n`,
      'nginx.conf': nginxConfig().replace('127.0.0.1:3001', 'backend:3001'),
      'activity.sql': text('postgres', 'activity.sql'),
      'deadlock-first.sql': text('postgres', 'deadlock-first.sql'),
      'deadlock-second.sql': text('postgres', 'deadlock-second.sql'),
      ...Object.fromEntries(
        Object.values(TRAFFIC).flatMap((name) =>
          SCRIPTS.map((script) => [`${name}-${script}.sh`, text(name, `${script}.sh`)]),
        ),
      ),
    },
  };
}

function postgres(): object {
  const initdb =
    'initdb -D /data/db -U postgres -A scram-sha-256 -E UTF8 --locale=C --no-sync --pwfile=/tmp/password >/dev/null';
  const script = [
    'set -e',
    'printf %s "$PASSWORD" >/tmp/password',
    initdb,
    'echo "host all all all scram-sha-256" >>/data/db/pg_hba.conf',
    'exec postgres -D /data/db -c config_file=/etc/sources/postgresql.conf',
  ].join('\n');
  return deployment(JOBS.postgres, {
    image: IMAGES.postgres,
    command: ['sh', '-c', script],
    env: [{ name: 'PASSWORD', value: POSTGRES_PASSWORD }],
    readinessProbe: { exec: { command: ['pg_isready', '-q', '-h', '127.0.0.1'] }, periodSeconds: 2 },
  });
}

function redis(): object {
  return deployment(JOBS.redis, {
    image: IMAGES.redis,
    command: ['redis-server', '/etc/sources/redis.conf', '--bind', '0.0.0.0', '--dir', '/data'],
    args: ['--requirepass', REDIS_PASSWORD],
    readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 3 },
  });
}

function pgbouncer(): object {
  return deployment(JOBS.pgbouncer, {
    image: IMAGES.pgbouncer,
    command: ['pgbouncer', '/etc/sources/pgbouncer.ini'],
    readinessProbe: { tcpSocket: { port: 6432 }, periodSeconds: 3 },
  });
}

function nginx(image: string): object {
  return deployment(JOBS.nginx, {
    image,
    command: ['nginx', '-p', '/data', '-c', '/etc/sources/nginx.conf', '-e', '/dev/stderr'],
    readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 2 },
  });
}

/** Probed often: a kubelet that has just started waits up to a whole period before its first probe. */
function deployment(job: Job, container: object): object {
  const labels = { [POD_LABELS.app]: job, [POD_LABELS.job]: job };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: job, namespace: SOURCES },
    spec: {
      selector: { matchLabels: { [POD_LABELS.app]: job } },
      template: { metadata: { labels }, spec: podSpec([{ name: job, ...container }]) },
    },
  };
}

function traffic(kind: keyof typeof TRAFFIC): object {
  const pod = TRAFFIC[kind];
  const script = (
    name: (typeof SCRIPTS)[number],
    image: string,
    env: Readonly<Record<string, string>> = {},
  ): object => ({
    name,
    image,
    command: ['sh', `/etc/sources/${pod}-${name}.sh`],
    env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace: SOURCES, labels: { [POD_LABELS.app]: pod } },
    spec: {
      restartPolicy: 'Never',
      ...podSpec([
        script('databases', IMAGES.postgres, { PGPASSWORD: POSTGRES_PASSWORD }),
        script('redis', IMAGES.redis, { REDISCLI_AUTH: REDIS_PASSWORD }),
        script('requests', CLIENT_IMAGE),
      ]),
    },
  };
}

/** What the namespace's Pod Security asks for. Programs write to /data and /tmp. */
function podSpec(containers: readonly object[]): object {
  const folders = ['data', 'tmp'];
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, fsGroup: 999, seccompProfile: { type: 'RuntimeDefault' } },
    containers: containers.map((container) => ({
      imagePullPolicy: 'Never',
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [
        ...folders.map((name) => ({ name, mountPath: `/${name}` })),
        { name: CONFIG, mountPath: '/etc/sources', readOnly: true },
      ],
      ...container,
    })),
    volumes: [...folders.map((name) => ({ name, emptyDir: {} })), { name: CONFIG, configMap: { name: CONFIG } }],
  };
}
