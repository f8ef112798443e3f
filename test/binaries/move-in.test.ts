/**
 * Given a Loki as the community's chart makes it, with lines of several days, and a writer that goes on; when its values are imported and the
 * stack's Loki takes its place on the same bucket or volume, then every line is there, and every query of before has the same answer.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import {
  entriesOf,
  type Line,
  nanoseconds,
  pushBody,
  queryRequest,
  type RunningLoki,
  startLoki,
} from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { send } from '../../programs/request';
import { stackObjects } from '../../charts/objects';
import { parseStackEntries } from '../../src/config';
import { importStack } from '../../src/operations/import/import';
import { type ChartLoki, type ChartStore, chartValues, startChartLoki } from '../support/chart-loki';
import { KEY, type S3Server, startS3 } from '../support/s3';

const BUCKET = 'chunks';
const HOUR = 3_600_000;
const now = Date.now();
const AGES = [100, 50, 26, 5, 1];
const LINES = 50;
const TENANT = { 'X-Scope-OrgID': 'fake' };

/** Queries whose answers are about the past alone. */
const END = now - HOUR / 2;
const METRIC_QUERIES = [
  'sum by (job) (count_over_time({job=~".+"}[5d]))',
  'sum by (level) (count_over_time({job="backend"} | json | level="error" [5d]))',
  'topk(3, sum by (status) (count_over_time({job="nginx"} | json | status >= 400 [5d])))',
];
const LOG_QUERIES = ['{job=~"backend|nginx"}', '{job="backend"} |= "number 7"', '{job="nginx"} | json | status=404'];

let s3: S3Server;
let loki: string;

beforeAll(async () => {
  ({ loki } = await programs('loki', 'versitygw'));
  s3 = await startS3(BUCKET);
}, BUILD_TIMEOUT);
afterAll(() => s3.stop());

async function answers(port: number): Promise<readonly string[]> {
  const told: string[] = [];
  for (const query of METRIC_QUERIES) {
    const path = `/loki/api/v1/query?${new URLSearchParams({ query, time: String(END * 1e6) }).toString()}`;
    const { data } = JSON.parse((await send({ port, path, headers: TENANT })).text) as {
      readonly data: { readonly result: readonly { readonly metric: object; readonly value: readonly unknown[] }[] };
    };
    told.push(...data.result.map(({ metric, value }) => `${query} ${JSON.stringify([metric, value[1]])}`));
  }
  for (const query of LOG_QUERIES) {
    const { path, headers } = queryRequest(query, { from: now - 120 * HOUR, to: END });
    const entries = entriesOf(await send({ port, path, headers: { ...headers, ...TENANT } }));
    told.push(...entries.map(({ time, line }) => `${query} ${time} ${line}`));
  }
  return told.toSorted();
}

/** Lines of the past, flushed. */
async function writePast(port: number): Promise<void> {
  for (const hours of AGES) {
    const lines = Array.from({ length: LINES }, (_, index) => ({
      // One stream for each age, or the older lines would be too far behind.
      labels: { job: index % 2 === 0 ? 'backend' : 'nginx', age: String(hours) },
      line: JSON.stringify(
        index % 2 === 0
          ? { level: index % 10 === 0 ? 'error' : 'info', message: `number ${index}`, hours }
          : { status: index % 5 === 0 ? 404 : 200, path: `/${index}`, hours },
      ),
      time: BigInt(now - hours * HOUR + index) * 1_000_000n,
    }));
    expect((await send({ port, path: '/loki/api/v1/push', body: pushBody(...lines) })).status).toBe(204);
  }
}

/** Writes as an agent does: what is not taken is sent again until it is. */
class Writer {
  private number = 0;
  private running = true;
  private readonly done: Promise<void>;
  /** Milliseconds for which nothing was taken, the longest time. */
  longestPause = 0;

  constructor(private port: number) {
    this.done = this.write();
  }

  get written(): number {
    return this.number;
  }

  moveTo(port: number): void {
    this.port = port;
  }

  async end(): Promise<void> {
    this.running = false;
    await this.done;
  }

  private async write(): Promise<void> {
    while (this.running) {
      this.number += 1;
      const entry = { labels: { job: 'live' }, line: `n=${this.number}`, time: nanoseconds() };
      const began = Date.now();
      while (!(await this.push(entry))) await sleep(100);
      this.longestPause = Math.max(this.longestPause, Date.now() - began);
      await sleep(10);
    }
  }

  private push(entry: Line): Promise<boolean> {
    return send({ port: this.port, path: '/loki/api/v1/push', headers: TENANT, body: pushBody(entry) }).then(
      ({ status }) => status === 204,
      () => false,
    );
  }
}

async function liveNumbers(port: number): Promise<readonly number[]> {
  const found: number[] = [];
  const { path, headers } = queryRequest('{job="live"}', { from: now - HOUR, to: Date.now() + HOUR });
  for (const { line } of entriesOf(await send({ port, path, headers: { ...headers, ...TENANT } })))
    found.push(Number(line.slice(2)));
  return found.toSorted((a, b) => a - b);
}

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
    await writePast(chart.port);
    // By default, lines of three hours ago are looked for in storage alone.
    expect((await send({ port: chart.port, path: '/flush', method: 'POST' })).status).toBe(204);
    const live = new Writer(chart.port);
    writer = live;
    await until('the chart’s Loki to answer', async () =>
      (await answers(chart.port)).length > AGES.length * LINES ? undefined : 'few lines',
    );
    const before = await answers(chart.port);

    const bytes = Buffer.from(stringify(chartValues(store())));
    const { stackFile, problems, report } = importStack([{ file: 'values.yaml', bytes }]);
    expect(problems).toEqual([]);
    for (const text of [stackFile, report]) expect(text).not.toContain(KEY.secret);
    const written = Object.entries((parse(stackFile) as { readonly config: object }).config);
    const config = parseStackEntries('Pulumi.moved.yaml', written, folder);

    say('stopping the chart’s Loki, and starting that of the stack');
    await chart.stop();
    const rendered = { name: 'moved', config, objects: stackObjects(config) };
    const now = await startLoki(loki, rendered, { folder: join(folder, 'new'), env: s3.env });
    stack = now;
    live.moveTo(now.port);
    expect(await answers(now.port)).toEqual(before);
    await sleep(2000);
    await live.end();
    say(`${live.written} lines were written meanwhile; none was taken for ${live.longestPause} ms`);
    await until('every line', async () => {
      const numbers = await liveNumbers(now.port);
      return numbers.length >= live.written ? undefined : `${numbers.length} of ${live.written}`;
    });
    expect(await liveNumbers(now.port)).toEqual(Array.from({ length: live.written }, (_, index) => index + 1));
  });
});
