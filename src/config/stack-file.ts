/** Reads `Pulumi.<stack>.yaml`, the only place a stack is described, without Pulumi. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mappingOf } from './mapping';
import { parseWithFound } from './parse';
import { ConfigError, formatPath, type Found, isSecretKey, type Problem } from './problem';
import type { StackConfig } from './schema';
import { projectFileProblems, projectName, stackFileBytes, stackFileName } from './stack-folder';
import { keyProblems, prefixOf, PROJECT, SECRETS_KEY, topLevelProblems } from './stack-keys';
import { type ReadCopies, withNamedFiles } from './stack-neighbours';
import { secretProblems } from './stack-secrets';
import { knownKeys } from './suggest';
import { readYaml, type YamlFault } from '../syntax/yaml';

/** What a stack file says of this project, and what of it is wrong whatever it says. */
interface StackFile {
  /** Key of `config` → value. */
  readonly entries: readonly (readonly [string, unknown])[];
  readonly found: readonly Found[];
}

/**
 * Loads one stack.
 *
 * @param directory - where the stack files are.
 * @param stack - `dev`, `staging`, `prod`, …
 * @throws ConfigError with every problem of the file.
 */
export function loadStackConfig(directory: string, stack: string): StackConfig {
  return loadStackWith(directory, stack);
}

/**
 * {@link loadStackConfig} with rule files of ConfigMaps from elsewhere than beside the stack file.
 *
 * @throws ConfigError with every problem of the file, and of these.
 */
export function loadStackWith(directory: string, stack: string, readCopies?: ReadCopies): StackConfig {
  const { entries, found } = readStackFile(directory, stack);
  return parseStackEntries(stackFileName(stack), entries, directory, found, readCopies);
}

/**
 * Reads a stack's file as far as its keys; Pulumi hands over the values, and is silent about all else of it.
 *
 * @throws ConfigError where it cannot be read, or is no YAML.
 */
export function readStackFile(directory: string, stack: string): StackFile {
  const source = stackFileName(stack);
  const { value, faults } = readYaml(stackFileBytes(directory, stack));
  if (value === undefined)
    throw new ConfigError(
      source,
      faults.map((fault) => yamlProblem(fault, '')),
    );
  const document = mappingOf(value);
  const config = document?.['config'];
  const entries = Object.entries(mappingOf(config) ?? {});
  const sections = sectionsOf(entries);
  // A config of which nothing is set yet is a mapping, too.
  const hasConfig = config === null || mappingOf(config) !== undefined;
  return {
    entries,
    found: [
      ...projectFileProblems(directory, stack).map((problem) => ({ problem })),
      ...(hasConfig ? [] : [{ problem: noConfig(document === undefined ? value : config), doubts: [] }]),
      ...faults.flatMap((fault) => yamlFound(fault, sections)),
      ...topLevelProblems(document ?? {}),
      ...entryProblems(entries, directory),
    ],
  };
}

function noConfig(value: unknown): Problem {
  const nothing = value === null ? '(an empty file)' : '(missing)';
  return {
    path: 'config',
    received: value === null || value === undefined ? nothing : `(a ${Array.isArray(value) ? 'list' : typeof value})`,
    rule: `a stack file has a mapping config with keys of this project, ${PROJECT}:environment at least`,
    remedy: `write config: and below it, indented, ${PROJECT}:environment: dev, staging or prod`,
  };
}

/** Faults of what this project reads, and those for which nothing is read; all else is whose it is. */
function yamlFound(fault: YamlFault, sections: Sections): readonly Found[] {
  const [top, key, ...inner] = fault.path;
  if (top !== 'config' || typeof key !== 'string' || prefixOf(key) !== 'own') {
    const isRead = fault.affects === 'text' || (fault.affects === 'key' && inner.length === 0);
    return isRead ? [{ problem: yamlProblem(fault, formatPath(fault.path)) }] : [];
  }
  const path = [sectionOf(key), ...inner];
  const siblings = knownKeys(path.slice(0, -1), Object.fromEntries(sections));
  // What stands at a key that nobody knows may be anything, a secret too.
  const isShown = siblings.includes(String(path.at(-1))) && !path.some((part) => isSecretKey(String(part)));
  const problem = yamlProblem(fault, formatPath(path), isShown ? fault.written : undefined);
  return [{ problem, ...(fault.affects === 'key' ? {} : { doubts: path }) }];
}

function yamlProblem({ position, rule, remedy }: YamlFault, path: string, shown = '(not shown)'): Problem {
  return { path: path === '' ? position : `${position}: ${path}`, received: shown, rule, remedy };
}

/**
 * What is wrong with a stack's file, whatever its values are: Pulumi hands over values alone.
 *
 * @returns nothing where there is no such file: Pulumi takes another one by `--config-file`.
 */
export function stackFileProblems(directory: string, stack: string): readonly Found[] {
  return existsSync(join(directory, stackFileName(stack))) ? readStackFile(directory, stack).found : [];
}

/**
 * The step that the stack file and Pulumi's own config share: keys of this project, without the secrets, validated.
 *
 * @param entries - `spywatcher-logs:retention` → value; keys of other programs are left alone.
 * @param directory - where the stack file is: rule files and dashboards are named from there.
 * @param found - what is already known to be wrong with the file.
 * @param readCopies - finds rule files of ConfigMaps. @default - their copies beside the stack file
 */
export function parseStackEntries(
  source: string,
  entries: readonly (readonly [string, unknown])[],
  directory: string,
  found: readonly Found[] = [],
  readCopies?: ReadCopies,
): StackConfig {
  const sections = sectionsOf(entries);
  const written = sections
    .filter(([name]) => name !== SECRETS_KEY)
    .map(([name, value]) => ({ name, ...withNamedFiles(name, value, directory, readCopies) }));
  return parseWithFound(
    source,
    Object.fromEntries(written.map(({ name, section }) => [name, section])),
    distinct([...found, ...entryProblems(entries, directory), ...written.flatMap((section) => section.found)]),
  );
}

type Sections = readonly (readonly [name: string, value: unknown])[];

function entryProblems(entries: Sections, directory: string): readonly Found[] {
  const keys = entries.map(([key]) => key);
  return [...keyProblems(keys, projectName(directory)), ...secretProblems(sectionsOf(entries))];
}

/** The same may be known of the file, and of what Pulumi hands over. */
function distinct(found: readonly Found[]): readonly Found[] {
  return [...new Map(found.map((each) => [`${each.problem.path}\n${each.problem.rule}`, each])).values()];
}

function sectionOf(key: string): string {
  return key.slice(PROJECT.length + 1);
}

/** Sections of this project. A section may be JSON, as `pulumi config set` without `--path` writes it and Pulumi hands it over. */
function sectionsOf(entries: Sections): Sections {
  return entries
    .filter(([key]) => prefixOf(key) === 'own')
    .map(([key, value]) => [sectionOf(key), structured(value)] as const);
}

function structured(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
