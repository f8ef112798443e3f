/** A stack that began with Loki's own client of S3 goes on with Thanos', and back: nothing is lost, and no object has another name. */
import { stringify } from 'yaml';
import { lokiFiles, type LokiFiles, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { entries } from '../../programs/loki';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { configFile, type RenderedStack, variant } from '../../programs/rendered-stack';
import { dataOf } from '../../src/operations/observe/expected';
import { send } from '../../programs/request';
import { HA } from '../support/config';
import { rollRing, UNNOTICED } from '../support/ring-roll';
import { type S3Server, lokiAndS3, storageIn } from '../support/s3';

const TENANT = 'spywatcher';
const BUCKET = 'spywatcher-logs';

let loki: string;
let s3: S3Server;
beforeAll(async () => ({ loki, s3 } = await lokiAndS3(BUCKET)), BUILD_TIMEOUT);
afterAll(() => s3.stop());

/** The config as stacks had it before: the section `aws`, and the ruler's rules where Loki's own clients look for them. */
function withOwnClient(rendered: RenderedStack): LokiFiles {
  const { config, overrides } = lokiFiles(rendered);
  const { ruler_storage: rules, ...others } = config;
  const { storage } = rendered.config;
  if (storage.type !== 's3' || rules === undefined) throw new Error('the stack is to be on S3, with a ruler');
  return {
    config: {
      ...others,
      ruler: { ...config['ruler'], storage: { type: rules['backend'], local: rules['local'] } },
      storage_config: {
        tsdb_shipper: config['storage_config']?.['tsdb_shipper'],
        aws: {
          bucketnames: storage.bucket,
          region: storage.region,
          s3forcepathstyle: storage.forcePathStyle,
          endpoint: storage.endpoint,
          insecure: true,
        },
      },
    },
    overrides,
  };
}

/** Runs a Loki with an empty volume, writes a line, and has it in the bucket. Returns all lines that it found before. */
async function write(rendered: RenderedStack, files: LokiFiles, line: string): Promise<readonly string[]> {
  const running = await startLoki(loki, rendered, { env: s3.env, files });
  try {
    const found = await linesOf(running);
    const chunks = chunkNames().length;
    const body = pushBody({ labels: { job: 'backend' }, line });
    const headers = { 'X-Scope-OrgID': TENANT };
    expect(await send({ port: running.port, path: '/loki/api/v1/push', headers, body })).toMatchObject({ status: 204 });
    await send({ port: running.port, path: '/flush', method: 'POST' });
    await until('a further chunk', () => (chunkNames().length > chunks ? undefined : 'none yet'));
    return found;
  } finally {
    await running.stop();
  }
}

const linesOf = async ({ port }: RunningLoki): Promise<readonly string[]> =>
  (await entries(port, TENANT, '{job="backend"}')).map(({ line }) => line).toSorted();

const chunkNames = (): readonly string[] => s3.objects(BUCKET).filter((name) => name.startsWith(`${TENANT}/`));

/** The names of objects, without what is another number for each. */
const forms = (names: readonly string[]): readonly string[] =>
  [...new Set(names.map((name) => name.replaceAll(/[0-9a-f]{5,}/g, '#').replace(/loki-.*(?=\.tsdb)/, '#')))].toSorted();

test('given a stack with the section aws, the same bucket goes on with object_store, and back: every line is there, and no name is new', async () => {
  const rendered = variant('a stack on S3', { environment: 'dev', storage: storageIn(BUCKET, s3.endpoint) });
  const [own, thanos] = [withOwnClient(rendered), lokiFiles(rendered)];

  expect(await write(rendered, own, '1 of before')).toEqual([]);
  const before = s3.objects(BUCKET);
  expect(await write(rendered, thanos, '2 of now')).toEqual(['1 of before']);
  const now = s3.objects(BUCKET);
  expect(now).toEqual(expect.arrayContaining([...before]));
  expect(forms(now.filter((name) => !before.includes(name) && !name.includes('delete_requests')))).toEqual(
    forms(before.filter((name) => !name.includes('delete_requests'))),
  );
  expect(await write(rendered, own, '3 of before again')).toEqual(['1 of before', '2 of now']);

  const running = await startLoki(loki, rendered, { env: s3.env, files: thanos });
  try {
    expect(await linesOf(running)).toEqual(['1 of before', '2 of now', '3 of before again']);
  } finally {
    await running.stop();
  }
}, 240_000);

test('given a ring with the section aws, a rolling update to object_store loses no push and no line', async () => {
  const rendered = variant('a ring on S3', {
    environment: 'dev',
    deployment: HA.deployment,
    storage: storageIn(BUCKET, s3.endpoint),
  });
  const { config } = withOwnClient(rendered);
  const before: RenderedStack = {
    ...rendered,
    objects: rendered.objects.map((object) =>
      object.kind === 'ConfigMap' && object.metadata.name === 'loki-config'
        ? { ...object, data: { ...dataOf(object), 'config.yaml': stringify(config) } }
        : object,
    ),
  };
  expect(configFile(before, 'loki-config', 'config.yaml')).toContain('aws:');
  expect(await rollRing({ loki, from: before, to: rendered, network: '127.99.0', s3: s3.env })).toEqual(UNNOTICED);
}, 600_000);
