/** PostgreSQL: slow statements, errors and failed logins. */
import { FIELDS, JOBS } from '../log-model';
import type { Row } from './layout';
import { linesByLevel } from './lines-by-level';
import { durationQuantile, has, SEARCHED, type Streams } from './logql';
import { logs, ranking, timeSeries } from './panels';

const REFUSED = '|~ "authentication failed for user|no pg_hba.conf entry for|is not permitted to log in"';
/** A name of the query's own: whom the line is about, in whichever of its formats PostgreSQL writes it. */
const ROLE = 'databaseRole';

export function postgresRow({ jobStream, levelStream }: Streams): Row {
  const lines = jobStream(JOBS.postgres);
  return {
    title: 'PostgreSQL',
    panels: [
      linesByLevel({
        title: 'PostgreSQL Lines by Level',
        width: 8,
        lines,
      }),
      timeSeries({
        title: 'Logged Statements’ Duration',
        description: 'Of the statements that PostgreSQL logs with their duration: see log_min_duration_statement.',
        width: 8,
        unit: 'ms',
        series: [0.5, 0.95, 0.99].map((quantile) => ({
          expr: durationQuantile(quantile, `${lines} ${has(FIELDS.duration)}`),
          legend: `p${quantile * 100}`,
        })),
      }),
      ranking({
        title: 'Failed PostgreSQL Logins by Role',
        by: [ROLE],
        lines: `${levelStream(JOBS.postgres, 'error')} ${REFUSED} | regexp \`(?:user|role) [\\\\"]+(?P<${ROLE}>[^\\\\"]+)\` | ${ROLE}!=""`,
      }),
      logs({ title: 'Slow Statements', expr: `${lines} ${SEARCHED} | ${FIELDS.duration} > 1000` }),
      logs({ title: 'PostgreSQL Errors', expr: `${levelStream(JOBS.postgres, 'error')} ${SEARCHED}` }),
      logs({
        title: 'Failed PostgreSQL Logins',
        expr: `${levelStream(JOBS.postgres, 'error')} ${REFUSED} ${SEARCHED}`,
      }),
    ],
  };
}
