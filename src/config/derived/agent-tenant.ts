/** The tenants of the lines that the agent and the canary write. */
import { patternOf } from '../namespace-pattern';
import type { StackConfig, Tenant } from '../schema';

type Config = Pick<StackConfig, 'auth' | 'agent'>;

/** The tenant of the agent's credential; with auth off the first one. None has a credential that no tenant knows. */
export function agentTenant({ auth, agent }: Config): Tenant | undefined {
  const { enabled, tenants } = auth.loki;
  return enabled ? tenants.find(({ write }) => write.includes(agent.credential)) : tenants[0];
}

/** The same, and the tenants of the namespaces that have one of their own, each once. */
export function agentTenants(config: Config): readonly Tenant[] {
  const { auth, agent } = config;
  const own = agentTenant(config);
  const further = agent.tenants.flatMap(({ credential }) =>
    auth.loki.tenants.filter(({ write }) => write.includes(credential)),
  );
  return [...new Set([...(own === undefined ? [] : [own]), ...further])];
}

/** The tenant of the lines of pods of a namespace. */
export function tenantOfNamespace(config: Config, namespace: string): Tenant | undefined {
  const entry = config.agent.tenants.find(({ namespaces }) => patternOf(namespace, namespaces) !== undefined);
  if (entry === undefined) return agentTenant(config);
  return config.auth.loki.tenants.find(({ write }) => write.includes(entry.credential));
}

/** The credentials that the agent pushes with, its own first. */
export const agentCredentials = ({ agent }: Pick<StackConfig, 'agent'>): readonly string[] => [
  agent.credential,
  ...agent.tenants.map(({ credential }) => credential),
];
