/** nginx: its access log as JSON or in the combined format, and its error log, in one stream or in two. */
import { FIELDS, MEASURES, STRUCTURED_METADATA } from '../log-model';
import { exactIds, extract, inexactIds, isJson, isNotJson } from './json';
import { levelLabel } from './level';
import { together } from './multiline';
import type { Pipeline } from './pipeline';
import { when } from './stage';

const ACCESS = `^\\S+ \\S+ \\S+ \\[[^\\]]+\\] "[^"]*" (?P<${FIELDS.status}>\\d{3}) `;
const ERROR = `^\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d \\[(?P<${FIELDS.level}>[a-z]+)\\] `;
/** nginx' own name of a request's duration, in seconds. */
const REQUEST_TIME = 'request_time';

/**
 * Its times are whole seconds, in which a busy server's lines would lose their order, and equal ones be one. So a line's time
 * is when the container runtime saw it.
 */
export const nginx: Pipeline = {
  metadata: [...STRUCTURED_METADATA, ...MEASURES],
  stages: (redaction) => [
    when(
      [isJson],
      [
        ...redaction.json,
        extract([...STRUCTURED_METADATA, FIELDS.status], {
          [FIELDS.duration]: REQUEST_TIME,
          ...inexactIds.expression,
        }),
        {
          template: {
            source: FIELDS.duration,
            template: '{{ if .Value }}{{ mulf .Value 1000 }}{{ end }}',
          },
        },
        ...levelLabel({ status: true }, inexactIds.label),
        exactIds(),
      ],
    ),
    when(
      [isNotJson],
      [
        ...together({ continuation: '\\s|$' }),
        ...redaction.text,
        { regex: { expression: ERROR } },
        { regex: { expression: ACCESS } },
        ...levelLabel({ status: true }),
      ],
    ),
  ],
};
