/** Grafana's variables in a query: `$name`, `${name}`, `${name:format}`, `[[name]]`. No LogQL has them. */
import { parseExpression } from '../../../alerts/logql';

/** A query with words in place of its variables, which stand nowhere else in it. */
export interface Filled {
  readonly text: string;
  /** The variables again, in this query or in a part of it. */
  readonly restore: (text: string) => string;
  /** Whether a part of the query has a variable. */
  readonly hasVariable: (part: string) => boolean;
}

/** A `$` before a digit is a group of a regular expression, and `[[:alpha:]]` a class of characters. */
const VARIABLE = /\$\{[A-Za-z_][^}]*\}|\$[A-Za-z_]\w*|\[\[\w+(?::\w+)?\]\]/g;
/** Texts in quotes, and templates within them, whose own variables are Go's. */
const QUOTED = /"(?:[^"\\]|\\.)*"|`[^`]*`/g;
const TEMPLATE = /\{\{.*?\}\}/gs;

interface Variable {
  readonly from: number;
  readonly to: number;
  readonly written: string;
  /** What may stand in its place, the likeliest first. */
  readonly words: readonly string[];
}

export function fillVariables(query: string): Filled {
  const variables = variablesIn(query);
  const words = variables.map(({ words: [first = ''] }) => first);
  // A word may be a number in truth, such as of `topk($n, …)`: whatever leaves the fewest errors.
  const errorsOf = (chosen: readonly string[]) => parseExpression(filled(query, variables, chosen)).errors.length;
  let errors = errorsOf(words);
  for (const [index, variable] of variables.entries())
    for (const word of variable.words.slice(1)) {
      const fewer = errors > 0 ? errorsOf(words.with(index, word)) : errors;
      if (fewer >= errors) continue;
      words[index] = word;
      errors = fewer;
    }
  const all = variables.map(({ written }, index) => [words[index] ?? '', written] as const);
  return {
    text: filled(query, variables, words),
    restore: (text) => all.reduce((restored, [word, written]) => restored.replaceAll(word, () => written), text),
    hasVariable: (part) => all.some(([word]) => part.includes(word)),
  };
}

function variablesIn(query: string): readonly Variable[] {
  const quoted = rangesOf(query, QUOTED);
  const templates = rangesOf(query, TEMPLATE).filter((range) => quoted.some((text) => isWithin(range, text)));
  return rangesOf(query, VARIABLE)
    .filter((range) => !templates.some((template) => isWithin(range, template)))
    .map((range, index) => ({
      ...range,
      written: query.slice(range.from, range.to),
      words: wordsFor(index, query, range, quoted),
    }));
}

function wordsFor(index: number, query: string, range: Range, quoted: readonly Range[]): readonly string[] {
  const name = `grafana_variable_${index}_`;
  const number = String(770_001 + index);
  if (quoted.some((text) => isWithin(range, text))) return [name];
  const hasUnit = /^[a-z]/i.test(query.slice(range.to));
  if (/\[\s*$|\boffset\s+-?$/i.test(query.slice(0, range.from))) return [hasUnit ? number : `${number}s`];
  return [name, number, `${number}s`];
}

function filled(query: string, variables: readonly Variable[], words: readonly string[]): string {
  let text = '';
  let at = 0;
  for (const [index, { from, to }] of variables.entries()) {
    text += query.slice(at, from) + (words[index] ?? '');
    at = to;
  }
  return text + query.slice(at);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const rangesOf = (text: string, pattern: RegExp): readonly Range[] =>
  [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ from: index, to: index + found.length }));

const isWithin = (inner: Range, outer: Range): boolean => inner.from >= outer.from && inner.to <= outer.to;
