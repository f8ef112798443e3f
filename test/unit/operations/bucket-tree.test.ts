/** Names in a bucket; that Loki finds what has them is in test/binaries/move-to-ha.test.ts. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bucketTree, objectKey } from '../../../src/operations/bucket-tree/bucket-tree';

const CHUNK = '19b4c2a7f00:19b4c2b8e11:5d3c1a2b';
const ENCODED = Buffer.from(CHUNK).toString('base64');

describe('the key of a file', () => {
  it.each([
    [`spywatcher/4c1f0b2a3d4e5f60/${ENCODED}`, `spywatcher/4c1f0b2a3d4e5f60/${CHUNK}`],
    [
      'index/index_20417/1764093600-loki-0-1764090000.tsdb.gz',
      'index/index_20417/1764093600-loki-0-1764090000.tsdb.gz',
    ],
    ['index/index_20417/audit/1764-compactor-1-2-3.tsdb.gz', 'index/index_20417/audit/1764-compactor-1-2-3.tsdb.gz'],
    ['index/delete_requests/delete_requests.gz', 'index/delete_requests/delete_requests.gz'],
  ])('of %s', (path, key) => {
    expect(objectKey(path)).toBe(key);
  });

  it.each([
    ['a name that is not encoded', `spywatcher/4c1f/${CHUNK}`],
    ['something else that is encoded', `spywatcher/4c1f/${Buffer.from('hello').toString('base64')}`],
    ['a name with more than base64', `spywatcher/4c1f/${ENCODED}~`],
    ['the write-ahead log', 'wal/00000001'],
    ['a file of the volume', 'chunks/spywatcher/4c1f/x'],
  ])('of %s does not exist', (_what, path) => {
    expect(() => objectKey(path)).toThrow(`${path} is no file of Loki's filesystem storage`);
  });
});

describe('a tree', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bucket-tree-'));
    write(`spywatcher/4c1f/${ENCODED}`, 'chunk');
    write('index/index_1/a.tsdb.gz', 'index');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const from = (...parts: string[]): string => join(folder, 'chunks', ...parts);
  const to = (...parts: string[]): string => join(folder, 'tree', ...parts);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(from(path)), { recursive: true });
    writeFileSync(from(path), text);
  };

  it('has every file by its key, and takes no space', async () => {
    expect(await bucketTree(from(), to())).toEqual({ chunks: 1, index: 1, bytes: 10 });
    expect(readFileSync(to('spywatcher', '4c1f', CHUNK), 'utf8')).toBe('chunk');
    expect(statSync(to('index', 'index_1', 'a.tsdb.gz')).nlink).toBe(2);
  });

  it.each([
    ['gcs', CHUNK],
    ['azure', CHUNK.replaceAll(':', '-')],
  ] as const)('for %s has chunks by the names that Loki’s client gives them there', async (store, name) => {
    await bucketTree(from(), to(), store);
    expect(readdirSync(to('spywatcher', '4c1f'))).toEqual([name]);
  });

  it('is not made of a folder with something else in it', async () => {
    write('wal/00000001', 'x');
    await expect(bucketTree(from(), to())).rejects.toThrow('wal/00000001 is no file');
    expect(readdirSync(to())).toEqual([]);
  });

  it('is not made of a folder without chunks, nor into one that holds something', async () => {
    rmSync(from('spywatcher'), { recursive: true });
    await expect(bucketTree(from(), to())).rejects.toThrow('holds no chunk');
    await expect(bucketTree(from(), from())).rejects.toThrow('is not empty');
  });
});
