/**
 * The log record: the one source of its names for the logger, the pipelines, the dashboards and the alerts.
 */

/** Log levels, most severe first. */
export const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

/** Every spelling of a level that a source may use, in lower case, and the level it means. */
export const LEVEL_ALIASES: Readonly<Record<string, Level>> = {
  error: 'error',
  err: 'error',
  fatal: 'error',
  critical: 'error',
  panic: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  notice: 'info',
  log: 'info',
  debug: 'debug',
  trace: 'debug',
  verbose: 'debug',
};

/** Stream labels. Each has few values: a label with many makes a stream of each of them. */
export const LABELS = {
  job: 'job',
  service: 'service',
  level: 'level',
  namespace: 'namespace',
  app: 'app',
  container: 'container',
  node: 'node',
} as const;
export type Label = (typeof LABELS)[keyof typeof LABELS];

/** Fields of a JSON record. Queries reach them through `| json`. */
export const FIELDS = {
  message: 'message',
  level: 'level',
  timestamp: 'timestamp',
  requestId: 'requestId',
  userId: 'userId',
  action: 'action',
  result: 'result',
  duration: 'duration',
} as const;
export type Field = (typeof FIELDS)[keyof typeof FIELDS];

/** Fields with many values: kept beside the line as structured metadata, so that they can be searched without parsing. */
export const STRUCTURED_METADATA: readonly Field[] = [FIELDS.requestId, FIELDS.userId];

/** How a pod says what it is to the log stack: `metadata.labels` that discovery reads, first match wins. */
export const POD_LABELS = {
  /** Names the job; without it the app label does. */
  job: 'logs.spywatcher.dev/job',
  app: 'app.kubernetes.io/name',
  legacyApp: 'app',
} as const;
