/** stdout and stderr, so that a reader that has stopped does not stop the process as well. */
import { constants, fstatSync, openSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Where to write. */
export interface Descriptor {
  readonly number: number;
  /** Whether a write waits until there is room: of a file there always is, of a pipe when somebody has read. */
  readonly waits: boolean;
}

const known = new Map<number, Descriptor>();

/** stdout or stderr. A pipe reports that it is full instead of blocking, where the system allows it. */
export function openStandard(number: 1 | 2): Descriptor {
  let descriptor = known.get(number);
  if (descriptor === undefined) {
    descriptor = open(number);
    known.set(number, descriptor);
  }
  return descriptor;
}

function open(number: 1 | 2): Descriptor {
  const asItIs: Descriptor = { number, waits: true };
  if (process.platform === 'win32' || !isMainThread) return asItIs;
  try {
    const status = fstatSync(number);
    if (!status.isFIFO() && !status.isSocket()) return asItIs;
    if (status.isFIFO()) {
      const own = openOnceMore(number);
      if (own !== undefined) return { number: own, waits: false };
    }
    // Node makes it one that does not wait when it is first asked for.
    return { number: (number === 1 ? process.stdout : process.stderr).fd, waits: false };
  } catch {
    return asItIs; // closed: writing will say so
  }
}

/** The same pipe, but not waiting is our own affair: others who have it from the same parent still wait. */
function openOnceMore(number: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${number}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
