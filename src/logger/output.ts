/** Where lines go: to a file descriptor, without ever blocking or throwing. */
import { writeSync } from 'node:fs';
import { SonicBoom } from 'sonic-boom';

/** Takes lines. Nothing here throws. */
export interface Output {
  /** Takes a line; it is written soon. */
  write(line: string): void;
  /** Resolves when everything so far is written, with false if something of it could not be. */
  flush(): Promise<boolean>;
  /** Writes what was taken, now. For the end of the process. */
  flushSync(): void;
  /** Lines that were lost since this was last asked; 0 as long as there is no room to tell it. */
  takeLost(): number;
}

/** Says on stderr what cannot be said on stdout. */
export type Report = (problem: string, error: unknown) => void;

/** Characters that are written at once: what container runtimes read at once. */
const CHUNK = 16 * 1024;
/** How long the end of the process waits for a reader that is slow: milliseconds. */
const PATIENCE = 1000;
/** How long a write that is under way gets to end: milliseconds. */
const UNDER_WAY = 20;

/**
 * Lines to a file descriptor that stays open: stdout. The stream gets one chunk at a time, so that at the end of the process
 * it is known what is left.
 */
export class DescriptorOutput implements Output {
  readonly #descriptor: number;
  readonly #maxWaiting: number;
  readonly #report: Report;
  readonly #stream: SonicBoom;
  #queue: string[] = [];
  /** What the stream is writing. */
  #chunk = '';
  /** Bytes of the chunk that are written. */
  #written = 0;
  /** The stream is not writing the chunk at the moment: the reader is slow, or it has failed. */
  #paused = false;
  #failed = false;
  /** Nobody reads any more. */
  #closed = false;
  #scheduled = false;
  /** Characters: taken, and done with. */
  #taken = 0;
  #done = 0;
  #lost = 0;
  #waiting: { readonly until: number; readonly resolve: (written: boolean) => void }[] = [];

  /** @param maxWaiting what may wait to be written; beyond that, lines are dropped and counted */
  constructor(descriptor: number, maxWaiting: number, report: Report) {
    this.#descriptor = descriptor;
    this.#maxWaiting = maxWaiting;
    this.#report = report;
    this.#stream = new SonicBoom({
      fd: descriptor,
      sync: false,
      retryEAGAIN: () => (this.#paused = true),
    });
    this.#stream.on('write', (bytes: number) => {
      this.#paused = false;
      this.#written += bytes;
    });
    this.#stream.on('drain', () => this.#chunkDone());
    this.#stream.on('error', (error: unknown) => this.#fail(error));
  }

  write(line: string): void {
    if (this.#closed || this.#taken - this.#done + line.length > this.#maxWaiting) {
      this.#lost += 1;
      return;
    }
    this.#taken += line.length + 1;
    const last = this.#queue.length - 1;
    const chunk = this.#queue[last];
    if (chunk === undefined || chunk.length + line.length >= CHUNK) this.#queue.push(`${line}\n`);
    else this.#queue[last] = `${chunk}${line}\n`;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#writeNext();
    });
  }

  flush(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    if (this.#done >= this.#taken) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#waiting.push({ until: this.#taken, resolve });
      this.#writeNext();
    });
  }

  flushSync(): void {
    if (this.#closed) return;
    const deadline = Date.now() + PATIENCE;
    // Another thread may be writing, which cannot say here that it is done.
    if (this.#chunk !== '' && !this.#paused) pause(UNDER_WAY);
    // Should the process go on after all, the stream writes its rest once more: better twice than not at all.
    const rest = this.#paused ? Buffer.from(this.#chunk).subarray(this.#written) : Buffer.alloc(0);
    const queued = this.#queue.join('');
    let bytes = Buffer.concat([rest, Buffer.from(queued)]);
    this.#queue = [];
    this.#done += queued.length;
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(this.#descriptor, bytes));
      } catch (error) {
        if (isBusy(error) && Date.now() < deadline) {
          pause(UNDER_WAY);
          continue;
        }
        this.#closed = true;
        this.#report('stdout cannot be written', error);
        return;
      }
    }
  }

  takeLost(): number {
    if (this.#closed || this.#taken - this.#done > this.#maxWaiting / 2) return 0;
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  #writeNext(): void {
    if (this.#closed) return;
    try {
      if (this.#failed) {
        this.#failed = false;
        this.#paused = false;
        this.#stream.write(''); // makes it try again what it still has
      } else if (this.#chunk === '') {
        this.#chunk = this.#queue.shift() ?? '';
        this.#written = 0;
        if (this.#chunk !== '') this.#stream.write(this.#chunk);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #chunkDone(): void {
    this.#done += this.#chunk.length;
    this.#chunk = '';
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ until }) => until > this.#done);
    for (const { until, resolve } of waiting) if (until <= this.#done) resolve(true);
    this.#writeNext();
  }

  /** What could not be written is tried again with what comes next, unless nobody reads any more. */
  #fail(error: unknown): void {
    this.#failed = true;
    this.#paused = true;
    this.#closed = hasCode(error, 'EPIPE', 'EBADF');
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve(false);
    this.#report('stdout cannot be written', error);
  }
}

/** Blocks. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function isBusy(error: unknown): boolean {
  return hasCode(error, 'EAGAIN', 'EBUSY');
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.some((code) => code === error.code);
}
