/** Stages for Redis and Valkey. */
import { FIELDS } from '../../log-model';
import { LEVELS_OF, LINES, LOGFMT, PREFIX } from '../redis';
import { levelLabel } from './level';
import { together } from './multiline';
import type { Pipeline } from './pipeline';
import { ownTime } from './time';

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
