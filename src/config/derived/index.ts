/** Defaults that depend on another section. `parse` fills them in: who reads a config finds them like any other value. */
import type { ParsedConfig, StackConfig } from '../schema';
import { apiServerAddresses } from './api-server';
import { monitoringType } from './monitoring';
import { positionsDirectory } from './positions';

export function withDerived(parsed: ParsedConfig): StackConfig {
  return {
    ...parsed,
    monitoring: { ...parsed.monitoring, type: monitoringType(parsed) },
    agent: { ...parsed.agent, positionsDirectory: positionsDirectory(parsed) },
    network: {
      ...parsed.network,
      apiServer: { ...parsed.network.apiServer, cidrs: apiServerAddresses(parsed) },
    },
  };
}
