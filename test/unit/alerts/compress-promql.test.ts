/** Rules of Prometheus in compressed time, as the end-to-end tests have them. */
import { stackRules } from '../../../src/alerts/stack-rules';
import { CANARY, configWith } from '../../support/config';
import { compressPromql, compressRuleFile } from '../../support/compress-promql';

test.each([
  ['increase(a[5m]) > 20', 'increase(a[10000ms]) > 20'],
  ['a offset 1h30m', 'a offset 180000ms'],
  ['max_over_time(rate(a[5m])[1h:1m])', 'max_over_time(rate(a[10000ms])[120000ms:2000ms])'],
  ['up{text="[5m] offset 1h"} == 0', 'up{text="[5m] offset 1h"} == 0'],
])('given %s, then ranges and offsets are shorter, and nothing else', (expr, compressed) => {
  expect(compressPromql(expr, 30)).toBe(compressed);
});

test('given what is no PromQL, then it says where', () => {
  expect(() => compressPromql('sum(rate(a[5m])', 30)).toThrow('not PromQL at character 16');
});

test('given the alerts of a stack, then each has its own time, divided', () => {
  const rules = stackRules(configWith({ monitoring: { type: 'embedded' }, ...CANARY })).map(
    ({ name, expr, for: wait }) => ({ alert: name, expr, for: wait }),
  );
  const [group] = compressRuleFile({ groups: [{ name: 'stack', rules }] }, 30).groups;
  expect(group?.rules).toHaveLength(rules.length);
  expect(group?.rules.find(({ alert }) => alert === 'TargetDown')).toMatchObject({ for: '10000ms' });
  for (const { expr } of group?.rules ?? []) expect(expr).not.toMatch(/\[\d+[mhd]\]|offset \d+[mhd]\b/);
});

test('given a factor for the ranges of an alert, then they are longer, and the time that it waits is not', () => {
  const rule = (alert: string) => ({ alert, expr: 'rate(a[5m]) > 0', for: '5m' });
  const groups = [{ name: 'stack', rules: [rule('Slow'), rule('Fast')] }];
  expect(compressRuleFile({ groups }, 30, { Slow: 6 }).groups[0]?.rules).toEqual([
    { alert: 'Slow', expr: 'rate(a[50000ms]) > 0', for: '10000ms' },
    { alert: 'Fast', expr: 'rate(a[10000ms]) > 0', for: '10000ms' },
  ]);
});
