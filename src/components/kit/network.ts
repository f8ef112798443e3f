/** Parts of NetworkPolicies: peers and ports. Ports come from the {@link Identity} of the pod that listens. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import { parseCIDR } from 'ipaddr.js';
import type { Destination, StackConfig } from '../../config';
import { type Identity, NAME, objectLabels, PART_OF, PROMETHEUS, selectorLabels, STACK } from './identity';

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/** The pods of a component. */
export function podsOf(component: Identity, namespace: string): k8s.NetworkPolicyPeer {
  return podsIn(namespace, selectorLabels(component));
}

/** The pods of any of some components. */
export function podsOfAny(components: readonly Identity[], namespace: string): k8s.NetworkPolicyPeer {
  return { ...podsIn(namespace), podSelector: selectorOfAny(components) };
}

function selectorOfAny(components: readonly Identity[]): k8s.LabelSelector {
  return {
    matchLabels: { [PART_OF]: STACK },
    matchExpressions: [{ key: NAME, operator: 'In', values: components.map(({ name }) => name) }],
  };
}

/** Pods with these labels in a namespace. Without labels, all pods of the namespace. */
export function podsIn(namespace: string, labels: Readonly<Record<string, string>> = {}): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } },
    ...(Object.keys(labels).length === 0 ? {} : { podSelector: { matchLabels: { ...labels } } }),
  };
}

/** Pods that may scrape metrics: all pods of the configured namespace, and the stack's own Prometheus. */
export function scrapers({
  network,
  namespaces,
  monitoring,
}: Pick<StackConfig, 'network' | 'namespaces' | 'monitoring'>): readonly k8s.NetworkPolicyPeer[] {
  return [
    podsIn(network.monitoring.namespace),
    ...(monitoring.type === 'embedded' ? [podsOf(PROMETHEUS, namespaces.logging)] : []),
  ];
}

/** A range of addresses. Private and local ranges inside of a wider range are left out. */
export function addresses(cidr: string): k8s.NetworkPolicyPeer {
  const range = parseCIDR(cidr);
  const except = NOT_INTERNET.filter((part) => isWider(range, part.range)).map((part) => part.cidr);
  return { ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } };
}

/** Addresses of the cluster, of the node, and of the cloud's metadata. */
const NOT_INTERNET = [
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
].map((cidr) => ({ cidr, range: parseCIDR(cidr) }));

type Range = ReturnType<typeof parseCIDR>;

/** Whether a range contains another one, and is larger. */
function isWider(outer: Range, [address, length]: Range): boolean {
  return address.kind() === outer[0].kind() && outer[1] < length && address.match(outer);
}

/** One entry of an `egress` list of the config: addresses, or pods. */
export function destinationRule(destination: Destination): k8s.NetworkPolicyEgressRule {
  const peer =
    'cidr' in destination ? addresses(destination.cidr) : podsIn(destination.namespace, destination.podLabels);
  return { to: [peer], ports: tcp(destination.port) };
}

export function tcp(...ports: readonly number[]): k8s.NetworkPolicyPort[] {
  return ports.map((port) => ({ protocol: 'TCP', port: k8s.IntOrString.fromNumber(port) }));
}

export function udp(...ports: readonly number[]): k8s.NetworkPolicyPort[] {
  return ports.map((port) => ({ protocol: 'UDP', port: k8s.IntOrString.fromNumber(port) }));
}

/** Access to DNS, for pods that resolve names. */
export function dnsEgress({ dns }: StackConfig['network']): k8s.NetworkPolicyEgressRule {
  return {
    to: [podsIn(dns.namespace, dns.podLabels), ...dns.cidrs.map(addresses)],
    ports: [...udp(53), ...tcp(53)],
  };
}

/** Access to Alertmanagers outside of the stack. */
export function alertmanagerEgress({
  alertmanager,
}: Pick<StackConfig, 'alertmanager'>): readonly k8s.NetworkPolicyEgressRule[] {
  return alertmanager.type === 'external' ? alertmanager.egress.map(destinationRule) : [];
}

export interface ComponentPolicyProps {
  readonly namespace: string;
  /** Name of the policy, and the components whose pods it is for. @default - the component's own */
  readonly shared?: { readonly name: string; readonly by: readonly Identity[] };
  readonly ingress: readonly k8s.NetworkPolicyIngressRule[];
  readonly egress: readonly k8s.NetworkPolicyEgressRule[];
}

/** The policy of one component. Both directions are closed, except for these rules. */
export function componentPolicy(
  scope: Construct,
  component: Identity,
  { namespace, shared, ingress, egress }: ComponentPolicyProps,
): k8s.KubeNetworkPolicy {
  return new k8s.KubeNetworkPolicy(scope, 'network-policy', {
    metadata: { name: shared?.name ?? component.name, namespace, labels: { ...objectLabels(component) } },
    spec: {
      podSelector: shared === undefined ? { matchLabels: { ...selectorLabels(component) } } : selectorOfAny(shared.by),
      policyTypes: ['Ingress', 'Egress'],
      // The API server drops an empty list. A written one would be a difference at every refresh.
      ...(ingress.length === 0 ? {} : { ingress: [...ingress] }),
      ...(egress.length === 0 ? {} : { egress: [...egress] }),
    },
  });
}
