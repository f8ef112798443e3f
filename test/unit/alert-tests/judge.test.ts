/** What a test expects against what the ruler said, also where the machine was too busy to hear all of it. */
import { formatResult } from '../../../src/alert-tests';
import { type Judged, judge } from '../../../src/alert-tests/judge';
import type { ActiveAlert, Evaluation } from '../../../src/alert-tests/run';
import type { AlertExpectation } from '../../../src/alert-tests/schema';

const MINUTE = 60_000;
const LABELS = { alertname: 'A', severity: 'critical' };

const active = (state: ActiveAlert['state'], value = 12): Evaluation => ({
  alerts: [{ name: 'A', state, labels: LABELS, annotations: { description: `${value}` }, value }],
  errors: [],
});
const none: Evaluation = { alerts: [], errors: [] };
const missed: Evaluation = undefined;

/** Pending at 1m, firing from 3m, over at 5m. */
const USUAL = [none, active('pending'), active('pending'), active('firing'), active('firing'), none, none];

function judged(
  evaluations: readonly Evaluation[],
  expected: Partial<AlertExpectation> & Pick<AlertExpectation, 'state'>,
  isTold = true,
): Judged {
  return judge(
    { name: 'a', input: [], records: [], alerts: [{ alert: 'A', labels: {}, annotations: {}, ...expected }] },
    {
      streams: [{ labels: { job: 'a' }, entries: [{ at: MINUTE, nth: 0, line: 'x', metadata: {} }] }],
      traces: [
        {
          trace: { tenant: 't', evaluations },
          interval: MINUTE,
          names: ['A'],
          notifications: isTold
            ? [{ labels: LABELS, annotations: { description: '12' }, startsAt: 0, isResolved: false }]
            : [],
        },
      ],
    },
  );
}

test.each([
  ['between two evaluations, the one before counts', { at: 3.9 * MINUTE, state: 'firing' }],
  ['all evaluations of a span', { from: 3 * MINUTE, to: 4 * MINUTE, state: 'firing' }],
  ['none with other labels', { from: 0, to: 6 * MINUTE, state: 'none', labels: { severity: 'info' } }],
  ['so many', { at: 3 * MINUTE, state: 'firing', count: 1 }],
  ['its annotations', { at: 3 * MINUTE, state: 'firing', annotations: { description: '12' } }],
] as const)('given an expectation that holds (%s), the test passes', (_what, expected) => {
  expect(judged(USUAL, expected)).toEqual({ expectations: 1, failures: [], isInconclusive: false });
});

test.each([
  ['another state', { at: 2 * MINUTE, state: 'firing' }],
  ['one evaluation of a span', { from: 2 * MINUTE, to: 4 * MINUTE, state: 'firing' }],
  ['other labels', { at: 3 * MINUTE, state: 'firing', labels: { severity: 'info' } }],
  ['more of them', { at: 3 * MINUTE, state: 'firing', count: 2 }],
  ['other annotations', { at: 3 * MINUTE, state: 'firing', annotations: { description: '13' } }],
  ['an alert where there is to be none', { from: 0, to: 6 * MINUTE, state: 'none' }],
] as const)('given an expectation that does not hold (%s), the test fails', (_what, expected) => {
  expect(judged(USUAL, expected)).toMatchObject({ failures: [{}], isInconclusive: false });
});

test('given a failure, it says what the ruler said then and all the time, and the lines by then', () => {
  const result = judged(USUAL, { at: 2 * MINUTE, state: 'firing', labels: { severity: 'critical' } });
  expect(formatResult({ ...result, file: 'f', name: 'a name', passed: false, attempts: 1 })).toBe(
    `FAIL  a name
      at 2m         firing A {severity="critical"}
      said          pending, value 12, {severity="critical"}; description: 12
      all the time  0s none · 1m pending (12) · 3m firing (12) · 5m none
      lines         1 of {job="a"}`,
  );
});

test('given an alert that fires and that Alertmanager is not told of, the test fails', () => {
  expect(judged(USUAL, { at: 3 * MINUTE, state: 'firing' }, false).failures).toMatchObject([
    { expected: 'Alertmanager is told of A', said: 'nothing' },
  ]);
});

test('given a rule that cannot be evaluated, the test fails with the reason', () => {
  const broken: Evaluation = { alerts: [], errors: ['A: pipeline error'] };
  expect(judged([none, broken], { at: MINUTE, state: 'none' }).failures).toMatchObject([{ said: 'A: pipeline error' }]);
});

test('given a missed evaluation between two that hold, the test passes', () => {
  const evaluations = [none, active('pending'), active('pending'), active('firing'), missed, active('firing'), none];
  expect(judged(evaluations, { from: 3 * MINUTE, to: 5 * MINUTE, state: 'firing' })).toMatchObject({
    failures: [],
    isInconclusive: false,
  });
});

test.each([
  [
    'where the state changes',
    [none, active('pending'), missed, active('firing')],
    { at: 2 * MINUTE, state: 'pending' },
  ],
  ['before a failure', [none, missed, active('pending'), active('pending')], { at: 3 * MINUTE, state: 'firing' }],
] as const)('given a missed evaluation %s, the test says nothing and is run again', (_what, evaluations, expected) => {
  expect(judged(evaluations, expected)).toMatchObject({ isInconclusive: true });
});
