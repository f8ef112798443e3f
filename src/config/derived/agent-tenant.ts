/** The tenant of the lines that the agent and the canary write. */
import type { StackConfig, Tenant } from '../schema';

/** The tenant of the agent's credential; with auth off the first one. None has a credential that no tenant knows. */
export function agentTenant({ auth, agent }: Pick<StackConfig, 'auth' | 'agent'>): Tenant | undefined {
  const { enabled, tenants } = auth.loki;
  return enabled ? tenants.find(({ write }) => write.includes(agent.credential)) : tenants[0];
}
