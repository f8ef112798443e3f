/** Spellings of levels: a source's word for one becomes the log model's. */
import { type Level, LEVELS } from '../log-model';

/** Levels by their spellings in lower case. */
export type Aliases = Readonly<Record<string, Level>>;

/** All spellings of a level. */
export function spellingsOf(level: Level, aliases: Aliases): readonly string[] {
  return Object.keys(aliases).filter((alias) => aliases[alias] === level);
}

/** Levels that are spelt as the log model spells them. Most words of a source are these. */
export function speltAlike(aliases: Aliases): readonly Level[] {
  return LEVELS.filter((level) => aliases[level] === level);
}

/** Levels that are numbers, by who counts so. Their spelling is the name of the count and the number. */
export const SYSLOG = 'syslog';
export const OTEL = 'otel';
export const COUNTED_LEVELS: Aliases = {
  ...counted(SYSLOG, ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug'], 0),
  ...counted(
    OTEL,
    [...four('debug'), ...four('debug'), ...four('info'), ...four('warn'), ...four('error'), ...four('error')],
    1,
  ),
};

function counted(name: string, levels: readonly Level[], from: number): Aliases {
  return Object.fromEntries(levels.map((level, index) => [`${name}${index + from}`, level]));
}

function four(level: Level): readonly Level[] {
  return [level, level, level, level];
}
