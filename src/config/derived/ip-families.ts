/** What follows from `network.ipFamilies`: which of the two families pods have, and which ranges are of no use to them. */
import { parseCIDR } from 'ipaddr.js';
import { isMapping } from '../mapping';
import { formatPath } from '../problem';
import type { StackConfig } from '../schema';

type Network = Pick<StackConfig, 'network'>;
export type IpFamily = StackConfig['network']['ipFamilies'][number];

/** Whether pods have IPv6 addresses, alone or beside IPv4. */
export function hasIpv6({ network }: Network): boolean {
  return network.ipFamilies.includes('IPv6');
}

/** Whether the first address of a pod is an IPv6 one. */
export function isIpv6First({ network }: Network): boolean {
  return network.ipFamilies[0] === 'IPv6';
}

export function familyOf(cidr: string): IpFamily {
  const [address] = parseCIDR(cidr);
  return address.kind() === 'ipv6' ? 'IPv6' : 'IPv4';
}

/**
 * Lists of destinations that pods have no address for. A warning only: some clusters of IPv6 pods translate on the node,
 * behind the policies.
 */
export function familyWarnings(config: StackConfig): readonly string[] {
  const { ipFamilies } = config.network;
  return egressLists(config)
    .filter(
      ({ list }) => list.length > 0 && list.every((family) => family !== undefined && !ipFamilies.includes(family)),
    )
    .map(({ path, list }) => {
      const families = [...new Set(list)].join(', ');
      const own = ipFamilies.join(', ');
      return `${formatPath(path)}: only ${families} addresses, and pods have ${own} (network.ipFamilies); add the ${own} addresses, those of a NAT64 included. Without them, only a cluster that translates behind its policies reaches it.`;
    });
}

interface EgressList {
  readonly path: readonly PropertyKey[];
  /** Family of each entry. Undefined for pods, which have those of the cluster. */
  readonly list: readonly (IpFamily | undefined)[];
}

/** Every `egress` of a stack file, wherever it is. */
function egressLists(value: unknown, path: readonly PropertyKey[] = []): readonly EgressList[] {
  if (path.at(-1) === 'egress' && Array.isArray(value)) return [{ path, list: value.map(entryFamily) }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => egressLists(entry, [...path, index]));
  return isMapping(value) ? Object.entries(value).flatMap(([key, inner]) => egressLists(inner, [...path, key])) : [];
}

function entryFamily(entry: unknown): IpFamily | undefined {
  return isMapping(entry) && typeof entry['cidr'] === 'string' ? familyOf(entry['cidr']) : undefined;
}
