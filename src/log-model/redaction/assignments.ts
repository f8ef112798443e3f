/** Secrets after their name: as its value in JSON and in pairs, or assigned to it in a text. */
import { type Harmless, NAME, NAME_SPELLINGS, NAME_TRIGGERS, REDACTED, SCOPES } from './names';
import { json, type Notation } from './notations';
import { EVERYWHERE, type Place, type SecretPattern } from './pattern';

/** Properties of every pattern that looks for names. */
export const NAMED = { triggers: NAME_TRIGGERS, exact: NAME_SPELLINGS } as const;

export type Where = Pick<SecretPattern, 'places' | 'contains'>;

/** Between a name and its value. The bracket is that of `user[password]=`. */
const ASSIGNMENT = '(?:\\]|%5d|%22)?[ \\t]{0,8}(?::|=>?|%3d|%3a)[ \\t]{0,8}(?:%22)?';
/** Python's prefix of bytes: `b'…'`. */
const PREFIX = '[bruf]{0,2}';
/** The end of an unquoted value. */
const END = '(?:[\\s"\'&,;(){}\\[\\]<>\\\\]|$)';

/** Deeper JSON is rare: there, redaction goes to the end of the outermost string. */
export function deepInJson(): SecretPattern {
  return {
    ...NAMED,
    kind: 'secret under its name',
    places: ['json'],
    contains: ['\\'.repeat(7)],
    before: NAME,
    secret: `\\\\{7,}"${json(3).space}:(?:[^"\\\\]|\\\\.)*`,
  };
}

/** Any value of a field whose name says that it is secret. */
export function underNames(notation: Notation, no: Harmless, where: Where): SecretPattern {
  const { quote, text, list, space, key, written } = notation;
  const nothing = `(?:${quote}${quote}|[[{]${space}[\\]}])`;
  return {
    ...NAMED,
    ...where,
    kind: 'secret under its name',
    unless: [
      key(no.names),
      ...(notation.quotedNames ? no.pairs : []).map(
        (pair) => `${key(pair.names)}(?:${quote}${pair.value}${quote}|${pair.value})`,
      ),
    ].join('|'),
    before: key(NAME),
    keep: `${quote}(?:${no.value})${quote}|${nothing}`,
    // Names without quotes: such a number is redacted like any word after a name.
    secret: notation.quotedNames ? `(?:${quote}${text}(?:${quote})?|-?[0-9][0-9.e+-]*|${list})` : list,
    replacement: `${written}${REDACTED}${written}`,
  };
}

/** The same of scopes, a name that is the whole name. */
export function underScopes({ quote, text, list, key, start, written }: Notation, where: Where): SecretPattern {
  return {
    ...where,
    kind: 'secret under its name',
    triggers: ['scope'],
    exact: ['cope', 'COPE'],
    before: key(start + SCOPES),
    secret: `(?:${quote}${text}(?:${quote})?|${list})`,
    replacement: `${written}${REDACTED}${written}`,
  };
}

/** Whatever is before them: `password: "…"`, `password="…"`. */
export function doubleQuoted(level: number, no: Harmless, where: Where): SecretPattern {
  const { quote, text } = json(level);
  const named = `(?:["']|${quote})?${ASSIGNMENT}${PREFIX}`;
  return {
    ...NAMED,
    ...where,
    kind: 'secret in double quotes',
    unless: `(?:${no.names})${named}`,
    before: `${NAME}${named}${quote}`,
    keep: `(?:${no.value})${quote}`,
    // The text after the closing quote of a string does not begin another string: "Enter password:", …
    secret: `[^,:\\]}\\s"\\\\](?:${text})?`,
  };
}

export function singleQuoted(notation: Notation, no: Harmless, places: readonly Place[]): SecretPattern {
  const named = `["']?${ASSIGNMENT}${PREFIX}`;
  return {
    ...NAMED,
    places,
    contains: ["'"],
    kind: 'secret in single quotes',
    unless: `(?:${no.names})${named}`,
    // Also SQL: ALTER ROLE … PASSWORD '…'
    before: `(?:${NAME}${named}|password(?:[ \\t\\r\\n]|\\\\{1,16}[nrt]){1,8})'`,
    keep: `(?:${no.value})'`,
    secret: `(?:${notation.text}|'')+`,
  };
}

/** Pairs of logfmt. */
export function inPairs(no: Harmless): SecretPattern {
  const pair = '(?:^|\\f)[^\\s="]*?';
  const { text, quote } = json(0);
  return {
    ...NAMED,
    kind: 'secret under its name',
    places: ['logfmt'],
    unless: [
      `${pair}(?:${no.names})=`,
      ...no.pairs.map(({ names, value }) => `${pair}(?:${names})="?${value}"?(?:\\f|$)`),
    ].join('|'),
    before: `${pair}${NAME}=`,
    keep: `"?(?:${no.value})"?(?:\\f|$)`,
    secret: `${quote}${text}${quote}|[^\\s"]+`,
  };
}

/** Words after their name, and what errors and documents have without quotes. */
export function unquoted(no: Harmless): readonly SecretPattern[] {
  const named = `["']?${ASSIGNMENT}`;
  return [
    {
      ...NAMED,
      kind: 'secret after its name',
      places: EVERYWHERE,
      // The agent looks for patterns of the same texts together: without these, it would do so before Mongoose's.
      contains: [':', '=', '%3', '--'],
      unless: [
        `(?:${no.names})${named}`,
        ...no.pairs.map(({ names, value }) => `(?:${names})${named}["']?${value}${END}`),
      ].join('|'),
      // Also of a command line: --password …
      before: `(?:${NAME}${ASSIGNMENT}|(?:^|[^=\\w-])--(?:[a-z0-9]{1,16}-){0,3}${NAME}[ \\t]{1,8})`,
      keep: `["']?(?:${no.value})${END}`,
      secret: '[^\\s"\'&,;(){}\\[\\]<>\\\\]+',
    },
    {
      ...NAMED,
      kind: 'secret in XML',
      places: EVERYWHERE,
      contains: ['</'],
      before: `<(?:\\w{1,32}:)?[\\w-]{0,32}?${NAME}(?: [^<>"]{0,64})?>`,
      secret: '(?:[^<>"\\\\]|\\\\+[^"\\\\])+',
      after: '</',
    },
  ];
}
