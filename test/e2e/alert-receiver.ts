/**
 * The pod that is told of alerts, in the namespace of the tests' applications. It is there from the start: alerts that reach nobody
 * would be one alert more.
 */
import {
  ALERT_RECEIVER,
  receivedMessages as receivedIn,
  receiverObjects,
  type Message,
} from '../../local/alert-receiver';
import type { Cluster } from '../../local/cluster';
import { buildNodeImage } from '../../local/images/catalog';
import { applyObjects, type Target, waitForRollout } from '../../local/kubernetes';
import { APPS } from './cluster';

export type { Message };

const IMAGE = 'spywatcher/e2e-alert-receiver:1.0.0';

/** Starts it where e2eConfig says that Alertmanager finds it. */
export async function startReceiver(cluster: Cluster, target: Target): Promise<void> {
  await cluster.importImage(await buildNodeImage({ name: IMAGE, folders: {}, command: [] }));
  await applyObjects(target, receiverObjects(APPS, IMAGE));
  await waitForRollout(target, APPS, `deployment/${ALERT_RECEIVER.name}`, 60);
}

/** Everything that it was told, in the order in which it came. */
export const receivedMessages = (target: Target): Promise<readonly Message[]> => receivedIn(target, APPS);
