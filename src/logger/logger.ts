/** The logger: Winston, with a format that sanitises and outputs that neither block nor throw. */
import { isatty } from 'node:tty';
import * as winston from 'winston';
import { FIELDS, JOBS, type Job, type Level, LEVELS } from '../log-model';
import { currentContext } from './context';
import { FileOutput } from './files';
import { type ApplicationLogger, BINDINGS, type Core, LEVEL, type Self, withMethods } from './methods';
import { type LoggerOptions, type ResolvedOptions, resolveOptions } from './options';
import { type Output, standardOutput, toStderr } from './output';
import { pretty } from './pretty';
import { recordFormat } from './record';
import { createSanitizer, type Sanitizer } from './sanitize';
import { levelOf, messageOf, type SecurityEvent } from './security';
import { atEnd, flushOnSignals } from './shutdown';
import { type Info, infoOf, OutputTransport } from './transport';

export { type ApplicationLogger } from './methods';

/** What tests and measurements put in the place of the real thing. */
export interface Surroundings {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly now: () => number;
  readonly stdout: Output | undefined;
  /** Takes what cannot be said on stdout. */
  readonly stderr: (line: string) => void;
  readonly sanitizer: Sanitizer | undefined;
}

const REAL: Surroundings = {
  env: process.env,
  now: Date.now,
  stdout: undefined,
  stderr: toStderr,
  sanitizer: undefined,
};

/** How often the logger speaks of itself about one thing: milliseconds. */
const REPORT_INTERVAL = 60_000;
const RANKS = { error: 0, warn: 1, info: 2, debug: 3 } as const satisfies Record<Level, number>;

/** Makes a logger. Options that are missing are the environment's: LOG_LEVEL, LOG_DIRECTORY, SERVICE_NAME. */
export function createLogger(options: LoggerOptions = {}): ApplicationLogger {
  return createLoggerIn(options, REAL);
}

/** Makes a logger in other surroundings than the process. */
export function createLoggerIn(options: LoggerOptions, changes: Partial<Surroundings>): ApplicationLogger {
  return new LoggerCore(resolveOptions(options, changes.env ?? REAL.env), { ...REAL, ...changes }).logger;
}

/** Records that nobody will read. */
interface Counts {
  readonly sampledOut: number;
  readonly lost: number;
}

/** What is behind a logger and its children. */
class LoggerCore implements Core {
  readonly logger: ApplicationLogger & Self;
  readonly #options: ResolvedOptions;
  readonly #now: () => number;
  readonly #stderr: (line: string) => void;
  readonly #format: ReturnType<typeof recordFormat>;
  readonly #stdout: Output | undefined;
  /** stdout and files. */
  readonly #outputs: readonly Output[];
  readonly #transports: readonly OutputTransport[];
  readonly #winston: winston.Logger;
  /** Hands a finished record to Winston. */
  #pass: (info: Info) => unknown = () => undefined;
  readonly #reported = new Map<string, number>();
  #sampledOut = 0;
  #missed = 0;
  #lastCount: number;
  /** Winston takes no records any more. */
  #ended = false;

  constructor(options: ResolvedOptions, { now, stdout, stderr, sanitizer }: Surroundings) {
    this.#options = options;
    this.#now = now;
    this.#stderr = stderr;
    this.#lastCount = now();
    this.#format = recordFormat({
      service: options.service,
      job: options.job,
      limits: options.limits,
      sanitizer: sanitizer ?? createSanitizer(options.sanitize),
      now,
    });
    const transports: OutputTransport[] = [];
    if (options.console !== 'none') {
      const output =
        stdout ?? standardOutput(options.maxWaitingBytes, (problem, error) => this.#reportOnStderr(problem, error));
      const colors = isatty(1);
      const text = options.console === 'pretty' ? (line: string) => pretty(line, colors) : undefined;
      transports.push(new OutputTransport([output], () => output, text));
      this.#stdout = output;
    }
    const files = this.#openFiles(transports);
    this.#outputs = this.#stdout === undefined ? files : [this.#stdout, ...files];
    this.#transports = transports;
    this.#winston = winston.createLogger({
      levels: { ...RANKS },
      level: options.level,
      format: winston.format((info) => info)(), // records are finished before Winston gets them
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- any stream of objects will do
      transports,
    });
    this.#winston.on('error', (error: unknown) => this.report('a transport has failed', error));
    this.#pass = this.#winston.write.bind(this.#winston);
    this.logger = withMethods(this.#winston, options.level, this);
    const { handleExceptions, problems } = options;
    atEnd({
      flushSync: () => this.#flushSync(),
      ...(handleExceptions
        ? { uncaught: (error, origin) => this.emit({}, 'error', origin, [error], false) !== undefined }
        : {}),
    });
    if (options.flushOnSignals) flushOnSignals('SIGTERM', 'SIGINT');
    if (problems.length > 0) this.refuse('options', problems);
  }

  #openFiles(transports: OutputTransport[]): readonly Output[] {
    const { files, service, maxWaitingBytes } = this.#options;
    if (files === undefined) return [];
    const open = (name: string): Output =>
      new FileOutput(`${name.replace(/[^\w.-]/g, '_')}.log`, files, maxWaitingBytes, (problem, error) =>
        this.report(problem, error),
      );
    const everything = open(service);
    const security = open(JOBS.security);
    transports.push(
      new OutputTransport([everything, security], (job) => (job === JOBS.security ? security : everything)),
    );
    return [everything, security];
  }

  emit(
    self: Self,
    level: Level,
    message: unknown,
    details: readonly unknown[],
    fillIn: boolean,
    always = false,
  ): string | undefined {
    try {
      const isOn = always || this.#reaches(self, level);
      if (!(isOn || this.#othersWant(level)) || this.#isSilent()) return undefined;
      const { debug, random } = this.#options.sampling;
      if (level === 'debug' && debug < 1 && random() >= debug) {
        this.#sampledOut += 1;
        return undefined;
      }
      const { line, job } = this.#format({
        level,
        message,
        bindings: this.#bindings(self),
        details,
        fillIn,
        context: currentContext(),
      });
      this.#send(level, line, job, !isOn);
      if (this.#now() - this.#lastCount >= REPORT_INTERVAL) this.#tellCounts();
      return line;
    } catch (error) {
      this.#missed += 1;
      this.report('a record could not be written', error);
      return undefined;
    }
  }

  isOn(self: Self, level: Level): boolean {
    return this.#reaches(self, level) || this.#othersWant(level);
  }

  #reaches(self: Self, level: Level): boolean {
    return RANKS[self[LEVEL] ?? this.logger[LEVEL] ?? this.#options.level] >= RANKS[level];
  }

  /** A transport of the application's own may want more than the logger's level. */
  #othersWant(level: Level): boolean {
    return this.#winston.transports.some(
      (transport) =>
        transport.level !== undefined && LEVELS.findIndex((name) => name === transport.level) >= RANKS[level],
    );
  }

  missed(): void {
    this.#missed += 1;
  }

  ended(): void {
    this.#ended = true;
  }

  /** Nobody gets anything. */
  #isSilent(): boolean {
    return this.#winston.silent || (this.#transports.length === 0 && this.#winston.transports.length === 0);
  }

  #bindings(self: Self): readonly object[] {
    const own = self[BINDINGS] ?? [];
    const common: unknown = this.#winston.defaultMeta;
    return typeof common === 'object' && common !== null ? [common, ...own] : own;
  }

  #send(level: Level, line: string, job: Job | undefined, onlyForOthers = false): void {
    const info = infoOf(level, line, job, onlyForOthers);
    if (this.#ended) {
      for (const transport of this.#transports) transport.write(info);
      return;
    }
    // Transports of the application's own get the fields as well, sanitised.
    if (this.#winston.transports.some((transport) => !(transport instanceof OutputTransport)))
      Object.assign(info, JSON.parse(line));
    this.#pass(info);
  }

  async security(self: Self, event: SecurityEvent): Promise<void> {
    if (this.#isSilent()) return;
    const details = [event, { [FIELDS.job]: JOBS.security }];
    const line = this.emit(self, levelOf(event), messageOf(event), details, false, true);
    if (line === undefined) this.#stderr(this.#line('error', 'Logger: a security event could not be written', {}));
    if (line === undefined || this.#outputs.length === 0) return;
    const written = await Promise.all(this.#outputs.map((output) => output.flush()));
    if (!written.includes(true)) this.#stderr(line);
  }

  async flush(): Promise<void> {
    const flush = (): Promise<unknown> => Promise.all(this.#outputs.map((output) => output.flush()));
    await flush();
    if (this.#tellCounts()) await flush();
  }

  /** At the end of the process, stderr says what stdout has no room for. */
  #flushSync(): void {
    const writeAll = (): number => this.#outputs.reduce((sum, output) => sum + output.flushSync(), 0);
    const left = writeAll();
    const counts = this.#takeCounts(left, true);
    if (counts === undefined) return;
    this.#tell(counts);
    const unheard = writeAll() + this.#outputs.reduce((sum, output) => sum + output.takeLost(true), 0);
    if (unheard > 0) this.#stderr(this.#line(...missing(counts)));
  }

  /** Tells how many records are missing; false: none. */
  #tellCounts(): boolean {
    this.#lastCount = this.#now();
    const counts = this.#takeCounts();
    if (counts !== undefined) this.#tell(counts);
    return counts !== undefined;
  }

  #takeCounts(left = 0, atEnd = false): Counts | undefined {
    const sampledOut = this.#sampledOut;
    const lost = this.#outputs.reduce((sum, output) => sum + output.takeLost(atEnd), this.#missed + left);
    this.#sampledOut = 0;
    this.#missed = 0;
    return sampledOut === 0 && lost === 0 ? undefined : { sampledOut, lost };
  }

  #tell(counts: Counts): void {
    this.#own(...missing(counts));
  }

  /** Logs something about the logger itself, at any level. */
  #own(level: Level, message: string, fields: object): void {
    try {
      if (!this.#isSilent()) this.#send(level, this.#line(level, message, fields), undefined);
    } catch {
      // There is nobody left to tell.
    }
  }

  refuse(what: string, problems: readonly string[]): void {
    this.#own('warn', `Logger: ${what} cannot be as given`, { problems });
  }

  /** Tells on stdout, from time to time, that something else does not work. */
  report(problem: string, error: unknown): void {
    try {
      if (this.#isSilent() || !this.#isDue(problem)) return;
      const line = this.#problem(problem, error);
      if (this.#stdout === undefined) this.#stderr(line);
      else this.#stdout.write(line);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Tells on stderr, from time to time, that stdout does not work. */
  #reportOnStderr(problem: string, error: unknown): void {
    if (this.#isDue(problem)) this.#stderr(this.#problem(problem, error));
  }

  #problem(problem: string, error: unknown): string {
    return this.#line('error', `Logger: ${problem}`, error);
  }

  /** A line about the logger. It reads nothing of the application's but the detail: not the context, no child's fields. */
  #line(level: Level, message: string, detail: unknown): string {
    try {
      return this.#format({ level, message, bindings: [], details: [detail] }).line;
    } catch {
      const time = new Date().toISOString();
      return JSON.stringify({ [FIELDS.timestamp]: time, level, [FIELDS.service]: this.#options.service, message });
    }
  }

  #isDue(problem: string): boolean {
    const now = this.#now();
    const last = this.#reported.get(problem);
    if (last !== undefined && now - last < REPORT_INTERVAL) return false;
    this.#reported.set(problem, now);
    return true;
  }
}

/** The record of records that are missing. */
function missing(counts: Counts): [Level, string, Counts] {
  return [counts.lost > 0 ? 'warn' : 'info', 'Log records are missing', counts];
}
