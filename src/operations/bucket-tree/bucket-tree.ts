/** Does what `npm run bucket-tree` does: gives the files of Loki's filesystem storage their names in a bucket. */
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** What a tree holds. */
export interface BucketTree {
  readonly chunks: number;
  /** Files of the index, and the list of requests for deletion. */
  readonly index: number;
  readonly bytes: number;
}

/** What Loki writes in a chunk's name between its parts: Azure's client has another sign for `:`. */
export const DELIMITERS = { s3: ':', gcs: ':', azure: '-' } as const;

/** A chunk's name in a bucket: from, through and checksum. */
const CHUNK = /^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+$/;

/**
 * The key of the object that a file of the folder `chunks` is in a bucket. The index has the same names in both. Of a chunk,
 * filesystem storage encodes the last part of the name (`FSEncoder` of Loki), which no tool that copies files knows.
 *
 * @param path - within the folder
 * @param delimiter - between the parts of a chunk's name
 * @throws Error where Loki would not have written such a file
 */
export function objectKey(path: string, delimiter = ':'): string {
  const [first = '', series, name, ...more] = path.split('/');
  if (first === 'index' && series !== undefined) return path;
  if (series !== undefined && name !== undefined && more.length === 0) {
    const decoded = Buffer.from(name, 'base64').toString('latin1');
    // Node.js skips what is not base64: only what comes back the same was encoded.
    if (CHUNK.test(decoded) && Buffer.from(decoded, 'latin1').toString('base64') === name)
      return `${first}/${series}/${decoded.replaceAll(':', delimiter)}`;
  }
  throw new Error(
    `${path} is no file of Loki's filesystem storage; give the folder named chunks, and nothing else in it`,
  );
}

/**
 * Makes a folder that any tool can copy to a bucket as it is. The files themselves are linked where that is possible, and take
 * no space of their own.
 *
 * @param from - the folder `chunks` of Loki's volume
 * @param to - a folder that is empty, or not there yet
 * @param store - that it is copied to
 */
export async function bucketTree(from: string, to: string, store: keyof typeof DELIMITERS = 's3'): Promise<BucketTree> {
  await mkdir(to, { recursive: true });
  if ((await readdir(to)).length > 0) throw new Error(`${to} is not empty`);
  const files = (await readdir(from, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(from, join(parentPath, name)))
    .toSorted();
  // All names come first: a wrong folder is refused before anything is made.
  const keys = files.map((file) => [file, objectKey(file, DELIMITERS[store])] as const);
  let bytes = 0;
  for (const [file, key] of keys) {
    const target = join(to, key);
    await mkdir(dirname(target), { recursive: true });
    await linkOrCopy(join(from, file), target);
    bytes += (await stat(target)).size;
  }
  const index = keys.filter(([file]) => file.startsWith('index/')).length;
  if (keys.length === index) throw new Error(`${from} holds no chunk`);
  return { chunks: keys.length - index, index, bytes };
}

/** A link cannot lead to another file system. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    await copyFile(from, to);
  }
}
