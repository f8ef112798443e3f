/** Copies a folder to a bucket, as `aws s3 sync` does: each file is an object by its path. */
import { createHash, createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { send } from '../../programs/request';
import { KEY, type S3Server } from './s3';

const REGION = 'us-east-1';

export async function uploadFolder(server: S3Server, bucket: string, folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    await put(server, `/${bucket}/${relative(folder, file)}`, readFileSync(file));
  }
}

/** One signed PUT (AWS Signature Version 4). */
async function put({ endpoint }: S3Server, path: string, body: Buffer): Promise<void> {
  const { host, hostname, port } = new URL(endpoint);
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const signed = { host, 'x-amz-content-sha256': hash(body), 'x-amz-date': time };
  const names = Object.keys(signed).join(';');
  const headers = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['PUT', encoded, '', headers.join(''), names, signed['x-amz-content-sha256']].join('\n');
  const key = scope.split('/').reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${KEY.secret}`));
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n')).toString('hex');
  const { status, text } = await send({
    host: hostname,
    port: Number(port),
    path: encoded,
    method: 'PUT',
    body,
    headers: {
      ...signed,
      'content-type': 'application/octet-stream',
      authorization: `AWS4-HMAC-SHA256 Credential=${KEY.id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    },
  });
  if (status !== 200) throw new Error(`PUT ${path}: ${status} ${text}`);
}

const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
