/** Command lines of the control plane: etcd, API server, controllers, scheduler. */
import { API_PORT, inState, NETWORK, ofEachFamily, VOLUME_PLUGINS } from './layout';
import { pkiFile } from './pki';

/** The database of the API server. */
export function etcdCommand(program: string): string[] {
  return [
    program,
    '--name=local',
    `--data-dir=${inState('etcd')}`,
    '--listen-client-urls=http://127.0.0.1:2379',
    '--advertise-client-urls=http://127.0.0.1:2379',
    '--listen-peer-urls=http://127.0.0.1:2380',
    '--initial-advertise-peer-urls=http://127.0.0.1:2380',
    '--initial-cluster=local=http://127.0.0.1:2380',
    // A power failure would cost a throw-away cluster. fsync would slow every write.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

/** The API server, with the admission and authorisation of a real cluster. */
export function apiServerCommand(program: string): string[] {
  return [
    program,
    `--advertise-address=${NETWORK.node}`,
    `--secure-port=${API_PORT}`,
    '--etcd-servers=http://127.0.0.1:2379',
    `--service-cluster-ip-range=${ofEachFamily('services')}`,
    `--client-ca-file=${pkiFile('ca.crt')}`,
    `--tls-cert-file=${pkiFile('apiserver.crt')}`,
    `--tls-private-key-file=${pkiFile('apiserver.key')}`,
    `--kubelet-certificate-authority=${pkiFile('ca.crt')}`,
    `--kubelet-client-certificate=${pkiFile('admin.crt')}`,
    `--kubelet-client-key=${pkiFile('admin.key')}`,
    // No API is aggregated here, but without these the other programs complain every second.
    `--requestheader-client-ca-file=${pkiFile('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    // The node's name is in no DNS: without this, `kubectl logs` would look it up.
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pkiFile('service-account.key')}`,
    `--service-account-signing-key-file=${pkiFile('service-account.key')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged',
    '--profiling=false',
  ];
}

/** The controllers, each with its own service account and thus its own rights. */
export function controllerManagerCommand(program: string): string[] {
  const kubeconfig = inState('kubeconfig', 'controller-manager');
  return [
    program,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--use-service-account-credentials',
    `--root-ca-file=${pkiFile('ca.crt')}`,
    `--service-account-private-key-file=${pkiFile('service-account.key')}`,
    `--cluster-cidr=${ofEachFamily('pods')}`,
    `--flex-volume-plugin-dir=${VOLUME_PLUGINS}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
    '--profiling=false',
  ];
}

/** The scheduler. */
export function schedulerCommand(program: string): string[] {
  const kubeconfig = inState('kubeconfig', 'scheduler');
  return [
    program,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
    '--profiling=false',
  ];
}
