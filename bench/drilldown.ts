/** What `grafana.drilldown` costs Loki: the same lines with it and without, in turns. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTools } from '../tools/build';
import { send } from '../programs/request';
import type { Log } from '../local/shell';
import { benchLoki } from './loki';
import { type Contender, OURS, OURS_DRILLDOWN } from './loki-configs';
import { load, type Push, pushes, TENANT } from './loki-load';
import { quantile } from './quantile';

const ROUNDS = 3;
const LINES = 200_000;
const HALF_AN_HOUR = 1_800_000;
/** The pattern ingester takes what it was given within a second. */
const SETTLED = 5000;

interface Cost {
  readonly idle: number;
  readonly loaded: number;
  readonly cpu: number;
  readonly patterns: number;
}

/** The table. */
export async function drilldownTable(log: Log): Promise<string> {
  const { loki } = await ensureTools(['loki'], log);
  const now = Date.now();
  const all = pushes(LINES, now - HALF_AN_HOUR, now);
  const contenders = [{ ...OURS, what: 'without' }, OURS_DRILLDOWN];
  const found = new Map<Contender, Cost[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const [contender, costs] of found) {
      log(`Logs Drilldown: round ${round} of ${ROUNDS}, ${contender.what}`);
      costs.push(await measure(loki, contender, all));
    }
  const row = (what: string, cost: keyof Cost, unit: string): string => {
    const cells = [...found.values()].map((costs) =>
      quantile(
        costs.map((one) => one[cost]),
        0.5,
      ).toFixed(cost === 'cpu' ? 1 : 0),
    );
    return `| ${what} | ${cells.map((cell) => `${cell}${unit}`).join(' | ')} |`;
  };
  return [
    '',
    `| Loki, medians of ${ROUNDS} rounds of ${LINES.toLocaleString('en')} lines | ${contenders.map(({ what }) => what).join(' | ')} |`,
    '|---|---|---|',
    row('resident memory, idle', 'idle', ' MB'),
    row('the same, most until all patterns are found', 'loaded', ' MB'),
    row('CPU time until then, of both cores', 'cpu', ' s'),
    row('patterns that it answers', 'patterns', ''),
    '',
  ].join('\n');
}

async function measure(program: string, contender: Contender, all: readonly Push[]): Promise<Cost> {
  const loki = await benchLoki(program, contender);
  try {
    await loki.start();
    await sleep(3000);
    const idle = loki.residentMegabytes();
    const before = loki.cpuSeconds();
    let loaded = 0;
    const watch = setInterval(() => (loaded = Math.max(loaded, loki.residentMegabytes())), 100);
    await load(loki.port, all);
    await sleep(SETTLED);
    clearInterval(watch);
    return { idle, loaded, cpu: loki.cpuSeconds() - before, patterns: await patterns(loki.port) };
  } finally {
    await loki.end();
  }
}

/** None where Loki finds none: it answers with an error then. */
async function patterns(port: number): Promise<number> {
  const path = `/loki/api/v1/patterns?query=${encodeURIComponent('{job=~".+"}')}&since=1h`;
  const { status, text } = await send({ port, path, headers: { 'X-Scope-OrgID': TENANT } });
  return status === 200 ? (JSON.parse(text) as { readonly data: readonly unknown[] }).data.length : 0;
}
