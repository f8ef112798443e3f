/** Starts the cluster and the stack of a tier, and makes sure that they are stopped again. */
import { ensureBuilt } from '../../bin/ensure-built';
import { currentCluster, stopCluster } from '../../local/cluster';
import { INSTANCE_VARIABLE } from '../../local/instance';
import { NAME } from '../../local/layout';
import type { StackConfig } from '../../src/config';
import type { KubernetesObject } from '../../charts/objects';
import { startReceiver } from './alert-receiver';
import {
  allSecrets,
  applyRendered,
  e2eConfig,
  forwardGateway,
  GATEWAY_PORT_VARIABLE,
  gatewayCertificate,
  log,
  prepareCluster,
  waitForAnswer,
  waitForStack,
} from './cluster';
import { fastObjects } from './fast-alerts';
import { stopOnSignals } from './stop-on-signals';

const instance = process.env[INSTANCE_VARIABLE] ?? '';
const MAKE_DOWN = `${instance === '' ? '' : `${INSTANCE_VARIABLE}=${instance} `}make down`;

/** Starts the cluster and the stack once for all end-to-end tests. */
export default function startStack(): Promise<void> {
  const config = e2eConfig();
  return startStackOf(config, fastObjects(config));
}

/** Starts the cluster with a stack of this config, as these objects. */
export async function startStackOf(config: StackConfig, objects: readonly KubernetesObject[]): Promise<void> {
  if (currentCluster() !== undefined)
    throw new Error(
      `The local cluster ${NAME} runs already, perhaps from \`make up\`. These tests want it for themselves: stop it by ${MAKE_DOWN} first.`,
    );
  // Some processes of the cluster are programs of this project.
  ensureBuilt('local');
  stopOnSignals();
  try {
    await start(config, objects);
  } catch (error) {
    // No tear-down follows a failed set-up.
    await stopCluster(log);
    throw error;
  }
}

async function start(config: StackConfig, objects: readonly KubernetesObject[]): Promise<void> {
  const { cluster, target } = await prepareCluster(config);
  // Before the first alert: one that reaches nobody is told of by another.
  await startReceiver(cluster, target);
  const applied = Date.now();
  log('applying the rendered stack, then waiting for it');
  const certificate = gatewayCertificate(config);
  await applyRendered(target, objects, allSecrets(config, certificate));
  await waitForStack(target, config);
  log(`ready ${((Date.now() - applied) / 1000).toFixed(1)} s after it was applied`);
  process.env[GATEWAY_PORT_VARIABLE] = String(await forwardGateway(config, certificate['ca.crt']));
  await waitForAnswer();
}
