/** Loki's volume under a running stack: it grows without a restart, never shrinks, and goes into a file and back. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { kubectl, type Target } from '../../local/kubernetes';
import type { StackConfig } from '../../src/config';
import { stackObjects } from '../../charts/objects';
import { backup, restore } from '../../src/operations/backup/backup';
import { readRunning } from '../../src/operations/compare/running';
import { compareWithRunning } from '../../src/operations/compare/compare';
import { resize } from '../../src/operations/resize/resize';
import { eventually } from '../../programs/wait';
import {
  applyRendered,
  credential,
  e2eConfig,
  gatewayClient,
  gatewayUrl,
  log,
  restoreStack,
  waitForStack,
} from './cluster';
import { fastObjects } from './fast-alerts';

const sized = (size: string) => e2eConfig({ persistence: { size, retainOnDelete: false } });
const small = e2eConfig();
const large = sized('18Gi');
const LOGGING = small.namespaces.logging;

let target: Target;
let folder: string;
let archive: string;
beforeAll(async () => {
  target = await restoreStack(small);
  folder = mkdtempSync(join(tmpdir(), 'e2e-volume-'));
  archive = join(folder, 'loki.tar.gz');
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  // A test that has failed may leave a volume that refuses the stack of all other files; what is in it is not worth keeping then.
  if (compared(small).length > 0) {
    const all = ['statefulset/loki', 'pod/loki-0', 'persistentvolumeclaim/data-loki-0'];
    const options = ['--ignore-not-found', '--grace-period=1', '--timeout=120s'];
    await kubectl(target, ['-n', LOGGING, 'delete', ...all, ...options], { timeout: 130 });
  }
  await restoreStack(small);
});

const get = (object: string, path: string) =>
  kubectl(target, ['-n', LOGGING, 'get', ...object.split('/'), '-o', `jsonpath={${path}}`]);
/** Which pod it is, and how often its container was started again. */
const lokiPod = async () => [
  await get('pod/loki-0', '.metadata.uid'),
  await get('pod/loki-0', '.status.containerStatuses[0].restartCount'),
];
const compared = (config: StackConfig) =>
  compareWithRunning(stackObjects(config), readRunning(target, stackObjects(config)), new Date());
const ownerOf = (config: StackConfig) => ({ cluster: target, config, say: log });

async function push(line: string): Promise<void> {
  const response = await fetch(`${gatewayUrl()}/loki/api/v1/push`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(credential('promtail')).toString('base64')}`,
    },
    body: JSON.stringify({ streams: [{ stream: { job: 'volume-test' }, values: [[`${Date.now()}000000`, line]] }] }),
  });
  expect(response.status).toBe(204);
}

/** All of the test's lines, once they are these: what is in memory, or back from it, is found a moment later. */
const lines = (wanted: readonly string[]): Promise<readonly string[]> => {
  const from = new Date(Date.now() - 3_600_000);
  return eventually(
    async () => (await gatewayClient('grafana').query('{job="volume-test"}', from)).map(({ line }) => line),
    (found) => isDeepStrictEqual(found, wanted),
    60,
  );
};
const BEFORE_GROWTH = ['before the volume grew'];
const BEFORE_BACKUP = [...BEFORE_GROWTH, 'before the backup'];

describe('given a stack file with a larger volume', () => {
  it('is told to resize before it is applied', () => {
    expect(compared(large)).toMatchObject([{ running: '16Gi', wanted: '18Gi', resizable: true }]);
  });

  it('has it in place, in the same pod, which was not restarted', async () => {
    await push('before the volume grew');
    const before = await lokiPod();
    const started = Date.now();
    expect(await resize(target, 'e2e', stackObjects(large), log)).toEqual({ sets: ['loki'], replaced: [] });
    log(`resized in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    expect(await lokiPod()).toEqual(before);
    expect(await get('pvc/data-loki-0', '.status.capacity.storage')).toBe('18Gi');
    expect(await lines(BEFORE_GROWTH)).toEqual(BEFORE_GROWTH);
  });

  it('can then be applied, and that too leaves the pod alone', async () => {
    const before = await lokiPod();
    expect(compared(large)).toEqual([]);
    await applyRendered(target, fastObjects(large), []);
    await waitForStack(target, large);
    expect(await lokiPod()).toEqual(before);
  });

  it('has nothing to do a second time', async () => {
    expect(await resize(target, 'e2e', stackObjects(large), log)).toEqual({ sets: [], replaced: [] });
  });
});

test('given a stack file with a smaller volume, it is refused, and nothing is changed', async () => {
  await expect(resize(target, 'e2e', stackObjects(small), log)).rejects.toThrow('a volume never gets smaller');
  expect(await get('pvc/data-loki-0', '.spec.resources.requests.storage')).toBe('18Gi');
});

describe('given a backup', () => {
  beforeAll(async () => {
    await push('before the backup');
    log('backing up, which stops Loki');
    const started = Date.now();
    const bytes = await backup(ownerOf(large), archive);
    log(`backed up ${(bytes / 1e6).toFixed(1)} MB in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    await waitForStack(target, large);
  });

  it('is a file for its owner alone, and Loki goes on', async () => {
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(await lines(BEFORE_BACKUP)).toEqual(BEFORE_BACKUP);
  });

  it('is not put over what is there unless that is asked for', async () => {
    await push('after the backup');
    await expect(restore(ownerOf(large), archive)).rejects.toThrow('The volume is not empty');
    await waitForStack(target, large);
    const all = [...BEFORE_BACKUP, 'after the backup'];
    expect(await lines(all)).toEqual(all);
  });

  it('is what is there after it was put back', async () => {
    await restore(ownerOf(large), archive, true);
    await waitForStack(target, large);
    expect(await lines(BEFORE_BACKUP)).toEqual(BEFORE_BACKUP);
  });

  it('brings all logs into a smaller volume, which is a new one', async () => {
    await kubectl(target, ['-n', LOGGING, 'delete', 'statefulset', 'loki', '--wait'], { timeout: 120 });
    await kubectl(target, ['-n', LOGGING, 'wait', '--for=delete', 'pvc/data-loki-0', '--timeout=120s'], {
      timeout: 130,
    });
    await applyRendered(target, fastObjects(small), []);
    await waitForStack(target, small);
    await restore(ownerOf(small), archive, true);
    await waitForStack(target, small);
    expect(await get('pvc/data-loki-0', '.status.capacity.storage')).toBe('16Gi');
    expect(await lines(BEFORE_BACKUP)).toEqual(BEFORE_BACKUP);
  });
});

test('given chunks in a bucket, there is no backup of the volume, and Loki runs on', async () => {
  const before = await lokiPod();
  const bucket = { type: 's3', bucket: 'logs', region: 'r', egress: [{ cidr: '10.0.0.1/32', port: 443 }] } as const;
  await expect(backup(ownerOf(e2eConfig({ storage: bucket })), join(folder, 'other'))).rejects.toThrow('in a bucket');
  expect(await lokiPod()).toEqual(before);
});
