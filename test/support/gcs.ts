/** A server of Google Cloud Storage on the loopback address, with objects in memory, and what gives out tokens for the key of a service account. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { freePorts, programs, removeFolder, startProgram, temporaryFolder, until } from '../../programs/program';
import { send } from '../../programs/request';

export const SERVICE_ACCOUNT = 'loki-logs@spywatcher-1.iam.gserviceaccount.com';

export interface GcsServer {
  /** What a pod is told of the file with its bucket's key; and where the server is, which is not Google's. */
  readonly env: Readonly<Record<string, string>>;
  /** Who has been given a token. */
  readonly askedBy: () => readonly string[];
  /** Names of a bucket's objects. */
  readonly objects: (bucket: string) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

const claimsShape = z.looseObject({ iss: z.string() });
const listShape = z.looseObject({ items: z.array(z.looseObject({ name: z.string() })).default([]) });

/** Starts it with an empty bucket. */
export async function startGcs(bucket: string): Promise<GcsServer> {
  const { 'fake-gcs-server': fake } = await programs('fake-gcs-server');
  const folder = temporaryFolder('gcs');
  const [port = 0, tokenPort = 0] = await freePorts(2);
  const host = `127.0.0.1:${port}`;
  const program = startProgram(
    [
      ...[fake, '-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
      ...['-public-host', host, '-external-url', `http://${host}`, '-data', join(folder, 'none')],
    ],
    join(folder, 'log'),
  );
  const create = () =>
    send({ port, path: '/storage/v1/b?project=spywatcher-1', body: { name: bucket } }).then(({ status, text }) =>
      status === 200 ? undefined : text,
    );
  await until('the server of buckets', () => create().catch(() => 'no answer'), { program });

  const asked: string[] = [];
  const tokens = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const [, claims = ''] = new URLSearchParams(body).get('assertion')?.split('.') ?? [];
      asked.push(claimsShape.parse(JSON.parse(Buffer.from(claims, 'base64url').toString())).iss);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: 'a-token', token_type: 'Bearer', expires_in: 3600 }));
    });
  });
  await new Promise<void>((resolve) => tokens.listen(tokenPort, '127.0.0.1', resolve));

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = join(folder, 'key.json');
  writeFileSync(
    file,
    JSON.stringify({
      type: 'service_account',
      project_id: 'spywatcher-1',
      private_key_id: 'one',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: SERVICE_ACCOUNT,
      token_uri: `http://127.0.0.1:${tokenPort}/token`,
    }),
  );
  return {
    env: { GOOGLE_APPLICATION_CREDENTIALS: file, STORAGE_EMULATOR_HOST: `http://${host}` },
    askedBy: () => asked,
    objects: async (name) => {
      const { text } = await send({ port, path: `/storage/v1/b/${name}/o` });
      return listShape.parse(JSON.parse(text)).items.map((item) => item.name);
    },
    stop: async () => {
      tokens.close();
      await program.stop();
      removeFolder(folder);
    },
  };
}
