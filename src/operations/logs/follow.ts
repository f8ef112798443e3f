/** Records as they come: the last seconds again and again, and of them what is new. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Range, Reader } from './reader';
import { Seen } from './reader';
import type { LogRecord } from './record';

/** What comes so much later than its time is not missed: an agent sends a batch each second, and again where that fails. */
const LATE = 15_000_000_000n;
/** A clock that writes may be ahead of this one. */
const AHEAD = 5_000_000_000n;

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Most that could be printed before: what is older than that many stays left out. */
  readonly limit: number;
  readonly print: (record: LogRecord) => void;
  /** Is told why Loki cannot be asked for the moment; what it throws ends it all. */
  readonly failed: (error: unknown) => void | Promise<void>;
  /** Milliseconds between two looks. @default 1000 */
  readonly interval?: number;
}

/** Now, in nanoseconds since 1970. */
export const nanoseconds = (milliseconds = Date.now()): bigint => BigInt(Math.round(milliseconds)) * 1_000_000n;

/**
 * Prints what comes, until it is told to stop.
 *
 * @param shown - what was printed before, oldest first
 * @param asked - the range that it was asked for
 */
export async function follow(
  reader: Reader,
  shown: readonly LogRecord[],
  asked: Range,
  { signal, limit, print, failed, interval = 1000 }: FollowOptions,
): Promise<void> {
  const seen = new Seen();
  seen.fresh(shown);
  const oldest = shown.length < limit ? asked.from : (shown[0]?.timestamp ?? asked.from);
  const goesOn = (): boolean => !signal.aborted;
  for (let looked = asked.to; goesOn();) {
    await sleep(interval, undefined, { signal }).catch(() => undefined);
    const now = nanoseconds();
    const from = looked - LATE > oldest ? looked - LATE : oldest;
    try {
      seen.fresh(await reader.all({ from, to: now + AHEAD }, signal)).forEach(print);
      seen.forget(now - 2n * LATE);
      looked = now;
    } catch (error) {
      if (goesOn()) await failed(error);
    }
  }
}
