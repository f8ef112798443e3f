/** The real loki-canary with the arguments of a stack's pod and its nginx beside it; what it writes lands where the kubelet would put it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { gatewayUrl } from '../../src/components/gateway';
import { credentialSecretName } from '../../src/config';
import type { SecretValues } from '../../src/secrets/row';
import type { RunningGateway } from '../../programs/gateway';
import { freePorts } from '../../programs/program';
import { metricOf } from '../../programs/metric';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { type RunningProxy, startProxy } from './proxy';
import { podTemplates, type RenderedStack, secretFiles } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

export interface RunningCanary {
  /** Process ids of the canary and of its nginx. */
  readonly pids: readonly number[];
  readonly proxy: RunningProxy;
  /** Where its metrics are shown, and where its queries go. */
  readonly ports: { readonly metrics: number; readonly queries: number };
  /** What it has said on standard error. */
  readonly said: () => string;
  /** One of its metrics, summed over its series; NaN where there is none. */
  readonly metric: (name: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface CanaryOptions {
  readonly values: SecretValues;
  readonly gateway: Pick<RunningGateway, 'ownPort' | 'certificate'>;
  readonly logs: PodLogs;
  readonly target: Container;
  /** Further arguments, for shorter times. @default - none */
  readonly further?: readonly string[];
}

/** The canary's container as discovery sees it. */
export function canaryTarget(rendered: RenderedStack): Container {
  const template = podTemplates(rendered).find(({ name }) => name === 'canary');
  if (template === undefined) throw new Error(`stack ${rendered.name} has no canary`);
  return {
    namespace: template.namespace,
    pod: 'canary-5d8f9c7b6-x2x4z',
    container: 'canary',
    labels: template.metadata.labels,
  };
}

export async function startCanary(
  binary: string,
  rendered: RenderedStack,
  { values, gateway, logs, target, further = [] }: CanaryOptions,
): Promise<RunningCanary> {
  const { config } = rendered;
  const [queries = 0, metrics = 0, own = 0] = await freePorts(3);
  const credential = config.canary?.credential ?? '';
  const proxy = await startProxy(rendered, {
    workload: 'canary',
    configMap: 'canary-config',
    ...(config.auth.loki.enabled ? { secret: secretFiles(rendered, values, credentialSecretName(credential)) } : {}),
    places: {
      '127.0.0.1:3101': `127.0.0.1:${queries}`,
      'listen 3500': `listen 127.0.0.1:${metrics}`,
      '127.0.0.1:3501': `127.0.0.1:${own}`,
      [gatewayUrl(config)]: `${config.gateway.tls === undefined ? 'http' : 'https'}://127.0.0.1:${gateway.ownPort}`,
    },
    ...(gateway.certificate === undefined ? {} : { ca: gateway.certificate['ca.crt'] }),
    metricsPort: metrics,
  });
  const containers = podTemplates(rendered).find(({ name }) => name === 'canary')?.spec.containers ?? [];
  const args = (containers.find(({ name }) => name === 'canary')?.args ?? []).map((text) =>
    text.replace('127.0.0.1:3101', `127.0.0.1:${queries}`).replace('-port=3501', `-port=${own}`),
  );
  const child = spawn(binary, [...args, ...further], { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  const ended = once(child, 'exit');
  let said = '';
  const now = (): bigint => BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
  for (const name of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[name] }).on('line', (line) => {
      if (name === 'stderr') said += `${line}\n`;
      logs.append(target, [cri(now(), line, 'F', name)]);
    });
  }
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  return {
    pids: [child.pid ?? 0, proxy.program.pid],
    proxy,
    ports: { metrics, queries },
    said: () => said,
    metric: async (name) => metricOf((await send({ port: metrics, path: '/metrics' })).text, name),
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(killNow, 15_000);
      await ended;
      clearTimeout(late);
      process.removeListener('exit', killNow);
      await proxy.stop();
    },
  };
}
