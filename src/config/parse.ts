/** Stack config as written → {@link StackConfig}, or every problem at once. */
import type { z } from 'zod';
import { ConfigError, formatPath, formatReceived, type Problem } from './problem';
import { rules } from './rules';
import { type StackConfig, stackConfigSchema } from './schema';
import { closest, knownKeys } from './suggest';

/**
 * Validates, fills in defaults, freezes.
 *
 * @param source - what is being read, for the report: a file name or a stack name.
 * @param input - the config as written; unknown, because it comes from a file.
 * @throws ConfigError with all problems: those of the shape, and those of the rules whose fields are themselves right.
 */
export function parseStackConfig(source: string, input: unknown): StackConfig {
  const shape = stackConfigSchema.safeParse(input);
  const problems = shape.success ? [] : shape.error.issues.flatMap((issue) => describe(issue, input));
  // Rules still run on what is right: the wrong parts are left out, so that their defaults stand in.
  const whole = shape.success ? shape : stackConfigSchema.safeParse(withoutWrongParts(input, shape.error.issues));
  if (whole.success) {
    const wrong = shape.success ? [] : shape.error.issues.map((issue) => formatPath(issue.path));
    const config = whole.data;
    problems.push(
      ...rules
        .filter(({ reads }) => !reads.some((path) => wrong.some((bad) => overlaps(path, bad))))
        .flatMap(({ check }) => check(config)),
    );
  }
  if (problems.length > 0 || !whole.success) throw new ConfigError(source, problems);
  return deepFreeze(whole.data);
}

function describe(issue: z.core.$ZodIssue, input: unknown): readonly Problem[] {
  const path = formatPath(issue.path);
  const received = formatReceived(valueAt(input, issue.path));
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(issue.path);
      return issue.keys.map((key) => {
        const similar = closest(key, known);
        return {
          path: formatPath([...issue.path, key]),
          received: formatReceived(valueAt(input, [...issue.path, key])),
          rule: `a known key: ${known.join(', ')}`,
          remedy: similar === undefined ? 'remove it' : `did you mean ${formatPath([...issue.path, similar])}?`,
        };
      });
    }
    case 'custom':
      return [
        {
          path,
          received,
          rule: String(issue.params?.['rule'] ?? issue.message),
          remedy: String(issue.params?.['remedy'] ?? 'see docs/reference/config.md'),
        },
      ];
    case 'invalid_value': {
      const values = issue.values.map(String);
      const similar = closest(received.replaceAll('"', ''), values);
      return [
        {
          path,
          received,
          rule: `one of ${values.join(', ')}`,
          remedy: similar === undefined ? `write ${values.join(' or ')}` : `did you mean ${similar}?`,
        },
      ];
    }
    case 'invalid_type':
      return [
        received === '(missing)'
          ? { path, received, rule: `required, of type ${issue.expected}`, remedy: `add ${path}` }
          : { path, received, rule: `of type ${issue.expected}`, remedy: `write a value of type ${issue.expected}` },
      ];
    case 'invalid_union':
      return [
        {
          path,
          received,
          rule: issue.message === 'Invalid input' ? 'one of the allowed forms' : issue.message,
          remedy: 'see docs/reference/config.md',
        },
      ];
    default:
      return [{ path, received, rule: issue.message, remedy: 'see docs/reference/config.md' }];
  }
}

function overlaps(a: string, b: string): boolean {
  const inside = (inner: string, outer: string): boolean =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return b === '' || inside(a, b) || inside(b, a);
}

function withoutWrongParts(input: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(input);
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') issue.keys.forEach((key) => remove(copy, [...issue.path, key]));
    else remove(copy, issue.path);
  }
  // The one field without a default; rules that read it are left out above.
  return isRecord(copy) && copy['environment'] === undefined ? { ...copy, environment: 'dev' } : copy;
}

function remove(root: unknown, path: readonly PropertyKey[]): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (key !== undefined && isRecord(parent)) Reflect.deleteProperty(parent, key);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined),
    root,
  );
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
