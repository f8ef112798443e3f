/** Whether the agents get rid of what they read. Pure. */
import { AGENTS, agentOf } from '../../components/kit/identity';
import type { StackConfig } from '../../config';
import { known, whyUnknown } from '../observe/observed';
import type { AgentFigures, StackState } from '../observe/state';
import { figuresOf, part, type Part } from './part';

export type AgentStatus = Part<{
  readonly sent?: number;
  readonly sentPerSecond?: number;
  readonly dropped?: number;
  readonly waitingBytes?: number;
  /** Used share of the fullest queue, 0 to 1. Absent where agents have none. */
  readonly queueUsed?: number;
}>;

/** How much may wait with an agent that catches up. */
const WAITING_BYTES = 10_000_000;
/** A queue that has no room for one more batch is not quite full. */
const FULL = 0.95;

/** Used share of the queue; undefined where the agent has none. */
export function queueUsed({ waitingBytes, queueBytes = 0 }: AgentFigures): number | undefined {
  return queueBytes === 0 ? undefined : waitingBytes / queueBytes;
}

/** Whether it has stopped reading, because its queue takes no more. */
export function isFull(figures: AgentFigures): boolean {
  return (queueUsed(figures) ?? 0) >= FULL;
}

/** Whether more comes than it sends. */
export function isBehind({ waitingBytes, waitingGrowth }: AgentFigures): boolean {
  return waitingBytes > WAITING_BYTES && waitingGrowth >= 0;
}

/** Agents of which pods are there, besides the one of the stack file. */
export function otherAgents(config: StackConfig, { pods }: Pick<StackState, 'pods'>): readonly string[] {
  const there = (known(pods) ?? []).filter(({ namespace }) => namespace === config.namespaces.agents);
  return Object.values(AGENTS)
    .map(({ name }) => name)
    .filter((name) => name !== agentOf(config).name && there.some(({ component }) => component === name));
}

export function agentStatus(config: StackConfig, state: StackState): AgentStatus {
  const { agents, pods } = state;
  const { name } = agentOf(config);
  const { figures, unknown } = figuresOf(agents);
  const beside = otherAgents(config, state).map((other) => `${other} runs; the stack file says ${name}`);
  if (figures.length === 0) return part({}, beside, unknown ?? whyUnknown(pods) ?? `no ${name} runs`);
  const sum = (of: (one: AgentFigures) => number): number => figures.reduce((total, one) => total + of(one), 0);
  const used = figures.map(queueUsed).filter((share) => share !== undefined);
  return part(
    {
      sent: sum(({ sent }) => sent),
      sentPerSecond: sum(({ sentPerSecond }) => sentPerSecond),
      dropped: sum(({ dropped }) => Object.values(dropped).reduce((total, records) => total + records, 0)),
      waitingBytes: sum(({ waitingBytes }) => waitingBytes),
      ...(used.length === 0 ? {} : { queueUsed: Math.max(...used) }),
    },
    [
      ...beside,
      ...(figures.some(({ droppedGrowing }) => droppedGrowing) ? ['an agent gives up batches'] : []),
      ...(figures.some(({ notQueuedGrowing }) => notQueuedGrowing) ? ['an agent cannot write to its queue'] : []),
      ...(figures.some(isFull) ? ['an agent’s queue is full: it reads no further'] : []),
      ...(figures.some((one) => isBehind(one) && !isFull(one)) ? ['an agent does not keep up with its files'] : []),
    ],
    unknown,
  );
}
