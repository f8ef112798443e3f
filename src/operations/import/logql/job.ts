/** `job="namespace/app"` of charts: here a job is the app alone, and the namespace is a label of its own. */
import type { Matcher } from '../../../config/selector';
import { re2 } from '../../../syntax/re2';

/** Both labels of each pair of values that the matcher names; undefined where it cannot be taken apart. */
export interface Pair {
  readonly namespace: Part;
  readonly name: Part;
}

/** A value, or an expression; undefined for one that every value fulfils. */
export type Part = { readonly value: string; readonly isExpression: boolean } | undefined;

/** Whether a value of `job` is of two parts. */
export const hasSlash = (value: string): boolean => value.includes('/');

/** The pairs of a value; undefined where it has not one slash in each of its alternatives. */
export function pairsOf({ operator, value }: Matcher): readonly Pair[] | undefined {
  const isExpression = operator === '=~' || operator === '!~';
  const alternatives = isExpression ? splitTop(value.replace(/^\^|\$$/g, '').replaceAll('\\/', '/'), '|') : [value];
  const pairs = alternatives.map((alternative) => {
    const [namespace, name, ...more] = isExpression ? splitTop(alternative, '/') : alternative.split('/');
    if (namespace === undefined || name === undefined || more.length > 0) return undefined;
    return { namespace: partOf(namespace, isExpression), name: partOf(name, isExpression) };
  });
  return pairs.every((pair) => pair !== undefined) ? pairs : undefined;
}

function partOf(text: string, isExpression: boolean): Part {
  if (!isExpression) return { value: text, isExpression };
  if (/^\(?\.[*+]\)?$/.test(text)) return undefined;
  const plain = text.replaceAll(/\\([.-])/g, '$1');
  const isPlain = /^[\w-]+$/.test(plain);
  return isPlain ? { value: plain, isExpression: false } : { value: text, isExpression: true };
}

/** Splits at a character that stands outside of all brackets. */
function splitTop(expression: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  let inClass = false;
  for (let at = 0; at < expression.length; at += 1) {
    const character = expression[at];
    if (character === '\\') at += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === separator && depth === 0) {
      parts.push(expression.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, expression.slice(from)];
}

/** One part for several, if they differ in it. */
export function oneOf(parts: readonly Part[]): Part {
  if (parts.some((part) => part === undefined)) return undefined;
  const values = [...new Set(parts.flatMap((part) => (part === undefined ? [] : [part.value])))];
  const [first = ''] = values;
  const isExpression = values.length > 1 || parts.some((part) => part?.isExpression === true);
  if (!isExpression) return { value: first, isExpression };
  // A value with a dot is none of an expression: labels of Kubernetes have dots and hyphens.
  const value = parts.every((part) => part?.isExpression === false)
    ? values.map((one) => one.replaceAll('.', '\\.')).join('|')
    : values.join('|');
  return typeof re2(value) === 'string' ? undefined : { value, isExpression };
}
