/** Reads `Pulumi.<stack>.yaml`, the only place a stack is described, without Pulumi. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
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
  const document: unknown = parseYaml(readFileSync(join(directory, file), 'utf8'));
  const entries = Object.entries(asRecord(asRecord(document)['config']));
  return parseStackEntries(file, entries);
}

/**
 * The step that the stack file and Pulumi's own config share: keys of this project, without the secrets, validated.
 *
 * @param entries - `spywatcher-logs:retention` → value; keys of other namespaces are left alone.
 */
export function parseStackEntries(source: string, entries: readonly (readonly [string, unknown])[]): StackConfig {
  const own = entries
    .filter(([key]) => key.startsWith(`${PROJECT}:`))
    .map(([key, value]) => [key.slice(PROJECT.length + 1), value] as const);
  const readable = unencrypted(own);
  if (readable.length > 0) throw new ConfigError(source, readable);
  return parseStackConfig(source, Object.fromEntries(own.filter(([key]) => key !== SECRETS_KEY)));
}

/** A secret in plain text in a stack file is refused before anything else is looked at. */
function unencrypted(entries: readonly (readonly [string, unknown])[]): readonly Problem[] {
  const visit = (path: string, value: unknown): readonly Problem[] => {
    if (typeof value === 'object' && value !== null && !('secure' in value)) {
      return Object.entries(value).flatMap(([key, inner]) => visit(`${path}.${key}`, inner));
    }
    return typeof value === 'object' && value !== null
      ? []
      : [
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

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
