/** Loki with its chunks and index in a bucket of a real S3 server: what is written is there, and what cannot work does not start. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { configWith, HA } from '../support/config';
import { entries, lokiFiles, type LokiFiles, pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, freePorts, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { type RenderedStack, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { KEY, type S3Server, lokiAndS3, storageIn } from '../support/s3';

const TENANT = 'spywatcher';
const BUCKET = 'spywatcher-logs';
const NOBODYS_PORT = 9;

let loki: string;
let s3: S3Server;
beforeAll(async () => ({ loki, s3 } = await lokiAndS3(BUCKET)), BUILD_TIMEOUT);
afterAll(() => s3.stop());

type Differences = Parameters<typeof configWith>[0];

const stackOn = (
  endpoint: string,
  { bucket = BUCKET, ...differences }: Differences & { readonly bucket?: string } = {},
) =>
  variant('on S3', {
    environment: 'dev',
    storage: storageIn(bucket, endpoint),
    ...differences,
  });

/** Runs a Loki with an empty volume for as long as `use` takes. */
async function withLoki<T>(
  rendered: RenderedStack,
  env: Readonly<Record<string, string>>,
  use: (running: RunningLoki) => Promise<T>,
): Promise<T> {
  const running = await startLoki(loki, rendered, { env });
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}

const push = async ({ port }: RunningLoki, line: string): Promise<void> => {
  const body = pushBody({ labels: { job: 'backend' }, line });
  const { status } = await send({ port, path: '/loki/api/v1/push', headers: { 'X-Scope-OrgID': TENANT }, body });
  expect(status).toBe(204);
};

const linesOf = async ({ port }: RunningLoki): Promise<readonly string[]> =>
  (await entries(port, TENANT, '{job="backend"}')).map(({ line }) => line);

describe('given a bucket and a file with its key', () => {
  it('has in the bucket what Loki took, and a Loki with an empty volume finds it there', async () => {
    const stack = stackOn(s3.endpoint);
    await withLoki(stack, s3.env, async (running) => {
      await push(running, 'kept in a bucket');
      await send({ port: running.port, path: '/flush', method: 'POST' });
      await until('a chunk in the bucket', () =>
        s3.objects(BUCKET).some((name) => name.startsWith(`${TENANT}/`)) ? undefined : 'none yet',
      );
    });
    expect(s3.objects(BUCKET)).toContainEqual(expect.stringMatching(/^index\/index_\d{5}\//));
    await withLoki(stack, s3.env, async (running) => {
      expect(await linesOf(running)).toEqual(['kept in a bucket']);
    });
  }, 120_000);
});

/** A member of a ring alone: it has no compactor in it, which would look into the bucket at its start. */
async function ringMember(rendered: RenderedStack): Promise<LokiFiles> {
  const { config, overrides } = lokiFiles(rendered);
  const [memberlist = 0] = await freePorts(1);
  const common = { ...config['common'], instance_addr: '127.0.0.1' };
  const ring = { bind_addr: ['127.0.0.1'], bind_port: memberlist, join_members: [] };
  return { config: { ...config, common, memberlist: ring }, overrides };
}

/** What a Loki says that cannot start. */
async function lastWords(rendered: RenderedStack, env: Readonly<Record<string, string>>): Promise<string> {
  const files = rendered.config.deployment.mode === 'ha' ? await ringMember(rendered) : lokiFiles(rendered);
  const folder = temporaryFolder('loki-s3');
  try {
    const running = await startLoki(loki, rendered, { env, files, folder });
    await running.stop('SIGKILL');
    return 'it was ready';
  } catch (error) {
    return String(error);
  } finally {
    removeFolder(folder);
  }
}

describe.each([
  ['a single Loki', {}],
  ['a member of a ring', { deployment: HA.deployment }],
] as const)('%s is not ready, and ends with the reason', (_, differences) => {
  test('given a key that is none', async () => {
    const words = await lastWords(stackOn(s3.endpoint, differences), s3.envWith({ id: 'AKIASOMEBODYELSE' }));
    expect(words).toMatch(/it has ended[^]*No user exists with the provided access key ID/);
  });

  test('given a wrong secret of the key', async () => {
    const words = await lastWords(stackOn(s3.endpoint, differences), s3.envWith({ secret: 'a-guess' }));
    expect(words).toMatch(/it has ended[^]*The request signature we calculated does not match/);
  });

  test('given a bucket that is not there', async () => {
    const words = await lastWords(stackOn(s3.endpoint, { ...differences, bucket: 'of-somebody-else' }), s3.env);
    expect(words).toMatch(/it has ended[^]*The specified bucket does not exist/);
  });

  test('given a server that does not answer', async () => {
    say('waiting for Loki to give up on a server that does not answer');
    const words = await lastWords(stackOn(`http://127.0.0.1:${NOBODYS_PORT}`, differences), s3.env);
    expect(words).toMatch(/it has ended[^]*connection refused/);
  }, 120_000);
});

describe('given a role instead of a key', () => {
  const ROLE = 'arn:aws:iam::123456789012:role/loki';
  const asked: string[] = [];
  let sts: Server;
  let folder: string;
  beforeAll(async () => {
    folder = temporaryFolder('token');
    writeFileSync(join(folder, 'token'), 'token of the ServiceAccount');
    sts = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        asked.push(body);
        response.setHeader('content-type', 'text/xml').end(keysAnswer());
      });
    });
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    sts.close();
    removeFolder(folder);
  });

  /** STS' answer, with the key that the bucket's server knows. AWS' has a session token, which this server would not know. */
  const keysAnswer = (): string => {
    const keys = {
      AccessKeyId: KEY.id,
      SecretAccessKey: KEY.secret,
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const credentials = Object.entries(keys).map(([name, value]) => `<${name}>${value}</${name}>`);
    return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>${credentials.join('')}</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
  };

  it('hands the ServiceAccount’s token to STS, and uses the bucket with the key it gets', async () => {
    const rendered = stackOn(s3.endpoint);
    // What EKS puts into a pod whose ServiceAccount is annotated with a role.
    const env = {
      AWS_ROLE_ARN: ROLE,
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
    };
    await withLoki(rendered, env, async (running) => {
      await push(running, 'written with a role');
      await send({ port: running.port, path: '/flush', method: 'POST' });
    });
    expect(Object.fromEntries(new URLSearchParams(asked[0]))).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: ROLE,
      WebIdentityToken: 'token of the ServiceAccount',
    });
    await withLoki(rendered, s3.env, async (running) => {
      expect(await linesOf(running)).toContain('written with a role');
    });
  }, 120_000);
});
