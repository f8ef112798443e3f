/**
 * The real Loki deletes what is past its period, and nothing else: lines of many ages in several streams and tenants, asked
 * for and looked for on the disk after compaction. Most of its time is Loki's own: it takes chunk files away once a minute.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesIn, chunkFiles, indexFiles } from '../support/loki-disk';
import { changedFiles, entries, type LokiFiles, lokiFiles, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.now();

/** Hours. So long ago it was noon (UTC), or less than an hour later: far from the edges of an index's day. */
const LONG = 228 + new Date(now).getUTCHours();

const rendered = variant('retention', {
  environment: 'dev',
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
        { name: 'audit', write: ['audit-promtail'], read: ['auditor'] },
        { name: 'games', write: ['games-promtail'], read: ['gamer'] },
      ],
    },
  },
  retention: {
    period: '72h',
    streams: [
      { selector: '{job="security"}', period: `${LONG}h`, priority: 10 },
      { selector: '{level="debug"}', period: '24h' },
    ],
    tenants: {
      audit: { period: '480h' },
      games: { period: '48h', streams: [{ selector: '{level="debug"}', period: '120h' }] },
    },
  },
});

const BACKEND = { job: 'backend', level: 'info' };
const DEBUG = { job: 'backend', level: 'debug' };
const SECURITY = { job: 'security', level: 'info' };
const NIGHT = { ...SECURITY, app: 'night' };
const SECURITY_DEBUG = { job: 'security', level: 'debug' };
/** As Loki labels what OTLP clients send: without a job. */
const OTLP = { service_name: 'bot' };

type Labels = Readonly<Record<string, string>>;

/** What the config above promises, in hours. */
const PROMISED: readonly (readonly [what: string, tenant: string, labels: Labels, hours: number])[] = [
  ['the period of all', 'spywatcher', BACKEND, 72],
  ['a shorter one of a stream', 'spywatcher', DEBUG, 24],
  ['a longer one of a stream', 'spywatcher', SECURITY, LONG],
  ['that of the higher priority, where two match', 'spywatcher', SECURITY_DEBUG, LONG],
  ['the period of all, without the agent’s labels', 'spywatcher', OTLP, 72],
  ['a tenant’s own', 'audit', BACKEND, 480],
  ['a tenant’s own, where streams of the others are kept shorter', 'audit', DEBUG, 480],
  ['a tenant’s own, where streams of the others are kept longer', 'games', SECURITY, 48],
  ['a tenant’s own of a stream', 'games', DEBUG, 120],
  ['a tenant’s own, without the agent’s labels', 'games', OTLP, 48],
];

/** Hours, oldest first: a stream takes no line that is much older than its newest. Each is hours from any period. */
const AGES = [500, 260, 200, 100, 60, 36, 12];

interface Sent {
  readonly tenant: string;
  readonly labels: Labels;
  readonly line: string;
  /** Milliseconds since 1970, no two the same: a chunk's file is known by them. */
  readonly time: number;
}

const atAge = (hours: number): readonly Sent[] =>
  PROMISED.map(([, tenant, labels], index) => ({
    tenant,
    labels,
    line: `${hours}h`,
    time: now - hours * HOUR + index,
  }));

/** The end of the day in which {@link LONG} ago is, and one chunk around it, which is a part of two days' indexes. */
const MIDNIGHT = Math.ceil((now - LONG * HOUR) / DAY) * DAY;
const AROUND_MIDNIGHT: readonly Sent[] = [
  ['past its period', now - (LONG + 6) * HOUR],
  ['before midnight', MIDNIGHT - HOUR / 2],
  ['after midnight', MIDNIGHT + HOUR / 2],
].map(([line, time]) => ({ tenant: 'spywatcher', labels: NIGHT, line: String(line), time: Number(time) }));
/** What is pushed together is in chunks of its own. */
const ROUNDS = [...AGES.map(atAge), AROUND_MIDNIGHT];

/** Changed are times that a test cannot wait for, and what keeps Loki from taking and showing lines of the past as if they were new. */
const withCompaction = (every: string, shipper: Readonly<Record<string, string>> = {}): LokiFiles => {
  const files = lokiFiles(rendered);
  return changedFiles(files, {
    limits_config: {
      reject_old_samples: false,
      max_query_lookback: '0s',
      max_query_length: '0s',
      shard_streams: { time_sharding_enabled: false },
    },
    querier: { query_ingesters_within: '0s' },
    compactor: { compaction_interval: every, retention_delete_delay: '1s' },
    storage_config: { tsdb_shipper: { ...(files.config['storage_config']?.['tsdb_shipper'] as object), ...shipper } },
  });
};

const selectorOf = (labels: Labels): string =>
  `{${Object.entries({ app: '', ...labels })
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;

let folder: string;
let loki: RunningLoki;
let sizeBefore: number;
let filesBefore: number;

async function seen(tenant: string, labels: Labels, range = { from: now - 600 * HOUR, to: now + HOUR }) {
  const found = await entries(loki.port, tenant, selectorOf(labels), range);
  return found.map(({ line }) => line).reverse();
}

async function push(sent: readonly Sent[]): Promise<void> {
  const tenants = [...new Set(sent.map(({ tenant }) => tenant))];
  for (const tenant of tenants) {
    const streams = sent
      .filter((line) => line.tenant === tenant)
      .map(({ labels, line, time }) => ({ stream: labels, values: [[`${time}000000`, line]] }));
    const headers = { 'X-Scope-OrgID': tenant };
    const { status, text } = await send({ port: loki.port, path: '/loki/api/v1/push', body: { streams }, headers });
    if (status !== 204) throw new Error(`${tenant}: ${text}`);
  }
}

/** Starts a Loki whose compactor waits, gives it all lines, and stops it: everything is in chunks and index then. */
async function fill(program: string): Promise<void> {
  loki = await startLoki(program, rendered, { folder, files: withCompaction('1h') });
  for (const [round, sent] of ROUNDS.entries()) {
    await push(sent);
    const due = ROUNDS.slice(0, round).flatMap((earlier) => chunksOf(earlier)).length + chunksOf(sent).length;
    await send({ port: loki.port, path: '/flush', method: 'POST' });
    await until(`the chunks of round ${round + 1} of ${ROUNDS.length} on the disk`, () => {
      const { length } = chunkFiles(folder);
      return length === due ? undefined : `${length} of ${due}`;
    });
  }
  await loki.stop();
  // What has been flushed is in the WAL still; its replay would bring back everything.
  for (const part of ['wal', 'tsdb-index', 'tsdb-cache']) rmSync(join(folder, 'data', part), { recursive: true });
}

/** The chunks of one round: one for each stream. */
const chunksOf = (sent: readonly Sent[]): readonly (readonly Sent[])[] => [
  ...Map.groupBy(sent, ({ tenant, labels }) => tenant + selectorOf(labels)).values(),
];

/** Kept until its newest line is past the period; `app` is of this test and no rule's. */
const isKept = (chunk: readonly Sent[]): boolean => {
  const newest = Math.max(...chunk.map(({ time }) => time));
  return chunk.some(({ tenant, labels }) => {
    const row = PROMISED.find(
      ([, of, { job, level }]) => of === tenant && job === labels['job'] && level === labels['level'],
    );
    return now - newest <= (row?.[3] ?? NaN) * HOUR;
  });
};
const chunks = ROUNDS.flatMap((sent) => chunksOf(sent));
const kept = chunks.filter(isKept);
/** `tenant time` of a chunk's last line. */
const named = (list: readonly (readonly Sent[])[]): readonly string[] =>
  list.map((chunk) => `${chunk[0]?.tenant} ${Math.max(...chunk.map(({ time }) => time))}`).sort();
const onDisk = (): readonly string[] =>
  chunkFiles(folder)
    .map(({ tenant, through }) => `${tenant} ${through}`)
    .sort();

beforeAll(async () => {
  const { loki: program } = await programs('loki');
  folder = temporaryFolder('retention');
  await fill(program);
  [sizeBefore, filesBefore] = [bytesIn(folder, 'chunks'), chunkFiles(folder).length];
  expect(onDisk()).toEqual(named(chunks));
  loki = await startLoki(program, rendered, {
    folder,
    // Readers look for a new index every 5 minutes otherwise.
    files: withCompaction('5s', { resync_interval: '3s' }),
  });
  await until(
    `Loki to take away the files of ${chunks.length - kept.length} chunks, which it does once a minute`,
    () => {
      const { length } = chunkFiles(folder);
      return length <= kept.length ? undefined : `${length - kept.length} are left`;
    },
    { seconds: 240, program: loki.program },
  );
  // Were it more than those, the others would go in the same minute.
  say(
    `${filesBefore} chunks, ${sizeBefore} bytes with their index; after compaction ${chunkFiles(folder).length} chunks, ${bytesIn(folder, 'chunks')} bytes`,
  );
}, BUILD_TIMEOUT);
afterAll(async () => {
  await loki.stop();
  removeFolder(folder);
});

describe('after compaction, in the answers', () => {
  it.each(PROMISED)('%s: tenant %s, %j, %d hours', async (_what, tenant, labels, hours) => {
    expect(await seen(tenant, labels)).toEqual(AGES.filter((age) => age < hours).map((age) => `${age}h`));
  });

  it('a chunk is there until its newest line is past the period, also for who asks for the day alone in which it begins', async () => {
    const range = { from: MIDNIGHT - DAY, to: MIDNIGHT - 1 };
    expect(await seen('spywatcher', NIGHT, range)).toEqual(['past its period', 'before midnight']);
    expect(await seen('spywatcher', NIGHT)).toEqual(['past its period', 'before midnight', 'after midnight']);
  });
});

describe('after compaction, on the disk', () => {
  it('there are exactly the chunks that have a line within its period', () => {
    expect(onDisk()).toEqual(named(kept));
  });

  it('there is an index exactly of the days and tenants that have such a chunk', () => {
    const days = chunkFiles(folder).flatMap(({ tenant, from, through }) => {
      const first = Math.floor(from / DAY);
      return Array.from({ length: Math.floor(through / DAY) - first + 1 }, (_, after) => `${first + after} ${tenant}`);
    });
    const found = indexFiles(folder).map(({ day, tenant }) => `${day} ${tenant}`);
    expect(found.sort()).toEqual([...new Set(days)].sort());
  });

  it('it is less than before', () => {
    expect(bytesIn(folder, 'chunks')).toBeLessThan(sizeBefore);
  });
});

test('the compactor says when it last applied the retention, and how many chunks it took away', async () => {
  const { text } = await send({ port: loki.port, path: '/metrics' });
  const applied = /^loki_compactor_apply_retention_last_successful_run_timestamp_seconds (\S+)$/m.exec(text)?.[1];
  expect(Number(applied) * 1000).toBeGreaterThan(now);
  const deleted =
    /^loki_boltdb_shipper_retention_sweeper_chunk_deleted_duration_seconds_count\{.*status="success".*\} (\d+)$/m;
  expect(Number(deleted.exec(text)?.[1])).toBe(chunks.length - kept.length);
});
