/** The namespaces that the cluster lives in. */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CNI_RECORDS, inState, KUBELET_ROOT, NAME, NODE_FOLDERS, onHost, REPLACED_FOLDERS, STATE } from './layout';
import { childOf, environment, lastWords, liveProcess, prepareLog, recordProcess, spawnDetached } from './process';
import { run } from './shell';

/**
 * The cluster lives in a mount, network and PID namespace of its own, held by
 * one process. When that process ends, however it ends, the kernel kills
 * everything inside and drops every mount and network device: nothing that
 * containerd, kubelet or a pod has made can be left behind.
 */
const HOLDER = 'namespace';

/** Process id of the namespaces' first process, if they exist. */
export function holderPid(): number | undefined {
  return liveProcess(HOLDER)?.pid;
}

/** The command that runs `command` inside the cluster's namespaces. */
export function inside(command: readonly string[], { network = true } = {}): string[] {
  const pid = holderPid();
  if (pid === undefined) throw new Error('the local cluster is not running');
  const spaces = ['--mount', '--pid', ...(network ? ['--net'] : [])];
  return ['nsenter', `--target=${pid}`, ...spaces, '--', ...command];
}

/** Runs a command inside the cluster's namespaces; see {@link run}. */
export function runInside(command: readonly string[], timeout?: number): Promise<string> {
  const [program = '', ...args] = inside(command);
  return run(program, args, timeout === undefined ? {} : { timeout });
}

/** The process id, as the host sees it, of the process that is `inner` inside. */
function outerPid(inner: string, pidNamespace: string): number | undefined {
  return inhabitants(pidNamespace).find((pid) => {
    try {
      const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
      return /^NSpid:.*\s(\d+)$/m.exec(status)?.[1] === inner;
    } catch {
      return false; // it has just ended
    }
  });
}

/**
 * Starts a long-running process inside and records it under `name`. It is
 * handed to the namespace's first process, so nothing of it stays outside.
 */
export async function startInside(
  name: string,
  command: readonly string[],
  options: { readonly network?: boolean } = {},
): Promise<void> {
  const log = prepareLog(name);
  const script = 'log=$1; shift; setsid "$@" </dev/null >>"$log" 2>&1 & echo $!';
  const [enter = '', ...args] = inside(['sh', '-c', script, 'sh', log, ...command], options);
  const inner = (await run(enter, args, { env: environment() })).trim();
  const pid = outerPid(inner, pidNamespaceOf(holderPid() ?? process.pid));
  if (pid === undefined) throw new Error(`${name} ended at once: ${lastWords(name)}`);
  recordProcess(name, pid, command);
}

/** Creates the namespaces, with a /run of their own so that no socket collides with the host's. */
export async function createNamespaces(pause: string): Promise<void> {
  const unshare = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  // The program ignores the name. It tells whose first process this is when the record is lost.
  const parent = spawnDetached(HOLDER, [...unshare, pause, NAME]);
  recordProcess(HOLDER, await childOf(parent, HOLDER), [pause, NAME]);
  for (const folder of NODE_FOLDERS) fs.mkdirSync(onHost(folder), { recursive: true });
  const binds = REPLACED_FOLDERS.length > 0 ? replaceFolders() : bindFolders();
  const mounts = ['mount -t tmpfs -o mode=755 run /run', ...binds, 'mount --make-rshared /'];
  await runInside(['sh', '-euc', mounts.join('\n')]);
}

function bindFolders(): string[] {
  return [KUBELET_ROOT, CNI_RECORDS].map((folder) => {
    const source = inState(folder.replace('/var/lib/', ''));
    fs.mkdirSync(source, { recursive: true });
    return `mount --bind ${source} ${folder}`;
  });
}

/**
 * Replaces whole folders instead of single ones in them. If another cluster removes the folder that something is mounted
 * on, the kernel drops that mount in every namespace.
 */
function replaceFolders(): string[] {
  const state = onHost(STATE);
  fs.mkdirSync(state, { recursive: true });
  return [
    // The state folder is inside one of the replaced folders.
    `mount --bind ${STATE} ${state}`,
    ...REPLACED_FOLDERS.map((folder) => `mount --rbind ${inState('node', folder)} ${folder}`),
  ];
}

const pidNamespaceOf = (pid: number | 'self'): string => fs.readlinkSync(`/proc/${pid}/ns/pid`);

/** Processes inside a PID namespace, seen from the host. */
function inhabitants(pidNamespace: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return fs.readlinkSync(`/proc/${pid}/ns/pid`) === pidNamespace;
      } catch {
        return false;
      }
    });
}

/** The host's process that waits for the end of `pid`, unless that is the host's first one. */
function parentOf(pid: number): number | undefined {
  const parent = Number(/^PPid:\s(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return parent > 1 ? parent : undefined;
}

/** Kills the first process of a PID namespace, and waits until all others have ended as well. */
export async function destroyNamespace(first: number): Promise<void> {
  const pidNamespace = pidNamespaceOf(first);
  if (pidNamespace === pidNamespaceOf('self')) {
    throw new Error(`process ${first} shares our PID namespace: it is not the cluster's`);
  }
  const parent = parentOf(first);
  process.kill(first, 'SIGKILL');
  for (let waited = 0; inhabitants(pidNamespace).length > 0; waited += 50) {
    if (waited > 20_000) throw new Error(`processes do not end: ${inhabitants(pidNamespace).join(', ')}`);
    await sleep(50);
  }
  // It has ended with its child, but stays in the process table until the host's first process looks.
  for (let waited = 0; parent !== undefined && waited < 5000; waited += 50) {
    if (!fs.existsSync(`/proc/${parent}`)) break;
    await sleep(50);
  }
}

/** Ends everything that runs inside and waits until the last process is gone. */
export async function destroyNamespaces(): Promise<void> {
  const pid = holderPid();
  if (pid !== undefined) await destroyNamespace(pid);
}
