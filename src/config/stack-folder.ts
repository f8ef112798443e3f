/** The folder in which the stack files are, beside Pulumi.yaml: which file is a stack's, and which is nobody's. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, formatReceived, type Problem } from './problem';
import { PROJECT_FILE, prefixOf } from './stack-keys';
import { closest } from './suggest';
import { readYaml } from '../syntax/yaml';

/** Letters that Pulumi takes in the name of a stack; not a dot first, for the name is that of a folder. */
const STACK_FILE = /^Pulumi\.([A-Za-z0-9_-][\w.-]*)\.yaml$/;
/** Where Pulumi keeps a stack's settings for Pulumi Deployments. */
const DEPLOYMENT_SETTINGS = /^Pulumi\..+\.deploy\.yaml$/;
/** Whoever wrote it takes it for a stack file or the project file. */
const LOOKS_LIKE_ONE = /^pulumi\.(?:.*\.)?(?:ya?ml|json)$/i;

export function stackFileName(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** Names of the stacks that have a file in `directory`. */
export function stackNames(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((file) => !DEPLOYMENT_SETTINGS.test(file))
    .flatMap((file) => STACK_FILE.exec(file)?.[1] ?? [])
    .sort();
}

/** Files that look like a stack's and that neither cdk8s nor Pulumi would read; and a folder without any stack. */
export function folderProblems(directory: string): readonly Problem[] {
  const misnamed = misnamedFiles(directory).map(({ file, meant }) => ({
    path: file,
    received: '(a file that nobody reads)',
    rule: 'a stack file is named Pulumi.<stack>.yaml: letters, digits, hyphens, underscores and dots',
    remedy: `rename it to ${meant}, or remove it`,
  }));
  if (misnamed.length > 0 || stackNames(directory).length > 0) return misnamed;
  return [
    {
      path: stackFileName('<stack>'),
      received: '(missing)',
      rule: `a stack has a file of its own beside ${PROJECT_FILE}`,
      remedy: 'create one, for instance Pulumi.dev.yaml; docs/getting-started.md shows what it may hold',
    },
  ];
}

function misnamedFiles(directory: string): readonly { readonly file: string; readonly meant: string }[] {
  return readdirSync(directory)
    .filter(
      (file) =>
        LOOKS_LIKE_ONE.test(file) && file !== PROJECT_FILE && !STACK_FILE.test(file) && !DEPLOYMENT_SETTINGS.test(file),
    )
    .sort()
    .map((file) => {
      const name = file.replace(/^pulumi\.+/i, '').replace(/\.?(?:ya?ml|json)$/i, '');
      return { file, meant: name === '' ? PROJECT_FILE : stackFileName(name.replaceAll(/[^\w.-]/g, '-')) };
    });
}

/**
 * The bytes of a stack's file.
 *
 * @throws ConfigError where it cannot be read.
 */
export function stackFileBytes(directory: string, stack: string): Uint8Array {
  const file = stackFileName(stack);
  try {
    return readFileSync(join(directory, file));
  } catch (error) {
    const missing = isMissing(error);
    throw new ConfigError(file, [
      {
        path: file,
        received: `(${whyUnreadable(error)})`,
        rule: missing
          ? `a stack has a file of its own beside ${PROJECT_FILE}`
          : 'a stack file is a file that can be read',
        remedy: missing ? missingFileRemedy(directory, stack) : `put a file in its place, or remove it`,
      },
    ]);
  }
}

function missingFileRemedy(directory: string, stack: string): string {
  const file = stackFileName(stack);
  if (!existsSync(directory)) return `there is no folder ${directory}: check its name`;
  const names = stackNames(directory);
  const misnamed = misnamedFiles(directory).find(({ meant }) => meant === file);
  if (misnamed !== undefined) return `rename ${misnamed.file} to ${file}`;
  const similar = closest(stack, names);
  if (similar !== undefined) return `did you mean ${similar}?`;
  return `check the name of the stack (${names.length === 0 ? 'there is none' : names.join(', ')}), or create ${file}`;
}

export function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}

/**
 * Why a file could not be read, in words.
 *
 * @throws the error itself, if it is not the file system's.
 */
export function whyUnreadable(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) throw error;
  return REASONS[code] ?? `cannot be read: ${code}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'missing',
  EISDIR: 'a folder, not a file',
  ENOTDIR: 'its folder is a file',
  ELOOP: 'a link that leads to itself',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
};

function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** What of Pulumi.yaml would change a stack for `pulumi up` alone: cdk8s reads stack files only. */
export function projectFileProblems(directory: string, stack: string): readonly Problem[] {
  const { config, stackConfigDir } = projectFile(directory);
  const folder = typeof config === 'string' ? config : stackConfigDir;
  const keys = typeof config === 'object' && config !== null ? Object.keys(config) : [];
  return [
    ...(folder === undefined
      ? []
      : [
          {
            path: `${PROJECT_FILE}: ${folder === config ? 'config' : 'stackConfigDir'}`,
            received: formatReceived(folder),
            rule: `stack files are beside ${PROJECT_FILE}: cdk8s reads no other folder`,
            remedy: 'remove it, and move the stack files',
          },
        ]),
    ...keys
      .filter((key) => prefixOf(key, projectName(directory)) !== 'other')
      .map((key) => ({
        path: `${PROJECT_FILE}: config.${key}`,
        received: '(not shown)',
        rule: 'a stack is described in its own file alone: cdk8s does not read this',
        remedy: `move it to ${stackFileName(stack)}`,
      })),
  ];
}

/** Name of the project in Pulumi.yaml: a program of somebody else's has its own. */
export function projectName(directory: string): string | undefined {
  const { name } = projectFile(directory);
  return typeof name === 'string' ? name : undefined;
}

function projectFile(directory: string): Readonly<Record<string, unknown>> {
  try {
    const { value } = readYaml(readFileSync(join(directory, PROJECT_FILE)));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    // A folder of stack files need not be a project of Pulumi's.
    whyUnreadable(error);
    return {};
  }
}
