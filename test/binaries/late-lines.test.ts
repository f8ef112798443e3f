/** Lines that an outage has held back: the real Loki with the rendered config takes them beside newer ones, and shows them. */
import {
  entriesOf,
  type Entry,
  nanoseconds,
  pushBody,
  queryRequest,
  type RunningLoki,
  startLoki,
} from '../../programs/loki';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { stack } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const TENANT = { 'X-Scope-OrgID': 'spywatcher' };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AGES = [0, 10 * MINUTE, 39 * MINUTE, 41 * MINUTE, 2 * HOUR, 4 * HOUR, 30 * HOUR, 6 * 24 * HOUR];
const labels = { job: 'backend', level: 'error' };

describe('given lines that are minutes to days older than the newest of their stream', () => {
  let loki: RunningLoki;
  beforeAll(async () => {
    loki = await startLoki((await programs('loki')).loki, stack('dev'));
    const now = nanoseconds();
    // The newest first, and each push ends with a newer stream: whose refusal alone Loki would tell.
    for (const age of AGES) {
      const time = now - BigInt(age) * 1_000_000n;
      const { status } = await send({
        port: loki.port,
        path: '/loki/api/v1/push',
        headers: TENANT,
        body: pushBody({ labels, line: `age=${age}`, time }, { labels: { job: 'other' }, line: `after ${age}` }),
      });
      expect(status).toBe(204);
    }
  }, BUILD_TIMEOUT);
  afterAll(() => loki.stop());

  const get = async (path: string) => send({ port: loki.port, path, headers: TENANT });
  async function query(logql: string): Promise<readonly Entry[]> {
    const range = { from: Date.now() - 7 * 24 * HOUR, to: Date.now() + HOUR };
    const { path, headers } = queryRequest(logql, range);
    return entriesOf(await send({ port: loki.port, path, headers: { ...headers, ...TENANT } }));
  }
  async function vector(logql: string): Promise<unknown> {
    const { text } = await get(`/loki/api/v1/query?${new URLSearchParams({ query: logql }).toString()}`);
    return (JSON.parse(text) as { readonly data: { readonly result: unknown } }).data.result;
  }

  test('Loki takes every one, and has refused none in silence', async () => {
    const { text } = await get('/metrics');
    expect(text.split('\n').filter((line) => line.startsWith('loki_discarded_samples_total{'))).toEqual([]);
  });

  test('a query finds every one at once, before anything is flushed', async () => {
    const found = await query('{job="backend", level="error"}');
    expect(found.map(({ line }) => Number(line.slice('age='.length))).sort((a, b) => a - b)).toEqual(AGES);
  });

  test('a sum by the labels of the architecture is that of one stream', async () => {
    const result = [{ metric: { job: 'backend' }, value: [expect.any(Number), String(AGES.length)] }];
    expect(await vector('sum by (job) (count_over_time({job="backend", level="error"} [7d]))')).toEqual(result);
  });

  test('streams of the present have no label more, and those of the past one, that is Loki’s own', async () => {
    const labelsOf = (entries: readonly Entry[]): readonly string[] =>
      [...new Set(entries.flatMap((entry) => Object.keys(entry.labels)))].sort();
    expect(labelsOf(await query('{job="backend"} |= "age=600000"'))).toEqual(['job', 'level']);
    expect(labelsOf(await query('{job="backend"} |= "age=14400000"'))).toEqual(['__time_shard__', 'job', 'level']);
  });

  test('after a flush they are the same', async () => {
    expect((await send({ port: loki.port, path: '/flush', method: 'POST', headers: TENANT })).status).toBe(204);
    const found = await query('{job="backend", level="error"}');
    expect(found).toHaveLength(AGES.length);
  });
});
