/** Removes all that the cluster has made on this machine, and restores what it has changed. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { clusterCgroups, removeCgroups } from './cgroups';
import { FIRST, instanceName } from './instance';
import {
  CONTAINER_LOGS,
  inState,
  NAME,
  NETWORK,
  NODE_FOLDERS,
  onHost,
  OTHER_STATES,
  POD_LOGS,
  RUN,
  STATE,
} from './layout';
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

/** {@link NODE_FOLDERS} that are the machine's own. */
const SHARED_FOLDERS = NODE_FOLDERS.filter((folder) => onHost(folder) === folder);

interface Before {
  /** {@link SHARED_FOLDERS} that did not exist. */
  readonly missingFolders: readonly string[];
  readonly kernelSettings: Readonly<Record<string, string>>;
}

const RECORD = inState('before.json');

/** The record of another cluster: the machine before any cluster changed it. */
function recordBesides(): Before | undefined {
  const [file] = OTHER_STATES.map((state) => path.join(state, path.basename(RECORD))).filter((record) =>
    fs.existsSync(record),
  );
  return file === undefined ? undefined : readRecord(file);
}

/** Records what the machine looks like, once, before the cluster changes it. */
export function recordBefore(): void {
  if (fs.existsSync(RECORD)) return;
  const settings = KERNEL_SETTINGS.map((name) => path.join('/proc/sys', name)).filter((file) => fs.existsSync(file));
  const before: Before = {
    missingFolders: SHARED_FOLDERS.filter((folder) => !fs.existsSync(folder)),
    kernelSettings:
      recordBesides()?.kernelSettings ??
      Object.fromEntries(settings.map((file) => [file, fs.readFileSync(file, 'utf8').trim()])),
  };
  fs.mkdirSync(STATE, { recursive: true, mode: 0o711 });
  fs.writeFileSync(RECORD, JSON.stringify(before, null, 2));
}

const readRecord = (file: string): Before => JSON.parse(fs.readFileSync(file, 'utf8')) as Before;

const readBefore = (): Before | undefined => (fs.existsSync(RECORD) ? readRecord(RECORD) : undefined);

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
    // The last of several clusters restores what all their kubelets have changed.
    if (recordBesides() === undefined) restoreKernel(before);
    for (const folder of [POD_LOGS, CONTAINER_LOGS].map(onHost)) {
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

/** Whether it was started as the first process of this cluster, not of another one. */
function isFirstProcess(pid: string): boolean {
  if (!/\/bin\/pause-own-[0-9a-f]+\/pause/.test(fs.readlinkSync(`/proc/${pid}/exe`))) return false;
  const [, name = ''] = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  // The first cluster's has no name if it is older than the other clusters.
  return name === NAME || (name === '' && NAME === instanceName(FIRST));
}

/** The cluster's first processes that still run, recorded or not. */
function strayProcesses(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return isFirstProcess(pid);
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
    .filter((point) => [STATE, RUN].some((folder) => point === folder || point.startsWith(`${folder}/`)));
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

/** Ends first processes whose record was lost, and all that they hold. */
export async function killStrays(): Promise<void> {
  for (const pid of strayProcesses()) await destroyNamespace(pid);
}
