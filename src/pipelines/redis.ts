/** Redis and Valkey. */
import { FIELDS, type Level } from '../log-model';
import { levelLabel } from './level';
import { together } from './multiline';
import type { Pipeline } from './pipeline';
import { ownTime } from './time';

/** Process, role, time, sign of the level. */
const PREFIX = `^\\d+:[XCSM] (?P<${FIELDS.timestamp}>\\d\\d? \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3}) (?P<${FIELDS.level}>[-.*#]) `;
/** The signs of debug, verbose, notice and warning. */
const SIGNS: Readonly<Record<string, Level>> = { '.': 'debug', '-': 'debug', '*': 'info', '#': 'warn' };

/** How a record begins: with the prefix, or, where a signal has come, without time and level. */
const FIRST_LINE = `\\d+:(?:[XCSM] \\d|signal-handler )`;

export const redis: Pipeline = {
  metadata: [],
  stages: (redaction) => [
    // The logo has none.
    ...together({ first: FIRST_LINE }),
    ...redaction.text,
    { regex: { expression: PREFIX } },
    // Redis writes its container's local time and names no zone: if that is not UTC, it is not believed.
    ...ownTime('_2 Jan 2006 15:04:05'),
    ...levelLabel(SIGNS),
  ],
};
