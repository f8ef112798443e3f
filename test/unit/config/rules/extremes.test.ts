/** Times and sizes that nobody can mean. */
import { configWith, problemsOf } from '../../../support/config';
import { EGRESS, type Input } from './rows';

const alertmanager = (differences: object): Input => ({ alertmanager: { type: 'embedded', ...differences } });
const ROUTED = { receivers: [{ name: 'a', type: 'discord', egress: EGRESS }] } as const;
const store = (refreshInterval: string): Input => ({
  secretSource: { type: 'externalSecrets', store: 'vault', refreshInterval },
});

it.each<readonly [path: string, wrong: Input, received: string, bound: string, right: Input]>([
  ['agent.batchWait', { agent: { batchWait: '99ms' } }, '99ms', 'at least 100ms', { agent: { batchWait: '100ms' } }],
  ['agent.batchWait', { agent: { batchWait: '30d' } }, '720h', 'at most 1m', { agent: { batchWait: '1m' } }],
  [
    'limits.rejectOldSamplesAfter',
    { limits: { rejectOldSamplesAfter: '1ms' } },
    '1ms',
    'at least 1h',
    { limits: { rejectOldSamplesAfter: '1h' } },
  ],
  [
    'limits.queryTimeout',
    { limits: { queryTimeout: '1ms' } },
    '1ms',
    'at least 5s',
    { limits: { queryTimeout: '5s' } },
  ],
  ['limits.queryTimeout', { limits: { queryTimeout: '61m' } }, '61m', 'at most 1h', { limits: { queryTimeout: '1h' } }],
  [
    'limits.tenants.spywatcher.queryTimeout',
    { limits: { tenants: { spywatcher: { queryTimeout: '4s' } } } },
    '4s',
    'at least 5s',
    { limits: { tenants: { spywatcher: { queryTimeout: '5s' } } } },
  ],
  [
    'retention.compactionInterval',
    { retention: { compactionInterval: '59s' } },
    '59s',
    'at least 1m',
    { retention: { compactionInterval: '1m' } },
  ],
  [
    'retention.compactionInterval',
    { retention: { compactionInterval: '25h' }, monitoring: { thresholds: { compactionOverdue: '60h' } } },
    '25h',
    'at most 24h',
    { retention: { compactionInterval: '24h' }, monitoring: { thresholds: { compactionOverdue: '60h' } } },
  ],
  ['alerting.interval', { alerting: { interval: '1ms' } }, '1ms', 'at least 1s', { alerting: { interval: '1s' } }],
  ['alerting.interval', { alerting: { interval: '6m' } }, '6m', 'at most 5m', { alerting: { interval: '5m' } }],
  [
    'monitoring.scrapeInterval',
    { monitoring: { scrapeInterval: '10ms' } },
    '10ms',
    'at least 1s',
    { monitoring: { scrapeInterval: '1s' } },
  ],
  ['alertmanager.groupWait', alertmanager({ groupWait: '2h' }), '2h', 'at most 1h', alertmanager({ groupWait: '1h' })],
  [
    'alertmanager.groupInterval',
    alertmanager({ groupInterval: '1ms' }),
    '1ms',
    'at least 1s',
    alertmanager({ groupInterval: '1s' }),
  ],
  [
    'alertmanager.repeatInterval',
    alertmanager({ repeatInterval: '1s' }),
    '1s',
    'at least 1m',
    alertmanager({ repeatInterval: '1m' }),
  ],
  [
    'alertmanager.routes[0].groupInterval',
    alertmanager({ ...ROUTED, routes: [{ receiver: 'a', groupInterval: '2d' }] }),
    '48h',
    'at most 24h',
    alertmanager({ ...ROUTED, routes: [{ receiver: 'a', groupInterval: '1d' }] }),
  ],
  ['secretSource.refreshInterval', store('1s'), '1s', 'at least 10s', store('10s')],
  ['deploy.timeout', { deploy: { timeout: '1ms' } }, '1ms', 'at least 30s', { deploy: { timeout: '30s' } }],
  ['deploy.timeout', { deploy: { timeout: '2d' } }, '48h', 'at most 24h', { deploy: { timeout: '1d' } }],
])('given %s of %j, it is refused as %s: %s', (path, wrong, received, bound, right) => {
  const [problem, ...others] = problemsOf({ environment: 'dev', ...wrong });
  expect(others).toEqual([]);
  expect(problem).toMatchObject({
    path,
    received: `"${received}"`,
    rule: expect.stringMatching(new RegExp(`^${bound}: .{20}`)) as string,
    remedy: `write ${bound.split(' ').at(-1) ?? ''} or ${bound.startsWith('at least') ? 'more' : 'less'}`,
  });
  expect(() => configWith(right)).not.toThrow();
});

describe('a burst, which one push may have, fits into Loki’s memory', () => {
  const RULE =
    'at most a quarter of Loki’s memory limit (1GB): a push may be as large, and Loki holds it as it came, unpacked and in its log';

  it('given 1000MB and 1Gi, it is refused', () => {
    expect(problemsOf({ environment: 'dev', limits: { ingestionBurst: '1000MB' } })).toEqual([
      {
        path: 'limits.ingestionBurst',
        received: '"1000MB"',
        rule: RULE,
        remedy: 'lower it to 256MB, or raise resources.loki.limits.memory',
      },
    ]);
    expect(() => configWith({ limits: { ingestionBurst: '256MB' } })).not.toThrow();
    const resources = { loki: { limits: { memory: '4Gi' } } };
    expect(() => configWith({ limits: { ingestionBurst: '1000MB' }, resources })).not.toThrow();
  });

  it('given it for one tenant, it is refused there', () => {
    const limits = { tenants: { spywatcher: { ingestionBurst: '300MB' } } };
    expect(problemsOf({ environment: 'dev', limits })).toMatchObject([
      { path: 'limits.tenants.spywatcher.ingestionBurst', received: '"300MB"', rule: RULE },
    ]);
  });
});
