/** The record: its levels, jobs, labels and fields. */

/** Log levels, most severe first. */
export const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

/** Every spelling of a level that a source may use, in lower case, and the level it means. */
export const LEVEL_ALIASES: Readonly<Record<string, Level>> = {
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'error',
  critical: 'error',
  crit: 'error',
  alert: 'error',
  emerg: 'error',
  emergency: 'error',
  panic: 'error',
  dpanic: 'error',
  fail: 'error', // .NET's console
  erro: 'error', // logrus' for a terminal
  fata: 'error',
  pani: 'error',
  ftl: 'error', // Serilog's and zerolog's
  pnc: 'error',
  '50': 'error', // pino and bunyan count
  '60': 'error',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  '40': 'warn',
  info: 'info',
  information: 'info',
  inf: 'info',
  notice: 'info',
  note: 'info', // MariaDB's
  success: 'info', // loguru's
  config: 'info', // java.util.logging's
  log: 'info',
  '30': 'info',
  debug: 'debug',
  debug1: 'debug', // PostgreSQL counts
  debug2: 'debug',
  debug3: 'debug',
  debug4: 'debug',
  debug5: 'debug',
  dbug: 'debug',
  debu: 'debug',
  dbg: 'debug',
  fine: 'debug',
  finer: 'debug',
  finest: 'debug',
  trace: 'debug',
  trce: 'debug',
  trac: 'debug',
  trc: 'debug',
  verbose: 'debug',
  vrb: 'debug',
  silly: 'debug',
  noise: 'debug',
  '20': 'debug',
  '10': 'debug',
};

/** The mission's log sources: the values of `job` that have a meaning of their own. Any other pod's job is its app. */
export const JOBS = {
  backend: 'backend',
  security: 'security',
  frontend: 'frontend',
  postgres: 'postgres',
  redis: 'redis',
  pgbouncer: 'pgbouncer',
  nginx: 'nginx',
} as const;
export type Job = (typeof JOBS)[keyof typeof JOBS];

/**
 * Jobs that a JSON record may claim for itself with its field `job`, whatever pod it comes from: one process writes its
 * security events, and what browsers send it, to the same stdout as everything else.
 */
export const CLAIMABLE_JOBS: readonly Job[] = [JOBS.security, JOBS.frontend];

/**
 * Formats of a source's lines. `auto`: JSON, logfmt or plain text, distinguished line by line. `python`: the same, for a
 * program whose tracebacks end with a line that elsewhere begins a record.
 */
export const FORMATS = ['auto', 'python', 'postgres', 'redis', 'pgbouncer', 'nginx'] as const;
export type Format = (typeof FORMATS)[number];

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

/** Label with the name of the cluster that a line is from, of stacks whose file has `cluster`. One value for each stack. */
export const CLUSTER_LABEL = 'cluster';

/** Label of the streams of OTLP clients; Loki gives them this one, and no `job`. */
export const OTLP_LABEL = 'service_name';

/** Selectors that match every stream once: those that the agent wrote, and those of OTLP clients. */
export const EVERY_STREAM = [`{${LABELS.job}=~".+"}`, `{${LABELS.job}="",${OTLP_LABEL}=~".+"}`] as const;

/** Says which pod a line is from, and which file. Many values: no labels in Loki, but kept beside each line. */
export const ORIGIN = { pod: 'pod', filename: 'filename' } as const;

/** Names that agents need for themselves until they send a line: its format, and the stream of its container. */
export const IN_AGENTS = { format: 'format', stream: 'stream' } as const;

/** Fields of a record. In a JSON line they have these names, and queries reach them through `| json`. */
export const FIELDS = {
  message: 'message',
  level: 'level',
  /** RFC 3339 in UTC. */
  timestamp: 'timestamp',
  service: 'service',
  job: 'job',
  requestId: 'requestId',
  userId: 'userId',
  /** The action; in a security event one of {@link SECURITY_ACTIONS}. */
  action: 'action',
  /** The result; in a security event one of {@link RESULTS}. */
  result: 'result',
  /** Milliseconds. */
  duration: 'duration',
  ipAddress: 'ipAddress',
  userAgent: 'userAgent',
  method: 'method',
  /** Path of a URL, without its query. */
  path: 'path',
  /** HTTP status. */
  status: 'status',
  /** Id of the event at Sentry. */
  sentryEventId: 'sentryEventId',
  traceId: 'traceId',
  spanId: 'spanId',
  /** Message of an error. */
  error: 'error',
  /** Name of the error's class. */
  errorName: 'errorName',
  stack: 'stack',
  /** The error's cause: again `error`, `errorName`, `stack`, `cause`. */
  cause: 'cause',
  /** Page of the frontend. */
  url: 'url',
  /** true: something of the record was cut to keep it below the longest line. */
  truncated: 'truncated',
} as const;
export type Field = (typeof FIELDS)[keyof typeof FIELDS];

/** Values of `action` that mean something to the stack and are no security events. */
export const ACTIONS = {
  /** Something was deployed; the dashboard marks the moment in its charts. */
  deployment: 'DEPLOYMENT',
  /** Lines were erased on request; the gateway says of which tenant, by whom and of which time. */
  erasure: 'LOG_ERASURE',
} as const;

/**
 * Fields with many values that pipelines keep beside the line as structured metadata, so that they can be searched
 * without parsing the line.
 */
export const STRUCTURED_METADATA = [
  FIELDS.requestId,
  FIELDS.userId,
  FIELDS.action,
  FIELDS.result,
  FIELDS.traceId,
  FIELDS.sentryEventId,
] as const satisfies readonly Field[];

/** The same, of sources that do not write JSON: nginx' requests and PostgreSQL's statements. */
export const MEASURES = [FIELDS.status, FIELDS.duration] as const satisfies readonly Field[];

/** How a pod says what it is to the log stack: `metadata.labels` that discovery reads, first match wins. */
export const POD_LABELS = {
  /** Names the job; without it the app label does. */
  job: 'logs.spywatcher.dev/job',
  /** Names the {@link Format}; without it the job does. */
  format: 'logs.spywatcher.dev/format',
  app: 'app.kubernetes.io/name',
  legacyApp: 'app',
} as const;
