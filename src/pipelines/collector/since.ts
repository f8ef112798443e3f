/** Leaves out what was written before a moment: another agent has sent it. */
import { BEFORE_SINCE } from '../drop-rules';
import { ORIGIN } from '../sources';
import { all, attribute, filter, TIME } from './ottl';

type Filters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Filters of pods' lines, by the time at which the container runtime wrote them, and of files' records, by their own time: nobody says
 * when such a line was written.
 *
 * @param since - the moment, to the second
 */
export function leaveOutBefore(since: string | undefined): { readonly lines: Filters; readonly records: Filters } {
  if (since === undefined) return { lines: {}, records: {} };
  const isBefore = `${TIME} < ${Date.parse(since)}000000`;
  return {
    lines: { [`filter/${BEFORE_SINCE}`]: filter([isBefore]) },
    records: {
      [`filter/${BEFORE_SINCE}-of-files`]: filter([all([`${attribute(ORIGIN.filename)} != nil`, isBefore])]),
    },
  };
}
