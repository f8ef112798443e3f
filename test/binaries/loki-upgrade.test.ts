/** From the Loki of the release line before to the pinned one, on the same volume and with the same config. */
import { randomBytes } from 'node:crypto';
import {
  entriesOf,
  type Line,
  nanoseconds,
  pushBody,
  queryRequest,
  type RunningLoki,
  startLoki,
  writeLokiFiles,
} from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, run, say, temporaryFolder, until } from '../../programs/program';
import { stack } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const TENANT = 'spywatcher';
const HEADERS = { 'X-Scope-OrgID': TENANT };
const DAY = 86_400_000;
const dev = stack('dev');
/** Of random texts, which cannot be made smaller: 18 MB in the write-ahead log, as much as a burst may have. */
const BULK = { streams: 6, lines: 1_000, bytes: 3_000 };

let tools: Readonly<Record<'loki' | 'loki-previous', string>>;
beforeAll(async () => {
  tools = await programs('loki', 'loki-previous');
}, BUILD_TIMEOUT);

let folder: string;
beforeEach(() => (folder = temporaryFolder('upgrade')));
afterEach(() => removeFolder(folder));

/** One of each kind that Loki stores in a way of its own. */
const kinds: readonly Line[] = [
  { labels: { job: 'backend' }, line: JSON.stringify({ message: 'a record', userId: 'ada' }) },
  { labels: { job: 'postgres' }, line: 'ERROR: several\n\tlines' },
  { labels: { job: 'backend' }, line: 'with metadata', metadata: { pod: 'backend-0', requestId: 'r-1' } },
  { labels: { job: 'backfill' }, line: 'of three days ago', time: nanoseconds() - BigInt(3 * DAY) * 1_000_000n },
];

async function push({ port }: RunningLoki, body: object): Promise<void> {
  expect(await send({ port, path: '/loki/api/v1/push', headers: HEADERS, body })).toMatchObject({ status: 204 });
}

function bulk(stream: number): object {
  const values = Array.from({ length: BULK.lines }, () => [
    String(nanoseconds()),
    randomBytes((BULK.bytes * 3) / 4).toString('base64'),
  ]);
  return { streams: [{ stream: { job: 'bulk', part: String(stream) }, values }] };
}

/** Everything but the bulk, in an order that does not depend on streams. */
async function found({ port }: RunningLoki): Promise<readonly object[]> {
  const { path, headers } = queryRequest('{job=~"back.*|postgres"}', {
    from: Date.now() - 5 * DAY,
    to: Date.now() + DAY / 24,
  });
  return entriesOf(await send({ port, path, headers: { ...headers, ...HEADERS } })).toSorted((a, b) =>
    a.line < b.line ? -1 : 1,
  );
}

/** How many lines of the bulk there are. */
async function bulkLines({ port }: RunningLoki): Promise<number> {
  const query = new URLSearchParams({
    query: 'sum(count_over_time({job="bulk"}[1h]))',
    time: String(Date.now() / 1000),
  });
  const { text } = await send({ port, path: `/loki/api/v1/query?${query.toString()}`, headers: HEADERS });
  const { data } = JSON.parse(text) as { data: { result: readonly { value: readonly [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

const version = async ({ port }: RunningLoki): Promise<string> => {
  const { text } = await send({ port, path: '/loki/api/v1/status/buildinfo' });
  return (JSON.parse(text) as { readonly version: string }).version;
};

test('the Loki before accepts the stack’s config as well, so that an upgrade is a change of the image alone', async () => {
  const args = writeLokiFiles(dev, folder);
  const { code, stderr } = await run([tools['loki-previous'], ...args, '-verify-config']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('config is valid') as string });
});

test.each([
  ['ended as a roll-out ends it', 'SIGTERM'],
  ['killed with all of it in its write-ahead log', 'SIGKILL'],
] as const)(
  'given lines of the Loki before, %s, the pinned one has them all',
  async (_, signal) => {
    const before = await startLoki(tools['loki-previous'], dev, { folder });
    expect(await version(before)).toBe('3.6.15');
    await push(before, pushBody(...kinds));
    for (let stream = 0; stream < BULK.streams; stream += 1) await push(before, bulk(stream));
    await before.stop(signal);

    const after = await startLoki(tools.loki, dev, { folder });
    try {
      expect(await version(after)).toBe('3.7.8');
      say(`the next Loki was ready after ${after.startedIn} ms`);
      // What is some days old is not looked for in memory.
      await send({ port: after.port, path: '/flush', method: 'POST' });
      await until('the lines of before', async () => {
        const lines = await found(after);
        return lines.length === kinds.length ? undefined : `${lines.length} of ${kinds.length}`;
      });
      expect(await found(after)).toMatchObject(
        kinds
          .map(({ labels, line, metadata = {} }) => ({ labels, line, structuredMetadata: metadata }))
          .toSorted((a, b) => (a.line < b.line ? -1 : 1)),
      );
      expect(await bulkLines(after)).toBe(BULK.streams * BULK.lines);
    } finally {
      await after.stop();
    }
  },
  120_000,
);
