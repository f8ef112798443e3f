/** The real Promtail with a stack's rendered config, reading files laid out as the kubelet lays them out. */
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { gatewayUrl } from '../src/components/gateway';
import type { SecretValues } from '../src/secrets/row';
import { countOf } from './metric';
import { freePorts, type RunningProgram, startProgram, until } from './program';
import { configFile, containerOf, mapStrings, type RenderedStack, secretFiles } from './rendered-stack';
import { send } from './request';
import { makeCertificate } from './tls';

/** A container as discovery sees it and as the kubelet names its folder. */
export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** `metadata.labels` of the pod. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a static pod: the hash of its manifest, which its folder is named after. */
  readonly configHash?: string;
}

export const NODE = 'node-1';

interface ScrapeConfig {
  readonly kubernetes_sd_configs?: unknown;
  readonly [setting: string]: unknown;
}

interface PromtailConfig {
  readonly server: Readonly<Record<string, unknown>>;
  readonly scrape_configs: readonly ScrapeConfig[];
  readonly [section: string]: unknown;
}

const uid = ({ namespace, pod }: Container): string => `uid-of-${namespace}-${pod}`;

/** Labels as Prometheus' Kubernetes discovery gives them for one container of a pod. */
function metaLabels(target: Container): Readonly<Record<string, string>> {
  const pod = '__meta_kubernetes_pod_';
  const named = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  return {
    __meta_kubernetes_namespace: target.namespace,
    [`${pod}name`]: target.pod,
    [`${pod}uid`]: uid(target),
    [`${pod}container_name`]: target.container,
    [`${pod}node_name`]: NODE,
    ...Object.fromEntries(
      Object.entries(target.labels ?? {}).flatMap(([name, value]) => [
        [`${pod}label_${named(name)}`, value],
        [`${pod}labelpresent_${named(name)}`, 'true'],
      ]),
    ),
    ...(target.configHash === undefined ? {} : { [`${pod}annotation_kubernetes_io_config_hash`]: target.configHash }),
  };
}

/** A node's `/var/log/pods`, in a temporary folder. */
export class PodLogs {
  private rotations = 0;

  constructor(readonly folder: string) {}

  /** Appends whole lines, CRI prefix and all, to the container's current file; without a line, the file is just there. */
  append(target: Container, lines: readonly (string | Buffer)[]): void {
    const file = this.file(target);
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, '');
    for (const line of lines) appendFileSync(file, Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
  }

  /** What the kubelet does with a file that has grown too long. */
  rotate(target: Container): void {
    this.rotations += 1;
    const second = String(this.rotations).padStart(2, '0');
    renameSync(this.file(target), `${this.file(target)}.20260102-0304${second}`);
    writeFileSync(this.file(target), '');
  }

  private file(target: Container): string {
    const { namespace, pod, container, configHash } = target;
    return join(this.folder, `${namespace}_${pod}_${configHash ?? uid(target)}`, container, '0.log');
  }
}

const SECOND = 1_000_000_000n;

/** RFC 3339 with nanoseconds. */
export function iso(time: bigint): string {
  return new Date(Number(time / 1_000_000n))
    .toISOString()
    .replace(/\.\d+Z$/, `.${String(time % SECOND).padStart(9, '0')}Z`);
}

/** A line as containerd writes it. */
export function cri(time: bigint, text: string, flags = 'F', stream = 'stdout'): string {
  return `${iso(time)} ${stream} ${flags} ${text}`;
}

/** A long line as containerd writes it: in pieces, each at a later time. */
export function criPieces(times: () => bigint, text: string): readonly string[] {
  const pieces = text.match(/.{1,16384}/gs) ?? [];
  return pieces.map((piece, index) => cri(times(), piece, index < pieces.length - 1 ? 'P' : 'F'));
}

export interface PromtailOptions {
  /** Below it: positions, credential, config and log. Kept from one start to the next, as the node's folders are. */
  readonly folder: string;
  readonly logs: PodLogs;
  readonly targets: readonly Container[];
  readonly values: SecretValues;
  readonly gatewayPort: number;
  /** Print the entries instead of pushing them. */
  readonly dryRun?: boolean;
}

/** The arguments of the pod's Promtail, for the config as it is rendered. */
export function writeRenderedConfig(rendered: RenderedStack, folder: string): readonly string[] {
  writeFileSync(join(folder, 'config.yaml'), configFile(rendered, 'promtail-config', 'config.yaml'));
  return (containerOf(rendered, 'promtail').args ?? []).map((text) => text.replace('/etc/promtail/', `${folder}/`));
}

export interface RunningPromtail extends RunningProgram {
  /** Where it listens, and its metrics are. */
  readonly port: number;
  /** Its metrics, as Prometheus would scrape them. */
  readonly metrics: () => Promise<string>;
}

/** Starts a stack's Promtail: only discovery, addresses, ports and folders of the config are changed. */
export async function startPromtail(
  promtail: string,
  rendered: RenderedStack,
  { folder, logs, targets, values, gatewayPort, dryRun = false }: PromtailOptions,
): Promise<RunningPromtail> {
  const [http = 0] = await freePorts(1);
  const { config: stackConfig } = rendered;
  const folders: Readonly<Record<string, string>> = {
    '/var/log/pods/': `${logs.folder}/`,
    '/run/promtail/': `${join(folder, 'positions')}/`,
    '/etc/promtail-credential/': `${join(folder, 'credential')}/`,
    '/logs/': `${join(folder, 'files')}/`,
    '/etc/promtail-gateway-ca/': `${join(folder, 'gateway-ca')}/`,
    [`${gatewayUrl(stackConfig)}/`]: `http://127.0.0.1:${gatewayPort}/`,
  };
  const local = (text: string): string =>
    Object.entries(folders).reduce((changed, [from, to]) => changed.replace(from, to), text);
  const rendition = parse(configFile(rendered, 'promtail-config', 'config.yaml')) as PromtailConfig;
  const config = mapStrings(rendition, local) as PromtailConfig;
  const moved: PromtailConfig = {
    ...config,
    server: { ...config.server, http_listen_address: '127.0.0.1', http_listen_port: http },
    scrape_configs: config.scrape_configs.map(({ kubernetes_sd_configs: discovery, ...scrapeConfig }) => ({
      ...scrapeConfig,
      // Every scrape config sees every pod, as by discovery.
      ...(discovery === undefined
        ? {}
        : { static_configs: targets.map((target) => ({ targets: ['localhost'], labels: metaLabels(target) })) }),
    })),
  };
  for (const name of ['positions', 'credential', 'gateway-ca']) mkdirSync(join(folder, name), { recursive: true });
  const secret = `gateway-credential-${stackConfig.agent.credential}`;
  for (const [name, text] of stackConfig.auth.loki.enabled ? Object.entries(secretFiles(rendered, values, secret)) : [])
    writeFileSync(join(folder, 'credential', name), text);
  // It reads the file at its start; the tests' gateway is reached by plain HTTP.
  if (stackConfig.gateway.tls !== undefined)
    writeFileSync(join(folder, 'gateway-ca', 'ca.crt'), makeCertificate('gateway')['ca.crt']);
  writeFileSync(join(folder, 'moved.yaml'), stringify(moved));
  const args = (containerOf(rendered, 'promtail').args ?? []).map((text) =>
    text.replace('/etc/promtail/config.yaml', join(folder, 'moved.yaml')).replace('$(HOSTNAME)', NODE),
  );
  const program = startProgram([promtail, ...args, ...(dryRun ? ['-dry-run'] : [])], join(folder, 'promtail.log'), {
    env: { HOSTNAME: NODE },
  });
  await until(
    'Promtail',
    async () => {
      try {
        const { status, text } = await send({ port: http, path: '/ready' });
        return status === 200 ? undefined : text.trim();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    { program },
  );
  return {
    ...program,
    port: http,
    metrics: async () => (await send({ port: http, path: '/metrics' })).text,
  };
}

/** Waits until so many lines are read, and nothing has been sent for two seconds: what is held back for its next line is sent by then. */
export async function sendsNoMore(promtail: RunningPromtail, lines: number): Promise<void> {
  let sent = -1;
  let quiet = 0;
  await until(
    // A busy machine may need seconds for one batch.
    `${lines} lines, and 6 s without another`,
    async () => {
      const metrics = await promtail.metrics();
      const [read, before] = [countOf(metrics, 'promtail_read_lines_total'), sent];
      sent = countOf(metrics, 'promtail_sent_entries_total');
      if (read < lines) return `${read} are read`;
      quiet = sent > 0 && sent === before ? quiet + 1 : 0;
      if (quiet === 3) return undefined;
      await sleep(2_000);
      return `${sent} records are sent`;
    },
    { program: promtail },
  );
}
