/** The real Promtail with a stack's rendered config, reading files laid out as the kubelet lays them out. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { gatewayUrl } from '../src/components/gateway';
import { POD_LOGS } from '../src/pipelines/sources';
import { type AgentOptions, bound, notReady, writeCredential } from './agent';
import { countOf } from './metric';
import { type Container, NODE, uidOf } from './pod-logs';
import { freePorts, type RunningProgram, startProgram, until } from './program';
import { configFile, containerOf, mapStrings, type RenderedStack } from './rendered-stack';
import { send } from './request';

interface ScrapeConfig {
  readonly kubernetes_sd_configs?: unknown;
  readonly [setting: string]: unknown;
}

interface PromtailConfig {
  readonly server: Readonly<Record<string, unknown>>;
  readonly scrape_configs: readonly ScrapeConfig[];
  readonly [section: string]: unknown;
}

/** Labels as Prometheus' Kubernetes discovery gives them for one container of a pod. */
function metaLabels(target: Container): Readonly<Record<string, string>> {
  const pod = '__meta_kubernetes_pod_';
  const named = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  return {
    __meta_kubernetes_namespace: target.namespace,
    [`${pod}name`]: target.pod,
    [`${pod}uid`]: uidOf(target),
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

export interface PromtailOptions extends AgentOptions {
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
  options: PromtailOptions,
): Promise<RunningPromtail> {
  const { folder, logs, targets, gatewayPort, dryRun = false } = options;
  const [http = 0] = await freePorts(1);
  const folders: Readonly<Record<string, string>> = {
    [`${POD_LOGS}/`]: `${logs.folder}/`,
    '/run/promtail/': `${join(folder, 'positions')}/`,
    '/etc/promtail-credential/': `${join(folder, 'credential')}/`,
    '/logs/': `${join(folder, 'files')}/`,
    '/etc/promtail-gateway-ca/': `${join(folder, 'gateway-ca')}/`,
    [`${gatewayUrl(rendered.config)}/`]: `http://127.0.0.1:${gatewayPort}/`,
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
  mkdirSync(join(folder, 'positions'), { recursive: true });
  writeCredential(rendered, options);
  writeFileSync(join(folder, 'moved.yaml'), stringify(moved));
  const args = (containerOf(rendered, 'promtail').args ?? []).map((text) =>
    text.replace('/etc/promtail/config.yaml', join(folder, 'moved.yaml')).replace('$(HOSTNAME)', NODE),
  );
  const [command, env] = bound([promtail, ...args, ...(dryRun ? ['-dry-run'] : [])], { HOSTNAME: NODE }, options);
  const program = startProgram(command, join(folder, 'promtail.log'), { env });
  await until('Promtail', () => notReady(http, '/ready'), { program });
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
