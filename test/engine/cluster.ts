/** The local cluster as the tests of the engine find it: without a stack. */
import { ensureBuilt } from '../../bin/ensure-built';
import { currentCluster, startCluster, stopCluster } from '../../local/cluster';
import { ensureForwards } from '../../local/forward';
import { kubectl, type Target } from '../../local/kubernetes';
import { gatewayServicePort } from '../../src/components/gateway';
import { prepareCluster, targetOf } from '../e2e/cluster';
import { freePorts } from '../../programs/program';
import { engineConfig, log } from './engine';

export interface EmptyCluster {
  readonly target: Target;
  readonly kubeconfig: string;
  /** Stops the cluster, if it was started for these tests. */
  readonly release: () => Promise<void>;
}

/** The cluster with the images of the stack. */
export async function emptyCluster(): Promise<EmptyCluster> {
  const startedHere = currentCluster() === undefined;
  // Some processes of the cluster are programs of this project.
  ensureBuilt('local');
  const cluster = await startCluster(log);
  const target = targetOf(cluster);
  const { logging } = engineConfig.namespaces;
  if ((await kubectl(target, ['get', 'namespace', logging, '--ignore-not-found', '-o', 'name'])) !== '')
    throw new Error(
      `The local cluster runs a stack already, perhaps from \`make up\`. These tests deploy their own: make down first.`,
    );
  await prepareCluster(engineConfig);
  return {
    target,
    kubeconfig: cluster.kubeconfig,
    release: async () => {
      if (startedHere) await stopCluster(log);
    },
  };
}

/** A port of this machine that leads to the gateway, whatever happens to its pods. */
export async function forwardGateway(): Promise<number> {
  const [port = 0] = await freePorts(1);
  const { logging } = engineConfig.namespaces;
  await ensureForwards(
    [{ port, namespace: logging, service: 'gateway', servicePort: gatewayServicePort(engineConfig) }],
    log,
  );
  return port;
}
