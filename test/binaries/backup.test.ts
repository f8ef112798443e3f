/** A volume into a file and back, through the shell and the tar of the machine's busybox, which a pod would have. The cluster is pretended. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { backup, restore, type VolumeOwner } from '../../src/operations/backup/backup';
import { configWith } from '../support/config';

let folder: string;
let volume: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-'));
  volume = join(folder, 'volume');
  file = join(folder, 'loki.tar.gz');
  mkdirSync(join(volume, 'lost+found'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A kubectl that runs a pod's script here, and notes what else it is asked to do. */
function owner({ into = '', outOf = '' } = {}): VolumeOwner {
  const script = [
    '#!/bin/bash',
    'set -o pipefail',
    'for last in "$@"; do true; done',
    `case " $* " in`,
    `*" exec "*)`,
    `  script=$(sed 's|/var/loki|${volume}|g; s|/tmp/stream|${folder}/stream|g' <<< "$last")`,
    `  rm -f ${folder}/stream`,
    // Only a stream is spoilt, not a question.
    `  if [[ " $* " == *" -i "* ]]; then ${into} busybox sh -c "$script" ${outOf}; else busybox sh -c "$script"; fi;;`,
    `*) [[ " $* " == *" apply "* ]] && cat > /dev/null; echo "$*" >> ${folder}/asked;;`,
    'esac',
  ];
  const kubectl = join(folder, 'kubectl');
  writeFileSync(kubectl, script.join('\n'), { mode: 0o755 });
  return { cluster: { kubectl, select: [] }, config: configWith(), say: () => undefined };
}

/** How many Lokis were asked for, one after the other. */
const scaled = (): readonly string[] =>
  [...readFileSync(join(folder, 'asked'), 'utf8').matchAll(/--replicas=(\d)/g)].map(([, replicas = '']) => replicas);
/** Files of the volume, with what is in them. */
const contents = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(volume, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .toSorted()
      .map((path) => [path.slice(volume.length), readFileSync(path).toString('base64')]),
  );

function fill(): void {
  mkdirSync(join(volume, 'chunks', 'spywatcher', 'af'), { recursive: true });
  mkdirSync(join(volume, 'wal'));
  writeFileSync(join(volume, 'chunks', 'spywatcher', 'af', 'MTk='), randomBytes(3_000_000));
  writeFileSync(join(volume, 'wal', '00000000'), '');
}

test('what was there is there again, and Loki was stopped and started each time', async () => {
  fill();
  const before = contents();
  expect(await backup(owner(), file)).toBeGreaterThan(3_000_000);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(join(volume, 'wal', '00000001'), 'since then');
  rmSync(join(volume, 'chunks'), { recursive: true });
  await restore(owner(), file, true);
  expect(contents()).toEqual(before);
  expect(scaled()).toEqual(['0', '1', '0', '1']);
}, 30_000);

test('an empty volume is filled without being asked twice, whatever the file system has put there', async () => {
  fill();
  const before = contents();
  await backup(owner(), file);
  rmSync(volume, { recursive: true });
  mkdirSync(join(volume, 'lost+found'), { recursive: true });
  await restore(owner(), file);
  expect(contents()).toEqual(before);
  expect(existsSync(join(volume, 'lost+found'))).toBe(true);
}, 30_000);

test('a volume that is not empty is left as it is, and Loki is started', async () => {
  fill();
  await backup(owner(), file);
  writeFileSync(join(volume, 'wal', '00000001'), 'since then');
  const before = contents();
  await expect(restore(owner(), file)).rejects.toThrow('The volume is not empty');
  expect(contents()).toEqual(before);
  expect(scaled().at(-1)).toBe('1');
}, 30_000);

describe('a stream that ends early, without an error of anybody,', () => {
  test('leaves no file, and Loki is started', async () => {
    fill();
    await expect(backup(owner({ outOf: '| (head -c 1000000; cat > /dev/null)' }), file)).rejects.toThrow(
      'What arrived is not what was sent',
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('loki'))).toEqual([]);
    expect(scaled()).toEqual(['0', '1']);
  }, 30_000);

  test('leaves Loki stopped where the volume has half of it', async () => {
    fill();
    await backup(owner(), file);
    // Whole archives, so that nobody but the checksum sees it.
    const half = gunzipSync(readFileSync(file)).subarray(0, 1024);
    writeFileSync(join(folder, 'half'), Buffer.concat([half.subarray(0, 512), Buffer.alloc(1024)]));
    const spoilt = owner({ into: `(cat > /dev/null; cat ${folder}/half) |` });
    await expect(restore(spoilt, file, true)).rejects.toThrow('What arrived is not what was sent');
    expect(scaled()).toEqual(['0', '1', '0']);
  }, 30_000);
});

test('a file that is not whole is refused before Loki is stopped', async () => {
  const whole = gzipSync(randomBytes(10_000));
  writeFileSync(file, whole.subarray(0, 5_000));
  await expect(restore(owner(), file, true)).rejects.toThrow('unexpected end of file');
  expect(existsSync(join(folder, 'asked'))).toBe(false);
});

test('an archive that tar cannot read leaves Loki stopped, and its words are the error', async () => {
  writeFileSync(file, gzipSync(randomBytes(10_000)));
  await expect(restore(owner(), file, true)).rejects.toThrow(/In the pod loki-volume: .*tar: /s);
  expect(scaled()).toEqual(['0']);
}, 30_000);
