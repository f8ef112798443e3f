/** What is wrong with a test file or its rules is said before anything runs: where, what stood there, the rule, the remedy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { AlertTestError, type LoadedTest, loadTests } from '../../../src/alert-tests';
import { ROOT } from '../../support/docs-page';
import { stackRules } from '../../../src/alert-tests/stack-rules';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'alert-tests-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const RULE = { alert: 'TooMany', expr: 'sum(count_over_time({job="a"}[5m])) > 1' };
const RULES = { groups: [{ name: 'g', rules: [RULE] }] };
const EXPECTED = { at: '6m', alert: 'TooMany', state: 'none' };
const TEST = { name: 'quiet', alerts: [EXPECTED] };

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : stringify(content));
  return path;
}

function load(test: unknown, rules: unknown = RULES): readonly LoadedTest[] {
  write('rules.yaml', rules);
  return loadTests(write('test.yaml', test), (stack) => stackRules(ROOT, stack));
}

function problemsOf(call: () => unknown): readonly object[] {
  try {
    call();
  } catch (error) {
    if (error instanceof AlertTestError) return error.problems;
    throw error;
  }
  throw new Error('Expected an AlertTestError.');
}

const file = (...tests: readonly object[]): object => ({ rule_files: ['rules.yaml'], tests });

test('given a test of one rule, only that rule of its group is run, until its last expectation', () => {
  const groups = { groups: [{ name: 'g', interval: '2m', rules: [RULE, { ...RULE, alert: 'Other' }] }] };
  const [loaded] = load(file(TEST), groups);
  expect(loaded?.runs).toMatchObject([{ group: { rules: [{ alert: 'TooMany' }] }, interval: 120_000, evaluations: 3 }]);
});

test('given a stack, its rules are those that its Loki gets', () => {
  const [loaded] = load({ stack: 'dev', tests: [{ name: 'a', alerts: [{ ...EXPECTED, alert: 'HighErrorRate' }] }] });
  expect(loaded?.runs).toMatchObject([
    {
      group: { rules: [{ alert: 'HighErrorRate', for: 300_000, labels: { severity: 'critical' } }] },
      interval: 60_000,
    },
  ]);
});

test('given lines that are repeated, each has its time and its number', () => {
  const input = [
    {
      labels: { job: 'a' },
      structuredMetadata: { userId: 'u-{{n}}' },
      lines: [{ at: '-1m', every: '30s', count: 2, line: 'line {{n}}' }],
    },
  ];
  const [loaded] = load(file({ ...TEST, input }));
  expect(loaded?.streams).toEqual([
    {
      labels: { job: 'a' },
      entries: [
        { at: -60_000, nth: 0, line: 'line 1', metadata: { userId: 'u-1' } },
        { at: -30_000, nth: 0, line: 'line 2', metadata: { userId: 'u-2' } },
      ],
    },
  ]);
});

const wrong: readonly (readonly [
  string,
  object,
  { readonly path: string; readonly rule: string; readonly remedy: string },
])[] = [
  [
    'a misspelt key',
    file({ ...TEST, alert: [] }),
    {
      path: 'tests[0].alert',
      rule: 'a known key: name, input, alerts, records',
      remedy: 'did you mean tests[0].alerts?',
    },
  ],
  [
    'a state that is none',
    file({ ...TEST, alerts: [{ ...EXPECTED, state: 'active' }] }),
    {
      path: 'tests[0].alerts[0].state',
      rule: 'one of none, pending, firing',
      remedy: 'write none or pending or firing',
    },
  ],
  [
    'a time without a unit',
    file({ ...TEST, alerts: [{ ...EXPECTED, at: '6' }] }),
    {
      path: 'tests[0].alerts[0].at',
      rule: 'a time: whole numbers with ms, s, m, h, d or w',
      remedy: 'write for example 30s, 5m or 1h30m',
    },
  ],
  [
    'two times',
    file({ ...TEST, alerts: [{ ...EXPECTED, from: '1m', to: '2m' }] }),
    {
      path: 'tests[0].alerts[0]',
      rule: 'one time: either at, or from and a to that is not before it',
      remedy: 'write for example at: 6m, or from: 0s and to: 20m',
    },
  ],
  [
    'nothing that is expected',
    file({ name: 'quiet' }),
    { path: 'tests[0]', rule: 'expects something', remedy: 'add alerts or records to the test' },
  ],
  [
    'a name that no rule has',
    file({ ...TEST, alerts: [{ ...EXPECTED, alert: 'TooManny' }] }),
    { path: 'tests[0].alerts[0].alert', rule: 'the name of a rule that is tested', remedy: 'did you mean TooMany?' },
  ],
  [
    'neither rules nor a stack',
    { tests: [TEST] },
    {
      path: '(the whole file)',
      rule: 'either rule_files or stack',
      remedy: 'write rule_files: [my-rules.yaml], or stack: dev for the rules of a stack of this project',
    },
  ],
];

test.each(wrong)('given %s, the problem is told with its remedy', (_what, content, problem) => {
  expect(problemsOf(() => load(content))).toMatchObject([problem]);
});

test('given several problems, all are told, and that nothing was run', () => {
  const problems = {
    rule_files: ['rules.yaml'],
    tests: [
      { ...TEST, name: '' },
      { ...TEST, nmae: 'b' },
    ],
  };
  expect(() => load(problems)).toThrow(
    /test\.yaml: 2 problems, nothing was run\.[^]*tests\[0\]\.name[^]*tests\[1\]\.nmae/,
  );
});

test.each([
  ['an expression that is no LogQL', { ...RULE, expr: 'sum(' }, { path: 'groups[0].rules[0].expr' }],
  [
    'a key that Loki’s ruler ignores',
    { ...RULE, keep_firing_for: '5m' },
    { path: 'groups[0].rules[0].keep_firing_for' },
  ],
  ['a rule with two names', { ...RULE, record: 'a:b' }, { path: 'groups[0].rules[0]', rule: 'either alert or record' }],
])('given a rule file with %s, the problem is told', (_what, rule, problem) => {
  expect(problemsOf(() => load(file(TEST), { groups: [{ name: 'g', rules: [rule] }] }))).toMatchObject([problem]);
});

test('given a rule file that is not there, its path is told', () => {
  const missing = { rule_files: ['absent.yaml'], tests: [TEST] };
  expect(() => load(missing)).toThrow(
    /absent\.yaml: 1 problem, nothing was run[^]*ENOENT[^]*relative to the test file/,
  );
});

test('given a file that is no YAML, the line is told', () => {
  expect(problemsOf(() => load('tests: [\nname: {'))).toMatchObject([
    { path: expect.stringMatching(/^line \d/) as unknown },
  ]);
});
