/** Which address families a local cluster has, and its addresses of each. */

/** The variable that chooses them. Without it, a cluster that runs keeps its own, and a new one has IPv4. */
export const IP_VARIABLE = 'LOCAL_CLUSTER_IP';

/** The values of {@link IP_VARIABLE}, as the `network.ipFamilies` of a stack. The first family is that of the cluster. */
const VALUES = { ipv4: ['IPv4'], ipv6: ['IPv6'], dual: ['IPv4', 'IPv6'] } as const;

export type Ip = keyof typeof VALUES;
export type Family = (typeof VALUES)[Ip][number];

/** Addresses of one family. A single range holds all of them, so that one route on the host reaches node, pods and services. */
export interface Addresses {
  readonly range: string;
  readonly node: string;
  readonly nodeWithMask: string;
  readonly hostLink: string;
  readonly hostLinkWithMask: string;
  readonly nodeLink: string;
  readonly nodeLinkWithMask: string;
  readonly pods: string;
  readonly services: string;
  readonly apiService: string;
  readonly dnsService: string;
}

/** The families that a value of {@link IP_VARIABLE} chooses. */
export function familiesOf(value: string): readonly [Family, ...Family[]] {
  if (isIp(value)) return VALUES[value];
  throw new Error(
    `${IP_VARIABLE}="${value}" is no network: set it to one of ${Object.keys(VALUES).join(', ')}, or leave it out.`,
  );
}

const isIp = (value: string): value is Ip => Object.hasOwn(VALUES, value);

/** The addresses of the cluster with this number. */
export const ADDRESSES: Readonly<Record<Family, (cluster: number) => Addresses>> = {
  IPv4: (cluster) => {
    const prefix = `10.${213 + cluster}`;
    return {
      range: `${prefix}.0.0/16`,
      node: `${prefix}.0.10`,
      nodeWithMask: `${prefix}.0.10/24`,
      hostLink: `${prefix}.1.1`,
      hostLinkWithMask: `${prefix}.1.1/30`,
      nodeLink: `${prefix}.1.2`,
      nodeLinkWithMask: `${prefix}.1.2/30`,
      pods: `${prefix}.16.0/20`,
      services: `${prefix}.32.0/20`,
      apiService: `${prefix}.32.1`,
      dnsService: `${prefix}.32.10`,
    };
  },
  // Private addresses (RFC 4193). The API server takes no range of services that is wider than /108.
  IPv6: (cluster) => {
    const prefix = `fd73:7079:77${(0x10 + cluster).toString(16)}`;
    return {
      range: `${prefix}::/48`,
      node: `${prefix}::10`,
      nodeWithMask: `${prefix}::10/64`,
      hostLink: `${prefix}:1::1`,
      hostLinkWithMask: `${prefix}:1::1/64`,
      nodeLink: `${prefix}:1::2`,
      nodeLinkWithMask: `${prefix}:1::2/64`,
      pods: `${prefix}:16::/64`,
      services: `${prefix}:32::/112`,
      apiService: `${prefix}:32::1`,
      dnsService: `${prefix}:32::a`,
    };
  },
};
