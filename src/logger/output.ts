/** Where lines go: to a file descriptor, without ever blocking or throwing. */
import { writeSync, writev } from 'node:fs';
import { Backlog } from './backlog';
import { type Descriptor, openStandard } from './descriptor';

/** Takes lines. Nothing here throws. */
export interface Output {
  /** Takes a line; it is written soon. */
  write(line: string): void;
  /** Resolves when everything so far is written, with false if something of it could not be. */
  flush(): Promise<boolean>;
  /** Writes what was taken, now, for the end of the process. How many lines could not be, besides those told before. */
  flushSync(): number;
  /** Lines that were lost since this was last asked; 0 as long as there is no room to tell it, unless it is the end. */
  takeLost(atEnd?: boolean): number;
}

/** Says on stderr what cannot be said on stdout. */
export type Report = (problem: string, error: unknown) => void;

/** How many bytes are written before the event loop turns, or by one call to another thread. */
const BATCH = 2 ** 20;
/** Milliseconds until a full pipe is tried again: the first time, and at most. */
const RETRY = 1;
const MAX_RETRY = 64;
/** Milliseconds that the end of the process waits for a reader that reads nothing. */
const PATIENCE = 1000;
/** Milliseconds that a write under way gets. */
const UNDER_WAY = 20;

/**
 * Lines to a descriptor that stays open: stdout. A pipe is written to by this thread, for it never waits, and while a burst lasts:
 * a reader that keeps up gets everything, however long the event loop does not turn. A file is written to by another thread.
 */
export class DescriptorOutput implements Output {
  readonly #descriptor: Descriptor;
  readonly #report: Report;
  readonly #backlog: Backlog;
  /** Bytes that another thread is writing. */
  #underWay = 0;
  /** Counts those writes. */
  #writes = 0;
  /** Whether nobody reads any more. */
  #closed = false;
  #scheduled = false;
  /** Milliseconds until a full pipe is tried again, and the time of that. */
  #retry = RETRY;
  #retryAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Lines that the end of the process has told of. */
  #given = 0;
  #waiting: { readonly until: number; readonly resolve: (written: boolean) => void }[] = [];

  /** @param maxWaiting bytes that may wait to be written; beyond that, lines are dropped and counted */
  constructor(descriptor: Descriptor, maxWaiting: number, report: Report) {
    this.#descriptor = descriptor;
    this.#report = report;
    this.#backlog = new Backlog(maxWaiting);
  }

  /** Lets at least as many bytes wait. */
  allow(maxWaiting: number): void {
    this.#backlog.allow(maxWaiting);
  }

  write(line: string): void {
    if (this.#closed) {
      this.#backlog.lose(1);
      return;
    }
    if (this.#backlog.add(line) && !this.#descriptor.waits) this.#writeNow();
    this.#schedule();
  }

  flush(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    const until = this.#backlog.mark();
    if (this.#backlog.isDone(until)) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#waiting.push({ until, resolve });
      this.#writeNext();
    });
  }

  flushSync(): number {
    if (this.#closed) return 0;
    if (this.#underWay > 0) {
      // It ends before the process does, but cannot say so here.
      pause(UNDER_WAY);
      this.#wrote(this.#underWay);
      this.#underWay = 0;
      this.#writes += 1;
    }
    let deadline = Date.now() + (this.#given > 0 ? 0 : PATIENCE);
    for (let [bytes] = this.#backlog.peek(BATCH); bytes !== undefined; [bytes] = this.#backlog.peek(BATCH)) {
      try {
        this.#wrote(writeSync(this.#descriptor.number, bytes));
        deadline = Date.now() + PATIENCE;
      } catch (error) {
        if (isBusy(error) && Date.now() < deadline) {
          pause(MAX_RETRY / 4);
          continue;
        }
        this.#fail(error);
        break;
      }
    }
    const given = this.#given;
    this.#given = this.#backlog.lines;
    return Math.max(0, this.#given - given);
  }

  takeLost(atEnd = false): number {
    return !atEnd && (this.#closed || this.#backlog.isHalfFull) ? 0 : this.#backlog.takeLost();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#writeNext();
    });
  }

  #writeNext(): void {
    if (this.#closed) return;
    if (this.#descriptor.waits) this.#writeElsewhere();
    else this.#writeNow();
  }

  #writeNow(): void {
    try {
      if (Date.now() < this.#retryAt) return;
      for (let left = BATCH; left > 0;) {
        const [bytes] = this.#backlog.peek(1);
        if (bytes === undefined) return;
        const written = writeSync(this.#descriptor.number, bytes);
        this.#wrote(written);
        left -= written;
      }
      this.#schedule();
    } catch (error) {
      this.#failOrWait(error);
    }
  }

  #writeElsewhere(): void {
    if (this.#underWay > 0) return;
    const buffers = this.#backlog.peek(BATCH);
    if (buffers.length === 0) return;
    this.#underWay = buffers.reduce((sum, { length }) => sum + length, 0);
    this.#writes += 1;
    const write = this.#writes;
    writev(this.#descriptor.number, buffers, (error, written) => {
      if (write !== this.#writes) return; // the process was about to end
      this.#underWay = 0;
      if (error === null) {
        this.#wrote(written);
        this.#writeNext();
      } else this.#failOrWait(error);
    });
  }

  #wrote(bytes: number): void {
    this.#retry = RETRY;
    this.#backlog.advance(bytes);
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ until }) => !this.#backlog.isDone(until));
    for (const { until, resolve } of waiting) if (this.#backlog.isDone(until)) resolve(true);
  }

  #failOrWait(error: unknown): void {
    if (!isBusy(error)) {
      this.#fail(error);
      return;
    }
    this.#retryAt = Date.now() + this.#retry;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#retryAt = 0;
      this.#writeNext();
    }, this.#retry);
    this.#retry = Math.min(this.#retry * 2, MAX_RETRY);
  }

  /** What could not be written is tried again with what comes next, unless nobody reads any more. */
  #fail(error: unknown): void {
    this.#closed = hasCode(error, 'EPIPE', 'EBADF');
    if (this.#closed) this.#backlog.drop();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve(false);
    this.#report('stdout cannot be written', error);
  }
}

let stdout: DescriptorOutput | undefined;

/** stdout, for all loggers of the process together: two outputs would write into each other's lines. */
export function standardOutput(maxWaiting: number, report: Report): Output {
  stdout ??= new DescriptorOutput(openStandard(1), maxWaiting, report);
  stdout.allow(maxWaiting);
  return stdout;
}

/** Writes a line to stderr, if stderr takes it. */
export function toStderr(line: string): void {
  try {
    writeSync(openStandard(2).number, `${line}\n`);
  } catch {
    // There is nobody left to tell.
  }
}

/** Blocks the thread. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.some((code) => code === error.code);
}

function isBusy(error: unknown): boolean {
  return hasCode(error, 'EAGAIN', 'EBUSY');
}
