/** The stack's own status, for `make up` and `make status`. */
import type { StackConfig } from '../src/config';
import { stackObjects } from '../charts/objects';
import { collect } from '../src/operations/observe/collect';
import { type Status, statusOf } from '../src/operations/status/status';
import type { Target } from './kubernetes';
import type { Log } from './shell';

/** Seconds until a stack that has just come up is as it should be. */
const PATIENCE = 60;
/** Seconds between the two samples that rates come from. */
const INTERVAL = 2;

/** One look at the stack. */
export async function stackStatus(target: Target, stack: string, config: StackConfig): Promise<Status> {
  const expected = stackObjects(config);
  const state = await collect(target, config, expected, { interval: INTERVAL, logs: false });
  return statusOf(stack, config, expected, state);
}

/** Looks again until all is as it should be, or the time is over; returns the last look. */
export async function settledStatus(log: Log, look: () => Promise<Status>): Promise<Status> {
  const deadline = Date.now() + PATIENCE * 1000;
  for (;;) {
    const status = await look();
    if (status.verdict === 'ok' || Date.now() > deadline) return status;
    log('  waiting for every part of the status to be as it should be');
  }
}
