/** Stack config as written → {@link StackConfig}, or every problem at once. */
import type { z } from 'zod';
import { withDerived } from './derived';
import { isMapping } from './mapping';
import { describeIssue, preciseIssues } from './shape-problems';
import { ConfigError, type Found, formatPath, valueAt } from './problem';
import { rulesOf } from './rules';
import { type ParsedConfig, type StackConfig, type StackConfigInput, stackConfigSchema } from './schema';
import { closest, knownKeys } from './suggest';

/**
 * Validates, fills in defaults, freezes.
 *
 * @param source - what is being read, for the report: a file name or a stack name.
 * @param input - the config as written; unknown, because it comes from a file.
 * @throws ConfigError with all problems: those of the shape, and those of the rules whose fields are themselves right.
 */
export function parseStackConfig(source: string, input: unknown): StackConfig {
  return parseWithFound(source, input, []);
}

/** {@link parseStackConfig}, where something is already known to be wrong. */
export function parseWithFound(source: string, input: unknown, found: readonly Found[]): StackConfig {
  const shape = stackConfigSchema.safeParse(input);
  const known = found.flatMap(({ doubts }) => (doubts === undefined ? [] : [formatPath(doubts)]));
  const issues = shape.success ? [] : preciseIssues(shape.error.issues, input);
  const { parsed, doubtful } = shape.success ? { parsed: shape.data, doubtful: [] } : rightParts(input, issues);
  const config = parsed === undefined ? undefined : withDerived(parsed);
  const inDoubt = (path: string): boolean => [...doubtful, ...known].some((bad) => overlaps(path, bad));
  const problems = [
    ...found.map(({ problem }) => problem),
    ...issues
      .filter(({ path }) => !known.some((bad) => isInside(formatPath(path), bad)))
      .flatMap((issue) => describeIssue(issue, input)),
    ...(config === undefined
      ? []
      : rulesOf(config)
          .filter(({ reads }) => !reads.some(inDoubt))
          .flatMap(({ check }) => check(config, input))),
  ];
  if (config === undefined || problems.length > 0) throw new ConfigError(source, problems);
  return deepFreeze(config);
}

/**
 * A stack config written in a program instead of a stack file: the editor knows its fields, and the rules are the same.
 *
 * @throws ConfigError with all problems.
 */
export function stackConfig(input: StackConfigInput): StackConfig {
  return parseStackConfig('stackConfig()', input);
}

interface RightParts {
  /** What is right, with defaults for the rest; undefined if nothing is. */
  readonly parsed: ParsedConfig | undefined;
  /** Paths whose values are not the writer's: a rule that reads one of them has nothing to say. */
  readonly doubtful: readonly string[];
}

/** Leaves out what is wrong and, where a part cannot stand without it, that part too, until the rest is a config. */
function rightParts(input: unknown, issues: readonly z.core.$ZodIssue[]): RightParts {
  if (!isMapping(input)) return { parsed: undefined, doubtful: [] };
  // The one field without a default.
  const rest: Record<PropertyKey, unknown> = { environment: 'dev', ...(copyOf(input) as object) };
  const doubtful = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? misspelt(issue, input) : [formatPath(issue.path)],
  );
  let wrong = issues;
  for (;;) {
    const removed = wrong.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => remove(rest, [...issue.path, key]))
        : [remove(rest, issue.path)],
    );
    doubtful.push(...removed.filter((path) => path.length > 0).map(formatPath));
    rest['environment'] ??= 'dev';
    const shape = stackConfigSchema.safeParse(rest);
    if (shape.success) return { parsed: shape.data, doubtful };
    if (removed.every((path) => path.length === 0)) return { parsed: undefined, doubtful };
    wrong = shape.error.issues;
  }
}

/** An unknown key that looks like a known one puts that one in doubt, if it is not there as well. */
function misspelt({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, input: unknown): readonly string[] {
  return keys.flatMap((key) => {
    const similar = closest(key, knownKeys(path, input));
    const isFree = similar !== undefined && valueAt(input, [...path, similar]) === undefined;
    return isFree ? [formatPath([...path, similar])] : [];
  });
}

/** Removes the value at `path`, or the nearest mapping's entry around it; gives the path of what was removed. */
function remove(root: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined) return [];
  return isMapping(parent) && Reflect.has(parent, key) && Reflect.deleteProperty(parent, key)
    ? path
    : remove(root, path.slice(0, -1));
}

/** Whether one of two paths of a config is the other one, or inside of it. */
export function overlaps(a: string, b: string): boolean {
  return isInside(a, b) || isInside(b, a);
}

/** Everything is inside of the whole config. */
function isInside(inner: string, outer: string): boolean {
  return outer === '' || inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  return isMapping(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]))
    : value;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
