/** Lines that nobody needs, by typed rules; each is counted as `logentry_dropped_lines_total{reason="<name>"}`. */
import { LABELS } from '../log-model';
import { selector, type Stage } from './stage';

/** Lines to leave out. */
export interface DropRule {
  /** What the metric calls it. */
  readonly name: string;
  /** Stream selector, matchers only. */
  readonly selector: string;
  /** RE2; the line has to match one of them as well. None: every line of the streams. */
  readonly patterns: readonly string[];
  /** Fraction that is kept, from 0 to 1. */
  readonly keep: number;
}

/**
 * Loki logs queries and requests for deletion, and in them whom somebody looked for or wants forgotten. Not an option: the
 * lines that are left would undo an erasure.
 */
export const QUERIES_OF_LOKI: DropRule = {
  name: 'queries-of-loki',
  selector: '{app=~"loki|compactor"}',
  patterns: ['"query":"'],
  keep: 0,
};

/**
 * Of a tenant whose lines nobody may erase, Loki logs two errors for each part of each query: that it could not ask how often the
 * tenant's lines have been erased. A query of a week has several hundred parts.
 */
export const ERASURE_NOT_ALLOWED: DropRule = {
  name: 'erasure-not-allowed',
  selector: QUERIES_OF_LOKI.selector,
  patterns: ['deletion is not available for this tenant'],
  keep: 0,
};

/**
 * What the canary says of its own work, on standard error. Beside its lines it would be read with them, and it would say of
 * each that it is none of its own. `stream` is a label until the end of the pipeline.
 *
 * @param namespace - the canary's.
 */
export const wordsOfCanary = (namespace: string): DropRule => ({
  name: 'words-of-the-canary',
  selector: `{${LABELS.container}="canary",${LABELS.namespace}="${namespace}",stream="stderr"}`,
  patterns: [],
  keep: 0,
});

export function dropRules(rules: readonly DropRule[]): readonly Stage[] {
  return rules.flatMap(({ name, selector: matchers, patterns, keep }): readonly Stage[] => {
    const matching = (...expressions: readonly string[]): string =>
      selector(
        expressions.map((expression) => ['|~', expression] as const),
        matchers,
      );
    // Sampled once, also where a line matches several.
    if (keep > 0) {
      const all = patterns.length > 1 ? [patterns.map((pattern) => `(?:${pattern})`).join('|')] : patterns;
      return [
        { match: { selector: matching(...all), stages: [{ sampling: { rate: keep, drop_counter_reason: name } }] } },
      ];
    }
    // An expression that begins with a text is looked for much faster than one of several.
    const each = patterns.length === 0 ? [matching()] : patterns.map((pattern) => matching(pattern));
    return each.map((drop) => ({ match: { selector: drop, action: 'drop', drop_counter_reason: name } }));
  });
}
