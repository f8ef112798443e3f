/** Link `agent`: does it run on every node that it tolerates? Whether its pods start, ./workloads.ts finds out. */
import { known } from '../observe/observed';
import type { PodState, StackState } from '../observe/state';
import type { WorkloadShape } from '../observe/expected';
import { agentNodes } from '../status/status';
import { broken, type Findings } from './finding';
import { applyTodo } from './todo';

/** The agent runs on every node that it tolerates. */
export function agentEverywhere(
  stack: string,
  wanted: WorkloadShape,
  running: WorkloadShape,
  own: readonly PodState[],
  { nodes }: StackState,
): Findings {
  const { namespace, name } = wanted;
  const selector = Object.entries(running.nodeSelector).map(([key, value]) => `${key}=${value}`);
  const should = agentNodes(wanted, known(nodes) ?? []);
  const missing = should.filter((node) => !own.some((pod) => pod.node === node));
  if (missing.length === 0) return [];
  const many =
    missing.length > 5 ? `${missing.slice(0, 5).join(', ')} and ${missing.length - 5} more` : missing.join(', ');
  return [
    broken(
      'agent',
      `The agent does not run on ${many}${selector.length === 0 ? '' : `; its nodeSelector is ${selector.join(', ')}`}.`,
      selector.length === 0
        ? 'The nodes have no room, or a taint that agent.tolerations does not have.'
        : 'The nodeSelector, which the stack file does not have, keeps it away.',
      ...(selector.length === 0
        ? [`kubectl -n ${namespace} describe daemonset ${name}`]
        : [
            applyTodo(stack),
            `kubectl -n ${namespace} patch daemonset ${name} --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'`,
          ]),
    ),
  ];
}
