/** The default of `agent.positionsDirectory`, which depends on the agents' namespace. */
import { defaults } from '../defaults';
import type { ParsedConfig } from '../schema';

/**
 * Two stacks have an agent each on every node, and each agent has a folder of its own. A stack in the default namespace
 * keeps the folder that was there before a cluster could have several stacks.
 */
export function positionsDirectory({ agent, namespaces }: Pick<ParsedConfig, 'agent' | 'namespaces'>): string {
  const preset = defaults.agent.positionsDirectory[agent.type];
  return (
    agent.positionsDirectory ??
    (namespaces.agents === defaults.namespaces.agents ? preset : `${preset}-${namespaces.agents}`)
  );
}
