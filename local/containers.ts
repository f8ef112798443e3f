/** Faults of containers that no Kubernetes API can cause. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from './process';

const PIDS = /^\d+$/;

/** The process of a pod, as the host sees it, that runs this program. */
export function podProcess(uid: string, program: string): number {
  const pid = fs
    .readdirSync('/proc')
    .filter((entry) => PIDS.test(entry))
    .find((entry) => {
      try {
        const command = fs.readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')[0] ?? '';
        return path.basename(command) === program && fs.readFileSync(`/proc/${entry}/cgroup`, 'utf8').includes(uid);
      } catch {
        return false; // it has just ended
      }
    });
  if (pid === undefined) throw new Error(`no process ${program} in pod ${uid}`);
  return Number(pid);
}

/** Kills it, and returns when it is gone. */
export async function killNow(pid: number): Promise<void> {
  const identity = identityOf(pid);
  process.kill(pid, 'SIGKILL');
  while (identity !== undefined && identityOf(pid) === identity) await sleep(20);
}

/**
 * Takes memory from a container until the kernel kills it, as it does at the limit.
 *
 * @param seconds - after which it is an error that it still lives
 */
export async function starve(pid: number, seconds: number): Promise<void> {
  const folder = memoryGroup(pid);
  const isVersion2 = fs.existsSync(path.join(folder, 'memory.max'));
  const [usage, limit] = isVersion2
    ? ['memory.current', 'memory.max']
    : ['memory.usage_in_bytes', 'memory.limit_in_bytes'];
  const identity = identityOf(pid);
  const started = Date.now();
  // Of what it uses: a little less where that can be reclaimed, a little more where it cannot.
  let share = 0.95;
  while (identityOf(pid) === identity) {
    if (Date.now() - started > seconds * 1000) throw new Error(`process ${pid} lives on ${seconds} s without memory`);
    try {
      const used = Number(fs.readFileSync(path.join(folder, usage), 'utf8'));
      share = share > 1 ? 0.95 : share + 0.01;
      fs.writeFileSync(path.join(folder, limit), String(Math.floor(used * share)));
    } catch (error) {
      // Version 1 refuses what it cannot reclaim at once, and the group goes with its container.
      if (!isRefusal(error)) throw error;
    }
    await sleep(50);
  }
}

function memoryGroup(pid: number): string {
  const groups = fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  const memory = /^\d+:(?:\S+,)?memory(?:,\S+)?:(.*)$/m.exec(groups)?.[1];
  if (memory !== undefined) return path.join('/sys/fs/cgroup/memory', memory);
  return path.join('/sys/fs/cgroup', /^0::(.*)$/m.exec(groups)?.[1] ?? '');
}

function isRefusal(error: unknown): boolean {
  // Tests have an Error of their own.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'EBUSY' || code === 'ENOENT' || code === 'ENODEV';
}
