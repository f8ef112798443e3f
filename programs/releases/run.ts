/** Runs a program to its end. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const SECONDS = 180;

/**
 * What the program writes to its standard output.
 *
 * @throws Error that quotes the last line that it wrote to its standard error.
 */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  try {
    const { stdout } = await execute(program, args, {
      env: process.env,
      timeout: SECONDS * 1000,
      maxBuffer: 2 ** 26,
      ...(cwd === undefined ? {} : { cwd }),
    });
    return stdout;
  } catch (error) {
    const { stderr = '', killed = false } = error as { readonly stderr?: string; readonly killed?: boolean };
    const last = stderr.trim().split('\n').pop() ?? '';
    const reason = killed
      ? `no answer within ${SECONDS} s`
      : last || (error instanceof Error ? error.message : String(error));
    throw new Error(`${[program, ...args.slice(0, 2)].join(' ')}: ${reason}`, { cause: error });
  }
}
