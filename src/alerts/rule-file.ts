/** Rule files in the format that Loki and Prometheus share. */
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { unreadableCharacter } from '../syntax/characters';
import { isPrometheusDuration } from '../syntax/go-duration';

const time = z.string().refine(isPrometheusDuration, 'a time such as 5m or 1h30m: whole numbers, larger units first');
const text = z
  .string()
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

/** What a rule file says. */
export type RuleFile = z.output<typeof ruleFile>;
export type FileRule = RuleFile['groups'][number]['rules'][number];

/** Where a text is no rule file, and why. */
export interface Unreadable {
  readonly at: string;
  readonly why: string;
}

/** A text as a rule file, or what is wrong with it. */
export function parseRuleFile(
  text: string,
): { readonly file: RuleFile } | { readonly unreadable: readonly Unreadable[] } {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    return { unreadable: [{ at: `line ${error.linePos?.[0].line ?? 1}`, why: 'YAML' }] };
  }
  const parsed = ruleFile.safeParse(document);
  if (parsed.success) return { file: parsed.data };
  return {
    unreadable: parsed.error.issues.map(({ path, message }) => ({
      at: path.join('.') || 'the whole file',
      why: message,
    })),
  };
}
