/** From one period of the index to the next, on the real Loki; and what becomes of logs where a period that has begun is changed. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StackConfigInput } from '../../src/config';
import {
  entriesOf,
  lokiFiles,
  type LokiFiles,
  pushBody,
  queryRequest,
  type RunningLoki,
  startLoki,
} from '../../programs/loki';
import { BUILD_TIMEOUT, removeFolder, temporaryFolder } from '../../programs/program';
import { type RenderedStack, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { type S3Server, lokiAndS3, storageIn } from '../support/s3';

const TENANT = 'spywatcher';
const BUCKET = 'spywatcher-logs';
const DAY = 86_400_000;
const FIRST = { from: '2024-01-01' };

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const now = Date.now();
const noon = (daysAgo: number): number => Date.parse(`${dayOf(now - daysAgo * DAY)}T12:00:00Z`);
const today = { from: dayOf(now) };

let loki: string;
let s3: S3Server;
let folder: string;
beforeAll(async () => ({ loki, s3 } = await lokiAndS3(BUCKET)), BUILD_TIMEOUT);
afterAll(() => s3.stop());

type Storage = NonNullable<StackConfigInput['storage']>;

const onVolume = (...schema: readonly { readonly from: string }[]): Storage => ({ type: 'filesystem', schema });
const inBucket = (...schema: Extract<Storage, { readonly type: 's3' }>['schema'] & object): Storage => ({
  ...storageIn(BUCKET, s3.endpoint),
  schema,
});
const stackWith = (storage: Storage): RenderedStack => variant('periods', { environment: 'dev', storage });

/** Runs a Loki on the folder for as long as `use` takes. Nothing is left in its log of writes: what it knows next is what it has stored. */
async function withLoki<T>(
  rendered: RenderedStack,
  use: (running: RunningLoki) => Promise<T>,
  files: LokiFiles = lokiFiles(rendered),
): Promise<T> {
  const running = await startLoki(loki, rendered, { folder, files, env: s3.env });
  try {
    return await use(running);
  } finally {
    await running.stop();
    rmSync(join(folder, 'data', 'wal'), { recursive: true });
  }
}

async function push({ port }: RunningLoki, line: string, time: number): Promise<void> {
  const headers = { 'X-Scope-OrgID': TENANT };
  const body = pushBody({ labels: { job: 'backend' }, line, time: BigInt(time) * 1_000_000n });
  expect(await send({ port, path: '/loki/api/v1/push', headers, body })).toMatchObject({ status: 204 });
  // Chunks of their own, as days that are lived through have.
  await send({ port, path: '/flush', method: 'POST' });
}

/** What one query over all of the days finds, newest first. */
async function linesOf({ port }: RunningLoki): Promise<readonly string[]> {
  const { path, headers } = queryRequest('{job="backend"}', { from: now - 4 * DAY, to: now + DAY / 24 });
  const answer = await send({ port, path, headers: { ...headers, 'X-Scope-OrgID': TENANT } });
  // By the hour, lines of the past are in streams of their own.
  return entriesOf(answer)
    .toSorted((a, b) => Number(b.time - a.time))
    .map(({ line }) => line);
}

const tables = (path: string): readonly string[] => readdirSync(path).filter((name) => name.startsWith('index_'));
const dayNumber = Math.floor(now / DAY);

beforeEach(async () => {
  folder = temporaryFolder('schema');
  await withLoki(stackWith(onVolume(FIRST)), async (running) => {
    await push(running, 'the day before', noon(2));
    await push(running, 'yesterday', noon(1));
  });
});
afterEach(() => removeFolder(folder));

describe('given a period that begins today, after one with logs', () => {
  it.each([
    ['on the volume too', () => onVolume(FIRST, today)],
    ['in a bucket, which the stack moves to', () => inBucket({ ...FIRST, store: 'filesystem' }, today)],
  ])(
    '%s: one query finds what is in both, also after a restart',
    async (_, storage) => {
      const rendered = stackWith(storage());
      await withLoki(rendered, async (running) => {
        await push(running, 'today', now);
        expect(await linesOf(running)).toEqual(['today', 'yesterday', 'the day before']);
      });
      await withLoki(rendered, async (running) => {
        expect(await linesOf(running)).toEqual(['today', 'yesterday', 'the day before']);
      });
    },
    60_000,
  );

  it('has the new period’s index in tables of its own, beside the old one’s', async () => {
    await withLoki(stackWith(onVolume(FIRST, today)), (running) => push(running, 'today', now));
    expect(tables(join(folder, 'data', 'chunks', 'index')).toSorted()).toEqual([
      `index_${today.from.replaceAll('-', '')}_${dayNumber}`,
      `index_${dayNumber - 2}`,
      `index_${dayNumber - 1}`,
    ]);
  });
});

/** Why these are refused: Loki itself says nothing. */
describe('given a period that has begun and is changed, Loki does not find its logs, and says nothing of it', () => {
  const changed = (rendered: RenderedStack, change: (text: string) => string): LokiFiles => {
    const { config, overrides } = lokiFiles(rendered);
    const text = JSON.stringify(config['schema_config']);
    return { config: { ...config, schema_config: JSON.parse(change(text)) as Record<string, unknown> }, overrides };
  };

  test.each([
    ['another prefix', (text: string) => text.replace('"index_"', '"other_"')],
    ['a later beginning', (text: string) => text.replace(FIRST.from, dayOf(now - DAY))],
  ])('%s', async (what, change) => {
    const rendered = stackWith(onVolume(FIRST));
    const lines = await withLoki(rendered, linesOf, changed(rendered, change));
    expect(lines).toEqual(what === 'another prefix' ? [] : ['yesterday']);
  });

  test('a new one that begins in the past', async () => {
    const rendered = stackWith(onVolume(FIRST, { from: dayOf(now - DAY) }));
    expect(await withLoki(rendered, linesOf)).toEqual(['the day before']);
  });

  test('another store', async () => {
    expect(await withLoki(stackWith(inBucket(FIRST)), linesOf)).toEqual([]);
  });
});
