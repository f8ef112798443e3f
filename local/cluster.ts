/** Starts, stops and crashes the local cluster. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ensureTools, toolPath } from '../tools/build';
import { withLock } from '../tools/lock';
import { ApiError, call, callText, closeApi, find } from './api';
import { createCgroups, removeCgroups } from './cgroups';
import { createdFolders, killStrays, leftovers, recordBefore, removeTraces } from './cleanup';
import { CLUSTER_TOOLS, ClusterTools, commands, ComponentName, ensureProcess } from './components';
import { applyDnsService } from './dns';
import { buildPauseImage } from './images/catalog';
import { importImage } from './images/import';
import {
  API_URL,
  CONTAINERD_SOCKET,
  inState,
  IP,
  IP_RECORD,
  KUBECONFIG,
  NETWORK,
  NODE,
  PAUSE_IMAGE,
  recordedIp,
} from './layout';
import { createNamespaces, destroyNamespaces, holderPid, runInside } from './namespace';
import { createNetwork } from './network';
import { ensurePki, Identity, writeKubeconfig } from './pki';
import { killProcess, lastWords, liveProcess, recordedProcesses } from './process';
import { Log } from './shell';
import { applyStorageClass } from './storage';
import { waitAloud } from '../programs/wait';

/** A running cluster. */
export interface Cluster {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of a kubectl of the cluster's version. */
  readonly kubectl: string;
  /** Where the host reaches the API server, NodePorts and, by route, pods and services. */
  readonly nodeAddress: string;
  /** The node's name. */
  readonly node: string;
  /** The API server. */
  readonly server: string;
  /** Makes the image of a docker-archive available under the name it holds; instant if it is there. */
  readonly importImage: (tarPath: string) => Promise<void>;
}

/** One lock for all clusters of the machine: what a cluster records and restores depends on the others. */
const LOCK = '/run/lock/spywatcher-logs';
const IDENTITIES: readonly Identity[] = ['admin', 'controller-manager', 'scheduler', 'proxy', 'kubelet'];

function clusterOf(tools: { readonly kubectl: string; readonly ctr: string }): Cluster {
  return {
    kubeconfig: KUBECONFIG,
    kubectl: tools.kubectl,
    nodeAddress: NETWORK.node,
    node: NODE,
    server: API_URL,
    importImage: (tarPath) => importImage(tools.ctr, tarPath),
  };
}

async function writeCredentials(): Promise<void> {
  for (const folder of ['kubeconfig', 'volumes']) {
    fs.mkdirSync(inState(folder), { recursive: true });
  }
  await ensurePki();
  for (const identity of IDENTITIES) {
    writeKubeconfig(identity, path.join(path.dirname(KUBECONFIG), identity));
  }
}

async function apiMissing(): Promise<string | undefined> {
  if (liveProcess('kube-apiserver') === undefined) {
    throw new Error(`the API server has ended: ${lastWords('kube-apiserver')}`);
  }
  try {
    await callText('/readyz');
    return undefined;
  } catch (error) {
    // While it starts, it lists every check, and the failed ones with a minus.
    const failed = error instanceof ApiError ? [...error.text.matchAll(/^\[-\](\S+)/gm)] : [];
    if (failed.length > 0) return failed.map((match) => match[1]).join(', ');
    return error instanceof Error ? error.message : String(error);
  }
}

interface Node {
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}

interface Lease {
  readonly spec: { readonly renewTime: string };
}

/** A node that was Ready before a crash still says so: only a lease renewed since `start` counts. */
async function nodeMissing(start: number): Promise<string | undefined> {
  if (liveProcess('kubelet') === undefined) {
    throw new Error(`kubelet has ended: ${lastWords('kubelet')}`);
  }
  const node = await find<Node>(`/api/v1/nodes/${NODE}`);
  if (node === undefined) return 'kubelet has not registered it';
  const ready = node.status.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') return ready?.message ?? 'no condition yet';
  const lease = await find<Lease>(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${NODE}`);
  if (lease === undefined || Date.parse(lease.spec.renewTime) < start) return 'no fresh lease';
  return undefined;
}

async function containerdMissing(ctr: string): Promise<string | undefined> {
  if (liveProcess('containerd') === undefined) {
    throw new Error(`containerd has ended: ${lastWords('containerd')}`);
  }
  try {
    await runInside([ctr, '--address', CONTAINERD_SOCKET, 'version'], 5);
    return undefined;
  } catch {
    return 'its socket does not answer';
  }
}

/** Starts the processes that do not run; tells which. */
async function startProcesses(tools: ClusterTools, log: Log): Promise<Set<string>> {
  const all = commands(tools);
  const started = new Set<string>();
  const start = async (...names: readonly ComponentName[]): Promise<void> => {
    for (const name of names) if (await ensureProcess(name, all[name])) started.add(name);
  };
  await start('etcd', 'kube-apiserver', 'containerd');
  await waitAloud({ what: 'API server', missing: apiMissing, timeout: 90, log });
  await start('kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'coredns', 'provisioner');
  const missing = (): Promise<string | undefined> => containerdMissing(tools.ctr);
  await waitAloud({ what: 'containerd', missing, timeout: 60, log });
  await importImage(tools.ctr, await buildPauseImage(PAUSE_IMAGE, tools.pause));
  await start('kubelet');
  return started;
}

async function start(tools: ClusterTools, log: Log): Promise<void> {
  const began = Date.now();
  const before = recordedIp() ?? IP;
  if (before !== IP)
    throw new Error(`the local cluster has the network ${before}, not ${IP}: stop it by make down first`);
  recordBefore();
  fs.writeFileSync(IP_RECORD, IP);
  await writeCredentials();
  const restored = holderPid() === undefined && fs.existsSync(inState('etcd'));
  if (holderPid() === undefined) {
    log('creating the namespaces of the local cluster');
    await killStrays();
    // Kubelet would wait some seconds at its start for each cgroup of a dead container.
    await removeCgroups();
    createCgroups();
    await createNamespaces(tools.pause);
    await createNetwork();
  }
  const started = await startProcesses(tools, log);
  if (started.size > 0) log(`started ${[...started].join(', ')}`);
  await applyDnsService();
  await applyStorageClass();
  const since = started.has('kubelet') ? began : 0;
  const missing = (): Promise<string | undefined> => nodeMissing(since);
  await waitAloud({ what: `node ${NODE}`, missing, timeout: 120, log });
  await waitForDefaultAccount(log);
  if (restored) await waitForRestarts(began, log);
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly containerStatuses?: readonly {
        readonly state: { readonly running?: { readonly startedAt: string } };
      }[];
    };
  }[];
}

/** After a crash pods are still called Running and Ready until kubelet has looked at them. */
function waitForRestarts(since: number, log: Log): Promise<void> {
  const missing = async (): Promise<string | undefined> => {
    const pods = await call<Pods>('/api/v1/pods');
    const stale = pods.items.filter(({ status }) =>
      status.containerStatuses?.some(({ state }) => {
        // Times in the API are whole seconds.
        return state.running && Date.parse(state.running.startedAt) < since - 1000;
      }),
    );
    if (stale.length === 0) return undefined;
    return stale.map(({ metadata }) => metadata.name).join(', ');
  };
  return waitAloud({ what: 'pods of before', missing, timeout: 120, log });
}

/** Pods cannot be created in a new cluster before the controllers have made this account. */
function waitForDefaultAccount(log: Log): Promise<void> {
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  const missing = async (): Promise<string | undefined> =>
    (await find(account)) === undefined ? 'no default service account yet' : undefined;
  return waitAloud({ what: 'controllers', missing, timeout: 60, log });
}

/**
 * Starts the processes of the local cluster that do not run. Its objects and
 * volumes survive a crash of any or all of them.
 *
 * @param log - receives the progress
 */
export async function startCluster(log: Log): Promise<Cluster> {
  const tools = await ensureTools(CLUSTER_TOOLS, log);
  const waiting = (): void => log('waiting for another start or stop of a local cluster');
  await withLock(LOCK, () => start(tools, log), waiting).finally(closeApi);
  return clusterOf(tools);
}

async function stop(log: Log): Promise<void> {
  const created = createdFolders();
  log('ending the processes of the local cluster');
  await destroyNamespaces();
  await killStrays();
  for (const name of recordedProcesses()) await killProcess(name, 'SIGKILL');
  log('removing its network, cgroups and files');
  await removeTraces();
  const left = leftovers(created);
  if (left.length > 0) throw new Error(`the local cluster left behind: ${left.join(', ')}`);
}

/**
 * Stops the local cluster and removes all it has made, data included. An error
 * names what could not be removed.
 *
 * @param log - receives the progress
 */
export async function stopCluster(log: Log): Promise<void> {
  await withLock(LOCK, () => stop(log)).finally(closeApi);
}

/** The local cluster, if it runs. Looks at the processes only, not at their health. */
export function currentCluster(): Cluster | undefined {
  if (holderPid() === undefined || liveProcess('kube-apiserver') === undefined) return undefined;
  return clusterOf({ kubectl: toolPath('kubectl'), ctr: toolPath('ctr') });
}

/** Kills every process of the running cluster at once, pods and all, as a loss of power would; {@link startCluster} brings it back. */
export async function crashCluster(): Promise<void> {
  await destroyNamespaces();
}

/**
 * Kills one process of the running cluster with SIGKILL, as a crash would;
 * {@link startCluster} brings it back.
 */
export async function killComponent(name: ComponentName): Promise<void> {
  await killProcess(name, 'SIGKILL');
}
