/** What a log says of the last moments. */

/** What a log said longer ago may be over. Twice the longest time between two tries of the agent, and some. */
const RECENT = 75_000;

/** Time of a JSON log line; undefined where it tells none. */
function timeOf(line: string): number | undefined {
  const time = Date.parse(/"(?:ts|timestamp)":"([^"]+)"/.exec(line)?.[1] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The lines of the last moments, and those that do not tell their time. */
export function recent(lines: readonly string[], at: string, clockSkew = 0, within = RECENT): readonly string[] {
  const since = Date.parse(at) + clockSkew * 1000 - within;
  return lines.filter((line) => (timeOf(line) ?? Infinity) >= since);
}
