/** The lanes of `npm run verify`: what runs side by side, what runs alone, and what is printed when. */
import { runLanes, type Step, type Verdict } from '../../../bin/lanes';

const passed = (count = 1): Verdict => ({
  counts: { passed: count, failed: 0, skipped: 0 },
  failures: [],
  unsteady: [],
});
const failed: Verdict = {
  counts: { passed: 0, failed: 1, skipped: 0 },
  failures: ['it is red'],
  unsteady: [],
};

/** What happens, in order, and steps that take part in it. */
function scene() {
  const events: string[] = [];
  const step = (name: string, { ticks = 1, verdict = passed(), output = `${name} is said` } = {}): Step => ({
    name,
    run: async () => {
      events.push(`${name} begins`);
      for (let tick = 0; tick < ticks; tick += 1) await new Promise(setImmediate);
      events.push(`${name} ends`);
      return {
        output,
        finish: async () => {
          events.push(`${name} again`);
          await new Promise(setImmediate);
          events.push(`${name} is over`);
          return verdict;
        },
      };
    },
  });
  const said: string[] = [];
  return { events, step, said, say: (line: string) => void said.push(line) };
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const crashing: Step = { name: 'crashing', run: () => Promise.reject(new Error('no such program')) };

test('the steps of a lane run one after the other, and the lanes side by side', async () => {
  const { events, step, say } = scene();

  await runLanes([[step('a', { ticks: 2 }), step('b')], [step('c', { ticks: 9 })]], say);

  expect(events.slice(0, 6)).toEqual(['a begins', 'c begins', 'a ends', 'b begins', 'b ends', 'c ends']);
});

test('second parts run when all lanes have ended, one after the other', async () => {
  const { events, step, say } = scene();

  await runLanes([[step('a')], [step('b', { ticks: 9 })]], say);

  expect(events.indexOf('a again')).toBeGreaterThan(events.indexOf('b ends'));
  expect(events.slice(-4)).toEqual(['a again', 'a is over', 'b again', 'b is over']);
});

test('what became of the steps is told lane by lane, whichever ended first', async () => {
  const { step, say } = scene();

  const outcomes = await runLanes(
    [[step('a', { ticks: 9, verdict: passed(2) }), step('b', { verdict: failed })], [step('c')]],
    say,
  );

  expect(outcomes).toEqual([
    { name: 'a', seconds: expect.any(Number) as number, ...passed(2) },
    { name: 'b', seconds: expect.any(Number) as number, ...failed },
    { name: 'c', seconds: expect.any(Number) as number, ...passed() },
  ]);
});

test('when a step crashes, then it has failed, and the rest of its lane and the other lane run on', async () => {
  const { events, step, say } = scene();

  const outcomes = await runLanes([[crashing, step('a')], [step('b', { ticks: 9 })]], say);

  expect(outcomes.map(({ name, counts, failures }) => [name, counts.failed, failures])).toEqual([
    ['crashing', 1, ['Error: no such program']],
    ['a', 0, []],
    ['b', 0, []],
  ]);
  expect(events).toContain('b is over');
});

test('when a second part crashes, then that step has failed, and the others are told', async () => {
  const { step, say } = scene();
  const torn: Step = {
    name: 'torn',
    run: () => Promise.resolve({ finish: () => Promise.reject(new Error('its report is torn')) }),
  };

  const outcomes = await runLanes([[torn], [step('a')]], say);

  expect(outcomes.map(({ name, failures }) => [name, failures])).toEqual([
    ['torn', ['Error: its report is torn']],
    ['a', []],
  ]);
});

test('of several lanes, the output of a step is printed whole, under its name, when it has ended', async () => {
  const { step, said, say } = scene();

  await runLanes([[step('a', { ticks: 9 })], [step('b'), crashing]], say);

  expect(said).toEqual(['\n── b\nb is said', '\n── crashing\n', '\n── a\na is said']);
});

test('a single lane prints as it goes: the name comes before the step', async () => {
  const { said, say } = scene();
  const saidBefore: string[] = [];
  const asked: boolean[] = [];
  const step: Step = {
    name: 'a',
    run: ({ isKept }) => {
      saidBefore.push(...said);
      asked.push(isKept);
      return Promise.resolve({ output: '', finish: () => passed() });
    },
  };

  await runLanes([[step]], say);

  expect(saidBefore).toEqual(['\n── a']);
  expect(said).toEqual(['\n── a']);
  expect(asked).toEqual([false]);
});

test('while lanes print nothing, they say each minute what is under way', async () => {
  jest.useFakeTimers();
  try {
    const { said, say } = scene();
    let end: () => void = () => undefined;
    const long: Step = {
      name: 'long',
      run: () =>
        new Promise((resolve) => {
          const finish = (): Promise<Verdict> => sleep(120_000).then(() => passed());
          end = () => resolve({ output: 'all of it', finish });
        }),
    };
    const running = runLanes([[long], []], say);
    await jest.advanceTimersByTimeAsync(120_000);
    expect(said).toEqual(['   still running: long', '   still running: long']);
    end();
    // Its second part prints as it goes.
    await jest.advanceTimersByTimeAsync(120_000);
    await running;
    expect(said.slice(2)).toEqual(['\n── long\nall of it']);
  } finally {
    jest.useRealTimers();
  }
});
