/** The building blocks of OTTL, the language of the Collector's transform and filter processors. */
import { FORMAT } from '../sources';

/**
 * Statements for the records that pass a condition. What they put into the cache is gone after the last of them. Those about
 * sources alone run once for each source.
 */
export interface Group {
  /** In OTTL. @default - all records */
  readonly condition?: string;
  readonly statements: readonly string[];
}

/** The text of the record. */
export const BODY = 'log.body';
/** When the record was written, in nanoseconds. */
export const TIME = 'log.time_unix_nano';

/** A text, or an expression of RE2. Go reads the escapes that JSON has. A `$` in a config file is written twice. */
export const literal = (text: string): string => JSON.stringify(text).replaceAll('$', '$$$$');
export const attribute = (name: string): string => `log.attributes[${literal(name)}]`;
export const ofSource = (name: string): string => `resource.attributes[${literal(name)}]`;
/** A value that lives as long as the statements of the group, by its path. */
export const cached = (...path: readonly string[]): string =>
  `log.cache${path.map((name) => `[${literal(name)}]`).join('')}`;

/** Whether the record contains a text. It costs a hundredth of an expression. */
export const contains = (text: string): string => `Index(${BODY}, ${literal(text)}) >= 0`;
export const matches = (value: string, expression: string): string => `IsMatch(${value}, ${literal(expression)})`;
export const isAnyOf = (value: string, texts: readonly string[]): string =>
  any(texts.map((text) => `${value} == ${literal(text)}`));
export const isNotSet = (value: string): string => `${value} == nil`;
/** Whether a text is there, and not empty. */
export const isThere = (value: string): string => all([`${value} != nil`, `${value} != ""`]);

export const any = (conditions: readonly string[]): string => joined(conditions, 'or');
export const all = (conditions: readonly string[]): string => joined(conditions, 'and');
export const not = (condition: string): string => `not (${condition})`;

function joined(conditions: readonly string[], operator: 'and' | 'or'): string {
  const [only = 'true'] = conditions;
  return conditions.length < 2 ? only : `(${conditions.join(` ${operator} `)})`;
}

/** Gives a field a value. A value that is not there changes nothing. */
export function set(target: string, value: string, ...where: readonly string[]): string {
  return `set(${target}, ${value})${where.length === 0 ? '' : ` where ${all(where)}`}`;
}

/** Gives a field the first of some values that is there. */
export function setFirst(target: string, values: readonly string[]): readonly string[] {
  return [...values].reverse().map((value) => set(target, value));
}

/** Gives a field the first of some texts that is there and not empty. */
export function setFirstText(target: string, values: readonly string[]): readonly string[] {
  return [...values].reverse().map((value) => set(target, value, isThere(value)));
}

/** Replaces what an expression matches. `${1}` is its first group. */
export function replace(expression: string, replacement: string): string {
  return `replace_pattern(${BODY}, ${literal(expression)}, ${literal(replacement)})`;
}

/** The groups of an expression, by their names; those that did not match are empty. None: it does not match. */
export const groupsOf = (value: string, expression: string): string =>
  `ExtractPatterns(${value}, ${literal(expression)})`;

/** Whether the source's lines are of one of some formats. */
export const ofFormat = (...formats: readonly string[]): string => isAnyOf(ofSource(FORMAT), formats);

/** A filter processor: it drops the records that fulfil any of the conditions. One that cannot be evaluated keeps the record. */
export function filter(conditions: readonly string[]): Readonly<Record<string, unknown>> {
  return { error_mode: 'silent', log_conditions: [{ context: 'log', conditions }] };
}

/** A transform processor. An error skips a statement, and is not logged: a value that cannot be read is none. */
export function transform(groups: readonly Group[]): Readonly<Record<string, unknown>> {
  return {
    error_mode: 'silent',
    log_statements: groups.map(({ condition, statements }) => ({
      ...(condition === undefined ? {} : { conditions: [condition] }),
      statements,
    })),
  };
}
