/** Which alerts fire, as those say who evaluate them. */
import type { Target } from '../../local/kubernetes';
import { askPrometheus } from '../../local/prometheus';
import type { StackConfig } from '../../src/config';
import { send } from '../../programs/request';
import { credential, gatewayPort } from './cluster';

export interface Firing {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
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
