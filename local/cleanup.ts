import * as fs from 'node:fs';
import * as path from 'node:path';
import { clusterCgroups, removeCgroups } from './cgroups';
import { inState, NETWORK, NODE_FOLDERS, RUN, STATE } from './layout';
import { destroyNamespace } from './namespace';
import { hasNetwork, removeNetwork } from './network';

/** Settings of the whole machine that kubelet changes. */
const KERNEL_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

interface Before {
  /** {@link NODE_FOLDERS} that did not exist. */
  readonly missingFolders: readonly string[];
  readonly kernelSettings: Readonly<Record<string, string>>;
}

const RECORD = inState('before.json');

/** Records what the machine looks like, once, before the cluster changes it. */
export function recordBefore(): void {
  if (fs.existsSync(RECORD)) return;
  const settings = KERNEL_SETTINGS.map((name) => path.join('/proc/sys', name)).filter((file) => fs.existsSync(file));
  const before: Before = {
    missingFolders: NODE_FOLDERS.filter((folder) => !fs.existsSync(folder)),
    kernelSettings: Object.fromEntries(settings.map((file) => [file, fs.readFileSync(file, 'utf8').trim()])),
  };
  fs.mkdirSync(STATE, { recursive: true, mode: 0o711 });
  fs.writeFileSync(RECORD, JSON.stringify(before, null, 2));
}

function readBefore(): Before | undefined {
  if (!fs.existsSync(RECORD)) return undefined;
  return JSON.parse(fs.readFileSync(RECORD, 'utf8')) as Before;
}

function restoreKernel(before: Before): void {
  for (const [file, value] of Object.entries(before.kernelSettings)) {
    if (fs.readFileSync(file, 'utf8').trim() !== value) fs.writeFileSync(file, value);
  }
}

/** Removes everything but processes, which must have ended. */
export async function removeTraces(): Promise<void> {
  await removeNetwork();
  await removeCgroups();
  // Without a record there was no cluster, and these folders are not ours.
  const before = readBefore();
  if (before !== undefined) {
    restoreKernel(before);
    for (const folder of ['/var/log/pods', '/var/log/containers']) {
      if (!fs.existsSync(folder)) continue;
      for (const entry of fs.readdirSync(folder)) {
        fs.rmSync(path.join(folder, entry), { recursive: true, force: true });
      }
    }
    for (const folder of before.missingFolders) {
      if (fs.existsSync(folder)) fs.rmdirSync(folder);
    }
  }
  // The record goes last: if something above fails, the next stop must find it.
  if (fs.existsSync(STATE)) {
    for (const entry of fs.readdirSync(STATE)) {
      const file = inState(entry);
      if (file !== RECORD) fs.rmSync(file, { recursive: true, force: true });
    }
    fs.rmSync(STATE, { recursive: true });
  }
  fs.rmSync(RUN, { recursive: true, force: true });
}

/** The cluster's processes that still run, recorded or not: those of its own first process's program. */
function strayProcesses(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return /\/bin\/pause-own-[0-9a-f]+\/pause/.test(fs.readlinkSync(`/proc/${pid}/exe`));
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Everything of the cluster that is still on this machine; empty after a stop. */
export function leftovers(missingFolders: readonly string[]): string[] {
  const mounts = fs
    .readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => [STATE, RUN].some((folder) => point.startsWith(folder)));
  const folders = [STATE, RUN, ...missingFolders].filter((folder) => fs.existsSync(folder));
  return [
    ...strayProcesses().map((pid) => `process ${pid}`),
    ...mounts.map((point) => `mount ${point}`),
    ...(hasNetwork() ? [`network device ${NETWORK.hostDevice}`] : []),
    ...clusterCgroups().map((folder) => `cgroup ${folder}`),
    ...folders.map((folder) => `folder ${folder}`),
  ];
}

/** Folders that a stop removes because the cluster created them. */
export const createdFolders = (): readonly string[] => readBefore()?.missingFolders ?? [];

/** Ends what a first process whose record was lost holds. */
export async function killStrays(): Promise<void> {
  for (const pid of strayProcesses()) await destroyNamespace(pid);
}
