/** Redis and Valkey, in each of their formats. */
import { FIELDS } from '../log-model';
import type { Aliases } from './level';
import type { Lines } from './multiline';

/** Valkey's `log-timestamp-format`: as Redis writes it, RFC 3339, or milliseconds since 1970. */
const LEGACY = '\\d\\d? \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3}';
const OTHERS = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(?:Z|[+-]\\d\\d:\\d\\d)|\\d{13}';
/** Valkey's `log-format`: process, role, time and the sign of the level, or logfmt. */
const time = (name: string): string => `(?:(?P<${name}Legacy>${LEGACY})|(?P<${name}>${OTHERS}))`;
export const PREFIX = `\\d+:[XCSM] ${time('plain')} (?P<${FIELDS.level}>[-.*#]) `;
export const LOGFMT = `pid=\\d+ role=\\S+ timestamp="${time('logfmt')}" level=(?P<word>\\w+) `;
/** The signs of debug, verbose, notice and warning; and their words in logfmt, where verbose is called info. */
export const LEVELS_OF: Aliases = {
  '.': 'debug',
  '-': 'debug',
  '*': 'info',
  '#': 'warn',
  debug: 'debug',
  info: 'debug',
  notice: 'info',
  warning: 'warn',
};

/** How a record begins: with the prefix, or, where a signal has come, without time and level. */
const FIRST_LINE = `\\d+:(?:[XCSM] \\d|signal-handler )|pid=\\d+ role=`;

/** The logo has none. */
export const LINES: Lines = { first: FIRST_LINE };
