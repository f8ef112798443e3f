/** Rule files in the format that Loki and Prometheus share. */
import { z } from 'zod';
import { valueAt } from '../config/problem';
import { unreadableCharacter } from '../syntax/characters';
import { isPrometheusDuration } from '../syntax/go-duration';
import { parseYaml } from '../syntax/yaml';

const time = z.string().refine(isPrometheusDuration, 'a time such as 5m or 1h30m: whole numbers, larger units first');
const text = z
  .string('text; put a number, true or false in quotes')
  .refine(
    (written) => unreadableCharacter(written) === undefined,
    'a text without control characters and line separators',
  );
const name = text.min(1);
const named = z.record(z.string(), text).default({});

const alert = z.strictObject({
  alert: name,
  expr: z.string().min(1),
  for: time.optional(),
  // Loki takes the field, and drops it: its own form of a rule has none (pkg/ruler/rulespb/compat.go).
  keep_firing_for: z
    .unknown()
    .refine(
      (value) => value === undefined,
      'Loki’s ruler takes this field and drops it; a longer range in expr keeps an alert',
    )
    .optional(),
  labels: named,
  annotations: named,
});
const recording = z.strictObject({ record: name, expr: z.string().min(1), labels: named });

const ruleFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name,
      interval: time.optional(),
      limit: z.number().int().optional(),
      rules: z.array(z.union([alert, recording], 'a rule with alert or record, and expr; for, labels and annotations')),
    }),
  ),
});

/** The content of a rule file. */
export type RuleFile = z.output<typeof ruleFile>;
export type FileRule = RuleFile['groups'][number]['rules'][number];

/** A place where a text is not a rule file, and the reason. */
export interface Unreadable {
  readonly at: string;
  readonly why: string;
}

/** A text as a rule file, or what is wrong with it. */
export function parseRuleFile(
  text: string,
): { readonly file: RuleFile } | { readonly unreadable: readonly Unreadable[] } {
  const { value: document, faults } = parseYaml(text);
  if (faults.length > 0)
    return { unreadable: faults.map(({ position, rule, remedy }) => ({ at: position, why: `${rule}; ${remedy}` })) };
  const parsed = ruleFile.safeParse(document);
  if (parsed.success) return { file: parsed.data };
  return {
    unreadable: parsed.error.issues
      .flatMap((issue) => ofItsKind(issue, document))
      .map((issue) => ({ at: issue.path.join('.') || 'the whole file', why: inWords(issue) })),
  };
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'> & { readonly expected?: string };

const TYPES: Readonly<Record<string, string>> = { object: 'a mapping', array: 'a list', string: 'text' };

function inWords({ message, expected = '' }: Issue): string {
  return message.startsWith('Invalid input') && expected in TYPES ? `${TYPES[expected] ?? ''} is wanted` : message;
}

/** Faults of a rule that is neither an alert nor a record, judged as the one that it is meant to be. */
function ofItsKind(issue: z.core.$ZodIssue, document: unknown): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const rule = valueAt(document, issue.path);
  const kind = ['alert', 'record'].findIndex((key) => valueAt(rule, [key]) !== undefined);
  return issue.errors[kind]?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}
