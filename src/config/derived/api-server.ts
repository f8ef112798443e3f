/** The default of `network.apiServer.cidrs`, which depends on what a policy can name. */
import { defaults } from '../defaults';
import type { ParsedConfig } from '../schema';

/** A CiliumNetworkPolicy names the API server itself, and needs no address. A NetworkPolicy can only name places where it may be. */
export function apiServerAddresses({ network }: Pick<ParsedConfig, 'network'>): readonly string[] {
  const { policies, apiServer, ipFamilies } = network;
  const places = ipFamilies.flatMap((family) => [...defaults.network.apiServer.cidrs[family]]);
  return apiServer.cidrs ?? (policies === 'cilium' ? [] : places);
}
