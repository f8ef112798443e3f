/** PgBouncer: failed logins and errors. */
import { JOBS, LABELS } from '../log-model';
import type { Row } from './layout';
import { linesByLevel } from './lines-by-level';
import { countBy, SEARCHED, type Streams } from './logql';
import { logs, timeSeries } from './panels';

/** PgBouncer's answers to refused clients. It writes several lines for a refusal; exactly one is the answer. */
const REFUSED = '|= "pooler error: " |~ "authentication failed|no such user|no such database|does not exist"';

export function pgbouncerRow({ jobStream, levelStream }: Streams): Row {
  return {
    title: 'PgBouncer',
    panels: [
      linesByLevel({
        title: 'PgBouncer Lines by Level',
        width: 12,
        lines: jobStream(JOBS.pgbouncer),
      }),
      timeSeries({
        title: 'Failed PgBouncer Logins',
        width: 12,
        style: 'bars',
        series: [{ expr: countBy(LABELS.job, `${jobStream(JOBS.pgbouncer)} ${REFUSED}`), legend: 'failed' }],
      }),
      logs({
        title: 'PgBouncer Errors and Warnings',
        expr: `${levelStream(JOBS.pgbouncer, 'error', 'warn')} ${SEARCHED}`,
      }),
    ],
  };
}
