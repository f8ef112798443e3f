/** The state of the cluster's processes, for `make status`. */
import * as fs from 'node:fs';
import { holderPid } from './namespace';
import { liveProcess, recordedProcesses } from './process';

/** One line about a process: whether it runs, and how much memory it holds. */
function line(name: string): string {
  const live = liveProcess(name);
  if (live === undefined) return `${name.padEnd(24)} ended`;
  const status = fs.readFileSync(`/proc/${live.pid}/status`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  return `${name.padEnd(24)} ${String(live.pid).padStart(8)} ${(kilobytes / 1024).toFixed(0).padStart(6)} MB`;
}

/** What of the local cluster runs, one line per process. */
export function processLines(): string[] {
  if (holderPid() === undefined) return ['the local cluster is not running'];
  return recordedProcesses().sort().map(line);
}
