/** Text of no declared format: logfmt, or a line with a level in it, or just a line; stack traces of many languages. */
import { FIELDS, type Level, LEVELS, literally, STRUCTURED_METADATA } from '../../log-model';
import { SYSLOG } from '../level';
import {
  ALIASES_IN_TEXT,
  LEVEL_GROUPS,
  LEVEL_IN_TEXT,
  LEVEL_KEYS,
  LOGFMT,
  QUOTED,
  RARE,
  RARE_ALIASES,
  RARE_GROUPS,
  TRACEBACK,
} from '../text';
import { LEVEL, levelOfStatus, levelOfWord, STATUS, withoutLevel, WORD } from './level';
import {
  all,
  attribute,
  BODY,
  cached,
  contains,
  type Group,
  groupsOf,
  isThere,
  literal,
  matches,
  not,
  set,
  setFirstText,
} from './ottl';
import { isJson } from './redaction';
import { ownTime } from './time';

/** Groups for text. @param formats - the condition of its sources. */
export function textRecords(formats: string): readonly Group[] {
  const isText = all([not(isJson), formats]);
  const traceback = all([isText, contains(TRACEBACK)]);
  return [
    { condition: all([isText, contains('='), matches(BODY, LOGFMT)]), statements: pairs() },
    {
      condition: all([isText, withoutLevel]),
      statements: [...words(LEVEL_IN_TEXT, LEVEL_GROUPS), ...levelOfWord(ALIASES_IN_TEXT)],
    },
    // A traceback goes on with what was printed before it.
    {
      condition: traceback,
      statements: [
        set(
          LEVEL,
          literal('error' satisfies Level),
          ...LEVELS.slice(0, 2).map((level) => `${LEVEL} != ${literal(level)}`),
        ),
      ],
    },
    // What only few lines have, so that the others do not pay for it.
    { condition: all([isText, withoutLevel]), statements: rareLevel() },
  ];
}

/** The value of a key in a line of pairs. A blank in quotes separates none. */
function pair(key: string): string {
  const value = `(?:"(?P<quoted>(?:[^"\\\\]|\\\\.)*)"|(?P<plain>[^\\s"]*))`;
  return `^\\s*(?:[^\\s="]+(?:=(?:${QUOTED}|[^\\s"]*))?\\s+)*?${literally(key)}=${value}`;
}

/** Puts the value of a key into a field, if the line has it. */
export function fromPair(target: string, key: string): readonly string[] {
  const where = contains(`${key}=`);
  const found = groupsOf(BODY, pair(key));
  return [
    set(cached('~pair'), found, where),
    ...['quoted', 'plain'].map((name) => set(target, cached('~pair', name), where, isThere(cached('~pair', name)))),
  ];
}

function pairs(): readonly string[] {
  const own = cached('~time');
  return [
    // The last one that is set stays.
    ...[...LEVEL_KEYS].reverse().flatMap((key) => fromPair(WORD, key)),
    // slog's levels between two others: ERROR+2.
    set(WORD, `${groupsOf(WORD, '^(?P<word>\\w+)')}["word"]`),
    ...levelOfWord(ALIASES_IN_TEXT),
    ...['time', 'ts'].flatMap((key) => fromPair(own, key)),
    ...ownTime([own]),
    ...STRUCTURED_METADATA.flatMap((field) => fromPair(attribute(field), field)),
  ];
}

/** Finds the first of some expressions at the beginning, and takes the first of some of its groups as the word. */
function words(expressions: readonly string[], groups: readonly string[]): readonly string[] {
  return [
    set('log.cache', groupsOf(BODY, `^(?:${expressions.join('|')})`)),
    ...setFirstText(
      WORD,
      groups.map((name) => cached(name)),
    ),
  ];
}

function rareLevel(): readonly string[] {
  const priority = cached('priority');
  const trace = cached('trace');
  return [
    ...words(RARE, RARE_GROUPS),
    set(WORD, `Concat([${literal(SYSLOG)}, Int(${priority}) - (Int(${priority}) / 8) * 8], "")`, isThere(priority)),
    set(WORD, literal('error' satisfies Level), isThere(trace)),
    ...setFirstText(STATUS, [cached(FIELDS.status)]),
    ...levelOfStatus(),
    ...levelOfWord(RARE_ALIASES),
  ];
}
