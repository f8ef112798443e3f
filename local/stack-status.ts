/** The stack's own status, for `make up` and `make status`. */
import { GRAFANA } from '../src/components/kit/identity';
import { imageReference } from '../src/components/kit/container';
import type { StackConfig } from '../src/config';
import { type KubernetesObject, stackObjects } from '../charts/objects';
import { collect } from '../src/operations/observe/collect';
import { type Status, statusOf } from '../src/operations/status/status';
import { kubectl, type Target } from './kubernetes';
import type { Log } from './shell';

/** Seconds until a stack that has just come up is as it should be. */
const PATIENCE = 60;
/** Seconds between the two samples that rates come from. */
const INTERVAL = 2;

/** Whether a node has Grafana's image: the embedded cluster has no registry to pull it from. */
export async function grafanaImagePresent(target: Target, { images }: StackConfig): Promise<boolean> {
  const names = await kubectl(target, ['get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names[*]}']);
  return names.split(' ').includes(imageReference(images.grafana, images));
}

/** The objects that are expected to run. */
function expectedObjects(config: StackConfig, withGrafana: boolean): readonly KubernetesObject[] {
  const isGrafana = ({ kind, metadata }: KubernetesObject): boolean =>
    kind === 'Deployment' && metadata.name === GRAFANA.name;
  return stackObjects(config).filter((object) => withGrafana || !isGrafana(object));
}

/** One look at the stack. */
export async function stackStatus(
  target: Target,
  stack: string,
  config: StackConfig,
  withGrafana: boolean,
): Promise<Status> {
  const expected = expectedObjects(config, withGrafana);
  const state = await collect(target, config, expected, { interval: INTERVAL, logs: false });
  return statusOf(stack, config, expected, state);
}

/** Looks again until all is as it should be, or the time is over; returns the last look. */
export async function settledStatus(log: Log, look: () => Promise<Status>): Promise<Status> {
  const deadline = Date.now() + PATIENCE * 1000;
  for (;;) {
    const status = await look();
    if (status.verdict === 'ok' || Date.now() > deadline) return status;
    log('  waiting for every part of the status to be as it should be');
  }
}
