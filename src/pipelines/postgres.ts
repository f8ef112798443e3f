/** PostgreSQL: its stderr with a prefix that begins with `%m`, its jsonlog and its csvlog. */
import { FIELDS } from '../log-model';
import { extract, isJson, isNotJson } from './json';
import { levelLabel } from './level';
import { together } from './multiline';
import type { Pipeline } from './pipeline';
import { when } from './stage';
import { ownTime } from './time';

const TIME = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?';
const SEVERITY = 'DEBUG[1-5]|INFO|NOTICE|LOG|WARNING|ERROR|FATAL|PANIC';
/** stderr has the severity with a colon, csvlog as a value before the SQLSTATE. */
const FIRST_LINE = `(?P<${FIELDS.timestamp}>${TIME}) (?P<zone>[A-Z]{3,5}|[+-]\\d\\d(?::?\\d\\d)?)(?:[^\\n]*? (?P<stderr>${SEVERITY}):  |,[^\\n]*?,(?P<csv>${SEVERITY}),[0-9A-Z]{5},)`;

export const postgres: Pipeline = {
  metadata: [FIELDS.duration],
  stages: (redaction) => [
    when([isJson], [...redaction.json, extract([FIELDS.level, FIELDS.timestamp])]),
    when(
      [isNotJson],
      [
        // DETAIL, HINT, STATEMENT and CONTEXT have the prefix too, but belong to the record before.
        ...together({ first: FIRST_LINE }),
        ...redaction.text,
        { regex: { expression: `^${FIRST_LINE}` } },
        { template: { source: FIELDS.level, template: '{{ or .stderr .csv }}' } },
        // Only these names of a zone mean the same everywhere.
        {
          template: {
            source: FIELDS.timestamp,
            template: '{{ if .zone }}{{ .Value }} {{ .zone }}{{ end }}',
          },
        },
      ],
    ),
    ...ownTime('2006-01-02 15:04:05 MST'),
    ...levelLabel(),
    when([['|=', 'duration: ']], [{ regex: { expression: `duration: (?P<${FIELDS.duration}>[0-9.]+) ms` } }]),
  ],
};
