/** Which alerts fire, as those say who evaluate them. */
import { kubectl, type Target } from '../../local/kubernetes';
import { PROMETHEUS } from '../../src/components/identity';
import type { StackConfig } from '../../src/config';
import { send } from '../support/request';
import { credential, gatewayPort } from './cluster';

export interface Firing {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Asks the stack's own Prometheus, by the API server. */
export async function askPrometheus(target: Target, { namespaces }: StackConfig, path: string): Promise<unknown> {
  const service = `services/${PROMETHEUS.name}:${PROMETHEUS.ports.http}`;
  const answer = await kubectl(target, [
    'get',
    '--raw',
    `/api/v1/namespaces/${namespaces.logging}/${service}/proxy/api/v1/${path}`,
  ]);
  return JSON.parse(answer);
}

/** Alerts of metrics. */
export async function firingInPrometheus(target: Target, config: StackConfig): Promise<readonly Firing[]> {
  return firing(await askPrometheus(target, config, 'alerts'));
}

/** Alerts of lines. */
export async function firingInLoki(): Promise<readonly Firing[]> {
  const path = '/prometheus/api/v1/alerts';
  const { status, text } = await send({ port: gatewayPort(), path, credential: credential('grafana') });
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return firing(JSON.parse(text));
}

function firing(answer: unknown): readonly Firing[] {
  const { data } = answer as {
    readonly data: {
      readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[];
    };
  };
  return data.alerts
    .filter(({ state }) => state === 'firing')
    .map(({ labels }) => ({ name: labels['alertname'] ?? '', labels }));
}
