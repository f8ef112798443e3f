/** What each `storage.compression` costs: the same lines with each of them, and with the community chart's settings, in turns. */
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../local/shell';
import { ensureTools } from '../tools/build';
import { benchLoki, flush, folderBytes, latencies } from './loki';
import { CHART, type Contender, OURS_COMPRESSED } from './loki-configs';
import { load, type Push, pushes } from './loki-load';
import { quantile } from './quantile';

const ROUNDS = 3;
const LINES = 100_000;
const HALF_AN_HOUR = 1_800_000;

interface Cost {
  /** Of a million lines. */
  readonly megabytes: number;
  /** CPU seconds of a million lines, from the push until the chunks are written. */
  readonly ingest: number;
  readonly count: number;
  readonly filter: number;
  readonly mission: number;
  /** CPU seconds of all queries. */
  readonly queries: number;
}

const ROWS: readonly (readonly [what: string, cost: keyof Cost, format: (value: number) => string])[] = [
  ['chunks on the disk, of a million lines', 'megabytes', (value) => `${value.toFixed(1)} MB`],
  ['CPU time to take a million lines and write their chunks', 'ingest', (value) => `${value.toFixed(1)} s`],
  ['`count_over_time` over 1 h, in storage', 'count', milliseconds],
  ['filter over 1 h, limit 100, in storage', 'filter', milliseconds],
  ['the mission’s ten queries, in storage', 'mission', milliseconds],
  ['CPU time of all these queries, four times each', 'queries', (value) => `${value.toFixed(2)} s`],
];

/** The table. */
export async function compressionTable(log: Log): Promise<string> {
  const { loki } = await ensureTools(['loki'], log);
  const now = Date.now();
  const all = pushes(LINES, now - HALF_AN_HOUR, now);
  const found = new Map<Contender, Cost[]>([...OURS_COMPRESSED, CHART].map((contender) => [contender, []]));
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const [contender, costs] of found) {
      log(`Compression: round ${round} of ${ROUNDS}, ${contender.what}`);
      costs.push(await measure(loki, contender, all));
    }
  const cells = (cost: keyof Cost, format: (value: number) => string): string =>
    [...found.values()]
      .map((costs) =>
        format(
          quantile(
            costs.map((one) => one[cost]),
            0.5,
          ),
        ),
      )
      .join(' | ');
  return [
    '',
    `| Loki, medians of ${ROUNDS} rounds | ${[...found.keys()].map(({ what }) => what).join(' | ')} |`,
    `|---|${[...found].map(() => '---|').join('')}`,
    ...ROWS.map(([what, cost, format]) => `| ${what} | ${cells(cost, format)} |`),
    '',
  ].join('\n');
}

function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
}

async function measure(program: string, contender: Contender, all: readonly Push[]): Promise<Cost> {
  const loki = await benchLoki(program, contender);
  try {
    await loki.start();
    // Its ring takes pushes a moment after it is ready.
    await sleep(3000);
    const started = loki.cpuSeconds();
    await load(loki.port, all);
    await flush(loki.port);
    const written = loki.cpuSeconds();
    await sleep(1000);
    const before = loki.cpuSeconds();
    const { count, filter, mission } = await latencies(loki.port);
    return {
      megabytes: folderBytes(path.join(loki.data, 'chunks'), /^(?!index)/) / LINES,
      ingest: ((written - started) / LINES) * 1e6,
      ...{ count, filter, mission },
      queries: loki.cpuSeconds() - before,
    };
  } finally {
    await loki.end();
  }
}
