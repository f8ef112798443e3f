/** What a Loki with filesystem storage has on the disk, read without it. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';

/** A chunk, as its file's path and name say. */
export interface ChunkFile {
  readonly tenant: string;
  /** Time of its first line, in milliseconds since 1970. */
  readonly from: number;
  /** Time of its last line. */
  readonly through: number;
  readonly bytes: number;
}

/** The index of a day: of one tenant once the day is compacted, of all of them before. */
export interface IndexFile {
  /** Days since 1970. */
  readonly day: number;
  /** @default - not compacted yet */
  readonly tenant?: string;
  readonly bytes: number;
}

/** @param folder - that Loki was started with. */
export function chunkFiles(folder: string): readonly ChunkFile[] {
  const root = join(folder, 'data', 'chunks');
  return filesBelow(root)
    .filter(({ path }) => !relative(root, path).startsWith(`index${sep}`))
    .map(({ path, bytes }) => {
      const [tenant = ''] = relative(root, path).split(sep);
      const name = Buffer.from(basename(path), 'base64').toString();
      const [, from, through] = /^([0-9a-f]+):([0-9a-f]+):[0-9a-f]+$/.exec(name) ?? [];
      if (from === undefined || through === undefined) throw new Error(`${path} is no chunk`);
      return { tenant, from: parseInt(from, 16), through: parseInt(through, 16), bytes };
    });
}

/** @param folder - that Loki was started with. */
export function indexFiles(folder: string): readonly IndexFile[] {
  const root = join(folder, 'data', 'chunks', 'index');
  return filesBelow(root).flatMap(({ path, bytes }) => {
    const [table = '', ...rest] = relative(root, path).split(sep);
    const day = /^index_(\d+)$/.exec(table)?.[1];
    const tenant = rest.length > 1 ? rest[0] : undefined;
    return day === undefined ? [] : [{ day: Number(day), bytes, ...(tenant === undefined ? {} : { tenant }) }];
  });
}

/** Bytes of all files of a part of Loki's data folder: `chunks`, `chunks/index`, `wal`. */
export function bytesIn(folder: string, part: string): number {
  return filesBelow(join(folder, 'data', part)).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Loki writes and removes while it is looked at: what has gone meanwhile is left out, and nothing else. */
function filesBelow(folder: string): readonly { readonly path: string; readonly bytes: number }[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    const bytes = unlessGone(() => statSync(path).size);
    return bytes === undefined ? [] : [{ path, bytes }];
  });
}

function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    // Node's own errors are of another realm than a test's `Error`.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
