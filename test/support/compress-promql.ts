/** A rule of Prometheus in compressed time: the same question of the same series, when minutes have become seconds. */
import { createRequire } from 'node:module';
import type * as Promql from '@prometheus-io/lezer-promql' with { 'resolution-mode': 'import' };
import { parseDuration } from '../../src/config/units';

// The package has a CommonJS side too, but no types for it.
const { parser } = createRequire(__filename)('@prometheus-io/lezer-promql') as typeof Promql;

/** Durations of ranges and offsets; one that is compared with is a number. */
const DURATION = 'NumberDurationLiteralInDurationContext';
/** Prometheus' own default between two times that it tells of an alert that still fires. */
const RESEND_DELAY = '1m';

/**
 * PromQL whose ranges and offsets are shorter by a factor. What is counted within a range (`increase(…[5m]) > 20`) is compared with
 * the same number, and `rate` is by the second of either time.
 *
 * @throws Error where the text is no PromQL.
 */
export function compressPromql(expr: string, factor: number): string {
  const edits: { readonly from: number; readonly to: number }[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new Error(`not PromQL at character ${from + 1}: ${expr}`);
      if (name === DURATION) edits.push({ from, to });
    },
  });
  return edits
    .toReversed()
    .reduce(
      (text, { from, to }) => text.slice(0, from) + compressed(expr.slice(from, to), factor) + text.slice(to),
      expr,
    );
}

function compressed(text: string, factor: number): string {
  const duration = parseDuration(text);
  if (duration === undefined) throw new Error(`${text} is no duration`);
  return `${Math.round(duration.milliseconds / factor)}ms`;
}

/** A file of rules, as {@link metricRuleGroups} makes it. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert: string; readonly expr: string; readonly for: string }[];
  }[];
}

/** All rules of a file; the ranges and offsets of some alerts by a factor of their own. */
export function compressRuleFile(
  { groups }: RuleFile,
  factor: number,
  rangeFactors: Readonly<Record<string, number>> = {},
): RuleFile {
  return {
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        expr: compressPromql(rule.expr, rangeFactors[rule.alert] ?? factor),
        for: compressed(rule.for, factor),
      })),
    })),
  };
}

/** The flag of a Prometheus whose rules are compressed. */
export const resendDelay = (factor: number): string => `--rules.alert.resend-delay=${compressed(RESEND_DELAY, factor)}`;
