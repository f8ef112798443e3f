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
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { period: '23h' } },
    'retention.period',
    '"23h"',
    'write 24h or more',
    { retention: { period: '24h' } },
  ],
  [
    'a multiple of 1h',
    { retention: { period: '24h30m' } },
    'retention.period',
    '"1470m"',
    'write 25h',
    { retention: { period: '25h' } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { streams: [{ selector: '{job="b"}', period: '2h' }] } },
    'retention.streams[0].period',
    '"2h"',
    'write 24h or more',
    { retention: { streams: [{ selector: '{job="b"}', period: '24h' }] } },
  ],
  [
    'a multiple of 1h',
    { retention: { tenants: { spywatcher: { period: '25h1s' } } } },
    'retention.tenants.spywatcher.period',
    '"90001s"',
    'write 26h',
    { retention: { tenants: { spywatcher: { period: '25h' } } } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { tenants: { spywatcher: { period: '48h', streams: [{ selector: '{job="b"}', period: '1h' }] } } } },
    'retention.tenants.spywatcher.streams[0].period',
    '"1h"',
    'write 24h or more',
    { retention: { tenants: { spywatcher: { period: '48h' } } } },
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher)',
    { retention: { tenants: { audit: { period: '48h' } } } },
    'retention.tenants.audit',
    '"audit"',
    'add the tenant there, or remove its retention',
    { retention: { tenants: { audit: { period: '48h' } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  ],
  [
    'at least 20m: so long queries may use an index that still names the chunk',
    { retention: { deleteDelay: '19m' } },
    'retention.deleteDelay',
    '"19m"',
    'write 20m or more',
    { retention: { deleteDelay: '20m' } },
  ],
  [
    'matchers of labels that lines have: job, service, level, namespace, app, container, node, service_name',
    ofAll(['{job="a", pod=~"b.*"}', '60d']),
    'retention.streams[0].selector',
    String.raw`"{job=\"a\", pod=~\"b.*\"}"`,
    'replace pod, or remove it',
    ofAll(['{job="a", service_name=~"b.*"}', '60d']),
  ],
  [
    LEVELS,
    ofAll(['{level="warning"}', '24h']),
    'retention.streams[0].selector',
    String.raw`"{level=\"warning\"}"`,
    `replace warning; ${SPELT}`,
    ofAll(['{level="warn"}', '24h']),
  ],
  [
    LEVELS,
    ofTenant(['{level=~"trace|fatal"}', '24h']),
    'retention.tenants.spywatcher.streams[0].selector',
    String.raw`"{level=~\"trace|fatal\"}"`,
    `replace trace|fatal; ${SPELT}`,
    ofTenant(['{level=~"trace|deb.*"}', '24h']),
  ],
  [
    'a matcher that a stream without the label does not fulfil',
    ofAll(['{level!="error", job=~".*"}', '24h']),
    'retention.streams[0].selector',
    String.raw`"{level!=\"error\", job=~\".*\"}"`,
    'for every stream set the period itself; else write for example {job=~".+", …}',
    ofAll(['{level!="error", job=~".+"}', '24h']),
  ],
  [
    'wins somewhere: retention.streams[0] matches all of its streams and is preferred',
    ofAll(['{job="a"}', '60d', 2], ['{job="a"}', '90d', 1]),
    'retention.streams[1]',
    String.raw`"{job=\"a\"}"`,
    'give it a higher priority than 2, or remove it',
    ofAll(['{job="a"}', '60d', 2], ['{job="b"}', '90d', 1]),
  ],
  [
    'wins somewhere: retention.streams[1] matches all of its streams and is preferred',
    ofAll(['{level="debug", job="a"}', '60d', 1], ['{job="a"}', '90d', 2]),
    'retention.streams[0]',
    String.raw`"{level=\"debug\", job=\"a\"}"`,
    'give it a higher priority than 2, or remove it',
    ofAll(['{level="debug", job="a"}', '60d', 3], ['{job="a"}', '90d', 2]),
  ],
  [
    'wins somewhere: retention.tenants.spywatcher.streams[0] matches all of its streams and is preferred',
    ofTenant(['{job="a"}', '24h'], ['{job="a"}', '48h']),
    'retention.tenants.spywatcher.streams[1]',
    String.raw`"{job=\"a\"}"`,
    'give it a higher priority than 1, or remove it',
    ofTenant(['{job="a"}', '24h'], ['{job="b"}', '48h']),
  ],
  [
    'another than that of retention.streams[0], which may match the same streams and has another period',
    ofAll(['{job="security"}', '90d'], ['{level="debug"}', '24h']),
    'retention.streams[1].priority',
    '1',
    'give the one that is to win a higher priority',
    ofAll(['{job="security"}', '90d'], ['{level="debug"}', '24h', 2]),
  ],
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
