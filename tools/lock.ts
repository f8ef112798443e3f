import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process with this id exists (zombies count as ended). */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return !fs.existsSync('/proc/self/stat');
  }
}

function tryLock(file: string): boolean {
  // A hard link appears together with its content; an exclusively created file
  // is empty for a moment, and another process would take it for a stale one.
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, String(process.pid));
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function removeIfStale(file: string): void {
  let owner: string;
  try {
    owner = fs.readFileSync(file, 'utf8');
  } catch {
    return;
  }
  if (isRunning(Number(owner))) return;
  // Renaming first: of several processes that see the stale lock, one moves it.
  const stale = `${file}.stale.${process.pid}`;
  try {
    fs.renameSync(file, stale);
    if (fs.readFileSync(stale, 'utf8') !== owner) fs.linkSync(stale, file);
  } catch {
    // Another process was quicker.
  }
  fs.rmSync(stale, { force: true });
}

/**
 * Runs `work` while holding the lock `file`. A lock whose owner has died is
 * taken over.
 *
 * @param onWait - called once when another process holds the lock
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let waited = false; !tryLock(file); waited = true) {
    if (!waited) onWait();
    removeIfStale(file);
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}
