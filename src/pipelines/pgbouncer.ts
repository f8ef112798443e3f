/** PgBouncer's lines. */
import { FIELDS } from '../log-model';
import { levelLabel } from './level';
import { type Lines, together } from './multiline';
import type { Pipeline } from './pipeline';
import { ownTime } from './time';

/** Time, zone, process, level. */
export const PREFIX = `(?P<${FIELDS.timestamp}>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ (?:[A-Z]{3,5}|[+-]\\d\\d(?::?\\d\\d)?)) \\[\\d+\\] (?P<${FIELDS.level}>NOISE|DEBUG|INFO|LOG|WARNING|ERROR|FATAL) `;

export const LINES: Lines = { first: PREFIX };

export const pgbouncer: Pipeline = {
  metadata: [],
  together: together(LINES),
  text: [{ regex: { expression: `^${PREFIX}` } }, ...ownTime('2006-01-02 15:04:05 MST'), ...levelLabel()],
};
