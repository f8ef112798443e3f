/** Rules of a component's policy: peers and ports. Ports come from the {@link Identity} of the pod that listens. */
import type { Construct } from 'constructs';
import { IPv6, parseCIDR } from 'ipaddr.js';
import type { Destination, StackConfig } from '../../config';
import { proxyOf } from '../../config/derived/proxy';
import { ciliumPolicy } from './cilium-policy';
import { type Identity, NAME, objectLabels, PART_OF, PROMETHEUS, selectorLabels, STACK } from './identity';
import { kubernetesPolicy } from './kubernetes-policy';
import type { AddressPeer, EgressRule, IngressRule, Peer, PodLabels, PodPeer, Policy, Port } from './traffic';

/** The pods of a component. */
export function podsOf(component: Identity, namespace: string): PodPeer {
  return podsIn(namespace, selectorLabels(component));
}

/** The pods of any of some components. */
export function podsOfAny(components: readonly Identity[], namespace: string): PodPeer {
  return { kind: 'pods', namespace, labels: labelsOfAny(components) };
}

function labelsOfAny(components: readonly Identity[]): PodLabels {
  return {
    equal: { [PART_OF]: STACK },
    oneOf: { label: NAME, values: components.map(({ name }) => name) },
  };
}

/** Pods with these labels in a namespace. Without labels, all pods of the namespace. */
export function podsIn(namespace: string, labels: Readonly<Record<string, string>> = {}): PodPeer {
  return { kind: 'pods', namespace, labels: { equal: labels } };
}

/** Pods that may scrape metrics: all pods of the configured namespace, and the stack's own Prometheus. */
export function scrapers({
  network,
  namespaces,
  monitoring,
}: Pick<StackConfig, 'network' | 'namespaces' | 'monitoring'>): readonly Peer[] {
  return [
    podsIn(network.monitoring.namespace),
    ...(monitoring.type === 'embedded' ? [podsOf(PROMETHEUS, namespaces.logging)] : []),
  ];
}

/** A range of addresses. Private and local ranges inside of a wider range are left out. */
export function addresses(cidr: string): AddressPeer {
  const range = parseCIDR(cidr);
  const except = NOT_INTERNET.filter((part) => isWider(range, part.range)).map((part) => part.cidr);
  return { kind: 'addresses', cidr, except, ofNode: false };
}

/** Addresses at which a pod finds its own node, not a machine elsewhere. */
export function nodeAddresses(cidr: string): AddressPeer {
  return { ...addresses(cidr), ofNode: true };
}

const PRIVATE_IPV4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
];

/** An IPv4 range as a NAT64 has it (RFC 6052). Some translate private addresses too. */
function translated(cidr: string): string {
  const [address, length] = parseCIDR(cidr);
  return `${IPv6.parse(`64:ff9b::${address.toString()}`).toRFC5952String()}/${96 + length}`;
}

/** Addresses of the cluster, of the node, and of the cloud's metadata. */
const NOT_INTERNET = [...PRIVATE_IPV4, ...['::1/128', 'fc00::/7', 'fe80::/10'], ...PRIVATE_IPV4.map(translated)].map(
  (cidr) => ({ cidr, range: parseCIDR(cidr) }),
);

type Range = ReturnType<typeof parseCIDR>;

/** Whether a range contains another one, and is larger. */
function isWider(outer: Range, [address, length]: Range): boolean {
  return address.kind() === outer[0].kind() && outer[1] < length && address.match(outer);
}

/** One entry of an `egress` list of the config: addresses, or pods. */
export function destinationRule(destination: Destination): EgressRule {
  const peer =
    'cidr' in destination ? addresses(destination.cidr) : podsIn(destination.namespace, destination.podLabels);
  return { to: [peer], ports: tcp(destination.port) };
}

export function tcp(...ports: readonly number[]): readonly Port[] {
  return ports.map((port) => ({ protocol: 'TCP', port }));
}

export function udp(...ports: readonly number[]): readonly Port[] {
  return ports.map((port) => ({ protocol: 'UDP', port }));
}

/** Port of a DNS server that no Service stands before: `/etc/resolv.conf` of a pod cannot name another one. */
const DNS_PORT = 53;

/** Access to DNS, for pods that resolve names. A policy sees the port of the DNS pods, behind their Service. */
export function dnsEgress({ dns }: StackConfig['network']): readonly EgressRule[] {
  const pods = podsIn(dns.namespace, dns.podLabels);
  const servers = dns.cidrs.map(nodeAddresses);
  const ports = (port: number): readonly Port[] => [...udp(port), ...tcp(port)];
  if (dns.port === DNS_PORT) return [{ to: [pods, ...servers], ports: ports(DNS_PORT) }];
  return [
    { to: [pods], ports: ports(dns.port) },
    ...(servers.length === 0 ? [] : [{ to: servers, ports: ports(DNS_PORT) }]),
  ];
}

/** Access to the Kubernetes API: by its addresses, or, without any, by Cilium's own knowledge of them. */
export function apiServerEgress({ apiServer }: StackConfig['network']): EgressRule {
  const { cidrs, ports } = apiServer;
  return {
    to: cidrs.length === 0 ? [{ kind: 'entity', entity: 'kube-apiserver' }] : cidrs.map(addresses),
    ports: tcp(...ports),
  };
}

/** Access to the proxy, for a program that requests something from outside. */
export function proxyEgress(config: StackConfig, { name }: Identity): readonly EgressRule[] {
  return proxyOf(config, name)?.egress.map(destinationRule) ?? [];
}

/** Where people come from: the pods of the ingress controller, or Cilium's own proxy, which is no pod. */
export function ingressController({ ingressController: { type, namespace } }: StackConfig['network']): Peer {
  return type === 'cilium' ? { kind: 'entity', entity: 'ingress' } : podsIn(namespace);
}

/** Pods and addresses outside of the stack that may use the gateway. */
export function gatewayClients({ clients }: StackConfig['network']): readonly Peer[] {
  return clients.map((client) =>
    'cidr' in client ? addresses(client.cidr) : podsIn(client.namespace, client.podLabels),
  );
}

/** Access to Alertmanagers outside of the stack. */
export function alertmanagerEgress({ alertmanager }: Pick<StackConfig, 'alertmanager'>): readonly EgressRule[] {
  return alertmanager.type === 'external' ? alertmanager.egress.map(destinationRule) : [];
}

export interface ComponentPolicyProps {
  readonly namespace: string;
  /** The kind of object: `network.policies` of the config. */
  readonly policies: PolicyKind;
  /** Name of the policy, and the components whose pods it is for. @default - the component's own */
  readonly shared?: { readonly name: string; readonly by: readonly Identity[] };
  readonly ingress: readonly IngressRule[];
  readonly egress: readonly EgressRule[];
}

type PolicyKind = StackConfig['network']['policies'];

/** The policy of one component. Both directions are closed, except for these rules. */
export function componentPolicy(
  scope: Construct,
  component: Identity,
  { namespace, policies, shared, ingress, egress }: ComponentPolicyProps,
): void {
  write(scope, 'network-policy', policies, {
    name: shared?.name ?? component.name,
    namespace,
    objectLabels: objectLabels(component),
    pods: shared === undefined ? { equal: selectorLabels(component) } : labelsOfAny(shared.by),
    ingress,
    egress,
  });
}

/** The policy of all pods of a namespace: no pod may connect to anything until another policy allows it. */
export function defaultDeny(scope: Construct, namespace: string, policies: PolicyKind): void {
  write(scope, 'default-deny', policies, {
    name: 'default-deny',
    namespace,
    pods: { equal: {} },
    ingress: [],
    egress: [],
  });
}

const WRITERS = { kubernetes: kubernetesPolicy, cilium: ciliumPolicy };

function write(scope: Construct, id: string, kind: PolicyKind, policy: Policy): void {
  if (kind !== 'none') WRITERS[kind](scope, id, policy);
}
