/** Rules that drop lines. There is a filter for each rule, and the Collector counts what each of them drops. */
import { fulfils, type Matcher, matchersOf } from '../../config/selector';
import type { DropRule } from '../drop-rules';
import { STREAM } from '../sources';
import { all, any, attribute, BODY, filter, literal, matches, not, ofSource, TIME } from './ottl';

/** Denominator of the fraction of lines that is kept. */
const PARTS = 10_000;

/** Filters of some rules, by name, in their order. */
export function dropFilters(rules: readonly DropRule[]): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return Object.fromEntries(
    [...Map.groupBy(rules, ({ name }) => name)].map(([name, same]) => [
      `filter/${name}`,
      filter(same.map(conditionOf)),
    ]),
  );
}

/** In OTTL: whether a line is dropped. */
function conditionOf({ selector, patterns, keep }: DropRule): string {
  return all([
    ...matchersOf(selector).map(conditionOfMatcher),
    ...(patterns.length === 0 ? [] : [any(patterns.map((pattern) => matches(BODY, pattern)))]),
    // Equal lines of other times are other lines.
    ...(keep > 0 ? [isOutside(keep, `FNV(Concat([${BODY}, ${TIME}], ""))`)] : []),
  ]);
}

/** Whether the last digits of a number, which may be negative, are not among the fraction of them that is kept. */
function isOutside(keep: number, value: string): string {
  // OTTL has no remainder.
  const last = `${value} - ${value} / ${PARTS} * ${PARTS}`;
  const kept = Math.round(keep * PARTS);
  return any([`${last} >= ${kept}`, `${last} <= -${kept}`]);
}

/** In OTTL: whether a record's source fulfils a matcher. */
export function conditionOfMatcher(matcher: Matcher): string {
  const { label, operator, value } = matcher;
  const path = label === STREAM ? attribute(STREAM) : ofSource(label);
  const matched = operator.endsWith('~') ? matches(path, `^(?:${value})$`) : `${path} == ${literal(value)}`;
  const fulfilled = operator.startsWith('!') ? not(matched) : matched;
  // A label that is not there is an empty one.
  return fulfils('', matcher) === true ? any([`${path} == nil`, fulfilled]) : all([`${path} != nil`, fulfilled]);
}
