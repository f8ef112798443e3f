/** Winston's methods, replaced where they would throw on what they are given, or read it before it is sanitised. */
import type * as winston from 'winston';
import { FIELDS, type Level, LEVELS } from '../log-model';
import { copyOf, elementsOf, isErrorSafely, isFields, isFunction, read } from './objects';
import { LEVEL_RULE, levelNamed } from './options';
import { refusal } from './given';
import { type SecurityEvent } from './security';
import { guard } from './transport';

/** A Winston logger that knows the records of this log stack. */
export interface ApplicationLogger extends winston.Logger {
  /**
   * Least severe level that is logged: one of the four, or another name of one of them, such as `verbose`. Reads as one of the
   * four. A word that is no level changes nothing, and a record says so. A child has its parent's level until it is given its own.
   */
  level: string;
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

/** A logger or a child of it. */
export interface Self {
  readonly [BINDINGS]?: readonly object[];
  [LEVEL]?: Level;
}

/** Fields of a child. */
export const BINDINGS = Symbol('bindings');
/** The level that a logger or a child was given. */
export const LEVEL = Symbol('level');

/** The logger behind the methods. None of its functions throws. */
export interface Core {
  /** @param fillIn whether the message's placeholders take details */
  emit(self: Self, level: Level, message: unknown, details: readonly unknown[], fillIn: boolean): unknown;
  isOn(self: Self, level: Level): boolean;
  security(self: Self, event: SecurityEvent): Promise<void>;
  flush(): Promise<void>;
  /** Says that something does not work. */
  report(problem: string, error: unknown): void;
  /** Says that something was asked for that is not possible. */
  refuse(what: string, problems: readonly string[]): void;
  /** A transport of the application's own has missed a record. */
  missed(): void;
  /** Winston takes no records any more. */
  ended(): void;
}

/** Names of levels that Winston's types promise. */
const OTHER_LEVELS = [
  ...['help', 'data', 'prompt', 'http', 'verbose', 'input', 'silly'],
  ...['emerg', 'alert', 'crit', 'warning', 'notice'],
] as const;
/** Winston's name for the arguments of an entry. */
const SPLAT = Symbol.for('splat');

/** Gives a Winston logger the methods. */
export function withMethods(base: winston.Logger, level: Level, core: Core): ApplicationLogger & Self {
  const method = (name: Level) =>
    function (this: Self | undefined, message?: unknown, ...details: readonly unknown[]) {
      core.emit(this ?? {}, name, message, details, true);
      return this ?? base;
    };
  const levels = Object.fromEntries([
    ...OTHER_LEVELS.map((name) => [name, method(levelNamed(name) ?? 'debug')] as const),
    ...LEVELS.map((name) => [name, method(name)] as const),
  ]);
  const isOn = (self: Self | undefined, name: unknown): boolean => {
    const known = levelNamed(name);
    return known !== undefined && core.isOn(self ?? {}, known);
  };
  const add = base.add.bind(base);
  const end = base.end.bind(base);
  const timers = new Map<unknown, number>();
  base.once('close', () => core.ended());
  Object.defineProperty(base, 'level', {
    enumerable: true,
    configurable: true,
    get(this: Self): string {
      return this[LEVEL] ?? level;
    },
    set(this: Self & { readonly level: string }, value: unknown) {
      const known = levelNamed(value);
      if (known === undefined)
        core.refuse('the level', [refusal('level', value, LEVEL_RULE.must, `the level stays ${this.level}`)]);
      else Object.defineProperty(this, LEVEL, { value: known, writable: true, configurable: true });
    },
  });
  /** A function of the application's that is called where nobody would catch what it throws. */
  const careful =
    (run: (...args: readonly unknown[]) => unknown): (() => void) =>
    () => {
      try {
        run();
      } catch (error) {
        core.report('a callback has failed', error);
      }
    };
  const timed = (self: Self, started: number, message: unknown, details: readonly unknown[]): void => {
    const info = details.at(-1);
    const durationMs = Date.now() - started;
    if (isFields(info)) emitEntry(core, self, { message, ...copyOf(info), durationMs }, []);
    else emitEntry(core, self, { message, durationMs }, details);
  };
  return Object.assign(base, levels, {
    // `log('info', 'text')`, `log({ level: 'info', message: 'text' })`, and what has no level: `log('text')`.
    log(this: Self | undefined, first: unknown, ...rest: readonly unknown[]) {
      const self = this ?? {};
      if (typeof first === 'object' && first !== null) emitEntry(core, self, first, rest);
      else {
        const named = rest.length === 0 ? undefined : levelNamed(first);
        if (named === undefined) core.emit(self, 'info', first, rest, true);
        else core.emit(self, named, rest[0], rest.slice(1), true);
      }
      return this ?? base;
    },
    child(this: Self | undefined, bindings: object): winston.Logger {
      const parent = this ?? base;
      const own = this?.[BINDINGS] ?? [];
      const made: unknown = Object.create(parent, { [BINDINGS]: { value: [...own, bindings] } });
      return made as winston.Logger;
    },
    add(transport: winston.transport) {
      try {
        guard(
          transport,
          (error) => core.report('a transport has failed', error),
          () => core.missed(),
          (problem) => core.refuse("a transport's level", [problem]),
        );
        add(transport);
      } catch (error) {
        core.report('a transport could not be added', error);
      }
      return base;
    },
    // As to a stream.
    write(this: Self | undefined, entry: unknown, ...rest: readonly unknown[]) {
      if (typeof entry === 'object' && entry !== null) emitEntry(core, this ?? {}, entry, []);
      else core.emit(this ?? {}, 'info', entry, [], false);
      const done = rest.at(-1);
      if (isFunction(done)) process.nextTick(careful(done));
      return true;
    },
    end(...args: readonly unknown[]) {
      const [entry] = args;
      if (entry !== undefined && entry !== null && !isFunction(entry)) base.write(entry);
      core.ended();
      const done = args.find(isFunction);
      return done === undefined ? end() : end(careful(done));
    },
    profile(this: Self | undefined, id: string | number, ...details: readonly unknown[]) {
      const started = timers.get(id);
      timers.delete(id);
      if (started === undefined) timers.set(id, Date.now());
      else timed(this ?? {}, started, id, details);
      return this ?? base;
    },
    startTimer(this: Self | undefined) {
      const started = Date.now();
      const done = (...details: readonly unknown[]): boolean => {
        timed(this ?? {}, started, '', details);
        return true;
      };
      return { logger: base, done };
    },
    isLevelEnabled(this: Self | undefined, name: unknown) {
      return isOn(this, name);
    },
    isVerboseEnabled(this: Self | undefined) {
      return isOn(this, 'verbose');
    },
    isSillyEnabled(this: Self | undefined) {
      return isOn(this, 'silly');
    },
    logWithRequestId(
      this: Self | undefined,
      name: Level,
      message: string,
      requestId: string | undefined,
      fields: object = {},
    ) {
      core.emit(this ?? {}, levelNamed(name) ?? 'info', message, [fields, { [FIELDS.requestId]: requestId }], false);
    },
    logSecurityEvent(this: Self | undefined, event: SecurityEvent) {
      return core.security(this ?? {}, event);
    },
    flush: () => core.flush(),
  });
}

/** Logs an object that may have its level, its message and its message's arguments in it. */
function emitEntry(core: Core, self: Self, entry: object, details: readonly unknown[]): void {
  if (!isFields(entry)) {
    const level = levelNamed(read(entry, FIELDS.level)) ?? (isErrorSafely(entry) ? 'error' : 'info');
    core.emit(self, level, entry, details, false);
    return;
  }
  const all: Readonly<Record<string, unknown>> = { ...copyOf(entry) };
  const { [FIELDS.level]: name, ...others } = all;
  const level = levelNamed(name);
  const fields = level === undefined ? all : others;
  const splat = elementsOf(read(entry, SPLAT));
  if (splat !== undefined) {
    const { [FIELDS.message]: message, ...rest } = fields;
    core.emit(self, level ?? 'info', message, [...splat, rest, ...details], true);
  } else core.emit(self, level ?? 'info', fields, details, false);
}
