/** The agents whose books are kept, and what each of them may lose and send again. */
import { LINES_PER_SECOND } from './writers';

/** Seconds after which Promtail writes its positions down. */
export const SYNC_SECONDS = 30;
/** What may be there twice although every program ended in peace: a batch or two whose answers were lost. */
const SENT_AGAIN = 5 * LINES_PER_SECOND;
const LINES_PER_BATCH = 3500;

interface Bounds {
  /** Lines that it may lose when it is killed at any moment. */
  readonly lostByKill: number;
  /** Lines that it may send again after it was killed. */
  readonly twiceByKill: number;
  /** Lines that it may send again after anything else. */
  readonly twice: number;
}

/** The stack's own agent, and the one beside it. */
export const AGENTS = {
  promtail: {
    // A position is that of a line that was read, not of one that was delivered.
    lostByKill: LINES_PER_BATCH,
    // It reads again what came since its positions were written down.
    twiceByKill: 1.5 * SYNC_SECONDS * LINES_PER_SECOND,
    twice: SENT_AGAIN,
  },
  collector: {
    lostByKill: 0,
    twiceByKill: SENT_AGAIN,
    twice: SENT_AGAIN,
  },
} as const satisfies Readonly<Record<string, Bounds>>;
export type AgentName = keyof typeof AGENTS;

export const AGENT_NAMES = Object.keys(AGENTS) as readonly AgentName[];
