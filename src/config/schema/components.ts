/** The programs of a stack. Each has pods and Services of its own. */
export const COMPONENTS = [
  'loki',
  'compactor',
  'gateway',
  'promtail',
  'collector',
  'grafana',
  'alertmanager',
  'prometheus',
  'canary',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** The programs that run on each node. */
export const AGENT_TYPES = ['promtail', 'collector'] as const;

export function isAgent(component: string): component is (typeof AGENT_TYPES)[number] {
  return AGENT_TYPES.some((agent) => agent === component);
}
