/** Real programs run by tests: found or built, started, and stopped by their process id. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, chownSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureTools, type ToolName } from '../tools/build';
import { waitFor } from './wait';

/** A first run may have to build the programs from their Go modules. */
export const BUILD_TIMEOUT = 30 * 60_000;

/** Some id that owns nothing: what a program can do as this user, it can do in a pod without root. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** One line on the console at once; Jest's own console waits for the end of the file. */
export function say(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

/** Absolute paths of real programs; says what is being built if they are not there yet. */
export function programs<N extends ToolName>(...names: readonly N[]): Promise<Record<N, string>> {
  return ensureTools(names, say);
}

/** A program of the system. Its folder may be missing from an ordinary user's PATH. */
export const SYSTEM_PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** A new temporary folder that {@link startProgram}'s unprivileged user may write to. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `spywatcher-logs-${name}-`));
  chmodSync(folder, 0o755);
  give(folder);
  return folder;
}

/** Makes a file or folder the unprivileged user's. */
export function give(path: string): void {
  if (isRoot) chownSync(path, NOBODY, NOBODY);
}

/** Removes what {@link temporaryFolder} made. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Jest's number of this process, from 0. */
const WORKER = (Number(process.env['JEST_WORKER_ID'] ?? 1) - 1) % 4;
/**
 * Where the ports of this process begin. They are below those that the system gives to outgoing connections. Each of Jest's
 * workers has its own, and so has a run of Jest beside another one, for which bin/verify.js sets the variable: nobody takes
 * one before the program that it is for has opened it.
 */
const PORTS_PER_WORKER = 4_000;
const FIRST_PORT = 12_000 + Number(process.env['TEST_PORT_RANGE'] ?? WORKER) * PORTS_PER_WORKER;
let portsGiven = randomInt(PORTS_PER_WORKER);

/** TCP ports on the loopback address that nothing listens on. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries > PORTS_PER_WORKER) throw new Error(`no ${count} ports are free from ${FIRST_PORT} on`);
    portsGiven = (portsGiven + 1) % PORTS_PER_WORKER;
    const port = FIRST_PORT + portsGiven;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: string;
  /** Run without root's rights where the test has them. */
  readonly unprivileged?: boolean;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const spawnOptions = ({ env, unprivileged }: RunOptions) => ({
  env: { PATH: SYSTEM_PATH, HOME: tmpdir(), ...env },
  ...(unprivileged === true && isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
});

/** Runs a program to its end, whatever its exit code. */
export async function run([program = '', ...args]: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(program, args, { ...spawnOptions(options), stdio: 'pipe' });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  child.stdin.on('error', () => undefined); // a program may end without reading its input
  child.stdin.end(options.input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, ...text };
}

export interface RunningProgram {
  readonly pid: number;
  /** Everything it has written so far. */
  readonly output: () => string;
  /** Its exit code once it has ended; `undefined` while it runs. */
  readonly exitCode: () => number | null | undefined;
  /** Asks it to end, and waits until it has; after `patience` seconds it is killed. @default - SIGTERM, 15 s */
  readonly stop: (signal?: NodeJS.Signals, patience?: number) => Promise<number | null>;
}

/** Starts a program that runs until it is stopped; its output goes to `logFile`. */
export function startProgram(
  [program = '', ...args]: readonly string[],
  logFile: string,
  options: RunOptions = {},
): RunningProgram {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o666);
  // Opened again by path as /dev/stdout, maybe by another user.
  give(logFile);
  const child = spawn(program, args, { ...spawnOptions(options), stdio: ['ignore', log, log] });
  closeSync(log);
  let code: number | null | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      say(`${program}: ${error.message}`);
      code ??= null;
      resolve();
    });
    child.once('exit', (status) => {
      code = status;
      resolve();
    });
  });
  // A test run that dies leaves nothing behind.
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  return {
    pid: child.pid ?? 0,
    output: () => readFileSync(logFile, 'utf8'),
    exitCode: () => code,
    stop: async (signal = 'SIGTERM', patience = 15) => {
      if (code === undefined) child.kill(signal);
      const late = setTimeout(killNow, patience * 1000);
      await ended;
      clearTimeout(late);
      process.removeListener('exit', killNow);
      return code ?? null;
    },
  };
}

/**
 * Waits until `missing` finds nothing missing; says every few seconds what is.
 *
 * @throws Error with what is still missing, and the last words of `program`, after `seconds` or as soon as it has ended.
 */
export async function until(
  what: string,
  missing: () => Promise<string | undefined> | string | undefined,
  { seconds = 30, program }: { readonly seconds?: number; readonly program?: RunningProgram } = {},
): Promise<void> {
  await waitFor({
    what,
    missing,
    timeout: seconds,
    log: say,
    interval: 50,
    hopeless: () => (program?.exitCode() === undefined ? undefined : 'it has ended'),
    lastWords: () => program?.output().trimEnd().split('\n').slice(-15).join('\n') ?? '',
  });
}
