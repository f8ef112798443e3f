import { defaults } from './defaults';
import type { StackConfig } from './schema';

/**
 * Where an agent keeps on its node what it has read. Two stacks have an agent each on every node, and each a folder of its own:
 * that of a stack with the default namespace is where it was before there were several.
 */
export function positionsDirectory({ agent, namespaces }: Pick<StackConfig, 'agent' | 'namespaces'>): string {
  const preset = defaults.agent.positionsDirectory;
  return (
    agent.positionsDirectory ??
    (namespaces.agents === defaults.namespaces.agents ? preset : `${preset}-${namespaces.agents}`)
  );
}
