/** Ranges of addresses, as rules compare them. */
import { parseCIDR } from 'ipaddr.js';

/** The widest range that one network can have. A wider one is a large part of the internet. */
const WIDEST = { ipv4: 8, ipv6: 16 } as const;

/** Addresses that no host of the internet has, so that they may be named as a whole. */
const PRIVATE_IPV6 = 'fc00::/7';

/** Whether a range may be that of one network. */
export function isOfOneNetwork(cidr: string): boolean {
  const [, length] = parseCIDR(cidr);
  return length >= widestLike(cidr) || contains(PRIVATE_IPV6, cidr);
}

/** Length of the widest range of the same family that may be that of one network. */
export function widestLike(cidr: string): number {
  const [address] = parseCIDR(cidr);
  return WIDEST[address.kind()];
}

/** Whether all addresses of the inner range are in the outer one. */
export function contains(outer: string, inner: string): boolean {
  const [range, length] = parseCIDR(outer);
  const [address, own] = parseCIDR(inner);
  return address.kind() === range.kind() && own >= length && address.match(range, length);
}
