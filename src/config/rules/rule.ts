import { formatPath, formatReceived, type Problem } from '../problem';
import type { StackConfig } from '../schema';

/** What has to hold between several fields. */
export interface Rule {
  /** Paths that it reads: it is silent while one of them is itself wrong. */
  readonly reads: readonly string[];
  readonly check: (config: StackConfig) => readonly Problem[];
}

/** A problem of the value at a path. */
export const problem = (path: readonly PropertyKey[], received: unknown, rule: string, remedy: string): Problem => ({
  path: formatPath(path),
  received: formatReceived(received),
  rule,
  remedy,
});

/** The problem, if the condition holds. */
export const when = (condition: boolean, found: () => Problem): readonly Problem[] => (condition ? [found()] : []);
