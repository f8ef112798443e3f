import { currentCluster } from '../../local/cluster';
import { applyRendered, e2eConfig, forwardGateway, GATEWAY_PORT_VARIABLE, log, prepareCluster, waitForStack } from './cluster';

/** Starts the cluster and the stack once for all end-to-end tests. */
export default async function startStack(): Promise<void> {
  if (currentCluster() !== undefined) throw new Error('The local cluster runs already, perhaps from `make up`. The end-to-end tests want it for themselves: make down first.');
  const config = e2eConfig();
  const target = await prepareCluster(config);
  const applied = Date.now();
  log('applying the rendered stack, then waiting for Loki, the gateway and Promtail');
  await applyRendered(target, config, true);
  await waitForStack(target, config);
  log(`ready ${((Date.now() - applied) / 1000).toFixed(1)} s after it was applied`);
  process.env[GATEWAY_PORT_VARIABLE] = String(await forwardGateway(config));
}
