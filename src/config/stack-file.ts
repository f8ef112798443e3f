/** Reads `Pulumi.<stack>.yaml`, the only place a stack is described, without Pulumi. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { parseStackConfig } from './parse';
import { ConfigError, type Problem } from './problem';
import type { StackConfig } from './schema';

/** Prefix of this project's keys in a stack file: the project name of Pulumi.yaml. */
export const PROJECT = 'spywatcher-logs';
/** The one key that holds secret values, encrypted by Pulumi. It is no part of the {@link StackConfig}. */
export const SECRETS_KEY = 'secrets';

/**
 * Loads one stack.
 *
 * @param directory - where the stack files are.
 * @param stack - `dev`, `staging`, `prod`, …
 * @throws ConfigError with every problem of the file.
 */
export function loadStackConfig(directory: string, stack: string): StackConfig {
  const file = `Pulumi.${stack}.yaml`;
  const document = parseFile(file, readStackFile(directory, file));
  const entries = Object.entries(asRecord(asRecord(document)['config']));
  return parseStackEntries(file, entries, directory);
}

function readStackFile(directory: string, file: string): string {
  try {
    return readFileSync(join(directory, file), 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new ConfigError(file, [
      {
        path: file,
        received: '(missing)',
        rule: 'a stack has a file of its own beside Pulumi.yaml',
        remedy: `check the name of the stack, or create ${file}`,
      },
    ]);
  }
}

/** YAML's own message may quote the line, and the line may hold a secret: only where and what kind is said. */
function parseFile(file: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const at = error.linePos?.[0];
    throw new ConfigError(file, [
      {
        path: at === undefined ? '(the whole file)' : `line ${at.line}, column ${at.col}`,
        received: '(not shown)',
        rule: `YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
        remedy: 'look for a missing colon, quote or space, or a key that stands there twice',
      },
    ]);
  }
}

/**
 * The step that the stack file and Pulumi's own config share: keys of this project, without the secrets, validated.
 *
 * @param entries - `spywatcher-logs:retention` → value; keys of other namespaces are left alone.
 * @param directory - where the stack file is: rule files are named from there.
 */
export function parseStackEntries(
  source: string,
  entries: readonly (readonly [string, unknown])[],
  directory: string,
): StackConfig {
  const own = entries
    .filter(([key]) => key.startsWith(`${PROJECT}:`))
    .map(([key, value]) => [key.slice(PROJECT.length + 1), value] as const);
  const readable = unencrypted(own);
  if (readable.length > 0) throw new ConfigError(source, readable);
  const written = own.filter(([key]) => key !== SECRETS_KEY);
  return parseStackConfig(
    source,
    Object.fromEntries(
      written.map(([key, value]) => [key, key === 'alerting' ? withRuleFiles(source, value, directory) : value]),
    ),
  );
}

/** `alerting` with the text of each of its files. */
function withRuleFiles(source: string, alerting: unknown, directory: string): unknown {
  const section = asRecord(alerting);
  const files = section['files'];
  if (!Array.isArray(files)) return alerting;
  return {
    ...section,
    files: files.map((file: unknown, index) => {
      const { path, content } = asRecord(file);
      if (typeof path !== 'string' || content !== undefined) return file;
      return { ...asRecord(file), content: ruleFile(source, join(directory, path), index, path) };
    }),
  };
}

function ruleFile(source: string, file: string, index: number, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!(typeof error === 'object' && error !== null && 'code' in error)) throw error;
    throw new ConfigError(source, [
      {
        path: `alerting.files[${index}].path`,
        received: JSON.stringify(path),
        rule: `a file that can be read, from the folder of the stack file (${String(error.code)})`,
        remedy: 'check the path, or create the file',
      },
    ]);
  }
}

/** A secret in plain text in a stack file is refused before anything else is looked at. */
function unencrypted(entries: readonly (readonly [string, unknown])[]): readonly Problem[] {
  const visit = (path: string, value: unknown): readonly Problem[] => {
    if (value === null || isEncrypted(value)) return [];
    if (typeof value === 'object') {
      return Object.entries(value).flatMap(([key, inner]) => visit(`${path}.${key}`, inner));
    }
    return [
      {
        path,
        received: '(a value in plain text, not shown)',
        rule: 'a secret is encrypted in a stack file',
        remedy: `pulumi config set --secret --path '${PROJECT}:${path}', and change the secret: it has been in a file`,
      },
    ];
  };
  return entries.filter(([key]) => key === SECRETS_KEY).flatMap(([key, value]) => visit(key, value));
}

/** As Pulumi writes it: `secure: v1:…` and nothing beside it. */
function isEncrypted(value: unknown): boolean {
  const entries = Object.entries(asRecord(value));
  return entries.length === 1 && entries.every(([key, inner]) => key === 'secure' && typeof inner === 'string');
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
