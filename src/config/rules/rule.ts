import { formatPath, formatReceived, type Problem } from '../problem';
import type { StackConfig } from '../schema';

/** A condition between several fields. */
export interface Rule {
  /** Paths that it reads. The rule is skipped while one of them is wrong itself. */
  readonly reads: readonly string[];
  /** @param written - the config as it is in the file, without defaults. */
  readonly check: (config: StackConfig, written: unknown) => readonly Problem[];
}

/** A problem of the value at a path. */
export const problem = (path: readonly PropertyKey[], received: unknown, rule: string, remedy: string): Problem => ({
  path: formatPath(path),
  received: formatReceived(received),
  rule,
  remedy,
});

/** The problem, if the condition is true. */
export const when = (condition: boolean, found: () => Problem): readonly Problem[] => (condition ? [found()] : []);
