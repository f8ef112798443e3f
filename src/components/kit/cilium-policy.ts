/** Writes a policy as Cilium's own kind. https://docs.cilium.io/en/stable/security/policy/ */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { AddressPeer, EntityPeer, Peer, PodLabels, PodPeer, Policy, Port } from './traffic';

/** Cilium's name for the namespace of a pod. With a prefix, no label of another source is taken for it. */
const NAMESPACE_LABEL = 'k8s:io.kubernetes.pod.namespace';

/** Without a rule in a direction, Cilium lets everything pass there. An empty rule allows nothing, and denies the rest. */
const NOTHING = [{}];

export function ciliumPolicy(scope: Construct, id: string, policy: Policy): void {
  const { name, namespace, objectLabels, pods, ingress, egress } = policy;
  const into = ingress.flatMap(({ from, ports }) => rulesOf('from', from, ports));
  const outOf = egress.flatMap(({ to, ports }) => rulesOf('to', to, ports));
  new ApiObject(scope, id, {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name, namespace, ...(objectLabels === undefined ? {} : { labels: { ...objectLabels } }) },
    spec: {
      endpointSelector: selector(pods), // Cilium adds the policy's namespace
      ingress: into.length === 0 ? NOTHING : into,
      egress: outOf.length === 0 ? NOTHING : outOf,
    },
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** Rules for one list of peers. Cilium accepts no rule with two kinds of peers. */
function rulesOf(direction: 'from' | 'to', peers: readonly Peer[], ports: readonly Port[]): readonly Fields[] {
  const pods = peers.filter((peer): peer is PodPeer => peer.kind === 'pods');
  const addresses = peers.filter((peer): peer is AddressPeer => peer.kind === 'addresses');
  const entities = peers.filter((peer): peer is EntityPeer => peer.kind === 'entity').map(({ entity }) => entity);
  // Depending on its version, Cilium takes an address that the node answers at for the node, or for an address.
  const node = addresses.some(({ ofNode }) => ofNode) ? ['host'] : [];
  const of: Readonly<Record<string, readonly unknown[]>> = {
    Endpoints: pods.map(endpoints),
    CIDRSet: addresses.map(({ cidr, except }) => ({ cidr, ...(except.length === 0 ? {} : { except }) })),
    Entities: [...entities, ...node],
  };
  return Object.entries(of).flatMap(([kind, list]) =>
    list.length === 0 ? [] : [{ [`${direction}${kind}`]: list, toPorts: [{ ports: ports.map(portOf) }] }],
  );
}

function endpoints({ namespace, labels }: PodPeer): Fields {
  return selector({ ...labels, equal: { [NAMESPACE_LABEL]: namespace, ...labels.equal } });
}

function selector({ equal, oneOf }: PodLabels): Fields {
  const matchLabels = Object.fromEntries(Object.entries(equal).map(([label, value]) => [ciliumLabel(label), value]));
  return {
    ...(Object.keys(equal).length === 0 ? {} : { matchLabels }),
    ...(oneOf === undefined
      ? {}
      : { matchExpressions: [{ key: ciliumLabel(oneOf.label), operator: 'In', values: oneOf.values }] }),
  };
}

/** A label of Kubernetes, and not one that the container runtime has. */
const ciliumLabel = (label: string): string => (label === NAMESPACE_LABEL ? label : `k8s:${label}`);

const portOf = ({ protocol, port }: Port): Fields => ({ port: String(port), protocol });
