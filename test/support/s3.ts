/** A real S3 server on the loopback address. It checks signatures, and keeps each bucket in a folder. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsCredentials } from '../../src/secrets/bucket-keys';
import { freePorts, programs, removeFolder, startProgram, temporaryFolder, until } from '../../programs/program';
import { send } from '../../programs/request';

/** The one key that it knows. */
export const KEY = { id: 'AKIATESTTESTTEST', secret: 'a-key-that-only-this-test-knows' };

export interface S3Server {
  readonly endpoint: string;
  /** What a pod is told of the file with its bucket's key. */
  readonly env: Readonly<Record<string, string>>;
  /** The same, with another key in the file. */
  readonly envWith: (key: Partial<typeof KEY>) => Readonly<Record<string, string>>;
  /** Names of a bucket's objects. */
  readonly objects: (bucket: string) => readonly string[];
  readonly stop: () => Promise<void>;
}

/** The storage of a stack whose bucket is there. */
export const storageIn = (bucket: string, endpoint: string) =>
  ({
    type: 's3',
    bucket,
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    egress: [{ cidr: '127.0.0.1/32', port: Number(new URL(endpoint).port) }],
  }) as const;

/** A Loki that is built, and a server with an empty bucket. */
export async function lokiAndS3(bucket: string): Promise<{ readonly loki: string; readonly s3: S3Server }> {
  const { loki } = await programs('loki', 'versitygw');
  return { loki, s3: await startS3(bucket) };
}

/** Starts it with these buckets, all of them empty. */
export async function startS3(...buckets: readonly string[]): Promise<S3Server> {
  const { versitygw } = await programs('versitygw');
  const folder = temporaryFolder('s3');
  for (const bucket of buckets) mkdirSync(join(folder, 'buckets', bucket), { recursive: true });
  mkdirSync(join(folder, 'metadata'));
  const [port = 0] = await freePorts(1);
  const program = startProgram(
    [
      ...[versitygw, '--port', `127.0.0.1:${port}`, '--region', 'us-east-1', '--health', '/health', '--quiet'],
      ...['posix', '--sidecar', join(folder, 'metadata'), join(folder, 'buckets')],
    ],
    join(folder, 'log'),
    { env: { ROOT_ACCESS_KEY_ID: KEY.id, ROOT_SECRET_ACCESS_KEY: KEY.secret } },
  );
  const isUp = () => send({ port, path: '/health' }).then(({ status }) => (status === 200 ? undefined : 'unwell'));
  await until('the S3 server', () => isUp().catch(() => 'no answer'), { program });
  const envWith = (key: Partial<typeof KEY>): Readonly<Record<string, string>> => {
    const { id, secret } = { ...KEY, ...key };
    const file = join(folder, `credentials of ${id}, ${secret}`);
    writeFileSync(file, awsCredentials(id, secret));
    return { AWS_SHARED_CREDENTIALS_FILE: file };
  };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    env: envWith({}),
    envWith,
    objects: (bucket) =>
      readdirSync(join(folder, 'buckets', bucket), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, 'buckets', bucket).length + 1)),
    stop: async () => {
      await program.stop();
      removeFolder(folder);
    },
  };
}
