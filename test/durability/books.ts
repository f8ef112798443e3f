/** Keeps the books of a test: who writes, what happens meanwhile, and in the end what of it Loki has. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../local/kubernetes';
import type { LokiClient } from '../../local/loki-client';
import { eventually, lastWithin } from '../../programs/wait';
import { log } from '../e2e/cluster';
import { lastLinesMissing, settle, type Settlement, type Window } from './ledger';
import { table } from './report';
import { APP, LINES_PER_SECOND, type Run, SOURCES, startWriters, stopWriters, writtenRuns } from './writers';

/** The sources at full rate; their clocks are right. */
const FAST = SOURCES.filter(({ ahead }) => ahead === undefined).map(({ name }) => name);

/** Of the window before any disturbance. */
export const CALM = 'nothing';

export interface BooksProps {
  readonly target: Target;
  /** Who reads what an agent has sent, by agent: each agent has a tenant of its own. */
  readonly readers: Readonly<Record<string, LokiClient>>;
  /** How long an agent may take to catch up with everything. */
  readonly catchUpSeconds: number;
}

/** What was written against what Loki has of one agent. */
export interface AgentAccount extends Settlement {
  /** The tables of docs/durability.md. */
  readonly report: string;
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

  /** Does it, and waits until the agents have caught up; the lines of that time are its own. */
  async during(name: string, disturb: () => Promise<unknown>, lead = 0): Promise<void> {
    const { catchUpSeconds } = this.props;
    const from = new Date();
    await sleep(lead * 1000);
    log(name);
    await disturb();
    await sleep(3000);
    await eventually(
      () => this.behind(),
      (behind) => behind.length === 0,
      catchUpSeconds,
      (behind) => `${name}: not caught up: ${behind.join(', ')}`,
    );
    this.windows.push({ name, from, to: new Date() });
  }

  /**
   * Ends the load, and counts when Loki has the last line of every writer.
   *
   * @returns what became of it, by agent.
   */
  async close(): Promise<(agent: string) => AgentAccount> {
    const { target, readers } = this.props;
    await stopWriters(target);
    const runs = await writtenRuns(target);
    const accounts = new Map<string, AgentAccount>();
    for (const [agent, loki] of Object.entries(readers)) accounts.set(agent, await this.account(agent, loki, runs));
    return (agent) => {
      const account = accounts.get(agent);
      if (account === undefined) throw new Error(`nobody reads what ${agent} has sent`);
      return account;
    };
  }

  private async account(agent: string, loki: LokiClient, runs: readonly Run[]): Promise<AgentAccount> {
    log(`${agent}: waiting for the last line of every writer`);
    const missing = await lastWithin(
      () => lastLinesMissing(loki, runs, this.began),
      (left) => left.length === 0,
      this.props.catchUpSeconds,
    );
    if (missing.length > 0) log(`still missing: ${missing.join(', ')}`);
    log(`${agent}: reading all of it`);
    const settlement = await settle(loki, runs, this.windows, this.began);
    const report = table(settlement);
    log(`${agent}: what was written and what Loki has of it\n\n${report}`);
    return { ...settlement, report };
  }

  /** The fast sources of which Loki has no lines of these seconds, by agent. */
  private async behind(): Promise<readonly string[]> {
    const all = Object.entries(this.props.readers).flatMap(([agent, loki]) =>
      FAST.map((source) => ({ agent, loki, source })),
    );
    const recent = await Promise.all(
      all.map(({ loki, source }) => loki.count(`{app="${APP}"} |= "s=${source} "`, '5s')),
    );
    return all.filter((_, index) => recent[index] === 0).map(({ agent, source }) => `${agent} with ${source}`);
  }
}
