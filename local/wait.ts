import { setTimeout as sleep } from 'node:timers/promises';
import { Log } from './shell';

/** What to wait for, and how. */
export interface WaitOptions {
  /** Named in the progress and in the error. */
  readonly what: string;
  /** Tells what is still missing, or `undefined` when it is there. */
  readonly missing: () => Promise<string | undefined>;
  /** Seconds until it is given up. */
  readonly timeout: number;
  readonly log: Log;
  /** Milliseconds between two looks. @default 250 */
  readonly interval?: number;
}

const QUIET_MS = 5_000;

/** Waits until nothing is missing; says every few seconds what it waits for. */
export async function waitFor(options: WaitOptions): Promise<void> {
  const { what, missing, timeout, log, interval = 250 } = options;
  const started = Date.now();
  let said = started;
  for (;;) {
    const left = await missing();
    const elapsed = Date.now() - started;
    if (left === undefined) {
      log(`${what}: ready after ${(elapsed / 1000).toFixed(1)} s`);
      return;
    }
    if (elapsed > timeout * 1000) {
      throw new Error(`${what}: not ready after ${timeout} s: ${left}`);
    }
    if (Date.now() - said > QUIET_MS) {
      said = Date.now();
      log(`  waiting for ${what}, ${Math.round(elapsed / 1000)} s: ${left}`);
    }
    await sleep(interval);
  }
}
