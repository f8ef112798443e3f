/** Log files that are rotated: `<directory>/<service>.log` and, of security events, `<directory>/security.log`. */
import { closeSync, fstatSync, mkdirSync, openSync, rmSync, type Stats, writev, writeSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Backlog } from './backlog';
import { hasCode, type Output, pause, type Report } from './output';

/** Where log files are and when they are rotated. Several processes may have the same ones. */
export interface FilesOptions {
  /** Is made if need be: `/logs/backend`. On a local disk, if several processes write to it. */
  readonly directory: string;
  /** Bytes at which a file is rotated. @default 10485760 (10 MiB) */
  readonly maxSize?: number;
  /** Rotated files that are kept of each: `security.log.1` is the youngest. @default 5 */
  readonly maxFiles?: number;
  /**
   * How often a file is rotated although it is not full: `1d`, `12h`, in UTC. It is rotated with the first record of the next
   * interval. @default - only when it is full
   */
  readonly interval?: `${number}${'d' | 'h' | 'm' | 's'}`;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_SIZE = 10 * 2 ** 20;
const MAX_FILES = 5;
/** Mode of the files. The agent reads them as a member of the group. */
const MODE = 0o644;
/** Bytes that are written at once. */
const BATCH = 2 ** 20;
/** Milliseconds until a file that cannot be written is tried again. */
const PAUSE_AFTER_ERROR = 10_000;
/** Milliseconds that a write under way gets at the end of the process. */
const UNDER_WAY = 20;
/** Milliseconds after which a lock counts as left behind by a process that died. */
const STALE_LOCK = 10_000;

const writeAll = promisify(writev);

/** The file that is being written to. */
interface OpenFile {
  readonly descriptor: number;
  /** Its inode: the file of that name may be another one by now. */
  readonly inode: number;
}

/**
 * Lines to one rotated file. Each write appends to what the file's name stands for at that time, and who rotates holds a lock:
 * processes that share a file lose nothing.
 */
export class FileOutput implements Output {
  readonly #name: string;
  readonly #path: string;
  readonly #options: FilesOptions;
  readonly #maxSize: number;
  readonly #report: Report;
  readonly #backlog: Backlog;
  #file: OpenFile | undefined;
  readonly #lock: string;
  #holdsLock = false;
  #isWriting = false;
  /** Bytes that another thread is writing. */
  #underWay = 0;
  #retryAt = 0;
  #waiting: ((written: boolean) => void)[] = [];

  /** @param maxWaiting bytes that may wait to be written; beyond that, lines are dropped and counted */
  constructor(name: string, options: FilesOptions, maxWaiting: number, report: Report) {
    this.#name = name;
    this.#path = join(options.directory, name);
    this.#lock = `${this.#path}.lock`;
    this.#options = options;
    this.#maxSize = options.maxSize ?? MAX_SIZE;
    this.#report = report;
    this.#backlog = new Backlog(maxWaiting);
  }

  write(line: string): void {
    if (Date.now() < this.#retryAt) {
      this.#backlog.lose(1);
      return;
    }
    this.#backlog.add(line);
    if (!this.#isWriting) void this.#writeAll();
  }

  flush(): Promise<boolean> {
    if (!this.#isWriting) return Promise.resolve(Date.now() >= this.#retryAt);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  flushSync(): number {
    if (this.#underWay > 0) {
      // It ends before the process does, but cannot say so here.
      pause(UNDER_WAY);
      this.#backlog.advance(this.#underWay);
      this.#underWay = 0;
    }
    try {
      if (this.#holdsLock) {
        pause(UNDER_WAY);
        rmSync(this.#lock, { force: true });
      }
      if (this.#backlog.isEmpty) return 0;
      mkdirSync(this.#options.directory, { recursive: true });
      const descriptor = openSync(this.#path, 'a', MODE);
      for (let [bytes] = this.#backlog.peek(1); bytes !== undefined; [bytes] = this.#backlog.peek(1))
        this.#backlog.advance(writeSync(descriptor, bytes));
      closeSync(descriptor);
    } catch (error) {
      this.#fail(error);
    }
    return 0; // those that could not be written are lost already
  }

  takeLost(atEnd = false): number {
    return !atEnd && this.#backlog.isHalfFull ? 0 : this.#backlog.takeLost();
  }

  /** Writes until nothing waits any more. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    try {
      while (!this.#backlog.isEmpty) {
        const { descriptor } = await this.#current();
        const buffers = this.#backlog.peek(Math.min(BATCH, this.#maxSize / 8));
        this.#underWay = buffers.reduce((sum, { length }) => sum + length, 0);
        const { bytesWritten } = await writeAll(descriptor, buffers);
        if (this.#underWay > 0) this.#backlog.advance(bytesWritten); // or the process is about to end
        this.#underWay = 0;
      }
      this.#isWriting = false;
      this.#settle(true);
    } catch (error) {
      this.#isWriting = false;
      this.#underWay = 0;
      this.#fail(error);
    }
  }

  /** The file to write to now: after it was rotated if need be, and not one that somebody else has rotated. */
  async #current(): Promise<OpenFile> {
    const found = await this.#found();
    if (found !== undefined && this.#isFull(found))
      await this.#rotate(found).catch((error: unknown) => this.#report(`${this.#name} cannot be rotated`, error));
    const now = found === undefined || this.#isFull(found) ? await this.#found() : found;
    if (this.#file !== undefined && now?.ino === this.#file.inode) return this.#file;
    this.#close();
    await mkdir(this.#options.directory, { recursive: true });
    const descriptor = openSync(this.#path, 'a', MODE);
    const file = { descriptor, inode: fstatSync(descriptor).ino };
    this.#file = file;
    return file;
  }

  async #found(): Promise<Stats | undefined> {
    try {
      return await stat(this.#path);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  #isFull({ size, mtimeMs }: Stats): boolean {
    const { interval } = this.#options;
    const length = interval === undefined ? undefined : milliseconds(interval);
    const isOld = length !== undefined && Math.floor(mtimeMs / length) < Math.floor(Date.now() / length);
    return size >= this.#maxSize || (isOld && size > 0);
  }

  /** Renames the files, unless another process does: then, what is written meanwhile makes the file a little longer. */
  async #rotate({ ino }: Stats): Promise<void> {
    const { maxFiles = MAX_FILES } = this.#options;
    if (!(await takeLock(this.#lock))) return;
    this.#holdsLock = true;
    try {
      const found = await this.#found();
      if (found?.ino !== ino) return; // has been rotated already
      if (maxFiles === 0) await rm(this.#path);
      for (let number = maxFiles; number > 0; number -= 1) {
        const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
        // Names with a number at their end: an agent that reads *.log does not read them again.
        await rename(from, `${this.#path}.${number}`).catch((error: unknown) => {
          if (!hasCode(error, 'ENOENT')) throw error;
        });
      }
    } finally {
      this.#holdsLock = false;
      await rm(this.#lock, { force: true });
    }
  }

  /** Gives up writing for a while. All that waits is lost. */
  #fail(error: unknown): void {
    this.#close();
    this.#backlog.drop();
    this.#retryAt = Date.now() + PAUSE_AFTER_ERROR;
    this.#report(`${this.#name} cannot be written`, error);
    this.#settle(false);
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file !== undefined) closeSync(file.descriptor);
    } catch {
      // Somebody else has closed it.
    }
  }

  #settle(written: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(written);
  }
}

/** Length of an interval; undefined if it is none. */
export function milliseconds(interval: string): number | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([dhms])$/.exec(interval) ?? [];
  return count === '' ? undefined : Number(count) * (UNITS[unit] ?? Number.NaN);
}

/** Whether this process may do what the lock is for. A lock that was left behind goes, and the next one gets it. */
async function takeLock(path: string): Promise<boolean> {
  try {
    const lock = await open(path, 'wx', MODE);
    await lock.close();
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > STALE_LOCK) await rm(path, { force: true });
    return false;
  }
}
