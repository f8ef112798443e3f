/**
 * Given a Loki as the community's chart makes it, with lines of several days, and a writer that goes on; when its values are imported and the
 * stack's Loki takes its place on the same bucket or volume, then every line is there, and every query of before has the same answer.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { send } from '../../programs/request';
import { type ChartLoki, type ChartStore, chartValues, startChartLoki } from '../support/chart-loki';
import { liveNumbers, movedStack, Past, Writer } from '../support/moving';
import { KEY, type S3Server, lokiAndS3 } from '../support/s3';

const BUCKET = 'chunks';
let s3: S3Server;
let loki: string;

beforeAll(async () => ({ loki, s3 } = await lokiAndS3(BUCKET)), BUILD_TIMEOUT);
afterAll(() => s3.stop());

describe.each(['a bucket', 'its own volume'])('given %s', (where) => {
  const folder = temporaryFolder('move-in');
  // The new pod has the volume of the old one.
  const volume = join(folder, 'new', 'data');
  const store = (): ChartStore =>
    where === 'a bucket' ? { endpoint: s3.endpoint, bucket: BUCKET, key: KEY } : 'filesystem';
  let old: ChartLoki | undefined;
  let stack: RunningLoki | undefined;
  let writer: Writer | undefined;

  afterAll(async () => {
    await writer?.end();
    await stack?.stop();
    await old?.stop();
    removeFolder(folder);
  });

  test('then no line is missing, and the past is told as before', async () => {
    const chart = await startChartLoki(loki, store(), { folder: join(folder, 'old'), volume });
    old = chart;
    const past = new Past(Date.now());
    await past.write(chart);
    // By default, lines of three hours ago are looked for in storage alone.
    expect((await send({ port: chart.port, path: '/flush', method: 'POST' })).status).toBe(204);
    const live = new Writer(() => chart);
    writer = live;
    await until('the chart’s Loki to answer', async () =>
      (await past.answers(chart)).length > past.lines ? undefined : 'few lines',
    );
    const before = await past.answers(chart);

    say('stopping the chart’s Loki, and starting that of the stack');
    await chart.stop();
    const rendered = movedStack({ 'values.yaml': chartValues(store()) });
    const now = await startLoki(loki, rendered, { folder: join(folder, 'new'), env: s3.env });
    stack = now;
    await live.moveTo(() => now);
    expect(await past.answers(now)).toEqual(before);
    await sleep(2000);
    await live.end();
    say(`${live.written} lines were written meanwhile; none was taken for ${live.longestPause} ms`);
    await until('every line', async () => {
      const numbers = await liveNumbers(now, live);
      return numbers.length >= live.written ? undefined : `${numbers.length} of ${live.written}`;
    });
    expect(await liveNumbers(now, live)).toEqual(Array.from({ length: live.written }, (_, index) => index + 1));
  });
});
