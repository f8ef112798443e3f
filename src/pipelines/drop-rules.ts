/** Rules that drop lines. An agent counts the dropped lines of each. */
import { LABELS } from '../log-model';
import { STREAM } from './sources';

/** Why a line was dropped that is older than `agent.since`, in an agent's counters. */
export const BEFORE_SINCE = 'before-since';

/** Lines to leave out. */
export interface DropRule {
  /** The rule's name in the metric. */
  readonly name: string;
  /** Stream selector, matchers only. */
  readonly selector: string;
  /** RE2; the line has to match one of them as well. None: every line of the streams. */
  readonly patterns: readonly string[];
  /** Fraction that is kept, from 0 to 1. */
  readonly keep: number;
}

/**
 * Loki's own lines with queries and requests for deletion, which name persons. This is not an option: lines that stay
 * would undo an erasure.
 */
export const QUERIES_OF_LOKI: DropRule = {
  name: 'queries-of-loki',
  selector: '{app=~"loki|compactor"}',
  patterns: ['"query":"'],
  keep: 0,
};

/**
 * Two errors that Loki logs for each part of each query of a tenant without an `erase` credential: it could not ask how
 * often the tenant's lines have been erased. A query of a week has several hundred parts.
 */
export const ERASURE_NOT_ALLOWED: DropRule = {
  name: 'erasure-not-allowed',
  selector: QUERIES_OF_LOKI.selector,
  patterns: ['deletion is not available for this tenant'],
  keep: 0,
};

/**
 * Messages of the canary about its own work, on standard error. The canary would read them with its lines, and report
 * each as a line that it did not write.
 *
 * @param namespace - the canary's.
 */
export const wordsOfCanary = (namespace: string): DropRule => ({
  name: 'words-of-the-canary',
  selector: `{${LABELS.container}="canary",${LABELS.namespace}="${namespace}",${STREAM}="stderr"}`,
  patterns: [],
  keep: 0,
});

/**
 * Drop rules for the stack's own pods.
 *
 * @param canaryNamespace - namespace of the canary. Undefined: there is none.
 */
export function ownDropRules(canaryNamespace: string | undefined): readonly DropRule[] {
  return [
    QUERIES_OF_LOKI,
    ERASURE_NOT_ALLOWED,
    ...(canaryNamespace === undefined ? [] : [wordsOfCanary(canaryNamespace)]),
  ];
}
