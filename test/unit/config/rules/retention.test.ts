import { configWith, problemsOf } from '../../../support/config';
import { SPYWATCHER, tenants, testRules } from './rows';

const LEVELS = 'a level that lines have: error, warn, info, debug';
const SPELT = 'the agent gives each line one of these, however its program spells it';
type StreamRule = readonly [selector: string, period: string, priority?: number];
const streams = (...list: readonly StreamRule[]) => ({
  streams: list.map(([selector, period, priority = 1]) => ({ selector, period, priority })),
});
const ofAll = (...list: readonly StreamRule[]) => ({ retention: streams(...list) });
const ofTenant = (...list: readonly StreamRule[]) => ({
  retention: { tenants: { spywatcher: { period: '30d', ...streams(...list) } } },
});

testRules([
  {
    rule: 'at least 24h: Loki deletes by whole index days',
    broken: { retention: { period: '23h' } },
    path: 'retention.period',
    received: '"23h"',
    remedy: 'write 24h or more',
    kept: { retention: { period: '24h' } },
  },
  {
    rule: 'a multiple of 1h',
    broken: { retention: { period: '24h30m' } },
    path: 'retention.period',
    received: '"1470m"',
    remedy: 'write 25h',
    kept: { retention: { period: '25h' } },
  },
  {
    rule: 'at least 24h: Loki deletes by whole index days',
    broken: { retention: { streams: [{ selector: '{job="b"}', period: '2h' }] } },
    path: 'retention.streams[0].period',
    received: '"2h"',
    remedy: 'write 24h or more',
    kept: { retention: { streams: [{ selector: '{job="b"}', period: '24h' }] } },
  },
  {
    rule: 'a multiple of 1h',
    broken: { retention: { tenants: { spywatcher: { period: '25h1s' } } } },
    path: 'retention.tenants.spywatcher.period',
    received: '"90001s"',
    remedy: 'write 26h',
    kept: { retention: { tenants: { spywatcher: { period: '25h' } } } },
  },
  {
    rule: 'at least 24h: Loki deletes by whole index days',
    broken: {
      retention: { tenants: { spywatcher: { period: '48h', streams: [{ selector: '{job="b"}', period: '1h' }] } } },
    },
    path: 'retention.tenants.spywatcher.streams[0].period',
    received: '"1h"',
    remedy: 'write 24h or more',
    kept: { retention: { tenants: { spywatcher: { period: '48h' } } } },
  },
  {
    rule: 'a tenant of auth.loki.tenants (spywatcher)',
    broken: { retention: { tenants: { audit: { period: '48h' } } } },
    path: 'retention.tenants.audit',
    received: '"audit"',
    remedy: 'add the tenant there, or remove its retention',
    kept: { retention: { tenants: { audit: { period: '48h' } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  },
  {
    rule: 'at least 20m: so long queries may use an index that still names the chunk',
    broken: { retention: { deleteDelay: '19m' } },
    path: 'retention.deleteDelay',
    received: '"19m"',
    remedy: 'write 20m or more',
    kept: { retention: { deleteDelay: '20m' } },
  },
  {
    rule: 'matchers of labels that lines have: job, service, level, namespace, app, container, node, service_name',
    broken: ofAll(['{job="a", pod=~"b.*"}', '60d']),
    path: 'retention.streams[0].selector',
    received: String.raw`"{job=\"a\", pod=~\"b.*\"}"`,
    remedy: 'replace pod, or remove it',
    kept: ofAll(['{job="a", service_name=~"b.*"}', '60d']),
  },
  {
    rule: LEVELS,
    broken: ofAll(['{level="warning"}', '24h']),
    path: 'retention.streams[0].selector',
    received: String.raw`"{level=\"warning\"}"`,
    remedy: `replace warning; ${SPELT}`,
    kept: ofAll(['{level="warn"}', '24h']),
  },
  {
    rule: LEVELS,
    broken: ofTenant(['{level=~"trace|fatal"}', '24h']),
    path: 'retention.tenants.spywatcher.streams[0].selector',
    received: String.raw`"{level=~\"trace|fatal\"}"`,
    remedy: `replace trace|fatal; ${SPELT}`,
    kept: ofTenant(['{level=~"trace|deb.*"}', '24h']),
  },
  {
    rule: 'a matcher that a stream without the label does not fulfil',
    broken: ofAll(['{level!="error", job=~".*"}', '24h']),
    path: 'retention.streams[0].selector',
    received: String.raw`"{level!=\"error\", job=~\".*\"}"`,
    remedy: 'for every stream set the period itself; else write for example {job=~".+", …}',
    kept: ofAll(['{level!="error", job=~".+"}', '24h']),
  },
  {
    rule: 'wins somewhere: retention.streams[0] matches all of its streams and is preferred',
    broken: ofAll(['{job="a"}', '60d', 2], ['{job="a"}', '90d', 1]),
    path: 'retention.streams[1]',
    received: String.raw`"{job=\"a\"}"`,
    remedy: 'give it a higher priority than 2, or remove it',
    kept: ofAll(['{job="a"}', '60d', 2], ['{job="b"}', '90d', 1]),
  },
  {
    rule: 'wins somewhere: retention.streams[1] matches all of its streams and is preferred',
    broken: ofAll(['{level="debug", job="a"}', '60d', 1], ['{job="a"}', '90d', 2]),
    path: 'retention.streams[0]',
    received: String.raw`"{level=\"debug\", job=\"a\"}"`,
    remedy: 'give it a higher priority than 2, or remove it',
    kept: ofAll(['{level="debug", job="a"}', '60d', 3], ['{job="a"}', '90d', 2]),
  },
  {
    rule: 'wins somewhere: retention.tenants.spywatcher.streams[0] matches all of its streams and is preferred',
    broken: ofTenant(['{job="a"}', '24h'], ['{job="a"}', '48h']),
    path: 'retention.tenants.spywatcher.streams[1]',
    received: String.raw`"{job=\"a\"}"`,
    remedy: 'give it a higher priority than 1, or remove it',
    kept: ofTenant(['{job="a"}', '24h'], ['{job="b"}', '48h']),
  },
  {
    rule: 'another than that of retention.streams[0], which may match the same streams and has another period',
    broken: ofAll(['{job="security"}', '90d'], ['{level="debug"}', '24h']),
    path: 'retention.streams[1].priority',
    received: '1',
    remedy: 'give the one that is to win a higher priority',
    kept: ofAll(['{job="security"}', '90d'], ['{level="debug"}', '24h', 2]),
  },
]);

describe('given stream rules of one priority', () => {
  const rules = (one: string, other: string) => ofAll([one, '60d'], [other, '90d']);

  test.each([
    ['other values of one label', '{job="a"}', '{job="b"}'],
    ['lists without a value in common', '{job=~"a|b"}', '{job=~"c|d", level="info"}'],
    ['an expression that JavaScript cannot read', '{job="a"}', '{job=~"(?i)B"}'],
    ['a value that the other leaves out', '{job="a"}', '{job!~"a.*", level="info"}'],
  ])('with %s, no stream has two of them', (_, one, other) => {
    expect(() => configWith(rules(one, other))).not.toThrow();
  });

  test.each([
    ['lists with a value in common', '{job=~"a|b"}', '{job=~"b|c"}'],
    ['expressions', '{job=~"a.*"}', '{job=~"b.*"}'],
  ])('with %s, a stream may have two of them', (_, one, other) => {
    expect(problemsOf({ environment: 'dev', ...rules(one, other) }).map(({ path }) => path)).toEqual([
      'retention.streams[1].priority',
    ]);
  });

  test('with the same period, either will do', () => {
    expect(() => configWith(ofAll(['{job="a"}', '60d'], ['{level="debug"}', '60d']))).not.toThrow();
  });
});
