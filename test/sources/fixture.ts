/** What a capture brings home, and what it works with. */
import { copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../tools/cache';
import { give, run } from '../../programs/program';

/** The raw output of one program. */
export interface Fixture {
  /** Below `test/fixtures`. */
  readonly file: string;
  /** Program and version. */
  readonly program: string;
  /** What it was made to log. */
  readonly holds: string;
  readonly content: Buffer;
}

/** Makes one program log; `folder` is an empty temporary one that an unprivileged user may write to. */
export type Capture = (folder: string) => Promise<readonly Fixture[]>;

/** A file of test/sources. */
export const sourceFile = (...parts: readonly string[]): string => join(projectRoot(), 'test', 'sources', ...parts);

/** Copies a file to where the unprivileged user can reach it; the folders of the project and of the built tools may be closed. */
export function copyInto(folder: string, file: string): string {
  const copy = join(folder, basename(file));
  copyFileSync(file, copy);
  give(copy);
  return copy;
}

/** Copies a file of test/sources. */
export const copySource = (folder: string, ...parts: readonly string[]): string =>
  copyInto(folder, sourceFile(...parts));

/** What a program says of its version, on one line. */
export async function versionOf(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, { env });
  const [line = ''] = `${stdout}${stderr}`.trim().split('\n');
  if (code !== 0 || line === '') throw new Error(`${command.join(' ')} failed (${code}): ${line}`);
  return line;
}

/** A fixture from the file that a program wrote. */
export function fixture(file: string, program: string, holds: string, written: string): Fixture {
  const content = readFileSync(written);
  if (content.length === 0) throw new Error(`${program} wrote nothing for ${file}`);
  return { file, program, holds, content };
}
