/** What a valid stack is warned of, at `cdk8s synth` and at every preview. */
import type { StackConfig } from '../schema';
import { hasAgentsAlone } from './components';
import { familyWarnings } from './ip-families';
import { networkWarnings } from './network-warnings';
import { sizeWarnings } from './sizing';

export function stackWarnings(config: StackConfig): readonly string[] {
  return [
    ...agentWarnings(config),
    ...networkWarnings(config),
    ...familyWarnings(config),
    ...(hasAgentsAlone(config) ? [] : sizeWarnings(config)),
    ...patchWarnings(config),
  ];
}

function agentWarnings({ agent }: Pick<StackConfig, 'agent'>): readonly string[] {
  if (agent.type !== 'promtail') return [];
  return [
    'agent.type: promtail gets no fixes since 2026-03-02, security fixes included. ' +
      'The alternative is agent.type: collector, the OpenTelemetry Collector; docs/agents.md tells how to move.',
  ];
}

/** Patches, so that whoever reads an output knows that an object is not as the stack renders it. */
export function patchWarnings({ patches }: Pick<StackConfig, 'patches'>): readonly string[] {
  return patches.map(
    ({ kind, name, namespace, reason, unsafe }, index) =>
      `patches[${index}]${unsafe ? ', unsafe' : ''}: ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}: ${reason}`,
  );
}
