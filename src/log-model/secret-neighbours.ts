/** Secrets whose name stands beside them: in another field, before them in a list or a command, in an error's text. */
import { NAMED, type Where } from './secret-assignments';
import { type Harmless, NAME, REDACTED } from './secret-names';
import type { Notation } from './secret-notations';
import type { Place, SecretPattern } from './secret-pattern';

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
  const replacement = `${written}${REDACTED}${written}`;
  const naming = key(`${start}(?:${NAMING_FIELDS.join('|')})`);
  const named = key(`${start}(?:${NAMED_VALUES.join('|')})`);
  const name = `(?:\\[(?:[^\\[\\]{}]*?${comma})?)?${ending(NAME)}(?:${space}\\])?`;
  const harmlessName = `${naming}${ending(`(?:${no.names})`)}`;
  const beside = { ...NAMED, places, contains: having(NAMED_VALUES), kind: 'secret beside its name', replacement };
  const inList = { places, after: `${quote}${space}[,\\]]`, secret: text, contains: ['['] };
  return [
    { ...beside, unless: harmlessName, before: `${naming}${name}${entries}${named}`, secret: value },
    {
      ...beside,
      unless: `${named}${value}${space},${entries}${harmlessName}`,
      before: named,
      secret: value,
      after: `${space},${entries}${naming}${name}`,
    },
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
      before: `${NAME}${quote} with value ${quote}`,
      secret: text,
    },
    {
      ...NAMED,
      places,
      kind: 'secret in an error',
      contains: [` for value ${written}`],
      before: `for value ${quote}`,
      secret: text,
      after: `${quote}(?: \\(type [\\w ]{1,32}\\))? at path ${ending(NAME)}`,
    },
  ];
}
