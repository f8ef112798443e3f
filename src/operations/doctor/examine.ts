/** Does what `npm run doctor` does: looks at a running stack, and at one pod if asked to, and names the broken link. */
import { GATEWAY } from '../../components/kit/identity';
import type { StackConfig } from '../../config';
import type { KubernetesObject } from '../../../charts/objects';
import type { Cluster } from '../kubectl';
import { collect } from '../observe/collect';
import { gatewayEndpoint } from '../observe/gateway';
import { Look } from '../observe/look';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { diagnose } from './diagnose';
import { type Asked, explain, lookAtPods } from './pod';
import type { Report } from './finding';

/** Seconds between the two samples of metrics. */
const INTERVAL = 3;

export async function examine(
  cluster: Cluster,
  stack: string,
  config: StackConfig,
  expected: readonly KubernetesObject[],
  asked?: Asked,
): Promise<Report> {
  const state = await collect(cluster, config, expected, { interval: INTERVAL, logs: true });
  if (asked === undefined) return diagnose(stack, config, expected, state);
  return diagnose(stack, config, expected, state, await explained(cluster, config, asked, state));
}

async function explained(cluster: Cluster, config: StackConfig, asked: Asked, state: StackState) {
  const look = new Look(cluster);
  try {
    const running = (known(state.pods) ?? []).filter(
      ({ component, phase }) => component === GATEWAY.name && phase === 'Running',
    );
    const pod = running.find(({ ready }) => ready) ?? running[0];
    const endpoint = await gatewayEndpoint(look, config, pod);
    return explain(config, asked, await lookAtPods(look, config, asked, endpoint), state);
  } finally {
    look.close();
  }
}
