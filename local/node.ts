/** Configuration and command lines of the node: containerd, kubelet, kube-proxy. */
import { configFile, writeConfigFile } from './config-file';
import {
  CONTAINERD_SOCKET,
  inState,
  KUBELET_ROOT,
  NAME,
  NETWORK,
  NODE,
  ofEachFamily,
  PAUSE_IMAGE,
  VOLUME_PLUGINS,
} from './layout';
import { writeCniConfig } from './network';
import { pkiFile } from './pki';

const CNI_BIN_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

// A JSON string, array of strings or boolean is a TOML value as well.
const toml = (values: Record<string, string | boolean | readonly string[]>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');

function containerdConfig(): string {
  const cri = "[plugins.'io.containerd.cri.v1";
  return [
    'version = 4\n',
    toml({
      root: inState('containerd'),
      state: '/run/containerd',
      // NRI would listen on a socket that nothing here uses.
      disabled_plugins: ['io.containerd.nri.v1.nri'],
    }),
    `[grpc]\n${toml({ address: CONTAINERD_SOCKET })}`,
    `[plugins.'io.containerd.internal.v1.opt']\n${toml({ path: inState('opt') })}`,
    `${cri}.images'.pinned_images]\n${toml({ sandbox: PAUSE_IMAGE })}`,
    // A machine without CAP_SYS_RESOURCE may not lower a score, and no sandbox would start.
    `${cri}.runtime']\n${toml({ restrict_oom_score_adj: true })}`,
    `${cri}.runtime'.containerd.runtimes.runc]\n${toml({ runtime_type: 'io.containerd.runc.v2' })}`,
    `${cri}.runtime'.containerd.runtimes.runc.options]\n${toml({ SystemdCgroup: false })}`,
    `${cri}.runtime'.cni]\n${toml({ bin_dirs: CNI_BIN_FOLDERS, conf_dir: configFile('cni') })}`,
  ].join('\n');
}

function kubeletConfig(): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pkiFile('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: pkiFile('kubelet.crt'),
    tlsPrivateKeyFile: pkiFile('kubelet.key'),
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${NAME}`,
    failCgroupV1: false,
    failSwapOn: false,
    // Renewed every two seconds: a new lease is the first sign that the node is back after a crash.
    nodeLeaseDurationSeconds: 8,
    clusterDomain: 'cluster.local',
    clusterDNS: [NETWORK.node],
    // The host's resolver must not be reachable: names outside the cluster do not exist.
    resolvConf: '/dev/null',
    volumePluginDir: VOLUME_PLUGINS,
    // Default 1m. Until then a pod may have old Secrets and ConfigMaps.
    syncFrequency: '10s',
    // Images come from no registry: one that is collected could not be pulled again.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    // A second rotation loses what the agent has not read. The tests keep Loki away for ten minutes under load.
    containerLogMaxSize: '100Mi',
    containerLogMaxFiles: 2,
    // Percentages of a developer's full disk would evict everything.
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '500Mi',
      'imagefs.available': '500Mi',
    },
  };
}

function proxyConfig(): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clusterCIDR: ofEachFamily('pods'),
    hostnameOverride: NODE,
    clientConnection: { kubeconfig: inState('kubeconfig', 'proxy') },
    // Zero leaves the kernel's settings, which are the host's, alone.
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: '0s',
      tcpCloseWaitTimeout: '0s',
    },
  };
}

const json = (value: object): string => JSON.stringify(value, null, 2);

/** The container runtime; it finds its shim next to itself. */
export function containerdCommand(program: string): string[] {
  writeCniConfig(configFile('cni'));
  const config = writeConfigFile('containerd.toml', containerdConfig());
  return [program, `--config=${config}`, '--log-level=warn'];
}

/** The node's agent. */
export const kubeletCommand = (program: string): string[] => [
  program,
  `--config=${writeConfigFile('kubelet.json', json(kubeletConfig()))}`,
  `--kubeconfig=${inState('kubeconfig', 'kubelet')}`,
  `--hostname-override=${NODE}`,
  `--node-ip=${ofEachFamily('node')}`,
  `--root-dir=${KUBELET_ROOT}`,
];

/** The proxy, which makes services reachable. */
export const proxyCommand = (program: string): string[] => [
  program,
  `--config=${writeConfigFile('proxy.json', json(proxyConfig()))}`,
];
