/** Commands that are run to their end, and progress for a person. */
import { spawn } from 'node:child_process';

/** Where progress goes, one line at a time. */
export type Log = (line: string) => void;

/** Progress for a person: each line with the seconds since this was called. */
export function progress(): Log {
  const started = Date.now();
  return (line) => {
    const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
}

/** How a command is run. */
export interface RunOptions {
  /** Text for its standard input. @default - none */
  readonly input?: string;
  /** Seconds until it is killed. @default 60 */
  readonly timeout?: number;
  /** Its environment. @default - this process's own */
  readonly env?: NodeJS.ProcessEnv;
}

/** What a command that ended has left. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its exit code. */
export async function attempt(
  command: string,
  args: readonly string[],
  { input, timeout = 60, env = process.env }: RunOptions = {},
): Promise<Result> {
  const child = spawn(command, args, { stdio: 'pipe', env, timeout: timeout * 1000 });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that does not read its input to the end is no error of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`cannot run ${command}: ${error.message}`)));
    child.once('close', (status, signal) => {
      if (signal !== null) stderr += `${command} ended by ${signal} (limit ${timeout} s)`;
      resolve(status ?? 1);
    });
  });
  return { code, stdout, stderr };
}

/** Runs a command and returns its standard output; a failure is an error that quotes what it said. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, args, options);
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed (${code}): ${stderr.trim() || stdout}`);
  }
  return stdout;
}
