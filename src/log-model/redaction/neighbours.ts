/** Secrets whose name stands beside them: in another field, before them in a list or a command, in an error's text. */
import { NAMED, type Where } from './assignments';
import { type Harmless, NAME, REDACTED } from './names';
import type { Notation } from './notations';
import { EVERYWHERE, type Place, type SecretPattern } from './pattern';

/** Fields that say of what another field is the value, by validators, ORMs and lists of headers. */
export const NAMING_FIELDS = [
  'name',
  'key',
  'path',
  'property',
  'field',
  'param',
  'instancePath',
  'label',
  'fullPath',
] as const;
/** Fields whose value such a field names. */
export const NAMED_VALUES = ['value', 'values', 'data', 'input', 'rejectedValue', 'stringValue', 'actual'] as const;

/** A CastError of Mongoose has it before `value`, and both before the name. One match redacts one value. */
const AS_TEXT = 'stringValue';

/** Index of an element of a named list: `tokens[0]`, `tokens.0`, `/tokens/0`. */
const INDEX = '(?:[./[][0-9]+\\]?)*';

const OF_REDIS = { kind: 'secret in a command', triggers: ['auth'], exact: ['auth', 'Auth', 'AUTH'] } as const;

/** Values whose name stands in a field beside them, or before them in a list; commands of Redis. @param having - how texts of fields with these names begin. */
export function besideNames(
  notation: Notation,
  no: Harmless,
  { places }: Where,
  having: (names: readonly string[]) => readonly string[],
): readonly SecretPattern[] {
  const { quote, text, string, shallow, space, entries, key, ending, written, start } = notation;
  const comma = `${space},${space}`;
  const value = `(?:${quote}${text}(?:${quote})?|-?[0-9][0-9.e+-]*|${shallow})`;
  const inString = written.length > 1;
  const replacement = `${written}${REDACTED}${written}`;
  const naming = key(`${start}(?:${NAMING_FIELDS.join('|')})`);
  const name = `(?:\\[${space}(?:[^\\[\\]{}]*?${comma})?)?${ending(NAME + INDEX)}(?:(?:${comma}[0-9]+)*${space}\\])?`;
  const harmlessName = `${naming}${ending(`(?:${no.names})`)}`;
  const inList = { places, after: `${quote}${space}[,\\]]`, secret: text, contains: [inString ? written : '['] };
  const named = (values: readonly string[]): string => key(`${start}(?:${values.join('|')})`);
  const beside = (values: readonly string[]): Omit<SecretPattern, 'before'> => ({
    ...NAMED,
    ...{ kind: 'secret beside its name', places, contains: having(values), secret: value, replacement },
  });
  const beforeName = (values: readonly string[]): SecretPattern => ({
    ...beside(values),
    unless: `${named(values)}${value}${space},${entries}${harmlessName}`,
    before: named(values),
    after: `${space},${entries}${naming}${name}`,
  });
  return [
    { ...beside(NAMED_VALUES), unless: harmlessName, before: `${naming}${name}${entries}${named(NAMED_VALUES)}` },
    beforeName(NAMED_VALUES.filter((field) => field !== AS_TEXT)),
    beforeName([AS_TEXT]),
    {
      ...NAMED,
      ...inList,
      kind: 'secret after its name in a list',
      // A list of names.
      keep: `[\\w-]{0,64}?${NAME}${quote}`,
      before: `${quote}[\\w-]{0,64}?${NAME}${quote}${comma}${quote}`,
    },
    {
      ...OF_REDIS,
      places,
      contains: having(['args']),
      before: `${ending('auth')}${comma}${key(`${start}args`)}`,
      secret: shallow,
      replacement,
    },
    // HELLO 3 AUTH user password
    {
      ...OF_REDIS,
      ...inList,
      before: `(?:${quote}[23]${quote}|[23])${comma}${quote}auth${quote}${comma}${string}${comma}${quote}`,
    },
    {
      ...OF_REDIS,
      ...inList,
      exact: ['AUTH'],
      // In small letters, it is a word as any other.
      caseSensitive: true,
      before: `\\[${space}${quote}AUTH${quote}${comma}(?:${string}${comma})?${quote}`,
    },
    // MIGRATE host port key db timeout AUTH password, or AUTH2 user password
    {
      ...OF_REDIS,
      ...inList,
      contains: having(['args']),
      before: `${ending('migrate')}${comma}${key(`${start}args`)}\\[${space}(?:(?:${string}|[0-9]+)${comma})*?${quote}auth(?:2${quote}${comma}${string}|${quote})${comma}${quote}`,
    },
    {
      places,
      kind: 'user and password in one',
      triggers: ['auth'],
      exact: ['auth', 'Auth', 'AUTH'],
      contains: having(['auth']),
      before: `${key(`${start}auth`)}${quote}[^"':\\\\\\s]{0,64}:`,
      secret: text,
    },
  ];
}

/** The end of a value in the quotes of Markdown. */
const IN_BACKTICKS = '(?:[^`"\\\\]|\\\\+[^"\\\\]|(?:\\\\\\\\)*\\\\")+';
const PATH = `path \`[^\`"\\\\]{0,64}?${NAME}${INDEX}\``;

/** As Mongoose says what is wrong with a value. It writes the name before all of it, too: `password: Path …`. */
export const OF_PATHS: readonly SecretPattern[] = [
  {
    ...NAMED,
    kind: 'secret in an error',
    places: EVERYWHERE,
    contains: ['` (`'],
    before: `${PATH} \\(\``,
    secret: IN_BACKTICKS,
  },
  {
    ...NAMED,
    kind: 'secret in an error',
    places: EVERYWHERE,
    contains: ['` is invalid ('],
    before: `${PATH} is invalid \\(`,
    // It may have brackets in it; the next path is in quotes.
    secret: IN_BACKTICKS,
    after: '\\)',
  },
  {
    ...NAMED,
    kind: 'secret in an error',
    places: EVERYWHERE,
    contains: ['is not a valid enum value'],
    before: '`',
    secret: IN_BACKTICKS,
    after: `\` is not a valid enum value for ${PATH}`,
  },
];

/** As Joi and Mongoose say what is wrong with a value. */
export function quotedInErrors(
  { quote, text, ending, written }: Notation,
  places: readonly Place[],
): readonly SecretPattern[] {
  return [
    {
      ...NAMED,
      places,
      kind: 'secret in an error',
      contains: [` with value ${written}`],
      before: `${NAME}${INDEX}${quote} with value ${quote}`,
      secret: text,
    },
    {
      ...NAMED,
      places,
      kind: 'secret in an error',
      contains: [` for value ${written}`],
      before: `for value ${quote}`,
      secret: text,
      after: `${quote}(?: \\(type [\\w ]{1,32}\\))? at path ${ending(NAME + INDEX)}`,
    },
  ];
}
