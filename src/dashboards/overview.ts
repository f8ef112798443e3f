/** The first row: the five panels of the original description. */
import { JOBS, LABELS, type Level } from '../log-model';
import { VARIABLES } from './explore';
import { countBy, jobStream, SEARCHED, stream } from './logql';
import { logs, numbers, type SizedPanel, timeSeries } from './panels';

/** Lines without a level are shown too: `.*`, which "All" stands for, matches the absent label. */
const SELECTED = `${stream({ job: ['=~', VARIABLES.job], level: ['=~', VARIABLES.level] })} ${SEARCHED}`;
const ofLevel = (level: Level): string => `${stream({ job: ['=~', VARIABLES.job], level: ['=', level] })} ${SEARCHED}`;
const COUNTED: readonly Level[] = ['error', 'warn', 'info'];

export const OVERVIEW: readonly SizedPanel[] = [
  timeSeries({
    title: 'Log Volume by Level',
    width: 16,
    style: 'bars',
    series: [{ expr: countBy(LABELS.level, SELECTED), legend: `{{${LABELS.level}}}` }],
  }),
  numbers({
    title: 'Log Counts by Level',
    width: 8,
    series: COUNTED.map((level) => ({
      expr: `sum(count_over_time(${ofLevel(level)} [$__range]))`,
      legend: level,
    })),
  }),
  logs({ title: 'Application Logs', expr: SELECTED }),
  logs({ title: 'Security Logs', expr: `${jobStream(JOBS.security)} ${SEARCHED}` }),
  logs({ title: 'Error Logs', expr: ofLevel('error') }),
];
