/** The first row: the five panels of the original description. */
import { JOBS, LABELS, type Level } from '../log-model';
import { VARIABLES } from './explore';
import { countBy, jobStream, SEARCHED, stream } from './logql';
import { LEVEL_COLORS } from './colors';
import { counts, logs, type SizedPanel, timeSeries } from './panels';

/** Lines without a level are shown too: `.*`, which "All" stands for, matches the absent label. */
const SELECTED = `${stream({ job: ['=~', VARIABLES.job], level: ['=~', VARIABLES.level] })} ${SEARCHED}`;
const ofLevel = (level: Level): string => `${stream({ job: ['=~', VARIABLES.job], level: ['=', level] })} ${SEARCHED}`;
/** Errors and warnings are bad from the first one on. */
const COUNTED = [
  { level: 'error', color: { any: LEVEL_COLORS.error } },
  { level: 'warn', color: { any: LEVEL_COLORS.warn } },
  { level: 'info', color: LEVEL_COLORS.info },
] as const;

export const OVERVIEW: readonly SizedPanel[] = [
  timeSeries({
    title: 'Log Volume by Level',
    width: 16,
    style: 'bars',
    colors: LEVEL_COLORS,
    series: [{ expr: countBy(LABELS.level, SELECTED), legend: `{{${LABELS.level}}}` }],
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
