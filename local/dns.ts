/** The cluster's DNS: CoreDNS on the node, and the Service that leads to it. */
import { apply } from './api';
import { writeConfigFile } from './config-file';
import { FAMILIES, KUBECONFIG, NETWORK, NETWORKS } from './layout';

const NAMESPACE = 'kube-system';

/** The cluster's names, and nothing beyond. */
function corefile(): string {
  const bind = `bind ${NETWORKS.map(({ node }) => node).join(' ')}`;
  const cluster = [
    bind,
    `kubernetes cluster.local in-addr.arpa ip6.arpa {`,
    `  kubeconfig ${KUBECONFIG}`,
    '  pods insecure',
    '  ttl 5',
    '}',
    'errors',
  ];
  // Without an answer, a client would retry for seconds instead of failing at once.
  const others = [bind, 'template ANY ANY {', '  rcode NXDOMAIN', '}'];
  const block = (zones: string, lines: readonly string[]): string =>
    `${zones} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
  return block('cluster.local:53 in-addr.arpa:53 ip6.arpa:53', cluster) + block('.:53', others);
}

/** CoreDNS, listening on the node's address. */
export const dnsCommand = (program: string): string[] => [program, '-conf', writeConfigFile('Corefile', corefile())];

const PORTS = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
] as const;

/** The Service by which pods on other clusters know the DNS server; here it points to the node. */
export async function applyDnsService(): Promise<void> {
  const metadata = { name: 'kube-dns', namespace: NAMESPACE, labels: { 'k8s-app': 'kube-dns' } };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      clusterIP: NETWORK.dnsService,
      ports: PORTS.map((port) => ({ ...port, targetPort: 53 })),
    },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kube-dns' } },
    addressType: FAMILIES[0],
    endpoints: [{ addresses: [NETWORK.node], conditions: { ready: true } }],
    ports: PORTS,
  };
  await apply(`/api/v1/namespaces/${NAMESPACE}/services/kube-dns`, service);
  await apply(`/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices/kube-dns`, slice);
}
