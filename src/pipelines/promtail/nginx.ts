/** Stages for nginx. */
import { FIELDS, LABELS, type Level, MEASURES, STRUCTURED_METADATA } from '../../log-model';
import { ACCESS, ERROR, LINES, REQUEST_TIME } from '../nginx';
import { exactIds, extract, inexactIds } from './json';
import { levelLabel, whenWithoutLevel } from './level';
import { together } from './multiline';
import type { Pipeline } from './pipeline';

/** JMESPath: the level of a request by its status, where that is a number. It costs less than a template. */
const LEVEL_OF_STATUS = [
  between(500, 600, 'error'),
  between(400, 500, 'warn'),
  between(100, 400, 'info'),
  '`null`',
].join(' || ');

function between(from: number, to: number, level: Level): string {
  return `"${FIELDS.status}" >= \`${from}\` && "${FIELDS.status}" < \`${to}\` && '${level}'`;
}

/**
 * Its times are whole seconds, in which a busy server's lines would lose their order, and equal ones be one. So a line's time
 * is when the container runtime saw it.
 */
export const nginx: Pipeline = {
  metadata: [...STRUCTURED_METADATA, ...MEASURES],
  json: [
    extract([...STRUCTURED_METADATA, FIELDS.status], {
      [FIELDS.duration]: REQUEST_TIME,
      [FIELDS.level]: LEVEL_OF_STATUS,
      ...inexactIds.expression,
    }),
    {
      template: {
        source: FIELDS.duration,
        template: '{{ if .Value }}{{ mulf .Value 1000 }}{{ end }}',
      },
    },
    { labels: { [LABELS.level]: FIELDS.level, ...inexactIds.label } },
    // A status that is a text.
    whenWithoutLevel([], levelLabel({ status: true })),
    exactIds(),
  ],
  together: together(LINES),
  text: [{ regex: { expression: `^(?:${ERROR}|${ACCESS})` } }, ...levelLabel({ status: true })],
};
