/** Connections that somebody tries to make, and what policies say about them. */

/** One end of a connection. */
export interface End {
  readonly ip: string;
  /** Absent for an address outside the cluster, and for a node. */
  readonly pod?: {
    readonly namespace: string;
    readonly namespaceLabels: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** What Cilium knows it to be, whatever its address is. */
  readonly entities?: readonly ('host' | 'remote-node' | 'kube-apiserver' | 'ingress')[];
}

export interface Traffic {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** What the policies of each end say; the traffic passes when both let it. */
export interface Verdict {
  readonly egress: boolean;
  readonly ingress: boolean;
}
