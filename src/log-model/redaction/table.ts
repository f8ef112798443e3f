/**
 * The table of secrets and personal data that must not be in a log, found by the text before them or by their own form.
 * The logger redacts them where a record is made. The agent does it again for sources that do not use the logger.
 */
import { deepInJson, doubleQuoted, inPairs, singleQuoted, underNames, underScopes, unquoted } from './assignments';
import { FORMS } from './forms';
import { harmless } from './names';
import { besideNames, OF_PATHS, quotedInErrors } from './neighbours';
import { inspected, json } from './notations';
import { EVERYWHERE, IN_STRINGS, type SecretPattern } from './pattern';

export { isHarmlessValue, isSecretField, NAME_SPELLINGS, REDACTED } from './names';
export { NAMED_VALUES, NAMING_FIELDS } from './neighbours';
export { anyOf, literally, type Place, redactor, type Redactor, type SecretPattern } from './pattern';

/** JSON, and JSON in a string of JSON: its quotes are escaped. */
const LEVELS = [
  { notation: json(0), where: { places: ['text', 'json'] }, beside: ['text', 'json'], inErrors: ['text'] },
  { notation: json(1), where: { places: EVERYWHERE, contains: ['\\"'] }, beside: ['json'], inErrors: EVERYWHERE },
  {
    notation: json(2),
    where: { places: ['json'], contains: ['\\\\\\"'] },
    beside: ['json'],
    inErrors: ['json'],
  },
] as const;

/** How a list or an object begins where names are printed without quotes. */
const LISTS = [': [', ': {', '= [', '= {', ':[', ':{'];

/** The table, in the order in which it is applied. @param allow - names that are kept although they sound like secrets. */
export function secretPatterns(allow: readonly string[] = []): readonly SecretPattern[] {
  const no = harmless(allow);
  const inJsonLine = inspected(true);
  const inTextLine = inspected(false);
  const colons = (names: readonly string[]): readonly string[] => names.flatMap((name) => [`${name}:`, `${name}':`]);
  return [
    ...FORMS.slice(0, -1),
    ...LEVELS.flatMap(({ notation, where, beside, inErrors }) => [
      underNames(notation, no, where),
      underScopes(notation, where),
      ...besideNames(notation, no, { places: beside }, (names) => names.map((name) => name + notation.written)),
      ...quotedInErrors(notation, inErrors),
    ]),
    deepInJson(),
    underNames(inTextLine, no, { places: ['text'], contains: LISTS }),
    underNames(inJsonLine, no, { places: ['json'], contains: LISTS }),
    ...besideNames(inTextLine, no, { places: ['text'] }, colons),
    ...besideNames(inJsonLine, no, { places: ['json'] }, colons),
    doubleQuoted(0, no, { places: ['text'] }),
    doubleQuoted(1, no, { places: EVERYWHERE, contains: ['\\"'] }),
    doubleQuoted(2, no, { places: ['json'], contains: ['\\\\\\"'] }),
    singleQuoted(inTextLine, no, ['text']),
    singleQuoted(inJsonLine, no, IN_STRINGS),
    inPairs(no),
    // Before secrets that follow a name, and after all patterns within one string.
    ...OF_PATHS,
    ...unquoted(no),
    // Last: a name finds more than the form.
    ...FORMS.slice(-1),
  ];
}

/** The table without anything that is allowed. */
export const SECRET_PATTERNS = secretPatterns();
