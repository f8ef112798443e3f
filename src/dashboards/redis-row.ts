/** Redis: warnings, saves, and clients that it disconnected. */
import { JOBS, LABELS } from '../log-model';
import type { Row } from './layout';
import { linesByLevel } from './lines-by-level';
import { countBy, SEARCHED, type Streams } from './logql';
import { logs, timeSeries } from './panels';

export function redisRow({ jobStream, levelStream }: Streams): Row {
  const lines = jobStream(JOBS.redis);
  return {
    title: 'Redis',
    panels: [
      linesByLevel({
        title: 'Redis Lines by Level',
        width: 12,
        lines,
      }),
      timeSeries({
        title: 'Saves and Evicted Clients',
        description:
          'Clients that Redis puts out, for memory (maxmemory-clients) or for their output buffer. Keys that it evicts are in no log, only in its metric evicted_keys.',
        width: 12,
        style: 'bars',
        series: [
          { expr: countBy(LABELS.job, `${lines} |= "DB saved on disk"`), legend: 'saves' },
          {
            expr: countBy(LABELS.job, `${lines} |~ "Evicting client|overcoming of output buffer limits"`),
            legend: 'evicted clients',
          },
        ],
      }),
      logs({ title: 'Redis Warnings', expr: `${levelStream(JOBS.redis, 'error', 'warn')} ${SEARCHED}` }),
    ],
  };
}
