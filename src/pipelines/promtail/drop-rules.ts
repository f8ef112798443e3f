/** Stages that drop lines. `logentry_dropped_lines_total{reason="<name>"}` counts the dropped lines of each rule. */
import type { DropRule } from '../drop-rules';
import { selector, type Stage } from './stage';

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
