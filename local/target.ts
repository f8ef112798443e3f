/** The cluster that `make` is told to use, and the kubectl for it. */
import { currentCluster } from './cluster';
import type { Target } from './kubernetes';
import { run } from './shell';

/**
 * @param context - a kube context. @default - the embedded cluster
 * @throws Error where there is none of that name, or the embedded cluster does not run
 */
export async function targetOf(context: string | undefined): Promise<Target> {
  if (context === undefined) {
    const cluster = currentCluster();
    if (cluster === undefined) throw new Error('the local cluster is not running: make up starts it');
    return { kubectl: cluster.kubectl, select: ['--kubeconfig', cluster.kubeconfig] };
  }
  const known = (await run('kubectl', ['config', 'get-contexts', '-o', 'name'])).split('\n');
  if (!known.includes(context))
    throw new Error(
      `no kube context "${context}"; kubectl config get-contexts lists: ${known.filter((name) => name !== '').join(', ') || 'none'}`,
    );
  return { kubectl: 'kubectl', select: ['--context', context] };
}
