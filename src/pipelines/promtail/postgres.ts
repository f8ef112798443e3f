/** Stages for PostgreSQL. */
import { FIELDS } from '../../log-model';
import { ALIASES, DURATION, DURATION_MS, FIRST_LINE, LINES } from '../postgres';
import { extract } from './json';
import { levelLabel } from './level';
import { together } from './multiline';
import type { Pipeline } from './pipeline';
import { when } from './stage';
import { ownTime } from './time';

/** The last stages of both formats. */
const RECORD = [
  ...ownTime('2006-01-02 15:04:05 MST'),
  ...levelLabel({ word: '(or .level .stderr .csv)', aliases: ALIASES }),
  when([['|=', DURATION]], [{ regex: { expression: DURATION_MS } }]),
];

export const postgres: Pipeline = {
  metadata: [FIELDS.duration],
  json: [extract([FIELDS.level, FIELDS.timestamp]), ...RECORD],
  together: together(LINES),
  text: [
    { regex: { expression: `^${FIRST_LINE}` } },
    // Only these names of a zone mean the same everywhere.
    {
      template: {
        source: FIELDS.timestamp,
        template: '{{ if .zone }}{{ .Value }} {{ .zone }}{{ end }}',
      },
    },
    ...RECORD,
  ],
};
