/** What the schema library found → a {@link Problem} in the words of a stack file. */
import type { z } from 'zod';
import { isMapping } from './mapping';
import { formatPath, formatReceived, isSecretKey, type Problem, valueAt } from './problem';
import { remedyFor } from './scalars';
import { stackConfigSchema } from './schema';
import { closest, knownKeys, refusedKey } from './suggest';

/** One issue as problems: several for unknown keys, one for all else. */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, input);
  const value = issue.code === 'invalid_key' ? issue.path.at(-1) : valueAt(input, issue.path);
  const path = issue.path.length === 0 ? '(the whole config)' : formatPath(issue.path);
  return [{ path, received: formatReceived(value), ...advice(issue, path, value, input) }];
}

/** Issues, and instead of "none of these shapes" those of the one shape that is meant. */
export function preciseIssues(issues: readonly z.core.$ZodIssue[], input: unknown): readonly z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    const meant = issue.code === 'invalid_union' ? issuesOfMeant(issue, input) : [];
    return meant.length === 0 ? [issue] : preciseIssues(meant, input);
  });
}

/** Of several shapes, the one that knows all keys that are written: its issues. None where that is no shape, or several. */
function issuesOfMeant(issue: z.core.$ZodIssueInvalidUnion, input: unknown): readonly z.core.$ZodIssue[] {
  const value = valueAt(input, issue.path);
  if (!isMapping(value) || Object.keys(value).length === 0) return [];
  const fitting = issue.errors.filter(
    (issues) => !issues.some(({ code, path }) => path.length === 0 && code !== 'invalid_union'),
  );
  const [only] = fitting;
  if (only === undefined || fitting.length > 1) return [];
  return only.map((inner): z.core.$ZodIssue => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

type Advice = Pick<Problem, 'rule' | 'remedy'>;

function advice(issue: z.core.$ZodIssue, path: string, value: unknown, input: unknown): Advice {
  const missing = value === undefined;
  switch (issue.code) {
    case 'custom':
      return { rule: String(issue.params?.['rule']), remedy: String(issue.params?.['remedy']) };
    case 'invalid_value':
      return choice(issue.values.map(String), path, value);
    case 'invalid_union':
      return 'options' in issue
        ? choice((issue.options ?? []).map(String), path, value)
        : explained(issue, path, missing);
    case 'too_small':
      return issue.origin === 'array'
        ? { rule: 'at least one entry', remedy: `add an entry to ${path}` }
        : { rule: 'not empty', remedy: `write the value of ${path}` };
    case 'invalid_key': {
      const [inner] = issue.issues;
      return inner === undefined ? unexplained(issue) : advice(inner, path, value, input);
    }
    case 'invalid_type':
      if (remedyFor(issue.message) === undefined) return wrongType(issue, path, missing, input);
      return isTextInQuotes(issue.path, value, input)
        ? { rule: issue.message, remedy: `put it in quotes: '${String(value)}'` }
        : explained(issue, path, missing);
    default:
      return unexplained(issue);
  }
}

/** Whether quotes are all that a value lacks. */
function isTextInQuotes(path: readonly PropertyKey[], value: unknown, input: unknown): value is number | boolean {
  // Of a number beyond these, digits are lost already.
  if (typeof value === 'number' ? !Number.isSafeInteger(value) : typeof value !== 'boolean') return false;
  const quoted = stackConfigSchema.safeParse(withValue(input, path, String(value)));
  const at = formatPath(path);
  return quoted.success || !quoted.error.issues.some((issue) => formatPath(issue.path) === at);
}

function withValue(root: unknown, [key, ...rest]: readonly PropertyKey[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(root))
    return root.map((item: unknown, index) => (index === key ? withValue(item, rest, value) : item));
  return { ...(root as object), [key]: withValue(valueAt(root, [key]), rest, value) };
}

function unexplained({ message }: z.core.$ZodIssue): Advice {
  return { rule: message, remedy: 'see docs/reference/config.md' };
}

/** The scalar's own rule and remedy, where a value of another type stood, or none. */
function explained({ message }: z.core.$ZodIssue, path: string, missing: boolean): Advice {
  const remedy = remedyFor(message) ?? 'see docs/reference/config.md';
  return missing ? { rule: `required: ${message}`, remedy: `add ${path}; ${remedy}` } : { rule: message, remedy };
}

function choice(values: readonly string[], path: string, value: unknown): Advice {
  const similar = typeof value === 'string' ? closest(value, values) : undefined;
  const list = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(values);
  if (value === undefined) return { rule: `required: one of ${values.join(', ')}`, remedy: `add ${path}: ${list}` };
  return {
    rule: `one of ${values.join(', ')}`,
    remedy: similar === undefined ? `write ${list}` : `did you mean ${similar}?`,
  };
}

const TYPES: Readonly<Record<string, readonly [name: string, remedy: string]>> = {
  object: ['a mapping', 'write its keys below it, or leave it out'],
  record: ['a mapping', 'write its keys below it, or leave it out'],
  array: ['a list', 'write each entry after a hyphen, or all of them in [ ]'],
  string: ['text', 'put it in quotes'],
  number: ['a number', 'write a number, without quotes'],
  boolean: ['true or false', 'write true or false, without quotes'],
};

function wrongType(issue: z.core.$ZodIssueInvalidType, path: string, missing: boolean, input: unknown): Advice {
  const [name, remedy] = TYPES[issue.expected] ?? [issue.expected, 'see docs/reference/config.md'];
  const keys = issue.expected === 'object' ? knownKeys(issue.path, input) : [];
  const rule = keys.length === 0 ? name : `${name} with the keys ${keys.join(', ')}`;
  return missing ? { rule: `required: ${rule}`, remedy: `add ${path}` } : { rule, remedy };
}

function unknownKeys({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, input: unknown): readonly Problem[] {
  const known = knownKeys(path, input);
  return keys.map((key) => {
    const refused = refusedKey(path, key, input);
    const value = valueAt(input, [...path, key]);
    // A mapping may hold anything, headers with a password too.
    const isHidden = isSecretKey(key) || typeof value === 'object';
    if (refused !== undefined)
      return {
        path: formatPath([...path, key]),
        received: isHidden ? '(not shown)' : formatReceived(value),
        ...refused,
      };
    const similar = closest(key, known);
    return {
      path: formatPath([...path, key]),
      // What stands at a key that nobody knows may be anything, a secret too.
      received: similar === undefined || isSecretKey(key) ? '(not shown)' : formatReceived(value),
      rule: `a known key: ${known.join(', ')}`,
      remedy: similar === undefined ? 'remove it' : `did you mean ${formatPath([...path, similar])}?`,
    };
  });
}
