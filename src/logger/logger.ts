/** The logger: Winston, with a format that sanitises and outputs that neither block nor throw. */
import { write, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import * as winston from 'winston';
import { FIELDS, JOBS, type Job, type Level, LEVELS } from '../log-model';
import { FileOutput } from './files';
import { levelNamed, type LoggerOptions, type ResolvedOptions, resolveOptions } from './options';
import { DescriptorOutput, type Output } from './output';
import { pretty } from './pretty';
import { recordFormat } from './record';
import { createSanitizer, type Sanitizer } from './sanitize';
import { levelOf, messageOf, type SecurityEvent } from './security';
import { atEnd, flushOnSignals } from './shutdown';
import { guard, type Info, infoOf, OutputTransport } from './transport';

/** A Winston logger that knows the records of this log stack. */
export interface ApplicationLogger extends winston.Logger {
  /** Logs with a request id, where there is no {@link requestLogger} that does. */
  logWithRequestId(level: Level, message: string, requestId: string | undefined, fields?: object): void;
  /**
   * Logs a security event, whatever the level. Resolves when it is written, to stdout and to the file if there are files.
   * Never rejects: an event that could not be written anywhere is written to stderr.
   */
  logSecurityEvent(event: SecurityEvent): Promise<void>;
  /** Resolves when everything that was logged is written, or cannot be. */
  flush(): Promise<void>;
}

/** What tests and measurements put in the place of the real thing. */
export interface Surroundings {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly now: () => number;
  readonly stdout: Output | undefined;
  readonly sanitizer: Sanitizer | undefined;
}

const REAL: Surroundings = { env: process.env, now: Date.now, stdout: undefined, sanitizer: undefined };

/** How often the logger speaks of itself about one thing: milliseconds. */
const REPORT_INTERVAL = 60_000;
const RANKS: Readonly<Record<string, number>> = Object.fromEntries(LEVELS.map((level, rank) => [level, rank]));
/** Names of levels that Winston's types promise. */
const OTHER_LEVELS = [
  ...['help', 'data', 'prompt', 'http', 'verbose', 'input', 'silly'],
  ...['emerg', 'alert', 'crit', 'warning', 'notice'],
] as const;
const BINDINGS = Symbol('bindings');

/** Makes a logger. Options that are missing are the environment's: LOG_LEVEL, LOG_DIRECTORY, SERVICE_NAME. */
export function createLogger(options: LoggerOptions = {}): ApplicationLogger {
  return createLoggerIn(options, REAL);
}

/** Makes a logger in other surroundings than the process. */
export function createLoggerIn(options: LoggerOptions, changes: Partial<Surroundings>): ApplicationLogger {
  return new Core(resolveOptions(options, changes.env ?? REAL.env), { ...REAL, ...changes }).logger;
}

/** A logger or a child of it. */
interface Self {
  readonly [BINDINGS]?: readonly object[];
}

/** What is behind a logger and its children. */
class Core {
  readonly logger: ApplicationLogger;
  readonly #options: ResolvedOptions;
  readonly #now: () => number;
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
  #ending = false;
  /** Winston takes no records any more. */
  #ended = false;

  constructor(options: ResolvedOptions, { now, stdout, sanitizer }: Surroundings) {
    this.#options = options;
    this.#now = now;
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
      const output = stdout ?? new DescriptorOutput(1, (problem, error) => this.#toStderr(problem, error));
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
    this.#winston.on('error', (error: unknown) => this.#report('a transport has failed', error));
    this.logger = this.#methods();
    const { handleExceptions } = options;
    atEnd({
      flushSync: () => this.#flushSync(),
      ...(handleExceptions ? { uncaught: (error, origin) => this.#emit({}, 'error', origin, [error]) } : {}),
    });
    if (options.flushOnSignals) flushOnSignals('SIGTERM', 'SIGINT');
  }

  #openFiles(transports: OutputTransport[]): readonly Output[] {
    const { files, service } = this.#options;
    if (files === undefined) return [];
    const open = (name: string): Output =>
      new FileOutput(`${name.replace(/[^\w.-]/g, '_')}.log`, files, (problem, error) => this.#report(problem, error));
    const everything = open(service);
    const security = open(JOBS.security);
    transports.push(
      new OutputTransport([everything, security], (job) => (job === JOBS.security ? security : everything)),
    );
    return [everything, security];
  }

  /** Winston's methods are replaced that would throw on what they are given, or read it before it is sanitised. */
  #methods(): ApplicationLogger {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- `this` of the methods is the logger or its child
    const core = this;
    const base = this.#winston;
    const method = (level: Level) =>
      function (this: Self | undefined, message?: unknown, ...details: readonly unknown[]) {
        core.#emit(this ?? {}, level, message, details);
        return this ?? base;
      };
    const levels = Object.fromEntries([
      ...OTHER_LEVELS.map((name) => [name, method(levelNamed(name) ?? 'debug')] as const),
      ...LEVELS.map((level) => [level, method(level)] as const),
    ]);
    const add = base.add.bind(base);
    const end = base.end.bind(base);
    this.#pass = base.write.bind(base);
    base.once('close', () => (this.#ended = true));
    return Object.assign(base, levels, {
      log(this: Self | undefined, level: unknown, message?: unknown, ...details: readonly unknown[]) {
        if (typeof level === 'object' && level !== null) core.#emitEntry(this ?? {}, level);
        else core.#emit(this ?? {}, levelNamed(String(level)) ?? 'info', message, details);
        return this ?? base;
      },
      child(this: Self, bindings: object): winston.Logger {
        const made: unknown = Object.create(this, { [BINDINGS]: { value: [...(this[BINDINGS] ?? []), bindings] } });
        return made as winston.Logger;
      },
      add(transport: winston.transport) {
        guard(
          transport,
          (error) => core.#report('a transport has failed', error),
          () => (core.#missed += 1),
        );
        return add(transport);
      },
      // As to a stream: what Winston's profiler does.
      write(this: Self, entry: unknown, ...rest: readonly unknown[]) {
        if (typeof entry === 'object' && entry !== null) core.#emitEntry(this, entry);
        else core.#emit(this, 'info', entry, []);
        const done = rest.at(-1);
        if (typeof done === 'function') process.nextTick(done);
        return true;
      },
      end: (...args: Parameters<typeof end>) => {
        this.#ended = true;
        return end(...args);
      },
      logWithRequestId(this: Self, level: Level, message: string, requestId: string | undefined, fields: object = {}) {
        core.#emit(this, levelNamed(level) ?? 'info', message, [fields, { [FIELDS.requestId]: requestId }]);
      },
      logSecurityEvent(this: Self, event: SecurityEvent) {
        return core.#security(this, event);
      },
      flush: () => core.#flush(),
    });
  }

  /** Logs. Nothing is thrown, whatever was given. */
  #emit(self: Self, level: Level, message: unknown, details: readonly unknown[], always = false): string | undefined {
    try {
      if (this.#winston.silent || !(always || this.#isOn(level))) return undefined;
      const { debug, random } = this.#options.sampling;
      if (level === 'debug' && debug < 1 && random() >= debug) {
        this.#sampledOut += 1;
        return undefined;
      }
      const { line, job } = this.#format({ level, message, bindings: this.#bindings(self), details });
      this.#send(level, line, job);
      if (this.#now() - this.#lastCount >= REPORT_INTERVAL) this.#tellCounts();
      return line;
    } catch (error) {
      this.#report('a record could not be written', error);
      return undefined;
    }
  }

  /** Logs an object that has its level and message in it. */
  #emitEntry(self: Self, entry: object): void {
    const { level, fields } = takeLevel(entry);
    this.#emit(self, level, fields, []);
  }

  #isOn(level: Level): boolean {
    const least = RANKS[this.#winston.level];
    return (least !== undefined && least >= (RANKS[level] ?? 0)) || this.#winston.isLevelEnabled(level);
  }

  #bindings(self: Self): readonly object[] {
    const own = self[BINDINGS] ?? [];
    const common: unknown = this.#winston.defaultMeta;
    return typeof common === 'object' && common !== null ? [common, ...own] : own;
  }

  #send(level: Level, line: string, job: Job | undefined): void {
    const info = infoOf(level, line, job);
    if (this.#ended) {
      for (const transport of this.#transports) transport.write(info);
      return;
    }
    // Transports of the application's own get the fields as well, sanitised.
    if (this.#winston.transports.some((transport) => !(transport instanceof OutputTransport)))
      Object.assign(info, JSON.parse(line));
    this.#pass(info);
  }

  async #security(self: Self, event: SecurityEvent): Promise<void> {
    const line = this.#emit(self, levelOf(event), messageOf(event), [event, { [FIELDS.job]: JOBS.security }], true);
    if (line === undefined) return;
    const written = await Promise.all(this.#outputs.map((output) => output.flush()));
    if (!written.includes(true)) this.#toDescriptor2(line);
  }

  async #flush(): Promise<void> {
    const flush = (): Promise<unknown> => Promise.all(this.#outputs.map((output) => output.flush()));
    await flush();
    if (this.#tellCounts()) await flush();
  }

  #flushSync(): void {
    this.#ending = true;
    for (const output of this.#outputs) output.flushSync();
    if (this.#tellCounts()) for (const output of this.#outputs) output.flushSync();
  }

  /** Tells how many records are missing; false: none. */
  #tellCounts(): boolean {
    this.#lastCount = this.#now();
    const sampledOut = this.#sampledOut;
    const lost = this.#outputs.reduce((sum, output) => sum + output.takeLost(), this.#missed);
    this.#sampledOut = 0;
    this.#missed = 0;
    if (sampledOut === 0 && lost === 0) return false;
    this.#own(lost > 0 ? 'warn' : 'info', 'Log records are missing', { sampledOut, lost });
    return true;
  }

  /** Logs something about the logger itself. */
  #own(level: Level, message: string, fields: object): void {
    try {
      const { line, job } = this.#format({ level, message, bindings: [], details: [fields] });
      this.#send(level, line, job);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Tells on stdout, from time to time, that something else does not work. */
  #report(problem: string, error: unknown): void {
    if (!this.#isDue(problem)) return;
    if (this.#stdout === undefined) {
      this.#toDescriptor2(this.#problem(problem, error));
      return;
    }
    this.#stdout.write(this.#problem(problem, error));
  }

  /** Tells on stderr, from time to time, that stdout does not work. */
  #toStderr(problem: string, error: unknown): void {
    if (this.#isDue(problem)) this.#toDescriptor2(this.#problem(problem, error));
  }

  #problem(problem: string, error: unknown): string {
    return this.#format({ level: 'error', message: `Logger: ${problem}`, bindings: [], details: [error] }).line;
  }

  #isDue(problem: string): boolean {
    const now = this.#now();
    const last = this.#reported.get(problem);
    if (last !== undefined && now - last < REPORT_INTERVAL) return false;
    this.#reported.set(problem, now);
    return true;
  }

  #toDescriptor2(line: string): void {
    try {
      if (this.#ending) writeSync(2, `${line}\n`);
      else write(2, `${line}\n`, () => undefined);
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** An object's level, and the object without it. */
function takeLevel(entry: object): { readonly level: Level; readonly fields: object } {
  try {
    const { level, ...fields } = entry as Readonly<Record<string, unknown>>;
    return { level: levelNamed(String(level)) ?? 'info', fields };
  } catch {
    return { level: 'info', fields: entry };
  }
}
