/** Writes a policy as Kubernetes' own kind, which most network plugins enforce. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import type { Peer, PodLabels, Policy, Port } from './traffic';

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

export function kubernetesPolicy(scope: Construct, id: string, policy: Policy): void {
  const { name, namespace, objectLabels, pods, ingress, egress } = policy;
  new k8s.KubeNetworkPolicy(scope, id, {
    metadata: { name, namespace, ...(objectLabels === undefined ? {} : { labels: { ...objectLabels } }) },
    spec: {
      podSelector: selector(pods),
      policyTypes: ['Ingress', 'Egress'],
      // The API server drops an empty list. A written one would be a difference at every refresh.
      ...(ingress.length === 0
        ? {}
        : { ingress: ingress.map(({ from, ports }) => ({ from: from.map(peerOf), ports: ports.map(portOf) })) }),
      ...(egress.length === 0
        ? {}
        : { egress: egress.map(({ to, ports }) => ({ to: to.map(peerOf), ports: ports.map(portOf) })) }),
    },
  });
}

function peerOf(peer: Peer): k8s.NetworkPolicyPeer {
  switch (peer.kind) {
    case 'pods':
      return {
        namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: peer.namespace } },
        ...(isEmpty(peer.labels) ? {} : { podSelector: selector(peer.labels) }),
      };
    case 'addresses':
      return { ipBlock: { cidr: peer.cidr, ...(peer.except.length === 0 ? {} : { except: [...peer.except] }) } };
    case 'entity':
      throw new Error(`A NetworkPolicy cannot name ${peer.entity}: only a CiliumNetworkPolicy can.`);
  }
}

function selector({ equal, oneOf }: PodLabels): k8s.LabelSelector {
  return {
    ...(Object.keys(equal).length === 0 ? {} : { matchLabels: { ...equal } }),
    ...(oneOf === undefined
      ? {}
      : { matchExpressions: [{ key: oneOf.label, operator: 'In', values: [...oneOf.values] }] }),
  };
}

function isEmpty({ equal, oneOf }: PodLabels): boolean {
  return Object.keys(equal).length === 0 && oneOf === undefined;
}

function portOf({ protocol, port }: Port): k8s.NetworkPolicyPort {
  return { protocol, port: k8s.IntOrString.fromNumber(port) };
}
