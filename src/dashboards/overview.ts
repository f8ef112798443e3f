/** The first row: the five panels of the original description. */
import { JOBS, type Level } from '../log-model';
import { VARIABLES } from './explore';
import { jobStream, SEARCHED, stream } from './logql';
import { LEVEL_COLORS } from './colors';
import { linesByLevel } from './lines-by-level';
import { counts, logs, type SizedPanel } from './panels';

/** Streams of the selected jobs. The stack's own lines are among them if they are to be shown. */
const JOBS_SELECTED = { job: ['=~', VARIABLES.job], namespace: ['!~', VARIABLES.own] } as const;
/** Lines without a level are shown too: `.*`, which "All" stands for, matches the absent label. */
const SELECTED = `${stream({ ...JOBS_SELECTED, level: ['=~', VARIABLES.level] })} ${SEARCHED}`;
const ofLevel = (level: Level): string => `${stream({ ...JOBS_SELECTED, level: ['=', level] })} ${SEARCHED}`;
/** Errors and warnings are bad from the first one on. */
const COUNTED = [
  { level: 'error', color: { any: LEVEL_COLORS.error } },
  { level: 'warn', color: { any: LEVEL_COLORS.warn } },
  { level: 'info', color: LEVEL_COLORS.info },
] as const;

export const OVERVIEW: readonly SizedPanel[] = [
  linesByLevel({
    title: 'Log Volume by Level',
    width: 16,
    lines: SELECTED,
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
  logs({ title: 'Application Logs', expr: SELECTED }),
  logs({ title: 'Security Logs', expr: `${jobStream(JOBS.security)} ${SEARCHED}` }),
  logs({ title: 'Error Logs', expr: ofLevel('error') }),
];
