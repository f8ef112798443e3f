/** The real OpenTelemetry Collector with a stack's config, reading files laid out as the kubelet lays them out. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectorArgs, collectorConfig, FOLDERS } from '../src/components/collector/config';
import { configText } from '../src/components/collector/text';
import { gatewayUrl } from '../src/components/gateway';
import { COLLECTOR } from '../src/components/kit/identity';
import { NODE_VARIABLE } from '../src/pipelines/collector/source';
import { POD_LOGS } from '../src/pipelines/sources';
import { type AgentOptions, bound, notReady, writeCredential } from './agent';
import { countOf } from './metric';
import { NODE } from './pod-logs';
import { startPodsApi } from './pods-api';
import { freePorts, type RunningProgram, startProgram, until } from './program';
import { mapStrings, type RenderedStack } from './rendered-stack';
import { send } from './request';

export interface RunningCollector extends RunningProgram {
  /** Of its metrics. */
  readonly port: number;
  /** Its metrics, as Prometheus would scrape them. */
  readonly metrics: () => Promise<string>;
}

/** Starts a stack's Collector: only discovery, addresses, ports and folders of the config are changed. */
export async function startCollector(
  otelcol: string,
  rendered: RenderedStack,
  options: AgentOptions,
): Promise<RunningCollector> {
  const { folder, logs, targets, gatewayPort } = options;
  const [metrics = 0, health = 0] = await freePorts(2);
  const places: Readonly<Record<string, string>> = {
    [`${POD_LOGS}/`]: `${logs.folder}/`,
    [FOLDERS.positions]: join(folder, 'state'),
    [FOLDERS.credential]: join(folder, 'credential'),
    [FOLDERS.gatewayCa]: join(folder, 'gateway-ca'),
    [`${FOLDERS.tenants}/`]: `${join(folder, 'tenants')}/`,
    [FOLDERS.also]: join(folder, 'also'),
    '/logs/': `${join(folder, 'files')}/`,
    [`${gatewayUrl(rendered.config)}/`]: `http://127.0.0.1:${gatewayPort}/`,
    [`0.0.0.0:${COLLECTOR.ports.health}`]: `127.0.0.1:${health}`,
  };
  const local = (text: string): string =>
    Object.entries(places).reduce((changed, [from, to]) => changed.replace(from, to), text);
  const moved = withOwnPort(
    withKubeconfig(mapStrings(collectorConfig(rendered.config), local) as Readonly<Record<string, unknown>>),
    metrics,
  );
  mkdirSync(join(folder, 'state'), { recursive: true });
  writeCredential(rendered, options);
  const configPath = join(folder, 'collector.yaml');
  writeFileSync(configPath, configText(moved));
  const api = await startPodsApi(targets);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig);
  const [command, env] = bound(
    [otelcol, ...collectorArgs(configPath)],
    { [NODE_VARIABLE]: NODE, KUBECONFIG: kubeconfig },
    options,
  );
  const program = startProgram(command, join(folder, 'collector.log'), { env });
  // It compiles every expression first.
  await until('the Collector', () => notReady(health, '/'), { program, seconds: 90 });
  return {
    ...program,
    port: metrics,
    stop: async (signal, patience) => {
      const code = await program.stop(signal, patience);
      await api.stop();
      return code;
    },
    metrics: async () => (await send({ port: metrics, path: '/metrics' })).text,
  };
}

type Section = Readonly<Record<string, unknown>>;
const section = (value: unknown): Section => (typeof value === 'object' && value !== null ? { ...value } : {});

/** It is not in a pod, whose token it would use. */
function withKubeconfig(config: Section): Section {
  const processors = section(config['processors']);
  const discovery = { ...section(processors['k8s_attributes']), auth_type: 'kubeConfig' };
  return { ...config, processors: { ...processors, k8s_attributes: discovery } };
}

function withOwnPort(config: Section, port: number): Section {
  const text = JSON.stringify(config).replace(
    `"host":"0.0.0.0","port":${COLLECTOR.ports.metrics}`,
    `"host":"127.0.0.1","port":${port}`,
  );
  return section(JSON.parse(text));
}

/** Waits until nothing has been sent for ten seconds: what is held back for its next line is sent by then. */
export async function sendsNoMore(collector: RunningCollector): Promise<void> {
  let sent = -1;
  let quiet = 0;
  await until(
    'the Collector to send, and 10 s without another record',
    async () => {
      const before = sent;
      sent = countOf(await collector.metrics(), 'otelcol_exporter_sent_log_records');
      quiet = sent > 0 && sent === before ? quiet + 1 : 0;
      if (quiet === 5) return undefined;
      await sleep(2_000);
      return `${sent} records are sent`;
    },
    { program: collector, seconds: 60 },
  );
}
