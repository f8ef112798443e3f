/** Lines that nobody needs, by typed rules; each is counted as `logentry_dropped_lines_total{reason="<name>"}`. */
import { selector, type Stage } from './stage';

/** Lines to leave out. */
export interface DropRule {
  /** What the metric calls it. */
  readonly name: string;
  /** Stream selector, matchers only. */
  readonly selector: string;
  /** RE2 that the line has to match as well. @default - every line of the streams */
  readonly pattern?: string;
  /** Fraction that is kept, from 0 to 1. */
  readonly keep: number;
}

export function dropRules(rules: readonly DropRule[]): readonly Stage[] {
  return rules.map(({ name, selector: matchers, pattern, keep }) => {
    const rule = { selector: selector(pattern === undefined ? [] : [['|~', pattern]], matchers) };
    return keep === 0
      ? { match: { ...rule, action: 'drop', drop_counter_reason: name } }
      : { match: { ...rule, stages: [{ sampling: { rate: keep, drop_counter_reason: name } }] } };
  });
}
