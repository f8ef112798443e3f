/** What a stream selector says, without asking Loki. */
import { unquoted } from '../syntax/go-text';
import { re2 } from '../syntax/re2';

/** One label matcher: `level=~"info|debug"`. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")/g;

/** One as it is written, its value in quotes. */
export interface WrittenMatcher {
  readonly label: string;
  readonly operator: Matcher['operator'];
  readonly quoted: string;
}

/** The matchers of a selector, as they are written. */
export function matchersIn(selector: string): readonly WrittenMatcher[] {
  return [...selector.matchAll(MATCHER)].map(([, label = '', operator = '', quoted = '']) => ({
    label,
    operator: operator as Matcher['operator'], // the expression has no other
    quoted,
  }));
}

/** The matchers of a selector that the schema has accepted. */
export function matchersOf(selector: string): readonly Matcher[] {
  return matchersIn(selector).map(({ label, operator, quoted }) => ({
    label,
    operator,
    value: unquoted(quoted) ?? quoted,
  }));
}

/** Whether a label with this value fulfils the matcher; '' is a label that is not there. Undefined where RE2 cannot read it. */
export function fulfils(value: string, { operator, value: wanted }: Matcher): boolean | undefined {
  if (operator === '=') return value === wanted;
  if (operator === '!=') return value !== wanted;
  const expression = re2(wanted);
  if (typeof expression === 'string') return undefined;
  return expression.matches(value) === (operator === '=~');
}

/** Whether a stream may match both: not, where the values that one demands of a label are none of the other's. */
export function mayOverlap(one: readonly Matcher[], other: readonly Matcher[]): boolean {
  const excludes = (a: Matcher, b: Matcher): boolean =>
    a.label === b.label && (demanded(a)?.every((value) => fulfils(value, b) === false) ?? false);
  return !one.some((a) => other.some((b) => excludes(a, b) || excludes(b, a)));
}

/** Whether every stream of `narrow` is one of `wide`: it has all of its matchers, and maybe more. */
export function contains(wide: readonly Matcher[], narrow: readonly Matcher[]): boolean {
  return wide.every((a) => narrow.some((b) => a.label === b.label && a.operator === b.operator && a.value === b.value));
}

/** The only values that a matcher lets pass, where it lists them: `a` or `a|b`. */
function demanded({ operator, value }: Matcher): readonly string[] | undefined {
  if (operator === '=') return [value];
  return operator === '=~' && /^[\w-]+(\|[\w-]+)*$/.test(value) ? value.split('|') : undefined;
}
