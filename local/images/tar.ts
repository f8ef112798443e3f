/** Writes tar archives. The same members always give the same bytes. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Header, pack, type Pack } from 'tar-stream';

/** A member of an archive. All other fields are the same for every member and every run. */
export interface TarEntry {
  /** Path without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** Numeric owner and group. @default 0 */
  readonly uid?: number;
  readonly body:
    | { readonly kind: 'folder' }
    | { readonly kind: 'link'; readonly target: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly source: string };
}

/** Writes an archive; returns its SHA-256 in hexadecimal. */
export async function writeTar(file: string, entries: readonly TarEntry[]): Promise<string> {
  const archive = pack();
  const hash = createHash('sha256');
  async function* hashed(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      if (!(chunk instanceof Uint8Array)) throw new Error('an archive is made of bytes');
      hash.update(chunk);
      yield chunk;
    }
  }
  await Promise.all([pipeline(hashed(archive), fs.createWriteStream(file)), addAll(archive, entries)]);
  return hash.digest('hex');
}

async function addAll(archive: Pack, entries: readonly TarEntry[]): Promise<void> {
  try {
    for (const entry of entries) await add(archive, entry);
    archive.finalize();
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function add(archive: Pack, { path, mode, uid = 0, body }: TarEntry): Promise<void> {
  // Archives of the same content are equal: every member is of 1970.
  const header = { name: path, mode, uid, gid: uid, mtime: new Date(0) };
  if (body.kind === 'file') {
    const { size } = fs.statSync(body.source);
    await pipeline(fs.createReadStream(body.source), archive.entry({ ...header, size }));
  } else if (body.kind === 'text') await addWhole(archive, header, body.text);
  else if (body.kind === 'link') await addWhole(archive, { ...header, type: 'symlink', linkname: body.target });
  else await addWhole(archive, { ...header, name: `${path}/`, type: 'directory' });
}

function addWhole(archive: Pack, header: Partial<Header> & Pick<Header, 'name'>, text = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
