/** The processes of the cluster: which programs they run, and how one is started. */
import { ToolName } from '../tools/build';
import { apiServerCommand, controllerManagerCommand, etcdCommand, schedulerCommand } from './control-plane';
import { dnsCommand } from './dns';
import { containerdCommand, kubeletCommand, proxyCommand } from './node';
import { killProcess, liveProcess, ownProgram } from './process';
import { inside, startInside } from './namespace';

/** The programs a running cluster needs. */
export const CLUSTER_TOOLS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'containerd',
  'ctr',
  'containerd-shim-runc-v2',
  'kubelet',
  'kube-proxy',
  'kubectl',
  'coredns',
  'pause',
] as const satisfies readonly ToolName[];

/** Path of each program of {@link CLUSTER_TOOLS}. */
export type ClusterTools = Record<(typeof CLUSTER_TOOLS)[number], string>;

/** A process of the cluster. */
export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'containerd'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kube-proxy'
  | 'kubelet'
  | 'coredns'
  | 'provisioner';

/** The command line of every process, in the order in which they are started. */
export function commands(tools: ClusterTools): Record<ComponentName, readonly string[]> {
  return {
    etcd: etcdCommand(tools.etcd),
    'kube-apiserver': apiServerCommand(tools['kube-apiserver']),
    containerd: containerdCommand(tools.containerd),
    'kube-controller-manager': controllerManagerCommand(tools['kube-controller-manager']),
    'kube-scheduler': schedulerCommand(tools['kube-scheduler']),
    'kube-proxy': proxyCommand(tools['kube-proxy']),
    kubelet: kubeletCommand(tools.kubelet),
    coredns: dnsCommand(tools.coredns),
    provisioner: [process.execPath, ownProgram('provisioner')],
  };
}

/** Whether the process runs with exactly this command: an update of a program restarts it. */
export function isCurrent(name: string, command: readonly string[]): boolean {
  const live = liveProcess(name);
  return live !== undefined && JSON.stringify(live.command) === JSON.stringify(command);
}

/**
 * Starts a process inside the cluster unless it runs already.
 *
 * @returns whether it had to be started
 */
export async function ensureProcess(
  name: string,
  command: readonly string[],
  options: { readonly network?: boolean } = {},
): Promise<boolean> {
  if (isCurrent(name, command)) return false;
  await killProcess(name, 'SIGTERM');
  inside([]); // fails with a plain sentence when there is no cluster to run in
  await startInside(name, command, options);
  return true;
}
