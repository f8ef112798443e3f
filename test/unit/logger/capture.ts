/** A logger whose stdout is an array of lines. */
import { createLoggerIn } from '../../../src/logger/logger';
import { type LoggerOptions } from '../../../src/logger/options';
import { type Output } from '../../../src/logger/output';

/** Keeps lines in memory. */
export class MemoryOutput implements Output {
  readonly lines: string[] = [];
  lost = 0;
  /** Whether what is written arrives. */
  works = true;

  write(line: string): void {
    this.lines.push(line);
  }

  flush(): Promise<boolean> {
    return Promise.resolve(this.works);
  }

  flushSync(): number {
    return 0; // everything is where it belongs
  }

  takeLost(): number {
    const { lost } = this;
    this.lost = 0;
    return lost;
  }

  get records(): readonly Readonly<Record<string, unknown>>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  get last(): Readonly<Record<string, unknown>> {
    return this.records.at(-1) ?? {};
  }
}

/** 2026-01-02T03:04:05.006Z */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

/** A logger in surroundings that a test controls. */
export function capture(options: LoggerOptions = {}, env: NodeJS.ProcessEnv = {}) {
  const stdout = new MemoryOutput();
  const clock = { now: NOW };
  const logger = createLoggerIn({ handleExceptions: false, ...options }, { env, now: () => clock.now, stdout });
  return { logger, stdout, clock };
}
