/** A single Loki on its own volume becomes a ring on S3, as docs/ha.md says: what it held, the ring holds. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bucketTree } from '../../src/operations/bucket-tree/bucket-tree';
import { entriesOf, lokiFiles, type LokiConfig, pushBody, queryRequest, writeLokiFiles } from '../../programs/loki';
import { type LokiRing, lokiRing } from '../support/loki-ring';
import {
  BUILD_TIMEOUT,
  freePorts,
  programs,
  removeFolder,
  say,
  startProgram,
  temporaryFolder,
  until,
} from '../../programs/program';
import { mapStrings, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { type S3Server, startS3, storageIn } from '../support/s3';
import { uploadFolder } from '../support/s3-upload';

const BUCKET = 'moved';
const HOUR = 3_600_000;
const now = Date.now();
const TENANTS = ['spywatcher', 'audit'] as const;
const auth = {
  loki: { tenants: TENANTS.map((name) => ({ name, write: [`${name}-writer`], read: [`${name}-reader`] })) },
};
const agent = { credential: 'spywatcher-writer' };
const grafana = { credential: 'spywatcher-reader' };
const AGES = [100, 50, 26, 5, 1, 0];
const RANGE = { from: now - 120 * HOUR, to: now + HOUR };

let folder: string;
let s3: S3Server;
let ring: LokiRing | undefined;

/** Everything a tenant holds, as both of them answer. */
const everything = { ...queryRequest('{job=~".+"}', RANGE) };
const counted = `/loki/api/v1/query?${new URLSearchParams({ query: 'sum by (job) (count_over_time({job=~".+"}[5d]))' }).toString()}`;

/** What a tenant is told: every entry, and how many there are of each job. */
async function answers(
  ask: (request: { path: string; headers?: Readonly<Record<string, string>> }) => ReturnType<typeof send>,
) {
  const entries = entriesOf(await ask(everything));
  const { data } = JSON.parse((await ask({ path: counted })).text) as {
    readonly data: {
      readonly result: readonly { readonly metric: object; readonly value: readonly [number, string] }[];
    };
  };
  const counts = data.result.map(({ metric, value: [, count] }) => ({ metric, count }));
  return {
    entries: entries.toSorted((a, b) => Number(a.time - b.time) || a.line.localeCompare(b.line)),
    counts: counts.toSorted((a, b) => JSON.stringify(a.metric).localeCompare(JSON.stringify(b.metric))),
  };
}

/** Fills a single Loki, hears its answers, and stops it as the kubelet does. */
async function runSingle() {
  const single = variant('before', { environment: 'dev', auth, agent, grafana });
  const { loki } = await programs('loki');
  const [http = 0, grpc = 0] = await freePorts(2);
  const { config, overrides } = lokiFiles(single);
  const moved = mapStrings(config, (text) => text.replace('127.0.0.1:9095', `127.0.0.1:${grpc}`)) as LokiConfig;
  const server = {
    ...config['server'],
    http_listen_address: '127.0.0.1',
    http_listen_port: http,
    grpc_listen_address: '127.0.0.1',
    grpc_listen_port: grpc,
  };
  const args = writeLokiFiles(single, folder, { config: { ...moved, server }, overrides });
  const program = startProgram([loki, ...args], join(folder, 'loki.log'));
  const ready = () =>
    send({ port: http, path: '/ready' }).then(({ status, text }) => (status === 200 ? undefined : text));
  await until('Loki', () => ready().catch(() => 'no answer'), { program });
  for (const tenant of TENANTS)
    for (const hours of AGES) {
      const lines = ['backend', 'security'].flatMap((job) =>
        Array.from({ length: 20 }, (_, index) => ({
          // One stream for each age, or the older lines would be too far behind.
          labels: { job, age: String(hours) },
          line: JSON.stringify({ tenant, job, hours, index }),
          metadata: { requestId: `r-${index}` },
          time: BigInt(now - hours * HOUR + index) * 1_000_000n,
        })),
      );
      const push = { port: http, path: '/loki/api/v1/push', headers: { 'X-Scope-OrgID': tenant } };
      expect((await send({ ...push, body: pushBody(...lines) })).status).toBe(204);
    }
  // By default, lines of three hours ago are looked for in storage alone.
  await send({ port: http, path: '/flush', method: 'POST' });
  const told = new Map<string, Awaited<ReturnType<typeof answers>>>();
  for (const tenant of TENANTS) {
    const ask = (request: { path: string; headers?: Readonly<Record<string, string>> }) =>
      send({ ...request, port: http, headers: { ...request.headers, 'X-Scope-OrgID': tenant } });
    await until('all lines to be found', async () => {
      const { entries } = await answers(ask);
      return entries.length === AGES.length * 40 ? undefined : `${entries.length} of ${AGES.length * 40}`;
    });
    told.set(tenant, await answers(ask));
  }
  await program.stop('SIGTERM', 60);
  return told;
}

beforeAll(async () => {
  folder = temporaryFolder('move');
  s3 = await startS3(BUCKET);
}, BUILD_TIMEOUT);
afterAll(async () => {
  await ring?.end();
  await s3.stop();
  removeFolder(folder);
});

test('given a single Loki’s volume in a bucket, then a ring gives the answers that it gave', async () => {
  say('filling a single Loki and stopping it');
  const before = await runSingle();
  const chunks = join(folder, 'data', 'chunks');
  expect(existsSync(chunks)).toBe(true);
  const { chunks: count, index } = await bucketTree(chunks, join(folder, 'tree'));
  say(`copying ${count} chunks and ${index} files of the index`);
  await uploadFolder(s3, BUCKET, join(folder, 'tree'));
  // Nothing but the bucket is left of it.
  rmSync(join(folder, 'data'), { recursive: true });

  const { loki } = await programs('loki');
  const after = variant('after', {
    ...{ environment: 'dev', auth, agent, grafana },
    deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 },
    storage: storageIn(BUCKET, s3.endpoint),
  });
  const started = lokiRing({ loki, rendered: after, network: '127.80.0', tenant: 'unused', s3: s3.env });
  ring = started;
  say('starting three Lokis on the bucket');
  await Promise.all(started.members.map(started.start));
  for (const member of started.members)
    for (const [tenant, told] of before) {
      const ask = (request: { path: string; headers?: Readonly<Record<string, string>> }) =>
        send({
          ...request,
          host: member.address,
          port: member.port,
          headers: { ...request.headers, 'X-Scope-OrgID': tenant },
        });
      expect(await answers(ask)).toEqual(told);
    }
  // And it goes on from there.
  const [first] = started.members;
  const ask = { host: first?.address ?? '', port: first?.port ?? 0, headers: { 'X-Scope-OrgID': 'audit' } };
  const line = { labels: { job: 'backend' }, line: 'after the move' };
  expect((await send({ ...ask, path: '/loki/api/v1/push', body: pushBody(line) })).status).toBe(204);
}, 240_000);
