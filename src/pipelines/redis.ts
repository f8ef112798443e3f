/** Redis and Valkey, in each of their formats. */
import { FIELDS, type Level } from '../log-model';
import { levelLabel } from './level';
import { type Lines, together } from './multiline';
import type { Pipeline } from './pipeline';
import { ownTime } from './time';

/** Valkey's `log-timestamp-format`: as Redis writes it, RFC 3339, or milliseconds since 1970. */
const LEGACY = '\\d\\d? \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3}';
const OTHERS = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(?:Z|[+-]\\d\\d:\\d\\d)|\\d{13}';
/** Valkey's `log-format`: process, role, time and the sign of the level, or logfmt. */
const time = (name: string): string => `(?:(?P<${name}Legacy>${LEGACY})|(?P<${name}>${OTHERS}))`;
export const PREFIX = `\\d+:[XCSM] ${time('plain')} (?P<${FIELDS.level}>[-.*#]) `;
export const LOGFMT = `pid=\\d+ role=\\S+ timestamp="${time('logfmt')}" level=(?P<word>\\w+) `;
/** The signs of debug, verbose, notice and warning; and their words in logfmt, where verbose is called info. */
export const LEVELS_OF: Readonly<Record<string, Level>> = {
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

export const redis: Pipeline = {
  metadata: [],
  together: together(LINES),
  text: [
    { regex: { expression: `^(?:${PREFIX}|${LOGFMT})` } },
    // Redis writes its container's local time and names no zone: if that is not UTC, it is not believed.
    { template: { source: FIELDS.timestamp, template: '{{ with or .plainLegacy .logfmtLegacy }}{{ . }}{{ end }}' } },
    ...ownTime('_2 Jan 2006 15:04:05'),
    { template: { source: FIELDS.timestamp, template: '{{ with or .plain .logfmt }}{{ . }}{{ end }}' } },
    ...ownTime(),
    ...levelLabel({ word: '(or .level .word)', aliases: LEVELS_OF }),
  ],
};
