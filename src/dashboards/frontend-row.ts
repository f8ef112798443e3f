/** The frontend: reports of browsers. */
import { FIELDS, JOBS } from '../log-model';
import type { Row } from './layout';
import { linesByLevel } from './lines-by-level';
import { has, PARSED, SEARCHED, type Streams } from './logql';
import { logs, ranking } from './panels';

export function frontendRow({ jobStream, levelStream }: Streams): Row {
  return {
    title: 'Frontend',
    panels: [
      linesByLevel({
        title: 'Frontend Lines by Level',
        width: 16,
        lines: jobStream(JOBS.frontend),
      }),
      ranking({
        title: 'Frontend Errors by Page',
        by: [FIELDS.url],
        lines: `${levelStream(JOBS.frontend, 'error')} ${PARSED} ${has(FIELDS.url)}`,
      }),
      logs({ title: 'Frontend Errors', expr: `${levelStream(JOBS.frontend, 'error')} ${SEARCHED}` }),
    ],
  };
}
