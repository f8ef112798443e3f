/** CPU time and memory of a process, of Linux' /proc. */
import { readFileSync } from 'node:fs';

/** The kernel counts CPU in hundredths of a second. */
const TICKS = 100;

/** Seconds of all cores since its start. */
export function cpuSeconds(pid: number): number {
  // After the name, which is in parentheses: state, …, utime and stime are the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
