/**
 * Notations of values in programs' output: JSON, JSON inside of JSON strings, and Node's and Python's way. Expressions for strings and
 * lists that end where these end, so that what is around a secret stays what it was.
 */

/** A way to write strings, lists and objects. All are expressions. */
export interface Notation {
  /** Before and after a string. */
  readonly quote: string;
  /** The same, not as an expression, of what stands for a secret. */
  readonly written: string;
  /** Before a name that is not the end of a longer one. */
  readonly start: string;
  /** Whether names are strings. */
  readonly quotedNames: boolean;
  /** The content of a string, not empty. */
  readonly text: string;
  /** A string. */
  readonly string: string;
  /** A list or an object, complete. */
  readonly list: string;
  /** The same, with few inside of it. */
  readonly shallow: string;
  /** Between two tokens. */
  readonly space: string;
  /** Entries of an object, or none of them. */
  readonly entries: string;
  /** A name of some, and what is between it and its value. */
  readonly key: (names: string) => string;
  /** A string of which only the end matters. */
  readonly ending: (end: string) => string;
}

/** Lists inside of the list that a secret is, and inside of lists that are beside one. Each makes an expression longer. */
const DEPTH = 6;
const DEPTH_BESIDE = 2;
const SPACE = '(?:\\s|\\\\{1,16}[nrt]){0,40}';

function nested(unit: string, most: number): string {
  let list = `[[{](?:${unit})*[\\]}]`;
  for (let depth = 1; depth < most; depth += 1) list = `[[{](?:${unit}|${list})*[\\]}]`;
  return list;
}

/**
 * JSON inside `level` JSON strings. Each string doubles the backslashes, and adds one for the quote. So the number of
 * backslashes before a quote shows whether the quote ends the string or is in it.
 */
export function json(level: number): Notation {
  const doubled = 2 ** level * 2;
  const quote = `${level === 0 ? '' : `\\\\{${doubled / 2 - 1}}`}"`;
  const backslashes = `(?:\\\\{${doubled}})*`;
  const unit = `[^"\\\\]|${backslashes}\\\\{${doubled - 1}}"|\\\\+[^"\\\\]`;
  const string = `${quote}(?:${unit})*${backslashes}${quote}`;
  const space = level === 0 ? '\\s{0,40}' : SPACE;
  const between = `[^[\\]{}"\\\\]|\\\\+[^"\\\\]|${string}`;
  const list = nested(between, DEPTH);
  const shallow = nested(between, DEPTH_BESIDE);
  return {
    quote,
    written: `${'\\'.repeat(doubled / 2 - 1)}"`,
    start: quote,
    quotedNames: true,
    string,
    list,
    shallow,
    space,
    text: `(?:(?:${unit})+${backslashes}|(?:\\\\{${doubled}})+)`,
    entries: `(?:${between}|${shallow})*?`,
    key: (names) => `(?:${names})${quote}${space}:${space}`,
    ending: (end) => `${quote}[^"\\\\]*?${end}${quote}`,
  };
}

/** As `util.inspect` and Python's `repr` print it. @param inJson - in a string of JSON: quotes of the JSON are not crossed. */
export function inspected(inJson: boolean): Notation {
  // A backslash and what it is for stay together, in either.
  const unit = inJson ? `[^'"\\\\\\f]|\\\\+[^"\\\\]|(?:\\\\\\\\)*\\\\"` : `[^'\\\\]|\\\\+[^\\\\]`;
  const string = `'(?:${unit})*'`;
  const between = inJson
    ? `[^[\\]{}'"\\\\\\f]|\\\\+[^'"\\\\]|(?:\\\\\\\\)*\\\\"|${string}`
    : `[^[\\]{}'"\\\\]|\\\\+[^'"\\\\]|"(?:[^"\\\\]|\\\\.)*"|${string}`;
  const list = nested(between, DEPTH);
  const shallow = nested(between, DEPTH_BESIDE);
  return {
    quote: "'",
    written: '',
    start: '\\b',
    quotedNames: false,
    string,
    list,
    shallow,
    space: SPACE,
    text: `(?:${unit})+`,
    entries: `(?:${between}|${shallow})*?`,
    key: (names) => `(?:${names})'?${SPACE}:${SPACE}`,
    ending: (end) => `'[^'"\\\\]*?${end}'`,
  };
}
