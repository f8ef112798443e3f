/** Which parts a stack has: all of them, or agents alone, which push to another stack's gateway. */
import type { ParsedConfig } from '../schema';

type Parts = Pick<ParsedConfig, 'components'>;

/** Whether the stack has agents and no Loki of its own. */
export function hasAgentsAlone({ components }: Parts): boolean {
  return components !== undefined;
}

/** The namespaces that are the stack's. */
export function stackNamespaces({
  components,
  namespaces: { logging, agents },
}: Parts & Pick<ParsedConfig, 'namespaces'>): readonly string[] {
  return hasAgentsAlone({ components }) ? [agents] : [logging, agents];
}
