/** PgBouncer's lines. */
import { FIELDS } from '../log-model';
import type { Lines } from './multiline';

/** Time, zone, process, level. */
export const PREFIX = `(?P<${FIELDS.timestamp}>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ (?:[A-Z]{3,5}|[+-]\\d\\d(?::?\\d\\d)?)) \\[\\d+\\] (?P<${FIELDS.level}>NOISE|DEBUG|INFO|LOG|WARNING|ERROR|FATAL) `;

export const LINES: Lines = { first: PREFIX };
