/** What is wrong with a test file or a rule file, in the four parts that a stack file's problems have. */
import { z } from 'zod';
import { formatPath, formatReceived, type Problem, valueAt } from '../config/problem';
import { closest } from '../config/suggest';

/** Thrown with every problem of a file at once; nothing has been run when it is. */
export class AlertTestError extends Error {
  constructor(
    readonly file: string,
    readonly problems: readonly Problem[],
  ) {
    super(
      [
        `${file}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}, nothing was run.`,
        ...problems.map(
          ({ path, received, rule, remedy }) =>
            `  ${path}\n    received: ${received}\n    rule:     ${rule}\n    remedy:   ${remedy}`,
        ),
      ].join('\n\n'),
    );
    this.name = 'AlertTestError';
  }
}

/**
 * Reads a value by its schema.
 *
 * @throws AlertTestError with all problems.
 */
export function parseBy<T>(schema: z.ZodType<T>, file: string, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AlertTestError(
    file,
    parsed.error.issues.flatMap((issue) => describe(issue, input, schema)),
  );
}

function describe(issue: z.core.$ZodIssue, input: unknown, schema: z.ZodType): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
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
  const path = issue.path.length === 0 ? '(the whole file)' : formatPath(issue.path);
  const value = valueAt(input, issue.path);
  const [rule, remedy] = advice(issue);
  return [
    {
      path,
      received: formatReceived(value),
      rule: value === undefined ? `required: ${rule}` : rule,
      remedy: value === undefined ? `add ${path}; ${remedy}` : remedy,
    },
  ];
}

function advice(issue: z.core.$ZodIssue): readonly [rule: string, remedy: string] {
  switch (issue.code) {
    case 'custom':
      return [String(issue.params?.['rule']), String(issue.params?.['remedy'])];
    case 'invalid_value':
      return [`one of ${issue.values.map(String).join(', ')}`, `write ${issue.values.map(String).join(' or ')}`];
    case 'too_small':
      return [issue.origin === 'array' ? 'at least one entry' : `at least ${issue.minimum}`, 'write more of it'];
    case 'invalid_type':
      return [TYPES[issue.expected] ?? issue.expected, 'see docs/alert-tests.md'];
    default:
      return [issue.message, 'see docs/alert-tests.md'];
  }
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
};

interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly items?: JsonSchemaNode;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const root: JsonSchemaNode = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchemaNode;
  const node = path.reduce<JsonSchemaNode | undefined>(
    (at, key) => (typeof key === 'number' ? at?.items : at?.properties?.[String(key)]),
    root,
  );
  return Object.keys(node?.properties ?? {});
}
