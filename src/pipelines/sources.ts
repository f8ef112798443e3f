/** What an agent knows of a line from its source: where it is from, its job, and how it is written. */
import { defaults } from '../config/defaults';
import { type Format, IN_AGENTS, JOBS, LABELS, ORIGIN, POD_LABELS } from '../log-model';

/** Folder in which an agent's container sees the log files of pods, wherever the node has it. */
export const POD_LOGS = defaults.agent.podLogsDirectory;
/** Says how a source's lines are written, until an agent sends them. */
export const FORMAT = IN_AGENTS.format;
/** Says of a pod's line whether it is of stdout or of stderr, until an agent sends it. */
export const STREAM = IN_AGENTS.stream;
export { ORIGIN };

const APP_LABELS = [POD_LABELS.app, POD_LABELS.legacyApp];
/** Labels of a pod that give a label of Loki its value: the first of them that is not empty, or else the container's name. */
export const NAMED_BY = {
  [LABELS.job]: [POD_LABELS.job, ...APP_LABELS],
  [LABELS.app]: APP_LABELS,
  [LABELS.service]: APP_LABELS,
} as const;

/** Jobs whose format is known without a word from the pod. Everyone else's is `auto`. */
const FORMAT_OF_JOB: Readonly<Record<string, Format>> = {
  [JOBS.postgres]: 'postgres',
  postgresql: 'postgres',
  [JOBS.redis]: 'redis',
  valkey: 'redis',
  [JOBS.pgbouncer]: 'pgbouncer',
  [JOBS.nginx]: 'nginx',
};

/** Jobs whose pods have a format without a word of their own. */
export function jobsOf(format: Format): readonly string[] {
  return Object.keys(FORMAT_OF_JOB).filter((job) => FORMAT_OF_JOB[job] === format);
}
