/** Waiting, in one place: for something to be there, or for an answer to be as expected. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** What to wait for, and how. */
export interface WaitOptions {
  /** Named in the progress and in the error. */
  readonly what: string;
  /** Tells what is still missing, or `undefined` when it is there. */
  readonly missing: () => Promise<string | undefined> | string | undefined;
  /** Seconds until it is given up. */
  readonly timeout: number;
  /** Told what is waited for, every few seconds. */
  readonly log: (line: string) => void;
  /** Milliseconds between two looks. @default 250 */
  readonly interval?: number;
  /** Why it is no use to wait on, or `undefined`. @default - it always is */
  readonly hopeless?: () => string | undefined;
  /** What else the error says. @default - nothing */
  readonly lastWords?: () => string;
}

const QUIET_MS = 5_000;

/**
 * Waits until nothing is missing; says every few seconds what it waits for.
 *
 * @returns how many seconds it took
 * @throws Error with what is still missing when the time is over, or as soon as it is hopeless.
 */
export async function waitFor(options: WaitOptions): Promise<number> {
  const { what, missing, timeout, log, interval = 250, hopeless, lastWords } = options;
  const started = Date.now();
  for (let said = started; ;) {
    const left = await missing();
    const elapsed = (Date.now() - started) / 1000;
    if (left === undefined) return elapsed;
    const why = hopeless?.() ?? (elapsed > timeout ? `not ready after ${timeout} s` : undefined);
    if (why !== undefined)
      throw new Error(`${what}: ${why}: ${left}${lastWords === undefined ? '' : `\n${lastWords()}`}`);
    if (Date.now() - said > QUIET_MS) {
      said = Date.now();
      log(`  waiting for ${what}, ${Math.round(elapsed)} s: ${left}`);
    }
    await sleep(interval);
  }
}

/** {@link waitFor}, for a person who watches: it also tells when it is there. */
export async function waitAloud(options: WaitOptions): Promise<void> {
  const seconds = await waitFor(options);
  options.log(`${options.what}: ready after ${seconds.toFixed(1)} s`);
}

/**
 * Asks until the answer is what is expected. What cannot be asked yet is asked again as well: a gateway may be a moment behind
 * its own readiness.
 *
 * @param say - names what is wrong with the last answer. @default - the answer itself
 * @throws what the last try has thrown, or what its answer was, when the time is over.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  seconds: number,
  say: (answer: T) => string = (answer) => `the last answer is ${inspect(answer)}`,
): Promise<T> {
  const answer = await lastWithin(ask, accept, seconds);
  if (!accept(answer)) throw new Error(`not as expected after ${seconds} s: ${say(answer)}`);
  return answer;
}

/**
 * Asks like {@link eventually}, and returns the last answer whatever it is: where a shortfall is counted and told, not just an error.
 *
 * @throws what the last try has thrown, if the time is over then.
 */
export async function lastWithin<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  seconds: number,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const isLast = Date.now() > deadline;
    try {
      const answer = await ask();
      if (accept(answer) || isLast) return answer;
    } catch (error) {
      if (isLast) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
