/** The level of a record: any source's word for it becomes one of the log model's. */
import { LABELS, LEVEL_ALIASES, type Level, LEVELS, literally } from '../../log-model';
import { type Aliases, speltAlike, spellingsOf } from '../level';
import { attribute, cached, isAnyOf, isNotSet, literal, matches, set } from './ottl';

/** The level of the record. Statements that come later put it among the labels. */
export const LEVEL = attribute(LABELS.level);
export const withoutLevel = isNotSet(LEVEL);

/** The word of a source, as statements find it. */
export const WORD = cached('~word');
/** Status of a request. */
export const STATUS = cached('~status');

/**
 * Makes a level of {@link WORD}. An unknown spelling makes none, so that no source makes streams of its own.
 *
 * @param aliases - spellings in lower case. @default - the log model's
 */
export function levelOfWord(aliases: Aliases = LEVEL_ALIASES): readonly string[] {
  const same = speltAlike(aliases);
  return [
    // Mostly a level is spelt as it is here: then nothing else is compared.
    set(LEVEL, WORD, withoutLevel, isAnyOf(WORD, same)),
    ...LEVELS.flatMap((level) => {
      const spellings = spellingsOf(level, aliases);
      if (spellings.length === 0) return [];
      return [set(LEVEL, literal(level), withoutLevel, matches(WORD, `^(?i:${spellings.map(literally).join('|')})$`))];
    }),
  ];
}

/** Makes a level of an HTTP {@link STATUS}: 5xx is an error, 4xx a warning, others info. */
export function levelOfStatus(): readonly string[] {
  const is = (expression: string): string => matches(STATUS, expression);
  return [
    set(LEVEL, literal('error' satisfies Level), is('^5')),
    set(LEVEL, literal('warn' satisfies Level), is('^4')),
    set(LEVEL, literal('info' satisfies Level), is('^[^45]')),
  ];
}
