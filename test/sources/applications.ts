/** Applications in several languages that fail, and programs that log in formats of their own. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backendProgram } from '../../local/example-backend';
import type { ToolName } from '../../tools/build';
import { projectRoot } from '../../tools/cache';
import { freePorts, programs as tools, say, startProgram, until } from '../../programs/program';
import { copyInto, copySource, type Fixture, fixture, versionOf } from './fixture';

/** Runs a program to its end, both outputs in one file as in a container. */
async function record(folder: string, name: string, command: readonly string[]): Promise<string> {
  const log = join(folder, name);
  const program = startProgram(command, log, { unprivileged: true, env: { LANG: 'C.UTF-8' } });
  await until(name, () => (program.exitCode() === undefined ? 'it still runs' : undefined), { seconds: 60 });
  return log;
}

/** Uncaught errors of Node.js. */
export async function captureNode(folder: string): Promise<readonly Fixture[]> {
  const name = `Node.js ${await versionOf([process.execPath, '--version'])}`;
  const log = (script: string): Promise<string> =>
    record(folder, `${script}.log`, [process.execPath, copySource(folder, 'applications', script)]);
  return [
    fixture(
      'node/uncaught.log',
      name,
      'an uncaught error with causes, a printed one, a warning',
      await log('uncaught.js'),
    ),
    fixture('node/rejected.log', name, 'an unhandled rejection', await log('rejected.js')),
  ];
}

/** The example backend, which calls itself. */
export async function captureBackend(folder: string): Promise<readonly Fixture[]> {
  for (const [file, contents] of await backendProgram(projectRoot())) writeFileSync(join(folder, file), contents);
  const [port = 0] = await freePorts(1);
  const env = { PORT: String(port), LOG_LEVEL: 'debug', TRAFFIC_INTERVAL_MS: '100', NODE_ENV: 'production' };
  const log = await recordServer(folder, 'backend', 5, [process.execPath, join(folder, 'start.js')], env);
  const name = `examples/backend, Node.js ${await versionOf([process.execPath, '--version'])}`;
  return [
    fixture('backend/backend.log', name, 'start, requests, errors, security events, a frontend’s records, stop', log),
  ];
}

/** Tracebacks and the logging module of Python. */
export async function capturePython(folder: string): Promise<readonly Fixture[]> {
  const python = '/usr/bin/python3';
  const name = await versionOf([python, '--version']);
  const log = (script: string): Promise<string> =>
    record(folder, `${script}.log`, [python, copySource(folder, 'applications', script)]);
  return [
    fixture(
      'python/traceback.log',
      name,
      'tracebacks with causes, a syntax error, an uncaught one',
      await log('failures.py'),
    ),
    fixture(
      'python/logging.log',
      name,
      'the module logging: default format, then one with time',
      await log('logging_formats.py'),
    ),
  ];
}

/** Stack traces and java.util.logging, where a JDK is installed; else the committed fixture stays. */
export async function captureJava(folder: string): Promise<readonly Fixture[]> {
  if (!existsSync('/usr/bin/javac')) {
    say('java: no JDK is installed (openjdk-17-jdk-headless); the fixture stays as it is');
    return [];
  }
  const name = await versionOf(['/usr/bin/java', '--version']);
  const log = await record(folder, 'java.log', ['/usr/bin/java', copySource(folder, 'applications', 'Uncaught.java')]);
  return [fixture('java/uncaught.log', name, 'java.util.logging; stack traces with “Caused by” and “Suppressed”', log)];
}

/** Starts a server, and stops it after some seconds if it has not ended by itself. */
async function recordServer(
  folder: string,
  name: string,
  seconds: number,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const log = join(folder, `${name}.log`);
  const server = startProgram(command, log, { unprivileged: true, env: { LANG: 'C.UTF-8', ...env } });
  const end = Date.now() + seconds * 1000;
  await until(name, () => (server.exitCode() === undefined && Date.now() < end ? 'it runs' : undefined));
  await server.stop();
  return log;
}

/** A built tool, where the unprivileged user can run it. */
async function copyOf(folder: string, name: ToolName): Promise<string> {
  return copyInto(folder, (await tools(name))[name]);
}

const url = (port: number): string => `http://127.0.0.1:${port}`;

/** etcd: zap's JSON. */
export async function captureEtcd(folder: string): Promise<readonly Fixture[]> {
  const etcd = await copyOf(folder, 'etcd');
  const [client = 0, peer = 0] = await freePorts(2);
  const clients = ['--listen-client-urls', url(client), '--advertise-client-urls', url(client)];
  const peers = ['--listen-peer-urls', url(peer), '--initial-advertise-peer-urls', url(peer)];
  const alone = ['--initial-cluster', `default=${url(peer)}`, '--unsafe-no-fsync'];
  const command = [etcd, '--data-dir', join(folder, 'state'), ...clients, ...peers, ...alone];
  const log = await recordServer(folder, 'etcd', 4, command);
  return [fixture('json/etcd.log', await versionOf([etcd, '--version']), 'zap’s JSON: level, ts, msg', log)];
}

/** containerd, whose start fails without root: logrus' logfmt. */
export async function captureContainerd(folder: string): Promise<readonly Fixture[]> {
  const containerd = await copyOf(folder, 'containerd');
  const folders = ['--root', join(folder, 'root'), '--state', join(folder, 'state')];
  const log = await recordServer(folder, 'containerd', 3, [
    containerd,
    ...folders,
    '--address',
    join(folder, 'socket'),
  ]);
  const name = (await versionOf([containerd, '--version'])).trim();
  return [fixture('logfmt/containerd.log', name, 'logrus’ logfmt: time, level, msg', log)];
}

/** Promtail, whose Loki is not there: go-kit's logfmt. */
export async function capturePromtail(folder: string): Promise<readonly Fixture[]> {
  const promtail = await copyOf(folder, 'promtail');
  const [http = 0, grpc = 0] = await freePorts(2);
  const config = copySource(folder, 'applications', 'promtail.yaml');
  const command = [promtail, `-config.file=${config}`, '-config.expand-env=true'];
  const env = { HTTP_PORT: String(http), GRPC_PORT: String(grpc), FOLDER: folder };
  const log = await recordServer(folder, 'promtail', 5, command, env);
  const name = await versionOf([promtail, '--version']);
  return [fixture('logfmt/promtail.log', name, 'go-kit’s logfmt: level, ts, caller, msg', log)];
}

/** CoreDNS: the level in brackets and no time. */
export async function captureCoredns(folder: string): Promise<readonly Fixture[]> {
  const coredns = await copyOf(folder, 'coredns');
  const [dns = 0] = await freePorts(1);
  const command = [coredns, '-conf', copySource(folder, 'applications', 'Corefile')];
  const log = await recordServer(folder, 'coredns', 2, command, { DNS_PORT: String(dns) });
  return [fixture('text/coredns.log', await versionOf([coredns, '-version']), 'level in brackets, no time', log)];
}

/** Kubernetes' scheduler, whose API server is not there: klog. */
export async function captureScheduler(folder: string): Promise<readonly Fixture[]> {
  const scheduler = await copyOf(folder, 'kube-scheduler');
  const command = [scheduler, '--master', url(9), '--secure-port=0', '--leader-elect=false'];
  const log = await recordServer(folder, 'kube-scheduler', 4, command);
  const name = `kube-scheduler ${await versionOf([scheduler, '--version'])}`;
  return [fixture('text/klog.log', name, 'klog: level, day and time in front of each line', log)];
}
