/** The real nginx on the loopback address, with the config, users and commands that a stack's gateway pod would get. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretValues } from '../src/secrets/row';
import {
  freePorts,
  give,
  type RunningProgram,
  removeFolder,
  run,
  type RunResult,
  startProgram,
  temporaryFolder,
  until,
} from './program';
import { configFile, containerOf, podTemplates, type RenderedStack, secretFiles } from './rendered-stack';
import { send } from './request';
import { type Bridge, type CertificateFiles, makeCertificate, startTlsBridge } from './tls';

export interface RunningGateway {
  /** For plain HTTP, also where the gateway itself speaks TLS: there it leads through a bridge that checks the certificate. */
  readonly port: number;
  /** What the gateway itself listens on. */
  readonly ownPort: number;
  /** Its port for clients from outside, where the stack has one. */
  readonly outsidePort?: number;
  readonly metricsPort: number;
  /** Where it writes, and finds its users and its certificate. */
  readonly folder: string;
  /** Its certificate; absent where it speaks plain HTTP. */
  readonly certificate?: CertificateFiles;
  /** The one that it shows to clients from outside. */
  readonly outsideCertificate?: CertificateFiles;
  readonly program: RunningProgram;
  /** Runs the command that the kubelet runs before it ends the pod. */
  readonly preStop: () => Promise<RunResult>;
  readonly stop: () => Promise<void>;
}

/** Name of a Service → address and port. */
export type AddressOf = (service: string) => string;

/** A gateway's files on this machine. */
export interface LocalGateway {
  readonly folder: string;
  readonly command: readonly string[];
  /** nginx alone, with the same config. */
  readonly nginx: readonly string[];
  readonly preStop: readonly string[];
  readonly port: number;
  readonly metricsPort: number;
  readonly outsidePort: number;
  readonly certificate?: CertificateFiles;
  readonly outsideCertificate?: CertificateFiles;
}

/**
 * Writes the pod's files into `folder`: only addresses, ports and folders of the config are changed, as neither the
 * cluster's names nor its volumes exist here.
 */
export async function writeGatewayFiles(
  rendered: RenderedStack,
  values: SecretValues,
  loki: number | AddressOf,
  alertmanager = 9,
): Promise<LocalGateway> {
  const folder = temporaryFolder('gateway');
  const [port = 0, metricsPort = 0, ownPort = 0, outsidePort = 0] = await freePorts(4);
  const { logging } = rendered.config.namespaces;
  const places: Readonly<Record<string, string>> = {
    '/etc/nginx/gateway': folder,
    '/etc/nginx/users': join(folder, 'users'),
    '/etc/nginx/tls': join(folder, 'tls'),
    '/etc/nginx/outside-tls': join(folder, 'outside-tls'),
    '/tmp': join(folder, 'tmp'),
  };
  const local = (text: string): string =>
    text.replaceAll(
      /\/etc\/nginx\/gateway|\/etc\/nginx\/(?:users|tls|outside-tls)|\/tmp(?=\/)/g,
      (place) => places[place] ?? place,
    );
  const config = local(configFile(rendered, 'gateway-config', 'nginx.conf'))
    .replaceAll(new RegExp(`\\b([\\w-]+)\\.${logging}\\.svc:3100\\b`, 'g'), (_, service: string) =>
      typeof loki === 'number' ? `127.0.0.1:${loki}` : loki(service),
    )
    // Nothing listens there, unless a test says where.
    .replaceAll(new RegExp(`\\b[\\w-]+\\.${logging}\\.svc:9093\\b`, 'g'), `127.0.0.1:${alertmanager}`)
    .replace(/listen 8080(?=[; ])/, `listen 127.0.0.1:${port}`)
    .replace(/listen \[::\]:8080(?=[; ])/, `listen [::1]:${port}`)
    .replace(/listen 8083(?=[; ])/, `listen 127.0.0.1:${outsidePort}`)
    .replace(/listen \[::\]:8083(?=[; ])/, `listen [::1]:${outsidePort}`)
    .replace('listen 8081;', `listen 127.0.0.1:${metricsPort};`)
    .replace('listen [::]:8081;', `listen [::1]:${metricsPort};`)
    .replaceAll('127.0.0.1:8082', `127.0.0.1:${ownPort}`);
  for (const name of ['tmp', 'users', 'tls', 'outside-tls']) {
    mkdirSync(join(folder, name));
    give(join(folder, name));
  }
  writeFileSync(join(folder, 'nginx.conf'), config);
  for (const [name, text] of mountsUsers(rendered)
    ? Object.entries(secretFiles(rendered, values, 'gateway-users'))
    : [])
    writeFileSync(join(folder, 'users', name), text);
  const certificate = rendered.config.gateway.tls && makeCertificate(hostOf(rendered));
  const { expose } = rendered.config.gateway;
  const outsideCertificate =
    expose?.type === 'loadBalancer' && expose.tls !== undefined ? makeCertificate(expose.host) : undefined;
  for (const [place, files] of [
    ['tls', certificate],
    ['outside-tls', outsideCertificate],
  ] as const)
    for (const [name, text] of Object.entries(files ?? {})) {
      writeFileSync(join(folder, place, name), text);
      give(join(folder, place, name));
    }
  const container = containerOf(rendered, 'gateway');
  const command = (container.command ?? []).map(local);
  return {
    folder,
    command,
    nginx: command.slice(command.indexOf('nginx')),
    preStop: (container.lifecycle?.preStop?.exec?.command ?? []).map(local),
    port,
    metricsPort,
    outsidePort,
    ...(certificate === undefined ? {} : { certificate }),
    ...(outsideCertificate === undefined ? {} : { outsideCertificate }),
  };
}

/** The name that clients in the cluster know it by. */
function hostOf({ config }: RenderedStack): string {
  return `gateway.${config.namespaces.logging}.svc`;
}

function mountsUsers(rendered: RenderedStack): boolean {
  const template = podTemplates(rendered).find(({ name }) => name === 'gateway');
  const volumes = template?.spec['volumes'] as readonly { readonly secret?: { readonly secretName: string } }[];
  return volumes.some(({ secret }) => secret?.secretName === 'gateway-users');
}

/** What nginx thinks of a stack's config. */
export async function testGatewayConfig(
  rendered: RenderedStack,
  values: SecretValues,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { folder, nginx } = await writeGatewayFiles(rendered, values, 3100);
  try {
    const program = startProgram([...nginx, '-t'], join(folder, 'nginx.log'), { unprivileged: true });
    await until('nginx -t', () => (program.exitCode() === undefined ? 'it runs' : undefined));
    return { code: await program.stop(), output: program.output() };
  } finally {
    removeFolder(folder);
  }
}

/**
 * Starts a stack's gateway in front of a Loki on the loopback address, without root's rights.
 *
 * @param loki - its port; of several, where each Service leads
 * @param alertmanager - its port. @default - one that nothing listens on
 */
export async function startGateway(
  rendered: RenderedStack,
  values: SecretValues,
  loki: number | AddressOf,
  alertmanager?: number,
): Promise<RunningGateway> {
  const files = await writeGatewayFiles(rendered, values, loki, alertmanager);
  const { folder, command, preStop, metricsPort, certificate, outsideCertificate } = files;
  const program = startProgram(command, join(folder, 'nginx.log'), { unprivileged: true });
  const bridge: Bridge | undefined =
    certificate && (await startTlsBridge({ port: files.port, host: hostOf(rendered), ca: certificate['ca.crt'] }));
  const port = bridge?.port ?? files.port;
  await until(
    'nginx',
    async () => {
      try {
        return (await send({ port, path: '/health' })).status === 200 ? undefined : '/health does not answer 200';
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    { program },
  );
  return {
    port,
    ownPort: files.port,
    ...(rendered.config.gateway.expose === undefined ? {} : { outsidePort: files.outsidePort }),
    metricsPort,
    folder,
    ...(certificate === undefined ? {} : { certificate }),
    ...(outsideCertificate === undefined ? {} : { outsideCertificate }),
    program,
    preStop: () => run(preStop, { unprivileged: true }),
    stop: async () => {
      await bridge?.stop();
      await program.stop();
      removeFolder(folder);
    },
  };
}
