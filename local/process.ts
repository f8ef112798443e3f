/** Processes of the cluster: started, recorded, found again and ended. */
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../tools/cache';
import { IP_VARIABLE } from './ip';
import { INSTANCE_VARIABLE } from './instance';
import { inRun, LOGS } from './layout';

/** The record of a process: enough to tell it from any other. */
export interface ProcessRecord {
  readonly pid: number;
  /** Boot and start time: a process id alone may have been given to another process since. */
  readonly identity: string;
  /** The command it was started with. */
  readonly command: readonly string[];
}

/** Boot id and start time of a live process; `undefined` for none and for a zombie. */
export function identityOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return status === 0 ? String(stdout).trim() : undefined;
  }
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

const recordFile = (name: string): string => inRun(`${name}.json`);

/** What was recorded under `name`, if that process still lives. */
export function liveProcess(name: string): ProcessRecord | undefined {
  let record: ProcessRecord;
  try {
    record = JSON.parse(fs.readFileSync(recordFile(name), 'utf8')) as ProcessRecord;
  } catch {
    return undefined;
  }
  return identityOf(record.pid) === record.identity ? record : undefined;
}

/** Records a process under `name`. */
export function recordProcess(name: string, pid: number, command: readonly string[]): void {
  const identity = identityOf(pid);
  if (identity === undefined) throw new Error(`${name} ended at once; see ${logFile(name)}`);
  fs.mkdirSync(path.dirname(recordFile(name)), { recursive: true });
  const record: ProcessRecord = { pid, identity, command };
  fs.writeFileSync(recordFile(name), JSON.stringify(record), { mode: 0o600 });
}

/** The names under which processes are recorded, dead or alive. */
export function recordedProcesses(): string[] {
  if (!fs.existsSync(inRun())) return [];
  return fs
    .readdirSync(inRun())
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'));
}

/** Removes the folder of the records if no process is recorded any more. */
export function forgetEndedProcesses(): void {
  if (recordedProcesses().length === 0) fs.rmSync(inRun(), { recursive: true, force: true });
}

/** Where the process `name` writes. */
export const logFile = (name: string): string => path.join(LOGS, `${name}.log`);

/** The last lines that the process `name` wrote. */
export function lastWords(name: string, lines = 5): string {
  try {
    return fs.readFileSync(logFile(name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/** Environment of the cluster's processes. The user's variables, such as a proxy, must not change what the cluster does. */
export function environment(): NodeJS.ProcessEnv {
  const { HOME = '/root', PATH = '' } = process.env;
  const chosen = [INSTANCE_VARIABLE, IP_VARIABLE].map((name) => [name, process.env[name] ?? ''] as const);
  return {
    HOME,
    PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${PATH}`,
    ...Object.fromEntries(chosen.filter(([, value]) => value !== '')),
  };
}

/** Creates the folder of the log files; returns the file of `name`. */
export function prepareLog(name: string): string {
  fs.mkdirSync(LOGS, { recursive: true });
  return logFile(name);
}

/** Starts a process that outlives this one, writing to a log file. */
export function spawnDetached(
  name: string,
  command: readonly string[],
  { logTo = prepareLog(name), env = environment() } = {},
): number {
  const [program, ...args] = command;
  if (program === undefined) throw new Error(`no command for ${name}`);
  const log = fs.openSync(logTo, 'a');
  try {
    const child = spawn(program, args, {
      detached: true,
      cwd: '/',
      env,
      stdio: ['ignore', log, log],
    });
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`cannot run ${program} (${name})`);
    return child.pid;
  } finally {
    fs.closeSync(log);
  }
}

/** The first child of a process, waiting a moment for it to appear. */
export async function childOf(pid: number, name: string): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
      if (children !== '') return Number(children.split(' ')[0]);
    } catch {
      break;
    }
    await sleep(25);
  }
  throw new Error(`${name} did not start: ${lastWords(name)}`);
}

/** Ends a recorded process and waits until it is gone. */
export async function killProcess(name: string, signal: NodeJS.Signals): Promise<void> {
  const started = Date.now();
  for (let record = liveProcess(name); record !== undefined; record = liveProcess(name)) {
    const late = Date.now() - started > 10_000;
    try {
      process.kill(record.pid, late ? 'SIGKILL' : signal);
    } catch {
      // It ended in between.
    }
    if (Date.now() - started > 20_000) throw new Error(`${name} (${record.pid}) does not end`);
    await sleep(50);
  }
  fs.rmSync(recordFile(name), { force: true });
}

/** A compiled program of this folder. Tests run from the sources, but Node.js cannot. */
export function ownProgram(name: string): string {
  return path.join(projectRoot(), 'lib', 'local', `${name}.js`);
}
