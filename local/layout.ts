import * as path from 'node:path';
import { cacheFolder } from '../tools/cache';

/** Names, addresses and paths of the local cluster. There is one per machine. */

/** Used for the node's cgroup, CNI network and folders. */
export const NAME = 'spywatcher-logs';

/** Name of the only node. */
export const NODE = 'spywatcher';

/** Everything the cluster keeps over a crash: etcd's data, volumes, images, certificates. */
export const STATE = `/var/lib/${NAME}`;

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/** What is known about running processes. Somebody else than root has only port forwards here. */
export const RUN = isRoot ? `/run/${NAME}` : path.join(cacheFolder(), 'run');

/** A path below {@link STATE}. */
export const inState = (...parts: string[]): string => path.join(STATE, ...parts);

/** A path below {@link RUN}. */
export const inRun = (...parts: string[]): string => path.join(RUN, ...parts);

/** The administrator's kubeconfig; works on the host and inside the cluster's namespace. */
export const KUBECONFIG = inState('kubeconfig', 'admin');

/** Standard output and error of every cluster process. */
export const LOGS = inState('logs');

/**
 * Addresses. One range holds all of them, so that one route on the host reaches
 * the node, the pods and the services.
 */
export const NETWORK = {
  range: '10.213.0.0/16',
  node: '10.213.0.10',
  nodeWithMask: '10.213.0.10/24',
  hostLink: '10.213.1.1',
  hostLinkWithMask: '10.213.1.1/30',
  nodeLink: '10.213.1.2',
  nodeLinkWithMask: '10.213.1.2/30',
  hostDevice: 'spywatcher0',
  pods: '10.213.16.0/20',
  services: '10.213.32.0/20',
  apiService: '10.213.32.1',
  dnsService: '10.213.32.10',
} as const;

/** Port of the API server on the node's address. */
export const API_PORT = 6443;

/** The API server as clients reach it. */
export const API_URL = `https://${NETWORK.node}:${API_PORT}`;

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

/** Folders outside {@link STATE} that a node writes to; removed by a stop if they were not there before. */
export const NODE_FOLDERS = [KUBELET_ROOT, CNI_RECORDS, '/var/log/pods', '/var/log/containers'] as const;
