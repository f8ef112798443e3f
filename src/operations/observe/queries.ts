/** What Loki says through the gateway, asked with Grafana's credential. */
import type { StackConfig } from '../../config';
import { LABELS } from '../../log-model';
import { inTurns, known, observe, type Observed } from './observed';
import { type Endpoint, getOk } from './http';
import { labelValues, lineTimes, ruleStates, rulerAlerts, version } from './shapes';
import type { JobLines, QueryState } from './state';

const TIME = 8000;
/** Jobs whose lines are looked for, and how many at once. */
const MOST_JOBS = 50;
const AT_ONCE = 4;
/** Loki refuses a range as long as the retention, by the time that it takes to ask. */
const MARGIN = 600_000;

/** Where nobody can be asked. */
export function nothingKnown(unknown: string): QueryState {
  const nothing = { unknown };
  return { version: nothing, jobs: nothing, labels: nothing, rules: nothing, alerts: nothing };
}

export async function askLoki(endpoint: Endpoint, config: StackConfig): Promise<QueryState> {
  const ask = <T>(path: string, read: (text: string) => T): Promise<Observed<T>> =>
    observe(async (signal) => read((await getOk(endpoint, path, signal)).text), 'Loki, through the gateway', TIME);
  const end = Date.now();
  const start = end - Math.max(3_600_000, config.retention.period.milliseconds - MARGIN);
  const range = `start=${start}000000&end=${end}000000`;
  const jobs = async (): Promise<Observed<readonly JobLines[]>> => {
    const names = await ask(`/loki/api/v1/label/${LABELS.job}/values?${range}`, labelValues);
    if ('unknown' in names) return names;
    return {
      value: await inTurns(names.value.slice(0, MOST_JOBS), AT_ONCE, async (job) => {
        const query = encodeURIComponent(`{${LABELS.job}=${JSON.stringify(job)}}`);
        const time = async (direction: string): Promise<string | undefined> => {
          const path = `/loki/api/v1/query_range?query=${query}&${range}&limit=1&direction=${direction}`;
          const [found] = known(await ask(path, lineTimes)) ?? [];
          return found === undefined ? undefined : new Date(found).toISOString();
        };
        const [oldest, newest] = await Promise.all([time('forward'), time('backward')]);
        return { job, ...(oldest === undefined ? {} : { oldest }), ...(newest === undefined ? {} : { newest }) };
      }),
    };
  };
  const [found, lines, labels, rules, alerts] = await Promise.all([
    ask('/loki/api/v1/status/buildinfo', version),
    jobs(),
    ask(`/loki/api/v1/labels?${range}`, labelValues),
    ask('/prometheus/api/v1/rules', ruleStates),
    ask('/prometheus/api/v1/alerts', (text) => rulerAlerts(text, 'loki')),
  ]);
  return { version: found, jobs: lines, labels, rules, alerts };
}
