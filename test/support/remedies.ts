/** Follows the advice of a report, to see that it helps. */
import { parse } from 'yaml';
import type { Problem } from '../../src/config';

type Path = readonly (string | number)[];

/** Ends the examples of a remedy: what comes then is about how to write them. */
const AFTER_EXAMPLES = /^(?:with|without|in|not|to|append|leave|its)\b/;

/**
 * A config as whoever reads the report may write it then: one for each way that the remedy names.
 *
 * @throws Error where the remedy says nothing that can be followed to the letter.
 */
export function followed(input: object, { path, remedy }: Pick<Problem, 'path' | 'remedy'>): readonly object[] {
  const at = keysOf(path);
  const [, meant] = /^did you mean (.+)\?$/.exec(remedy) ?? [];
  if (meant !== undefined) return [isPath(meant) ? renamed(input, at, keysOf(meant)) : withValue(input, at, meant)];
  const [, added, value = ''] = /^add ([^ ;:]+)(?:[;:] (.+))?$/.exec(remedy) ?? [];
  if (added !== undefined && value !== '')
    return valuesIn(value.replace(/^write /, '')).map((example) => withValue(input, keysOf(added), example));
  if (remedy === `add ${path}` || remedy === `add an entry to ${path}`) return []; // what to add, its writer knows
  if (/^remove (it|one of the two)$|^leave it out, |, or leave it out$/.test(remedy)) return [withoutKey(input, at)];
  if (remedy.startsWith('write each entry after a hyphen')) return [withValue(input, at, [valueAt(input, at)])];
  const [, quoted] = /^put it in quotes: (.+)$/.exec(remedy) ?? [];
  if (quoted !== undefined) return [withValue(input, at, parse(quoted))];
  const [, written] = /^write (.+)$/.exec(remedy) ?? [];
  if (written === undefined) throw new Error(`${path}: nobody can follow “${remedy}” to the letter`);
  return valuesIn(written).map((example) => withValue(input, at, example));
}

/** `for example 250m, "1" or 0.5, without quotes` → its three values, as YAML reads them. */
function valuesIn(words: string): readonly unknown[] {
  const parts = words
    .replace(/^for example /, '')
    .split(/(?:, or |, | or |; )(?![^{[]*[\]}])(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/)
    .filter((part) => part !== '');
  const end = parts.findIndex((part) => AFTER_EXAMPLES.test(part));
  return (end === -1 ? parts : parts.slice(0, end)).map((part) => parse(part.replace(/ in quotes$/, '')) as unknown);
}

/** `a[0].b` → `['a', 0, 'b']`. */
function keysOf(path: string): Path {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name = '', index]) =>
    index === undefined ? name : Number(index),
  );
}

function isPath(text: string): boolean {
  return text.includes('.');
}

function withValue(root: unknown, [key, ...rest]: Path, value: unknown): object {
  const inner = (of: unknown): unknown => (rest.length === 0 ? value : withValue(of, rest, value));
  if (Array.isArray(root) || typeof key === 'number') {
    const list: readonly unknown[] = Array.isArray(root) ? root : [];
    return list.map((entry, index) => (index === key ? inner(entry) : entry));
  }
  const name = key ?? '';
  const fields = typeof root === 'object' && root !== null ? root : {};
  return { ...fields, [name]: inner(Reflect.get(fields, name)) };
}

function withoutKey(root: object, path: Path): object {
  const copy = structuredClone(root);
  const parent = valueAt(copy, path.slice(0, -1));
  const key = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, key);
  return copy;
}

function renamed(root: object, from: Path, to: Path): object {
  return withValue(withoutKey(root, from), to, valueAt(root, from));
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}
