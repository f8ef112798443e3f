/** The cgroup below which all pods of the cluster run. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NAME } from './layout';

const ROOT = '/sys/fs/cgroup';

/** The roots of all cgroup hierarchies: one with version 2, one per controller with version 1. */
function hierarchies(): string[] {
  if (fs.existsSync(path.join(ROOT, 'cgroup.controllers'))) return [ROOT];
  return fs
    .readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(ROOT, entry.name));
}

/** The cluster's cgroup folders that exist. */
export function clusterCgroups(): string[] {
  return hierarchies()
    .map((root) => path.join(root, NAME))
    .filter((folder) => fs.existsSync(folder));
}

/** Creates the cgroup below which kubelet puts all pods. */
export function createCgroups(): void {
  for (const root of hierarchies()) fs.mkdirSync(path.join(root, NAME), { recursive: true });
}

function removeTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(path.join(folder, entry.name));
  }
  fs.rmdirSync(folder);
}

/** Removes the cluster's cgroups; a process that has just been killed may hold one for a moment. */
export async function removeCgroups(): Promise<void> {
  for (let waited = 0; ; waited += 100) {
    try {
      clusterCgroups().forEach(removeTree);
      return;
    } catch (error) {
      if (waited > 10_000) throw error;
      await sleep(100);
    }
  }
}
