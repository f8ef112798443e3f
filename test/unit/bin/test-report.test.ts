/** The counts of `npm run verify`, and the second run of what has failed. */
import { type Report, runTests } from '../../../bin/test-report';

type File = Report['testResults'][number];
const passes = (name: string): File => ({
  name: `/project/test/${name}`,
  status: 'passed',
  message: '',
  assertionResults: [{ fullName: `${name} works`, status: 'passed', failureMessages: [] }],
});
const fails = (name: string, message = 'expected 1, received 2'): File => ({
  name: `/project/test/${name}`,
  status: 'failed',
  message: `● ${name} works`,
  assertionResults: [
    { fullName: `${name} works`, status: 'failed', failureMessages: [`\u001b[31m${message}\u001b[39m\n    at place`] },
    { fullName: `${name} is there`, status: 'passed', failureMessages: [] },
    { fullName: `${name} waits`, status: 'pending', failureMessages: [] },
  ],
});

/** Runs that give one report after another; and which files were asked for. */
function runs(...answers: readonly (readonly File[] | undefined)[]) {
  const asked: (readonly string[])[] = [];
  const run = (files: readonly string[]): ReturnType<Parameters<typeof runTests>[0]['run']> => {
    const testResults = answers[asked.push(files) - 1];
    if (testResults === undefined) return undefined;
    return { report: { testResults }, exitCode: testResults.some(({ status }) => status === 'failed') ? 1 : 0 };
  };
  return { asked, options: { run, rerun: true, root: '/project' } };
}

test('when a file fails and then passes alone, it counts as passed and is named as unsteady', () => {
  const { asked, options } = runs([passes('a.test.ts'), fails('b.test.ts')], [passes('b.test.ts')]);

  expect(runTests(options)).toEqual({
    counts: { passed: 2, failed: 0, skipped: 0 },
    failures: [],
    unsteady: ['test/b.test.ts: b.test.ts works: expected 1, received 2'],
  });
  expect(asked).toEqual([[], ['/project/test/b.test.ts']]);
});

test('when a file fails twice, it has failed, with what was wrong', () => {
  const { options } = runs([fails('b.test.ts')], [fails('b.test.ts')]);

  expect(runTests(options)).toEqual({
    counts: { passed: 1, failed: 1, skipped: 1 },
    failures: ['test/b.test.ts: b.test.ts works: expected 1, received 2'],
    unsteady: [],
  });
});

test('each failed file is run by itself', () => {
  const { asked, options } = runs([fails('a'), fails('b')], [fails('a')], [passes('b')]);

  expect(runTests(options).counts).toEqual({ passed: 2, failed: 1, skipped: 1 });
  expect(asked.slice(1)).toEqual([['/project/test/a'], ['/project/test/b']]);
});

test('when more than three files fail, none is run again: that is no accident', () => {
  const { asked, options } = runs(['a', 'b', 'c', 'd'].map((name) => fails(name)));

  expect(runTests(options).counts.failed).toBe(4);
  expect(asked).toHaveLength(1);
});

test('a tier that is not to be run again has failed at once', () => {
  const { asked, options } = runs([fails('a')]);

  expect(runTests({ ...options, rerun: false }).counts.failed).toBe(1);
  expect(asked).toHaveLength(1);
});

test('a file that cannot be read is a failure of its own', () => {
  const broken: File = { ...passes('a'), status: 'failed', message: 'SyntaxError: no', assertionResults: [] };
  const { options } = runs([broken, passes('b')], [broken]);

  expect(runTests(options)).toEqual({
    counts: { passed: 1, failed: 1, skipped: 0 },
    failures: ['test/a: SyntaxError: no'],
    unsteady: [],
  });
});

test('a tier that could not start has failed', () => {
  expect(runTests(runs(undefined).options).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a tier without a single test has failed', () => {
  expect(runTests(runs([]).options).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a tear-down that fails is a failure though every test has passed', () => {
  const run = () => ({ report: { testResults: [passes('a')] }, exitCode: 1 });

  expect(runTests({ run, rerun: true, root: '/project' }).counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
