/** The latest lines of a log. */
import type { AgentState, Failure } from '../observe/state';

/** Older lines may be about a fault that is over. Twice the longest time between two tries of the agent, and some more. */
const RECENT = 75_000;

/** Time of a JSON log line; undefined where it has none. */
function timeOf(line: string): number | undefined {
  const time = Date.parse(/"(?:ts|timestamp)":"([^"]+)"/.exec(line)?.[1] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The latest lines, and those without a time. */
export function recent(lines: readonly string[], at: string, within = RECENT): readonly string[] {
  const since = Date.parse(at) - within;
  return lines.filter((line) => (timeOf(line) ?? Infinity) >= since);
}

/** An agent's latest failures, and those without a time. */
export function recentFailures<T extends Failure>(
  failures: readonly T[],
  at: string,
  { clockSkew = 0 }: Pick<AgentState, 'clockSkew'>,
): readonly T[] {
  const since = Date.parse(at) + clockSkew * 1000 - RECENT;
  return failures.filter(({ at: time = Infinity }) => time >= since);
}
