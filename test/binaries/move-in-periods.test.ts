/**
 * Given a Loki as the community's chart makes it, with lines of days whose index is of older kinds; when its values are imported and the stack's
 * Loki takes its place, then it finds the lines of every period.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { entries, type Line, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, removeFolder, temporaryFolder } from '../../programs/program';
import { send } from '../../programs/request';
import { type ChartLoki, type ChartPeriod, type ChartStore, chartValues, startChartLoki } from '../support/chart-loki';
import { movedStack } from '../support/moving';
import { KEY, type S3Server, lokiAndS3 } from '../support/s3';

const BUCKET = 'periods';
const DAY = 86_400_000;
const now = Date.now();
const dayOf = (daysAgo: number): string => new Date(now - daysAgo * DAY).toISOString().slice(0, 10);
const noon = (daysAgo: number): number => Date.parse(`${dayOf(daysAgo)}T12:00:00Z`);

/** Every kind that Loki 3.7 reads; a day of each has lines. */
const PERIODS: readonly (ChartPeriod & { readonly written: number })[] = [
  { from: '2024-01-01', store: 'boltdb-shipper', schema: 'v11', written: noon(6) },
  { from: dayOf(5), store: 'boltdb-shipper', schema: 'v12', written: noon(5) },
  { from: dayOf(4), store: 'boltdb-shipper', schema: 'v13', written: noon(4) },
  { from: dayOf(3), store: 'tsdb', schema: 'v11', written: noon(3) },
  { from: dayOf(2), store: 'tsdb', schema: 'v12', written: noon(2) },
  { from: dayOf(0), store: 'tsdb', schema: 'v13', written: now - 1000 },
];
const periods = PERIODS.map(({ from, store, schema }) => ({ from, store, schema }));

const LINES: readonly Line[] = PERIODS.map(({ store, schema, written }) => ({
  labels: { job: 'backend', index: `${store} ${schema}` },
  line: `written into ${store} with ${schema}`,
  time: BigInt(written) * 1_000_000n,
}));
const RANGE = { from: now - 7 * DAY, to: now + DAY / 24 };

let loki: string;
let s3: S3Server;
beforeAll(async () => ({ loki, s3 } = await lokiAndS3(BUCKET)), BUILD_TIMEOUT);
afterAll(() => s3.stop());

describe.each(['a bucket', 'its own volume'])('given %s', (where) => {
  const folder = temporaryFolder('move-in-periods');
  const volume = join(folder, 'new', 'data');
  let old: ChartLoki | undefined;
  let stack: RunningLoki | undefined;

  afterAll(async () => {
    await stack?.stop();
    await old?.stop();
    removeFolder(folder);
  });

  const linesOf = async (port: number): Promise<readonly string[]> =>
    (await entries(port, 'fake', '{job="backend"} |= "written"', RANGE)).map(({ line }) => line).toSorted();

  test('then lines of every period are found', async () => {
    const store: ChartStore = where === 'a bucket' ? { endpoint: s3.endpoint, bucket: BUCKET, key: KEY } : 'filesystem';
    const chart = await startChartLoki(loki, store, { folder: join(folder, 'old'), volume }, periods);
    old = chart;
    for (const line of LINES)
      expect(await send({ port: chart.port, path: '/loki/api/v1/push', body: pushBody(line) })).toMatchObject({
        status: 204,
      });
    await send({ port: chart.port, path: '/flush', method: 'POST' });
    // As it ends, it writes what its index has not yet in the store.
    await chart.stop();
    rmSync(join(volume, 'wal'), { recursive: true });

    const rendered = movedStack({ 'values.yaml': chartValues(store, periods) });
    stack = await startLoki(loki, rendered, { folder: join(folder, 'new'), env: s3.env });
    expect(await linesOf(stack.port)).toEqual(LINES.map(({ line }) => line).toSorted());
  }, 120_000);
});
