/** Who may talk to whom, before it is written as a policy of one kind or another. Parts for rules are in `network.ts`. */

/** Pods of a namespace with these labels, and with one of the values where there is a list. Without labels, all its pods. */
export interface PodPeer {
  readonly kind: 'pods';
  readonly namespace: string;
  readonly labels: PodLabels;
}

/** What the labels of a pod have to be. */
export interface PodLabels {
  readonly equal: Readonly<Record<string, string>>;
  readonly oneOf?: { readonly label: string; readonly values: readonly string[] };
}

/** A range of addresses without some smaller ones. */
export interface AddressPeer {
  readonly kind: 'addresses';
  readonly cidr: string;
  readonly except: readonly string[];
  /** Whether the node of the pod answers there itself. Cilium takes such an address for the node. */
  readonly ofNode: boolean;
}

/** A party that Cilium knows by itself, whatever its addresses are. */
export interface EntityPeer {
  readonly kind: 'entity';
  readonly entity: 'kube-apiserver' | 'ingress';
}

/** The other end of a connection. */
export type Peer = PodPeer | AddressPeer | EntityPeer;

export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** Peers that may connect to these ports of a component. */
export interface IngressRule {
  readonly from: readonly Peer[];
  readonly ports: readonly Port[];
}

/** Peers that a component may connect to, at these ports. */
export interface EgressRule {
  readonly to: readonly Peer[];
  readonly ports: readonly Port[];
}

/** Pods, and all that may pass there. What is not listed is denied, in both directions. */
export interface Policy {
  readonly name: string;
  readonly namespace: string;
  readonly objectLabels?: Readonly<Record<string, string>>;
  /** The pods of the namespace that it is for. */
  readonly pods: PodLabels;
  readonly ingress: readonly IngressRule[];
  readonly egress: readonly EgressRule[];
}
