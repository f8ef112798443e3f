/** Rules in compressed time: what becomes shorter, what stays, and what keeps its meaning by being written differently. */
import { compressLogql, compressRule } from '../../../src/alert-tests/compress';

test.each([
  ['a range', 'sum(count_over_time({job="a"}[5m])) > 10', 'sum(count_over_time({job="a"}[5000ms])) > 10'],
  [
    'an offset',
    'count_over_time({job="a"}[1h] offset 1d) > 1',
    'count_over_time({job="a"}[60000ms] offset 1440000ms) > 1',
  ],
  [
    'an offset behind a pipeline',
    'count_over_time({job="a"} |= "x" | json [5m] offset 1h) > 1',
    'count_over_time({job="a"} |= "x" | json [5000ms] offset 60000ms) > 1',
  ],
  ['a range of several units', 'absent_over_time({job="a"}[1h30m])', 'absent_over_time({job="a"}[90000ms])'],
  ['a range below a millisecond', 'count_over_time({job="a"}[10ms])', 'count_over_time({job="a"}[1ms])'],
])('given %s, it becomes shorter by the factor', (_what, expr, compressed) => {
  expect(compressLogql(expr, 60)).toBe(compressed);
});

test.each([
  ['lines', 'sum(rate({job="a"}[5m])) > 10', 'sum((count_over_time({job="a"}[5000ms]) / 300)) > 10'],
  ['bytes', 'bytes_rate({job="a"}[1m])', '(bytes_over_time({job="a"}[1000ms]) / 60)'],
  [
    'unwrapped values',
    'rate({job="a"} | json | unwrap bytes [5m] offset 10m)',
    '(sum_over_time({job="a"} | json | unwrap bytes [5000ms] offset 10000ms) / 300)',
  ],
  ['a counter', 'rate_counter({job="a"} | unwrap n [5m])', '(rate_counter({job="a"} | unwrap n [5000ms]) / 60)'],
  [
    'several of them',
    'rate({job="a"}[5m]) / rate({job="b"}[10m])',
    '(count_over_time({job="a"}[5000ms]) / 300) / (count_over_time({job="b"}[10000ms]) / 600)',
  ],
])('given a rate of %s, it stays what it is per second', (_what, expr, compressed) => {
  expect(compressLogql(expr, 60)).toBe(compressed);
});

test.each([
  ['a duration that a line is measured by', '{job="a"} | duration > 5m'],
  ['what looks like a range in a text', '{job="a"} |= "rate(x[5m])"'],
])('given %s, it stays', (_what, lines) => {
  expect(compressLogql(`count_over_time(${lines} [1m])`, 60)).toBe(`count_over_time(${lines} [1000ms])`);
});

test.each([
  ['a missing bracket', 'sum(rate({job="a"}[5m]) > 10'],
  ['PromQL', 'rate(http_requests_total[5m]) > 1'],
  ['nothing', ''],
])('given %s, it is refused', (_what, expr) => {
  expect(() => compressLogql(expr, 60)).toThrow('not LogQL');
});

test('given an alert, its time to fire becomes shorter, and labels and annotations stay', () => {
  const rule = { alert: 'A', expr: 'vector(1)', for: 300_000, labels: { severity: 'info' }, annotations: { a: '5m' } };
  expect(compressRule(rule, 60)).toEqual({ ...rule, for: '5000ms' });
});

test('given a recording rule, it is an alert with its value', () => {
  expect(compressRule({ record: 'a:b', expr: 'vector(1)', labels: { x: 'y' } }, 60)).toEqual({
    alert: 'a:b',
    expr: 'vector(1)',
    labels: { x: 'y' },
  });
});
