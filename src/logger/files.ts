/** Log files that are rotated: `<directory>/<service>.log` and, of security events, `<directory>/security.log`. */
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
// @ts-expect-error -- its types are an ES module's only; what require() gets is CommonJS
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { type Output, pause, type Report } from './output';

/** Where log files are and when they are rotated. */
export interface FilesOptions {
  /** Is made if need be: `/logs/backend`. */
  readonly directory: string;
  /** Bytes at which a file is rotated. @default 10485760 (10 MiB) */
  readonly maxSize?: number;
  /** Rotated files that are kept of each: `security.log.1` is the youngest. @default 5 */
  readonly maxFiles?: number;
  /** How often a file is rotated although it is not full: `1d`, `12h`. @default - only when it is full */
  readonly interval?: `${number}${'d' | 'h' | 'm' | 's'}`;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_SIZE = 10 * 2 ** 20;
const MAX_FILES = 5;
/** The agent reads them as one of the group. */
const MODE = 0o644;
/** Characters that are written at once. */
const BATCH = 64 * 1024;
/** How long a file that cannot be written is left alone: milliseconds. */
const PAUSE_AFTER_ERROR = 10_000;
/** How long a write that is under way at the end of the process gets to end: milliseconds. */
const UNDER_WAY = 20;

/** Lines to one rotated file. */
export class FileOutput implements Output {
  readonly #name: string;
  readonly #options: FilesOptions;
  readonly #maxWaiting: number;
  readonly #report: Report;
  #stream: RotatingFileStream | undefined;
  #waiting: string[] = [];
  #length = 0;
  /** What is being written. */
  #batch = '';
  #retryAt = 0;
  #lost = 0;
  #idle: ((written: boolean) => void)[] = [];

  /** @param maxWaiting what may wait to be written; beyond that, lines are dropped and counted */
  constructor(name: string, options: FilesOptions, maxWaiting: number, report: Report) {
    this.#maxWaiting = maxWaiting;
    this.#name = name;
    this.#options = options;
    this.#report = report;
  }

  write(line: string): void {
    if (this.#length + line.length > this.#maxWaiting || Date.now() < this.#retryAt) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#length += line.length + 1;
    if (this.#batch === '') this.#writeNext();
  }

  flush(): Promise<boolean> {
    if (this.#batch === '' && this.#waiting.length === 0) return Promise.resolve(Date.now() >= this.#retryAt);
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  flushSync(): void {
    if (this.#batch === '' && this.#waiting.length === 0) return;
    try {
      const path = join(this.#options.directory, this.#name);
      let rest = this.#waiting.map((line) => `${line}\n`).join('');
      if (this.#batch !== '') {
        // Another thread is writing, and cannot say here that it is done.
        pause(UNDER_WAY);
        if (!existsSync(path) || !endsWith(path, this.#batch)) rest = this.#batch + rest;
      }
      this.#waiting = [];
      this.#batch = '';
      this.#length = 0;
      this.#stream = undefined;
      mkdirSync(this.#options.directory, { recursive: true });
      appendFileSync(path, rest, { mode: MODE });
    } catch (error) {
      this.#report(`${this.#name} cannot be written`, error);
    }
  }

  takeLost(): number {
    if (this.#length > this.#maxWaiting / 2) return 0;
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  #writeNext(): void {
    let count = 0;
    let length = 0;
    while (count < this.#waiting.length && length < BATCH) {
      length += (this.#waiting[count]?.length ?? 0) + 1;
      count += 1;
    }
    if (count === 0) {
      this.#settle(true);
      return;
    }
    const lines = this.#waiting.splice(0, count);
    this.#batch = `${lines.join('\n')}\n`;
    try {
      const stream = (this.#stream ??= this.#open());
      stream.write(this.#batch, (error) => {
        if (this.#stream !== stream) return; // has failed, or the process is about to end
        if (error) {
          this.#fail(error);
          return;
        }
        this.#length -= this.#batch.length;
        this.#batch = '';
        this.#writeNext();
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  #open(): RotatingFileStream {
    const { directory, maxSize = MAX_SIZE, maxFiles = MAX_FILES, interval } = this.#options;
    const every: string | undefined = interval;
    const stream = createStream(this.#name, {
      path: directory,
      size: `${maxSize}B`,
      rotate: maxFiles, // names with a number at their end: an agent that reads *.log does not read them again
      mode: MODE,
      ...(every === undefined ? {} : { interval: every }),
    });
    stream.on('error', (error) => {
      if (this.#stream === stream) this.#fail(error);
    });
    return stream;
  }

  /** Nothing is written for a while, and all that waits is lost. */
  #fail(error: unknown): void {
    this.#stream?.destroy();
    this.#stream = undefined;
    this.#lost += this.#waiting.length + this.#batch.split('\n').length - 1;
    this.#waiting = [];
    this.#batch = '';
    this.#length = 0;
    this.#retryAt = Date.now() + PAUSE_AFTER_ERROR;
    this.#report(`${this.#name} cannot be written`, error);
    this.#settle(false);
  }

  #settle(written: boolean): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve(written);
  }
}

/** How long an interval is; undefined: it is none. */
export function milliseconds(interval: string): number | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([dhms])$/.exec(interval) ?? [];
  return count === '' ? undefined : Number(count) * (UNITS[unit] ?? Number.NaN);
}

/** Whether a file ends with a text. */
function endsWith(path: string, text: string): boolean {
  const expected = Buffer.from(text);
  const file = openSync(path, 'r');
  try {
    const end = Buffer.alloc(expected.length);
    const read = readSync(file, end, 0, end.length, Math.max(0, fstatSync(file).size - end.length));
    return read === end.length && end.equals(expected);
  } finally {
    closeSync(file);
  }
}
