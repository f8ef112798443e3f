/** Keeps the books of a test: who writes, what happens meanwhile, and in the end what of it Loki has. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../local/kubernetes';
import type { LokiClient } from '../../local/loki-client';
import { eventually, lastWithin } from '../../programs/wait';
import { log } from '../e2e/cluster';
import { lastLinesMissing, settle, type Settlement, type Window } from './ledger';
import { table } from './report';
import { APP, LINES_PER_SECOND, SOURCES, startWriters, stopWriters, writtenRuns } from './writers';

/** What may be there twice although every program ended in peace: a batch or two whose answers were lost. */
export const SENT_AGAIN = 5 * LINES_PER_SECOND;

/** The sources at full rate; their clocks are right. */
const FAST = SOURCES.filter(({ ahead }) => ahead === undefined).map(({ name }) => name);

/** Of the window before any disturbance. */
export const CALM = 'nothing';

export interface BooksProps {
  readonly target: Target;
  readonly loki: LokiClient;
  /** How long the agent may take to catch up with everything. */
  readonly catchUpSeconds: number;
}

export class Books {
  readonly windows: Window[] = [];
  // The oldest clock is two hours behind; such a line keeps the time at which it was written.
  private readonly began = new Date(Date.now() - 60 * 60_000);

  constructor(private readonly props: BooksProps) {}

  /** Starts the load, and watches it for some seconds while nothing happens. */
  async open(): Promise<void> {
    log(`starting pods that write ${LINES_PER_SECOND} lines/s`);
    await startWriters(this.props.target);
    await this.during(CALM, () => sleep(10_000));
  }

  /** Does it, and waits until the agent has caught up; the lines of that time are its own. */
  async during(name: string, disturb: () => Promise<unknown>, lead = 0): Promise<void> {
    const { catchUpSeconds } = this.props;
    const from = new Date();
    await sleep(lead * 1000);
    log(name);
    await disturb();
    await sleep(3000);
    await eventually(
      () => this.sourcesCaughtUp(),
      (count) => count === FAST.length,
      catchUpSeconds,
      (count) => `${name}: the agent has caught up with ${count} of ${FAST.length} sources`,
    );
    this.windows.push({ name, from, to: new Date() });
  }

  /** Ends the load, and counts when Loki has the last line of every writer. */
  async close(): Promise<Settlement & { readonly report: string }> {
    const { target, loki, catchUpSeconds } = this.props;
    await stopWriters(target);
    const runs = await writtenRuns(target);
    log('waiting for the last line of every writer');
    const missing = await lastWithin(
      () => lastLinesMissing(loki, runs, this.began),
      (left) => left.length === 0,
      catchUpSeconds,
    );
    if (missing.length > 0) log(`still missing: ${missing.join(', ')}`);
    log('reading all of it');
    const settlement = await settle(loki, runs, this.windows, this.began);
    const report = table(settlement);
    log(`what was written and what Loki has of it\n\n${report}`);
    return { ...settlement, report };
  }

  /** Of how many of the fast sources Loki has lines of these seconds. */
  private async sourcesCaughtUp(): Promise<number> {
    const recent = await Promise.all(
      FAST.map((source) => this.props.loki.count(`{app="${APP}"} |= "s=${source} "`, '5s')),
    );
    return recent.filter((lines) => lines > 0).length;
  }
}
