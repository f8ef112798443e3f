import { ensureBuilt } from '../../bin/ensure-built';
import { currentCluster, stopCluster } from '../../local/cluster';
import type { StackConfig } from '../../src/config';
import {
  allSecrets,
  applyRendered,
  e2eConfig,
  forwardGateway,
  GATEWAY_PORT_VARIABLE,
  gatewayCertificate,
  log,
  prepareCluster,
  waitForStack,
} from './cluster';

/** Starts the cluster and the stack once for all end-to-end tests. */
export default function startStack(): Promise<void> {
  return startStackOf(e2eConfig());
}

/** Starts the cluster with a stack of this config. */
export async function startStackOf(config: StackConfig): Promise<void> {
  if (currentCluster() !== undefined)
    throw new Error(
      'The local cluster runs already, perhaps from `make up`. The end-to-end tests want it for themselves: make down first.',
    );
  // Some processes of the cluster are programs of this project.
  ensureBuilt('local');
  try {
    await start(config);
  } catch (error) {
    // No tear-down follows a failed set-up.
    await stopCluster(log);
    throw error;
  }
}

async function start(config: StackConfig): Promise<void> {
  const target = await prepareCluster(config);
  const applied = Date.now();
  log('applying the rendered stack, then waiting for Loki, the gateway and Promtail');
  const certificate = gatewayCertificate(config);
  await applyRendered(target, config, allSecrets(config, certificate));
  await waitForStack(target, config);
  log(`ready ${((Date.now() - applied) / 1000).toFixed(1)} s after it was applied`);
  process.env[GATEWAY_PORT_VARIABLE] = String(await forwardGateway(config, certificate['ca.crt']));
}
