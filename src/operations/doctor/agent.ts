/** Link `agent`: does it run on every node that it tolerates, and can it work there? Whether its pods start, ./workloads.ts finds out. */
import { agentOf } from '../../components/kit/identity';
import type { StackConfig } from '../../config';
import { known } from '../observe/observed';
import type { PodState, StackState } from '../observe/state';
import type { WorkloadShape } from '../observe/expected';
import { otherAgents } from '../status/agents';
import { agentNodes } from '../status/agent-nodes';
import { broken, type Findings } from './finding';
import { recentFailures } from './log-lines';
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
  const should = agentNodes(wanted, known(nodes) ?? []);
  const missing = should.filter((node) => !own.some((pod) => pod.node === node));
  if (missing.length === 0) return [];
  const many =
    missing.length > 5 ? `${missing.slice(0, 5).join(', ')} and ${missing.length - 5} more` : missing.join(', ');
  const foreign = Object.entries(running.nodeSelector).filter(([key, value]) => wanted.nodeSelector[key] !== value);
  if (foreign.length === 0)
    return [
      broken(
        'agent',
        `The agent does not run on ${many}.`,
        `The nodes have no room, or a taint that pods.${name}.tolerations does not have.`,
        `kubectl -n ${namespace} describe daemonset ${name}`,
      ),
    ];
  const patch = foreign.map(([key]) => ({
    op: 'remove',
    path: `/spec/template/spec/nodeSelector/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  }));
  return [
    broken(
      'agent',
      `The agent does not run on ${many}; its nodeSelector is ${foreign.map((entry) => entry.join('=')).join(', ')}.`,
      'The nodeSelector, which the stack file does not have, keeps it away.',
      applyTodo(stack),
      `kubectl -n ${namespace} patch daemonset ${name} --type=json -p '${JSON.stringify(patch)}'`,
    ),
  ];
}

/** What an agent cannot do on its node, and an agent that should not run. */
export function agentFindings(config: StackConfig, state: StackState): Findings {
  const { name } = agentOf(config);
  const { agents, at } = state;
  return [
    ...otherAgents(config, state).map((other) =>
      broken(
        'agent',
        `${other} runs; the stack file says ${name}.`,
        'agent.type was changed and not applied, or the agent before was not deleted. Two agents send each record twice.',
        `kubectl -n <agents> get daemonset; once ${name} runs, kubectl -n <agents> delete daemonset ${other}`,
      ),
    ),
    ...agents.flatMap((agent): Findings => {
      const { node, pod, figures } = agent;
      const log = known(agent.log);
      const unlisted = recentFailures(log?.discovery ?? [], at, agent).at(-1)?.error;
      const isQueueing = known(figures)?.notQueuedGrowing === true;
      const unqueued = log?.queue.at(-1)?.error;
      return [
        ...(unlisted === undefined
          ? []
          : [
              broken(
                'agent',
                `The agent on ${node} (${pod}) cannot list pods: ${unlisted.slice(0, 200)}.`,
                /forbidden/.test(unlisted)
                  ? `Its ClusterRole or ClusterRoleBinding (<agents>-${name}) is missing, or is not the stack’s.`
                  : 'The API server does not answer it, or a policy denies it: network.apiServer in the stack file.',
                `kubectl auth can-i list pods -A --as=system:serviceaccount:<agents>:${name}`,
              ),
            ]),
        ...(isQueueing
          ? [
              broken(
                'agent',
                `The agent on ${node} cannot write to its queue${unqueued === undefined ? '' : `: ${unqueued.slice(0, 200)}`}.`,
                `The node’s disk with ${config.agent.positionsDirectory} is full or broken. It reads again what it could not write.`,
                `on the node: df ${config.agent.positionsDirectory}`,
              ),
            ]
          : []),
      ];
    }),
  ];
}
