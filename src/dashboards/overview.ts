/** The first row: the five panels of the original description. */
import { JOBS, type Level } from '../log-model';
import { VARIABLES } from './explore';
import { SEARCHED, type Streams } from './logql';
import { LEVEL_COLORS } from './colors';
import { linesByLevel } from './lines-by-level';
import { counts, logs, type SizedPanel } from './panels';

/** Streams of the selected jobs. The stack's own lines are among them if they are to be shown. */
const JOBS_SELECTED = { job: ['=~', VARIABLES.job], namespace: ['!~', VARIABLES.own] } as const;
/** Errors and warnings are bad from the first one on. */
const COUNTED = [
  { level: 'error', color: { any: LEVEL_COLORS.error } },
  { level: 'warn', color: { any: LEVEL_COLORS.warn } },
  { level: 'info', color: LEVEL_COLORS.info },
] as const;

export function overview({ jobStream, stream }: Streams): readonly SizedPanel[] {
  /** Lines without a level are shown too: `.*`, which "All" stands for, matches the absent label. */
  const selected = `${stream({ ...JOBS_SELECTED, level: ['=~', VARIABLES.level] })} ${SEARCHED}`;
  const ofLevel = (level: Level): string => `${stream({ ...JOBS_SELECTED, level: ['=', level] })} ${SEARCHED}`;
  return [
    linesByLevel({
      title: 'Log Volume by Level',
      width: 16,
      lines: selected,
    }),
    counts({
      title: 'Log Counts by Level',
      width: 8,
      series: COUNTED.map(({ level, color }) => ({
        expr: `sum(count_over_time(${ofLevel(level)} [$__range]))`,
        legend: level,
        color,
      })),
    }),
    logs({ title: 'Application Logs', expr: selected }),
    logs({ title: 'Security Logs', expr: `${jobStream(JOBS.security)} ${SEARCHED}` }),
    logs({ title: 'Error Logs', expr: ofLevel('error') }),
  ];
}
