/** nginx: its access log as JSON or in the combined format, and its error log, in one stream or in two. */
import { FIELDS } from '../log-model';
import type { Lines } from './multiline';

export const ACCESS = `\\S+ \\S+ \\S+ \\[[^\\]]+\\] "[^"]*" (?P<${FIELDS.status}>\\d{3}) `;
export const ERROR = `\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d \\[(?P<${FIELDS.level}>[a-z]+)\\] `;
/** Its access log has no record of several lines. */
export const LINES: Lines = { continuation: '\\s|$' };
/** nginx' own name of a request's duration, in seconds. */
export const REQUEST_TIME = 'request_time';
