/** Names, addresses and paths of the local cluster that the environment chooses; others may run beside it. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { defaults } from '../src/config/defaults';
import { cacheFolder } from '../tools/cache';
import { ADDRESSES, type Family, familiesOf, IP_VARIABLE } from './ip';
import { FIRST, INSTANCE_VARIABLE, instanceName, instanceNumber, INSTANCES } from './instance';

const NUMBER = instanceNumber(process.env[INSTANCE_VARIABLE]);

/** Used for the node's cgroup, CNI network and folders, and to tell its processes from those of another cluster. */
export const NAME = instanceName(NUMBER);

/** Name of the only node. */
export const NODE = 'spywatcher';

const stateOf = (name: string): string => `/var/lib/${name}`;

/** Everything the cluster keeps over a crash: etcd's data, volumes, images, certificates. */
export const STATE = stateOf(NAME);

/** {@link STATE} of the other clusters that this machine can have. */
export const OTHER_STATES = INSTANCES.map(instanceName)
  .filter((name) => name !== NAME)
  .map(stateOf);

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/** What is known about running processes. Somebody else than root has only port forwards here. */
export const RUN = isRoot ? `/run/${NAME}` : path.join(cacheFolder(), NUMBER === FIRST ? 'run' : `run-${NAME}`);

/** A path below {@link STATE}. */
export const inState = (...parts: string[]): string => path.join(STATE, ...parts);

/** A path below {@link RUN}. */
export const inRun = (...parts: string[]): string => path.join(RUN, ...parts);

/** The administrator's kubeconfig; works on the host and inside the cluster's namespace. */
export const KUBECONFIG = inState('kubeconfig', 'admin');

/** Standard output and error of every cluster process. */
export const LOGS = inState('logs');

/** Where a cluster keeps the value of {@link IP_VARIABLE} that it was started with, for commands without it. */
export const IP_RECORD = inState('ip');

/** The value that the cluster of this name was started with. Undefined where there is none. */
export function recordedIp(): string | undefined {
  return fs.existsSync(IP_RECORD) ? fs.readFileSync(IP_RECORD, 'utf8') : undefined;
}

/** The value of {@link IP_VARIABLE} that holds. */
export const IP = process.env[IP_VARIABLE] || (recordedIp() ?? 'ipv4');

/** Its families. The first one is that of the cluster: its nodes, pods and Services have addresses of it first. */
export const FAMILIES: readonly [Family, ...Family[]] = familiesOf(IP);

/** Addresses of each family. */
export const NETWORKS = FAMILIES.map((family) => ({ family, ...ADDRESSES[family](NUMBER) }));

/** The device of the host, and the addresses of the first family. */
export const NETWORK = { hostDevice: `spywatcher${NUMBER}`, ...ADDRESSES[FAMILIES[0]](NUMBER) };

/** The addresses of all families, as Kubernetes' options have them. */
export const ofEachFamily = (of: 'node' | 'pods' | 'services'): string =>
  NETWORKS.map((addresses) => addresses[of]).join(',');

/** Ports of this machine that `make up` forwards unless told otherwise. */
export const FORWARDED_PORTS = { gateway: 3100 + 10 * NUMBER, grafana: 3000 + 10 * NUMBER } as const;

/** Port of the API server on the node's address. */
export const API_PORT = 6443;

/** The API server as clients reach it. */
export const API_URL = `https://${FAMILIES[0] === 'IPv6' ? `[${NETWORK.node}]` : NETWORK.node}:${API_PORT}`;

/** The image that containerd runs as every pod's sandbox. */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10.2';

/** The default StorageClass. */
export const STORAGE_CLASS = 'local-path';

/** Where volume plugins would be; the default would create a folder in /usr. */
export const VOLUME_PLUGINS = inState('volume-plugins');

/** Kubelet's folder. Inside the cluster's mount namespace it is a folder of {@link STATE}. */
export const KUBELET_ROOT = '/var/lib/kubelet';

/** CNI's own records; mounted like {@link KUBELET_ROOT}. */
export const CNI_RECORDS = '/var/lib/cni';

/** containerd's socket, which exists inside the cluster's mount namespace only. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** Where containers' logs are. */
export const POD_LOGS = defaults.agent.podLogsDirectory;

/** Links to them. */
export const CONTAINER_LOGS = '/var/log/containers';

/** Folders that a node writes to. */
export const NODE_FOLDERS = [KUBELET_ROOT, CNI_RECORDS, POD_LOGS, CONTAINER_LOGS] as const;

/**
 * Folders of the machine that the node replaces by its own, below {@link STATE}. The first cluster replaces none: its node
 * writes to the machine's folders, as any node does.
 */
export const REPLACED_FOLDERS: readonly string[] = NUMBER === FIRST ? [] : ['/var/lib', '/var/log'];

/** Path on this machine of a file of the node. */
export const onHost = (file: string): string =>
  REPLACED_FOLDERS.some((folder) => file.startsWith(`${folder}/`)) ? inState('node', file) : file;
