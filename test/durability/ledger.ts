/** What was written against what Loki has of it: what is lost, and what it has twice, each by itself. */
import type { LogEntry, LokiClient } from '../../local/loki-client';
import { APP, parseLine, podName, type Run, runName, SOURCES } from './writers';

/** One disturbance and the time in which lines belong to it. */
export interface Window {
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
}

export interface Account {
  readonly name: string;
  readonly seconds: number;
  readonly written: number;
  /** In the node's files, and not in Loki. */
  readonly lost: number;
  /** Copies beside the first, as a count over this range has them: Loki merges those that it happens to read together. */
  readonly twice: number;
}

/** All of the books. */
export interface Settlement {
  readonly byWindow: readonly Account[];
  readonly bySource: readonly Account[];
  /** Lines that the runtime had not written to the node's files when it was killed. */
  readonly byRuntime: number;
}

const SELECTOR = `{app="${APP}"}`;

/** The runs whose last line Loki does not have yet. */
export async function lastLinesMissing(
  loki: LokiClient,
  runs: readonly Run[],
  since: Date,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { source, started, last } of runs) {
    const found = await loki.query(`${SELECTOR} |= "s=${source} r=${started} n=${last}\\""`, since, later());
    if (found.length === 0) missing.push(`${source} n=${last}`);
  }
  return missing;
}

/** Counts windows and sources. Takes a while: every line is read. */
export async function settle(
  loki: LokiClient,
  runs: readonly Run[],
  windows: readonly Window[],
  since: Date,
): Promise<Settlement> {
  // When each number was written, in milliseconds; 0 for one that Loki does not have.
  const times = new Map(runs.map((run) => [runName(run), new Float64Array(run.last + 1)]));
  for await (const page of loki.pages(SELECTOR, since, later())) page.forEach((entry) => note(entry, times));
  const lost = runs.flatMap((run) => missingOf(run, times.get(runName(run)) ?? new Float64Array()));
  const onNode = lost.filter(({ isOnNode }) => isOnNode);
  const total = await loki.countBy('pod', SELECTOR, since, later());
  const byWindow: Account[] = [];
  for (const window of windows) byWindow.push(await accountOf(window));
  return {
    byWindow,
    bySource: SOURCES.map(({ name }) => {
      const own = runs.filter(({ source }) => source === name);
      const distinct = own.reduce((sum, run) => sum + present(times.get(runName(run))), 0);
      return {
        name,
        seconds: (Date.now() - since.getTime()) / 1000,
        written: own.reduce((sum, { last }) => sum + last, 0),
        lost: onNode.filter(({ source }) => source === name).length,
        twice: (total.get(podName(name)) ?? 0) - distinct,
      };
    }),
    byRuntime: lost.length - onNode.length,
  };

  /** Of the sources without a clock of their own: only their lines' times say when they were written. */
  async function accountOf({ name, from, to }: Window): Promise<Account> {
    const isInside = (time: number): boolean => time >= from.getTime() && time < to.getTime();
    const plain = SOURCES.filter(({ ahead }) => ahead === undefined).map((source) => source.name);
    const distinct = runs
      .filter(({ source }) => plain.includes(source))
      .reduce(
        (sum, run) => sum + (times.get(runName(run))?.filter((time) => time > 0 && isInside(time)).length ?? 0),
        0,
      );
    const counted = await loki.countBy('pod', SELECTOR, from, to);
    const copies = plain.reduce((sum, source) => sum + (counted.get(podName(source)) ?? 0), 0);
    const missing = onNode.filter(({ source, around }) => plain.includes(source) && isInside(around)).length;
    return {
      name,
      seconds: (to.getTime() - from.getTime()) / 1000,
      written: distinct + missing,
      lost: missing,
      twice: Math.max(0, copies - distinct),
    };
  }
}

interface Lost {
  readonly source: string;
  readonly isOnNode: boolean;
  /** The time of the last number before it that is there. */
  readonly around: number;
}

function missingOf({ source, last, isOnNode }: Run, times: Float64Array): readonly Lost[] {
  const lost: Lost[] = [];
  let around = 0;
  for (let number = 1; number <= last; number += 1) {
    const time = times[number] ?? 0;
    if (time > 0) around = time;
    else lost.push({ source, around, isOnNode: isOnNode(number) });
  }
  return lost;
}

function note({ line, timestamp }: LogEntry, times: ReadonlyMap<string, Float64Array>): void {
  const parsed = parseLine(line);
  const own = parsed === undefined ? undefined : times.get(parsed.run);
  if (parsed !== undefined && own !== undefined) own[parsed.number] = Number(timestamp / 1_000_000n);
}

const present = (times: Float64Array | undefined): number => times?.filter((time) => time > 0).length ?? 0;

/** Clocks are ahead, too. */
const later = (): Date => new Date(Date.now() + 600_000);
