/** Winston's transports: our own, which writes finished lines, and care for those that applications add. */
import { Writable } from 'node:stream';
import type * as winston from 'winston';
import { type Job } from '../log-model';
import { refusal } from './given';
import { LEVEL_RULE, levelNamed } from './options';
import { type Output } from './output';

/** Winston's names for the two properties of a record that every transport reads. */
export const LEVEL = Symbol.for('level');
export const MESSAGE = Symbol.for('message');
const JOB = Symbol('job');
const ONLY_FOR_OTHERS = Symbol('only for transports of the application’s own');

/** What goes through Winston: the finished line, and what a transport needs to know about it. */
export interface Info {
  level: string;
  message: unknown;
  [LEVEL]?: string;
  [MESSAGE]?: unknown;
  [JOB]?: Job | undefined;
  [ONLY_FOR_OTHERS]?: boolean;
  [name: string]: unknown;
}

/**
 * A record as Winston hands it around.
 *
 * @param onlyForOthers whether only transports of the application's own want it
 */
export function infoOf(level: string, line: string, job: Job | undefined, onlyForOthers: boolean): Info {
  return { level, message: '', [LEVEL]: level, [MESSAGE]: line, [JOB]: job, [ONLY_FOR_OTHERS]: onlyForOthers };
}

/** Writes finished lines to outputs. It takes each line at once, so that nothing waits in Winston's own buffers. */
export class OutputTransport extends Writable {
  readonly #outputs: (job: Job | undefined) => Output;
  readonly #text: (line: string) => string;
  readonly #all: readonly Output[];

  /**
   * @param all every output that records go to
   * @param outputOf the one that a job's records go to
   */
  constructor(all: readonly Output[], outputOf: (job: Job | undefined) => Output, text = (line: string) => line) {
    super({ objectMode: true });
    this.#all = all;
    this.#outputs = outputOf;
    this.#text = text;
  }

  /** Winston tells transports by this method. */
  log(info: Info, next: () => void): void {
    this.write(info);
    next();
  }

  override write(info: Info): boolean {
    const line = info[MESSAGE];
    if (typeof line === 'string' && info[ONLY_FOR_OTHERS] !== true) this.#outputs(info[JOB]).write(this.#text(line));
    return true;
  }

  override _final(done: (error?: Error | null) => void): void {
    void Promise.all(this.#all.map((output) => output.flush())).then(() => done());
  }
}

/** Records that wait for an application's own transport; beyond that, it misses some. */
const MAX_WAITING = 1000;

/**
 * Keeps an application's own transport from holding up the others, which Winston's pipe would let it do, and from throwing
 * into the code that logs. Its level may have any of the names that the logger's may.
 */
export function guard(
  transport: winston.transport,
  failed: (error: unknown) => void,
  missed: () => void,
  refused: (problem: string) => void,
): void {
  if (!(typeof transport.write === 'function') || transport instanceof OutputTransport) return;
  const { level } = transport;
  if (level !== undefined) {
    const known = levelNamed(level);
    if (known === undefined) {
      refused(refusal('transport.level', level, LEVEL_RULE.must, "the transport has the logger's level"));
      delete transport.level;
    } else transport.level = known;
  }
  const write = transport.write.bind(transport);
  transport.write = (info: unknown): boolean => {
    if (transport.writableLength >= MAX_WAITING) missed();
    else
      try {
        write(info);
      } catch (error) {
        failed(error);
      }
    return true;
  };
}
