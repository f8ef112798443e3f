/** Loki with its chunks and index in a bucket of Google Cloud Storage, on an emulator. */
import { entries, pushBody, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, until } from '../../programs/program';
import { type RenderedStack, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { type GcsServer, SERVICE_ACCOUNT, startGcs } from '../support/gcs';

const TENANT = 'spywatcher';
const BUCKET = 'spywatcher-logs';

let loki: string;
let gcs: GcsServer;
beforeAll(async () => {
  ({ loki } = await programs('loki', 'fake-gcs-server'));
  gcs = await startGcs(BUCKET);
}, BUILD_TIMEOUT);
afterAll(() => gcs.stop());

const stackIn = (bucket: string): RenderedStack =>
  variant('on Google Cloud Storage', {
    environment: 'dev',
    storage: { type: 'gcs', bucket, prefix: 'logs', egress: [{ cidr: '199.36.153.8/30', port: 443 }] },
  });

test('given a service account’s key, what Loki took is in the bucket below the prefix, and a Loki with an empty volume finds it', async () => {
  const rendered = stackIn(BUCKET);
  const first = await startLoki(loki, rendered, { env: gcs.env });
  try {
    const headers = { 'X-Scope-OrgID': TENANT };
    const body = pushBody({ labels: { job: 'backend' }, line: 'kept in a bucket' });
    expect(await send({ port: first.port, path: '/loki/api/v1/push', headers, body })).toMatchObject({ status: 204 });
    await send({ port: first.port, path: '/flush', method: 'POST' });
    await until('a chunk in the bucket', async () =>
      (await gcs.objects(BUCKET)).some((name) => name.startsWith(`logs/${TENANT}/`)) ? undefined : 'none yet',
    );
  } finally {
    await first.stop();
  }
  expect(await gcs.objects(BUCKET)).toContainEqual(expect.stringMatching(/^logs\/index\/index_\d{5}\//));
  expect(new Set(gcs.askedBy())).toEqual(new Set([SERVICE_ACCOUNT]));
  const second = await startLoki(loki, rendered, { env: gcs.env });
  try {
    expect((await entries(second.port, TENANT, '{job="backend"}')).map(({ line }) => line)).toEqual([
      'kept in a bucket',
    ]);
  } finally {
    await second.stop();
  }
}, 240_000);
