/** The counts of `npm run verify`, and the second run of what has failed. */
import { judge, type Report, type Run } from '../../../bin/test-report';

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

const runOf = (testResults: readonly File[] | undefined): Run | undefined =>
  testResults && {
    report: { testResults },
    exitCode: testResults.some(({ status }) => status === 'failed') ? 1 : 0,
  };

/** A first run and the second runs after it, by what they report; and which files were asked for. */
function runs(first: readonly File[] | undefined, ...others: readonly (readonly File[] | undefined)[]) {
  const asked: string[] = [];
  const rerun = (file: string): Promise<Run | undefined> => Promise.resolve(runOf(others[asked.push(file) - 1]));
  return { asked, options: { first: runOf(first), rerun, root: '/project' } };
}

test('when a file fails and then passes alone, it counts as passed and is named as unsteady', async () => {
  const { asked, options } = runs([passes('a.test.ts'), fails('b.test.ts')], [passes('b.test.ts')]);

  expect(await judge(options)).toEqual({
    counts: { passed: 2, failed: 0, skipped: 0 },
    failures: [],
    unsteady: ['test/b.test.ts: b.test.ts works: expected 1, received 2'],
  });
  expect(asked).toEqual(['/project/test/b.test.ts']);
});

test('when a file fails twice, it has failed, with what was wrong', async () => {
  const { options } = runs([fails('b.test.ts')], [fails('b.test.ts')]);

  expect(await judge(options)).toEqual({
    counts: { passed: 1, failed: 1, skipped: 1 },
    failures: ['test/b.test.ts: b.test.ts works: expected 1, received 2'],
    unsteady: [],
  });
});

test('each failed file is run by itself', async () => {
  const { asked, options } = runs([fails('a'), fails('b')], [fails('a')], [passes('b')]);

  expect((await judge(options)).counts).toEqual({ passed: 2, failed: 1, skipped: 1 });
  expect(asked).toEqual(['/project/test/a', '/project/test/b']);
});

test('when more than three files fail, none is run again: that is no accident', async () => {
  const { asked, options } = runs(['a', 'b', 'c', 'd'].map((name) => fails(name)));

  expect((await judge(options)).counts.failed).toBe(4);
  expect(asked).toEqual([]);
});

test('a tier that is not to be run again has failed at once', async () => {
  const { first, root } = runs([fails('a')]).options;

  expect((await judge({ first, root })).counts.failed).toBe(1);
});

test('a file that cannot be read is a failure of its own', async () => {
  const broken: File = { ...passes('a'), status: 'failed', message: 'SyntaxError: no', assertionResults: [] };
  const { options } = runs([broken, passes('b')], [broken]);

  expect(await judge(options)).toEqual({
    counts: { passed: 1, failed: 1, skipped: 0 },
    failures: ['test/a: SyntaxError: no'],
    unsteady: [],
  });
});

test('a tier that could not start has failed', async () => {
  expect((await judge(runs(undefined).options)).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a tier without a single test has failed', async () => {
  expect((await judge(runs([]).options)).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a tear-down that fails is a failure though every test has passed', async () => {
  const first: Run = { report: { testResults: [passes('a')] }, exitCode: 1 };

  expect((await judge({ first, root: '/project' })).counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
