/** Makers of scalars. Rule and remedy are written once, and reach the report, editors and the reference. */
import { z } from 'zod';

/** Rule and remedy of a scalar. zod hands its `params` to the report unchanged. */
export interface RuleParams {
  readonly rule: string;
  readonly remedy: string;
}

/** Properties of every JavaScript object. They cannot be keys of a record. */
export const EVERY_OBJECT_HAS = Object.getOwnPropertyNames(Object.prototype).sort().join('|');

const remedies = new Map<string, string>();

/** The remedy of a scalar’s rule, for values of a wrong type. */
export function remedyFor(rule: string): string | undefined {
  return remedies.get(rule);
}

/** Settings of a schema whose type error names the rule. */
export const says = ({ rule, remedy }: RuleParams) => {
  remedies.set(rule, remedy);
  return { error: () => rule };
};

/** Text for editors and the reference. zod hands it to the JSON schema unchanged. */
export const described = (title: string, pattern: RegExp, { rule }: RuleParams) => ({
  title,
  pattern: pattern.source,
  patternErrorMessage: rule,
});

export const withPattern = (title: string, pattern: RegExp, params: RuleParams) =>
  z
    .string(says(params))
    .refine((text) => pattern.test(text), { params: { ...params }, abort: true })
    .meta(described(title, pattern, params));

export const wholeNumber = (title: string, minimum: number, maximum: number, params: RuleParams) =>
  z
    .number(says(params))
    .refine((value) => Number.isInteger(value) && value >= minimum && value <= maximum, { params: { ...params } })
    .meta({ title, type: 'integer', minimum, maximum });

export const parsed = <T, I>(schema: z.ZodType<I, I>, parse: (written: I) => T | undefined, params: RuleParams) =>
  schema.transform((written, context): T => {
    const value = parse(written);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', params: { ...params }, input: written });
    return z.NEVER;
  });

export const someNumber = (title: string, maximum: number, params: RuleParams) =>
  z
    .number(says(params))
    .refine((value) => value > 0 && value <= maximum, { params: { ...params } })
    .meta({
      title,
      exclusiveMinimum: 0,
      maximum,
      patternErrorMessage: params.rule,
    });
