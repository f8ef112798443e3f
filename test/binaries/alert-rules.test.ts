/** The tests of log alerts on the real Loki: every built-in rule has some and passes them, and a rule that is wrong is noticed. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type LoadedTest, loadTests, type RuleGroup, runTests, type TestResult } from '../../src/alert-tests';
import { stackRules } from '../../src/alert-tests/stack-rules';
import { configWith } from '../support/config';
import { codeBlocks, readPage, ROOT } from '../support/docs-page';
import {
  BUILD_TIMEOUT,
  programs,
  removeFolder,
  run,
  type RunResult,
  say,
  temporaryFolder,
} from '../../programs/program';

const OWN = join(ROOT, 'src', 'alerts', 'tests');
const COMMAND = [join(ROOT, 'bin', 'run.js'), 'test:alerts'];
const ofStack = (stack: string): readonly RuleGroup[] => stackRules(ROOT, stack);

/** The stack's rules with one that is another. */
function withExpr(name: string, change: (expr: string) => string): readonly RuleGroup[] {
  return ofStack('dev').map((group) => ({
    ...group,
    rules: group.rules.map((rule) => (rule.alert === name ? { ...rule, expr: change(rule.expr) } : rule)),
  }));
}

/** The test of this name alone. */
function only(tests: readonly LoadedTest[], name: string, ...words: readonly string[]): readonly LoadedTest[] {
  const found = tests.filter(
    ({ test }) => test.name.startsWith(name) && words.every((word) => test.name.includes(word)),
  );
  if (found.length !== 1) throw new Error(`${found.length} tests are called ${name}`);
  return found;
}

let folder: string;
let loki: string;
let own: readonly LoadedTest[];
let mutated: readonly LoadedTest[];
let example: readonly LoadedTest[];
let broken: readonly LoadedTest[];
let results: readonly TestResult[];
let milliseconds: number;

const resultsOf = (tests: readonly LoadedTest[], all: readonly (readonly LoadedTest[])[]): readonly TestResult[] => {
  const before = all.slice(0, all.indexOf(tests)).flat().length;
  return results.slice(before, before + tests.length);
};

beforeAll(async () => {
  folder = temporaryFolder('alert-rules');
  ({ loki } = await programs('loki'));
  own = readdirSync(OWN)
    .sort()
    .flatMap((file) => loadTests(join(OWN, file), ofStack));
  const errors = join(OWN, 'errors.yaml');
  const sources = join(OWN, 'sources.yaml');
  mutated = [
    // A hundred times the threshold, another window, another label: each is noticed by the test of that rule.
    ...only(
      loadTests(errors, () => withExpr('HighErrorRate', (expr) => expr.replace(/> (\d+)$/, '> $100'))),
      'HighErrorRate: 20',
    ),
    ...only(
      loadTests(errors, () => withExpr('HighErrorRate', (expr) => expr.replace('[5m]', '[30m]'))),
      'HighErrorRate: 20',
    ),
    ...only(
      loadTests(sources, () => withExpr('PgBouncerPoolExhausted', (expr) => expr.replace('"pgbouncer"', '"pooler"'))),
      'PgBouncerPoolExhausted: clients without',
    ),
    ...only(
      loadTests(sources, () =>
        withExpr('PgBouncerPoolExhausted', (expr) => expr.replace(/\|~ ".*?"/, '|= "pooler error"')),
      ),
      'PgBouncerPoolExhausted: clients that',
    ),
  ];
  const [rules = '', tests = ''] = codeBlocks(readPage('alert-tests.md'), 'yaml');
  writeFileSync(join(folder, 'my-rules.yaml'), rules);
  writeFileSync(join(folder, 'my-rules.test.yaml'), tests);
  example = loadTests(join(folder, 'my-rules.test.yaml'), ofStack);
  writeFileSync(join(folder, 'broken.yaml'), stringify(BROKEN_RULES));
  writeFileSync(join(folder, 'broken.test.yaml'), stringify(BROKEN_TEST));
  broken = loadTests(join(folder, 'broken.test.yaml'), ofStack);
  const started = Date.now();
  results = await runTests([...own, ...mutated, ...example, ...broken], {
    loki,
    stack: configWith(),
    onProgress: say,
  });
  milliseconds = Date.now() - started;
}, BUILD_TIMEOUT);
afterAll(() => removeFolder(folder));

/** LogQL that Loki reads, and cannot evaluate once there is a line without a number. */
const BROKEN_RULES = {
  groups: [
    { name: 'g', rules: [{ alert: 'Broken', expr: 'sum(sum_over_time({job="a"} | json | unwrap size [5m])) > 1' }] },
  ],
};
const BROKEN_TEST = {
  rule_files: ['broken.yaml'],
  tests: [
    {
      name: 'a line without a number',
      input: [{ labels: { job: 'a' }, lines: [{ at: '30s', line: '{"size":"large"}' }] }],
      alerts: [{ from: '0s', to: '3m', alert: 'Broken', state: 'none' }],
    },
  ],
};

const groupsOfTests = (): readonly (readonly LoadedTest[])[] => [own, mutated, example, broken];

test('given the built-in rules, each has a test in which it is quiet, and one in which it fires and is over again', () => {
  const rules = ofStack('dev').flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(10);
  for (const { alert = '', for: pending = 0 } of rules) {
    const states = own
      .map(({ test: { alerts } }) => alerts.filter((expected) => expected.alert === alert).map(({ state }) => state))
      .filter((all) => all.length > 0);
    expect([alert, states.some((all) => all.includes('none') && !all.includes('firing'))]).toEqual([alert, true]);
    const loud = states.filter((all) => all.includes('firing') && all.indexOf('firing') < all.lastIndexOf('none'));
    expect([alert, loud.length > 0]).toEqual([alert, true]);
    expect([alert, pending === 0 || loud.some((all) => all.includes('pending'))]).toEqual([alert, true]);
  }
});

test('given their tests, all pass on the real ruler', () => {
  const ours = resultsOf(own, groupsOfTests());
  say(`${own.length} tests of built-in alerts, all tests together ${(milliseconds / 1000).toFixed(1)} s`);
  expect(ours.filter(({ passed }) => !passed)).toEqual([]);
  expect(ours).toHaveLength(own.length);
});

test('given rules that are wrong, the test of each fails, and says what the ruler said instead', () => {
  const [threshold, window, label, filter] = resultsOf(mutated, groupsOfTests()).map(({ passed, failures }) => ({
    passed,
    failures,
  }));
  expect(threshold).toMatchObject({ passed: false, failures: [{ said: 'none', timeline: '0s none' }, {}, {}] });
  expect(window).toMatchObject({ passed: false });
  expect(label).toMatchObject({ passed: false, failures: [{ said: 'none' }, {}] });
  expect(filter).toMatchObject({ passed: false, failures: [{ expected: 'no PgBouncerPoolExhausted' }] });
});

test('given the example of the page, its tests pass', () => {
  expect(resultsOf(example, groupsOfTests())).toMatchObject([
    { passed: true, expectations: 2, failures: [] },
    { passed: true, expectations: 4, failures: [] },
  ]);
});

test('given a rule that Loki cannot evaluate, its test fails with Loki’s reason, and does not pass for quiet', () => {
  const [result] = resultsOf(broken, groupsOfTests());
  expect(result).toMatchObject({ passed: false, failures: [{ expected: 'the rule can be evaluated' }] });
  expect(result?.failures[0]?.said).toMatch(/^Broken: .*pipeline error/);
});

describe('given the command', () => {
  const alertTests = (...args: readonly string[]): Promise<RunResult> =>
    run([process.execPath, ...COMMAND, '--loki', loki, ...args], { env: { PATH: process.env['PATH'] ?? '' } });

  it('then tests that fail end it with 1, and are told as JSON', async () => {
    const { code, stdout } = await alertTests('--json', '--interval', '500ms', join(folder, 'broken.test.yaml'));
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      tests: [{ name: 'a line without a number', passed: false, expectations: 1 }],
    });
    expect(code).toBe(1);
  });

  it('then tests that pass end it with 0, a line for each and a count', async () => {
    const { code, stdout, stderr } = await alertTests(join(folder, 'my-rules.test.yaml'));
    const sorted = stdout.split('\n').sort().join('\n');
    expect(sorted).toMatch(/ok {4}a declined payment[^]*\nok {4}one a second/);
    expect(stdout).toMatch(/\n2 passed, 0 failed, 6 expectations, \d+\.\d s\n$/);
    expect(stderr).toContain('2 tests side by side');
    expect(code).toBe(0);
  });

  it.each([
    ['a file that is wrong', () => [join(folder, 'my-rules.yaml')], /my-rules\.yaml: \d problems?, nothing was run/],
    ['an option that there is not', () => ['--fast'], /Unknown option '--fast'[^]*usage:/],
    ['an interval that is none', () => ['--interval', '5'], /--interval: 5 is no time of 100ms or more/],
    ['a Loki that is not there', () => ['--loki', '/nowhere/loki'], /--loki: there is no \/nowhere\/loki/],
    [
      'a Loki that ends',
      () => ['--loki', '/bin/false', join(folder, 'broken.test.yaml')],
      /did not become ready: it ended with 1/,
    ],
  ])('then %s ends it with 2 and a reason', async (_what, args, message) => {
    const { code, stderr } = await alertTests(...args());
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('then --help tells its options', async () => {
    const { code, stdout } = await alertTests('--help');
    expect(stdout).toMatch(/^usage: npm run --silent test:alerts[^]*--interval/);
    expect(code).toBe(0);
  });
});
