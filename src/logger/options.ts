/** A logger's options, and what they are when nobody says. */
import { totalmem } from 'node:os';
import { types } from 'node:util';
import { JOBS, type Job, type Level, LEVEL_ALIASES, LEVELS } from '../log-model';
import { type FilesOptions, milliseconds } from './files';
import { FLAG, FUNCTION, Given, integer, type Known, LIST, OBJECT, oneOf, refusal, type Rule, TEXT } from './given';
import { claimedJob } from './record';
import { type SanitizeOptions } from './sanitize';
import { type Limits } from './serialize';

/** How a logger logs. Every option has a default. One that is wrong counts as missing, and a record says what is wrong. */
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
  /**
   * Least severe level that is logged; security events are logged at any. Other names of the four are taken as well: `verbose`,
   * `warning`, `DEBUG`. @default - the environment's LOG_LEVEL, or `info`
   */
  readonly level?: Level;
  /**
   * stdout: `json`, a record per line; `pretty`, for a person in front of a terminal; `none`. With `none` and no files, the logger
   * is silent: it does not use stderr either. @default 'json'
   */
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
   * Most bytes that wait for stdout, which all loggers of the process share, and as many for each file. What is logged beyond is
   * dropped, and a record says how many lines. At least 1048576. @default - 268435456 (256 MiB), or an eighth of the memory that the process may use if that is less
   */
  readonly maxWaitingBytes?: number;
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
  readonly maxWaitingBytes: number;
  readonly handleExceptions: boolean;
  readonly flushOnSignals: boolean;
  /** What was given and is wrong. */
  readonly problems: readonly string[];
}

/** Shorter lines have no room for what every record has. */
const MIN_LINE_BYTES = 1024;
/** Less would drop lines while the event loop takes a single turn. */
const MIN_WAITING_BYTES = 2 ** 20;

/** Winston's level between info and verbose. Programs do not write it into lines, so the log model has no such name. */
const HTTP = 'http';

const OPTIONS: Known<LoggerOptions> = {
  service: true,
  job: true,
  level: true,
  console: true,
  files: true,
  sampling: true,
  sanitize: true,
  maxLineBytes: true,
  maxStringLength: true,
  maxDepth: true,
  maxEntries: true,
  maxWaitingBytes: true,
  handleExceptions: true,
  flushOnSignals: true,
};
const FILES_OPTIONS: Known<FilesOptions> = { directory: true, maxSize: true, maxFiles: true, interval: true };
const SAMPLING_OPTIONS: Known<SamplingOptions> = { debug: true, random: true };
const SANITIZE_OPTIONS: Known<SanitizeOptions> = { fields: true, paths: true, patterns: true, allow: true };

export const LEVEL_RULE: Rule = {
  must: `must be ${LEVELS.join(', ')}, or another of their names, such as verbose or warning`,
  accepts: (value) => levelNamed(value) !== undefined,
};
const PART: Rule = {
  must: 'must be a number from 0 to 1',
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};
const INTERVAL: Rule = {
  must: 'must be a whole number and d, h, m or s, such as 12h',
  accepts: (value) => typeof value === 'string' && milliseconds(value) !== undefined,
};
const FILES_RULE: Rule = {
  must: 'must be an object or false',
  accepts: (value) => value === false || OBJECT.accepts(value),
};
const EXPRESSION: Rule = { must: 'must be a regular expression', accepts: types.isRegExp };

/** The options, where they are missing or wrong the environment's, and where these are missing the defaults. */
export function resolveOptions(options: LoggerOptions, env: Readonly<NodeJS.ProcessEnv>): ResolvedOptions {
  const given = new Given(options, OPTIONS);
  const directory = env['LOG_DIRECTORY'] ?? '';
  const files = filesOf(given) ?? (directory === '' ? false : { directory });
  const level = given.get('level', LEVEL_RULE) ?? levelOfEnvironment(env['LOG_LEVEL'], given.problems);
  const sampling = given.in('sampling', given.get('sampling', OBJECT), SAMPLING_OPTIONS);
  return {
    service: given.get('service', TEXT) ?? (env['SERVICE_NAME'] || JOBS.backend),
    job: claimedJob(given.get('job', oneOf(Object.values(JOBS)))),
    level: levelNamed(level) ?? 'info',
    console: given.get('console', oneOf(['json', 'pretty', 'none'])) ?? 'json',
    files: files === false ? undefined : files,
    sampling: { debug: sampling.get('debug', PART) ?? 1, random: sampling.get('random', FUNCTION) ?? Math.random },
    sanitize: sanitizeOf(given),
    limits: {
      maxLineBytes: given.get('maxLineBytes', integer(MIN_LINE_BYTES)) ?? 252 * 1024,
      maxStringLength: given.get('maxStringLength', integer(0)) ?? 16_384,
      maxDepth: given.get('maxDepth', integer(0)) ?? 8,
      maxEntries: given.get('maxEntries', integer(0)) ?? 1000,
    },
    maxWaitingBytes: given.get('maxWaitingBytes', integer(MIN_WAITING_BYTES)) ?? defaultWaitingBytes(),
    handleExceptions: given.get('handleExceptions', FLAG) ?? true,
    flushOnSignals: given.get('flushOnSignals', FLAG) ?? false,
    problems: given.problems,
  };
}

/** Undefined: the environment decides. */
function filesOf(given: Given<LoggerOptions>): FilesOptions | false | undefined {
  const value = given.get('files', FILES_RULE);
  if (value === false) return false;
  const files = given.in('files', value, FILES_OPTIONS);
  const directory = files.get('directory', TEXT);
  const maxSize = files.get('maxSize', integer(1));
  const maxFiles = files.get('maxFiles', integer(0));
  const interval = files.get('interval', INTERVAL);
  if (directory === undefined) return undefined;
  return {
    directory,
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(maxFiles === undefined ? {} : { maxFiles }),
    ...(interval === undefined ? {} : { interval }),
  };
}

/** What is right of it holds, although something else of it may be wrong. */
function sanitizeOf(given: Given<LoggerOptions>): SanitizeOptions {
  const sanitize = given.in('sanitize', given.get('sanitize', OBJECT), SANITIZE_OPTIONS);
  return {
    fields: sanitize.list('fields', sanitize.get('fields', LIST), TEXT),
    paths: sanitize.list('paths', sanitize.get('paths', LIST), TEXT),
    patterns: sanitize.list('patterns', sanitize.get('patterns', LIST), EXPRESSION),
    allow: sanitize.list('allow', sanitize.get('allow', LIST), TEXT),
  };
}

/** LOG_LEVEL, if it is one; empty is as if it was not there. */
function levelOfEnvironment(level: string | undefined, problems: string[]): string | undefined {
  if (level === undefined || level === '' || LEVEL_RULE.accepts(level)) return level;
  problems.push(refusal('LOG_LEVEL', level, LEVEL_RULE.must, 'the level is info'));
  return undefined;
}

/** A part of the memory that a container's limit, or the machine, leaves to the process. */
function defaultWaitingBytes(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(MIN_WAITING_BYTES, Math.min(256 * 2 ** 20, Math.floor(memory / 8)));
}

/** The level of a name in any of the spellings that the log model knows. */
export function levelNamed(name: unknown): Level | undefined {
  if (typeof name !== 'string' && typeof name !== 'number') return undefined;
  const key = String(name).toLowerCase();
  if (key === HTTP) return 'debug';
  return Object.hasOwn(LEVEL_ALIASES, key) ? LEVEL_ALIASES[key] : undefined;
}
