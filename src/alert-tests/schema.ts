/** What a test file and a rule file hold. */
import { z } from 'zod';
import { parseDuration } from '../config/units';

const TIME = {
  rule: 'a time: whole numbers with ms, s, m, h, d or w',
  remedy: 'write for example 30s, 5m or 1h30m',
};
const PAST = { rule: `${TIME.rule}; a minus before it is a time before the test`, remedy: `${TIME.remedy}, or -1h` };
const SPAN = { rule: 'a duration above 0', remedy: TIME.remedy };

const milliseconds = (
  { rule, remedy }: { readonly rule: string; readonly remedy: string },
  isRight: (value: number) => boolean,
) =>
  z.string({ error: () => rule }).transform((written, context): number => {
    const sign = written.startsWith('-') ? -1 : 1;
    const text = sign < 0 ? written.slice(1) : written;
    const value = text === '0' ? 0 : sign * (parseDuration(text)?.milliseconds ?? Number.NaN);
    if (!Number.isNaN(value) && isRight(value)) return value;
    context.addIssue({ code: 'custom', params: { rule, remedy }, input: written });
    return z.NEVER;
  });

/** Milliseconds since the test began. */
const time = () => milliseconds(TIME, (value) => value >= 0);
const anyTime = () => milliseconds(PAST, () => true);
const span = () => milliseconds(SPAN, (value) => value > 0);
const strings = () => z.record(z.string(), z.string());

const linesSchema = z.strictObject({
  at: anyTime(),
  line: z.string(),
  every: span().exactOptional(),
  count: z.int().min(1).exactOptional(),
});

const streamSchema = z.strictObject({
  labels: strings(),
  structuredMetadata: strings().default({}),
  lines: z.array(linesSchema).min(1),
});

export const STATES = ['none', 'pending', 'firing'] as const;
export type State = (typeof STATES)[number];

const when = {
  at: time().exactOptional(),
  from: time().exactOptional(),
  to: time().exactOptional(),
};

interface Written {
  readonly at?: number;
  readonly from?: number;
  readonly to?: number;
}

const hasOneTime = ({ at, from, to }: Written): boolean =>
  (at !== undefined && from === undefined && to === undefined) ||
  (at === undefined && from !== undefined && to !== undefined && from <= to);

const ONE_TIME = {
  params: {
    rule: 'one time: either at, or from and a to that is not before it',
    remedy: 'write for example at: 6m, or from: 0s and to: 20m',
  },
};

const alertSchema = z
  .strictObject({
    alert: z.string(),
    ...when,
    state: z.enum(STATES),
    labels: strings().default({}),
    annotations: strings().default({}),
    count: z.int().min(1).exactOptional(),
  })
  .refine(hasOneTime, ONE_TIME);

const recordSchema = z
  .strictObject({
    record: z.string(),
    ...when,
    labels: strings().default({}),
    value: z.union([z.number(), z.literal('none')]),
  })
  .refine(hasOneTime, ONE_TIME);

const caseSchema = z
  .strictObject({
    name: z.string().min(1),
    input: z.array(streamSchema).default([]),
    alerts: z.array(alertSchema).default([]),
    records: z.array(recordSchema).default([]),
  })
  .refine(({ alerts, records }) => alerts.length + records.length > 0, {
    params: { rule: 'expects something', remedy: 'add alerts or records to the test' },
  });

export const testFileSchema = z
  .strictObject({
    rule_files: z.array(z.string()).min(1).exactOptional(),
    stack: z.string().exactOptional(),
    evaluation_interval: span().default(60_000),
    tests: z.array(caseSchema).min(1),
  })
  .refine(({ rule_files, stack }) => (rule_files === undefined) !== (stack === undefined), {
    params: {
      rule: 'either rule_files or stack',
      remedy: 'write rule_files: [my-rules.yaml], or stack: dev for the rules of a stack of this project',
    },
  });

export type TestFile = z.output<typeof testFileSchema>;
export type TestCase = TestFile['tests'][number];
export type Stream = TestCase['input'][number];
export type AlertExpectation = TestCase['alerts'][number];
export type RecordExpectation = TestCase['records'][number];

const ruleSchema = z
  .strictObject({
    alert: z.string().exactOptional(),
    record: z.string().exactOptional(),
    expr: z.string(),
    for: time().exactOptional(),
    keep_firing_for: z
      .unknown()
      .refine((value) => value === undefined, {
        params: {
          rule: 'not here: Loki’s ruler reads keep_firing_for and takes no notice of it',
          remedy: 'remove it; a longer range in expr keeps an alert for longer',
        },
      })
      .exactOptional(),
    labels: strings().exactOptional(),
    annotations: strings().exactOptional(),
  })
  .refine(({ alert, record }) => (alert === undefined) !== (record === undefined), {
    params: { rule: 'either alert or record', remedy: 'name the rule by one of them' },
  });

export const ruleFileSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string().min(1),
      interval: span().exactOptional(),
      limit: z.int().exactOptional(),
      rules: z.array(ruleSchema).min(1),
    }),
  ),
});

export type RuleGroup = z.output<typeof ruleFileSchema>['groups'][number];
export type Rule = RuleGroup['rules'][number];
