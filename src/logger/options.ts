/** A logger's options, and what they are when nobody says. */
import { JOBS, type Job, type Level, LEVEL_ALIASES } from '../log-model';
import { type FilesOptions } from './files';
import { claimedJob } from './record';
import { type SanitizeOptions } from './sanitize';
import { type Limits } from './serialize';

/** How a logger logs. Every option has a default. */
export interface LoggerOptions {
  /** Which program logs. @default - the environment's SERVICE_NAME, or `backend` */
  readonly service?: string;
  /**
   * A job that records claim for themselves: `security` or `frontend`. Any other one is a matter of the pod's labels, and
   * not in the record.
   *
   * @default - none: the pod's
   */
  readonly job?: Job;
  /** Least severe level that is logged. Security events are logged at any. @default - the environment's LOG_LEVEL, or `info` */
  readonly level?: Level;
  /** stdout: `json`, a record per line; `pretty`, for a person in front of a terminal; `none`. @default 'json' */
  readonly console?: 'json' | 'pretty' | 'none';
  /** Files besides stdout; false: none. @default - in the environment's LOG_DIRECTORY, or none */
  readonly files?: FilesOptions | false;
  /** Which records are left out. @default - none */
  readonly sampling?: SamplingOptions;
  /** What is secret besides what the log model calls so. Sanitising itself cannot be switched off. @default - nothing */
  readonly sanitize?: SanitizeOptions;
  /**
   * Longest line in bytes; longer records are cut and marked `truncated`. @default 258048 (Loki's 256 KiB, less 4 KiB for
   * what the agent adds)
   */
  readonly maxLineBytes?: number;
  /** Longest text of a record, in characters; longer ones are cut and the record is marked `truncated`. @default 16384 */
  readonly maxStringLength?: number;
  /** Most objects inside of objects; deeper ones are left out and the record is marked `truncated`. @default 8 */
  readonly maxDepth?: number;
  /** Most entries of an object or a list; more are left out and the record is marked `truncated`. @default 1000 */
  readonly maxEntries?: number;
  /**
   * Logs exceptions that nobody catches, with their stack; the process ends as it would have ended without. Of several
   * loggers, the oldest one does. @default true
   */
  readonly handleExceptions?: boolean;
  /**
   * Writes what was not written yet when SIGTERM or SIGINT comes; then the process ends, unless the application listens to
   * the signal itself. Without it, a process that a signal kills may lose its last lines. @default false
   */
  readonly flushOnSignals?: boolean;
}

/** Which records are left out. How many were is told in a record. */
export interface SamplingOptions {
  /** Which part of the debug records is logged, from 0 to 1. @default 1 */
  readonly debug?: number;
  /** From 0 to 1; for tests. @default Math.random */
  readonly random?: () => number;
}

/** The options of which none is missing. */
export interface ResolvedOptions {
  readonly service: string;
  readonly job: Job | undefined;
  readonly level: Level;
  readonly console: 'json' | 'pretty' | 'none';
  readonly files: FilesOptions | undefined;
  readonly sampling: { readonly debug: number; readonly random: () => number };
  readonly sanitize: SanitizeOptions;
  readonly limits: Limits;
  readonly handleExceptions: boolean;
  readonly flushOnSignals: boolean;
}

/** Shorter lines have no room for what every record has. */
const MIN_LINE_BYTES = 1024;

/** The options, where they are missing the environment's, and where these are missing the defaults. */
export function resolveOptions(options: LoggerOptions, env: Readonly<NodeJS.ProcessEnv>): ResolvedOptions {
  const directory = env['LOG_DIRECTORY'] ?? '';
  const { files = directory === '' ? false : { directory }, sampling = {} } = options;
  return {
    service: options.service ?? (env['SERVICE_NAME'] || JOBS.backend),
    job: claimedJob(options.job),
    level: levelNamed(options.level ?? env['LOG_LEVEL'] ?? '') ?? 'info',
    console: options.console ?? 'json',
    files: files === false ? undefined : files,
    sampling: { debug: sampling.debug ?? 1, random: sampling.random ?? Math.random },
    sanitize: options.sanitize ?? {},
    limits: {
      maxLineBytes: Math.max(MIN_LINE_BYTES, options.maxLineBytes ?? 252 * 1024),
      maxStringLength: options.maxStringLength ?? 16_384,
      maxDepth: options.maxDepth ?? 8,
      maxEntries: options.maxEntries ?? 1000,
    },
    handleExceptions: options.handleExceptions ?? true,
    flushOnSignals: options.flushOnSignals ?? false,
  };
}

/** The level of a name in any of the spellings that the log model knows. */
export function levelNamed(name: string): Level | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(LEVEL_ALIASES, key) ? LEVEL_ALIASES[key] : undefined;
}
