/** The end of the process: loggers write what waits. There is one listener of each kind for all loggers. */
import { constants } from 'node:os';

/** A logger, as the end of the process sees it. */
export interface Ending {
  /** Logs an exception that nobody has caught; false: it does not log. */
  uncaught?(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): boolean;
  /** Writes what was not written yet, now. */
  flushSync(): void;
}

const endings = new Set<Ending>();
const signals = new Set<NodeJS.Signals>();

/** Remembers a logger for the end of the process. */
export function atEnd(ending: Ending): void {
  if (endings.size === 0) {
    process.on('exit', flushAll);
    // Watches only: the process ends as it would have ended.
    process.on('uncaughtExceptionMonitor', (error, origin) => {
      for (const ending of endings) if (ending.uncaught?.(error, origin) === true) break; // told once
    });
  }
  endings.add(ending);
}

/** Makes signals that end the process write what was not written yet first. */
export function flushOnSignals(...names: readonly NodeJS.Signals[]): void {
  for (const name of names) {
    if (signals.has(name)) continue;
    signals.add(name);
    const listener = (): void => {
      flushAll();
      // The application's own listener decides what happens next; without one, the process would have ended.
      if (process.listenerCount(name) > 1) return;
      process.exit(128 + constants.signals[name]);
    };
    process.on(name, listener);
  }
}

function flushAll(): void {
  for (const ending of endings) ending.flushSync();
}
