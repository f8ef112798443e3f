/** Defaults that depend on another section. `parse` fills them in: who reads a config finds them like any other value. */
import { defaults } from '../defaults';
import type { ParsedConfig, StackConfig } from '../schema';
import { apiServerAddresses } from './api-server';
import { hasAgentsAlone } from './components';
import { monitoringType } from './monitoring';
import { positionsDirectory } from './positions';

export function withDerived(parsed: ParsedConfig): StackConfig {
  return {
    ...parsed,
    auth: knownAuth(parsed),
    monitoring: { ...parsed.monitoring, type: monitoringType(parsed) },
    agent: { ...parsed.agent, positionsDirectory: positionsDirectory(parsed) },
    network: {
      ...parsed.network,
      apiServer: { ...parsed.network.apiServer, cidrs: apiServerAddresses(parsed) },
    },
  };
}

/** Agents alone know one credential, their own. What else there is, the stack with the gateway knows. */
function knownAuth(parsed: ParsedConfig): ParsedConfig['auth'] {
  const { agent, auth } = parsed;
  if (!hasAgentsAlone(parsed)) return auth;
  return {
    loki: {
      ...auth.loki,
      tenants: [
        { name: defaults.auth.tenant, write: [agent.credential], read: [], erase: [] },
        ...agent.tenants.map(({ credential }) => ({ name: credential, write: [credential], read: [], erase: [] })),
      ],
    },
  };
}
