/** Times and sizes that nobody can mean. */
import { configWith, problemsOf } from '../../../support/config';
import { EGRESS, type Input, type Row as RuleRow } from './rows';

const alertmanager = (differences: object): Input => ({ alertmanager: { type: 'embedded', ...differences } });
const ROUTED = { receivers: [{ name: 'a', type: 'discord', egress: EGRESS }] } as const;
const store = (refreshInterval: string): Input => ({
  secretSource: { type: 'externalSecrets', store: 'vault', refreshInterval },
});

/** A config whose value is just beyond a bound, and one whose value is at it. */
type Row = Omit<RuleRow, 'rule' | 'remedy'> & { readonly bound: string };

it.each<Row>([
  {
    path: 'agent.batchWait',
    broken: { agent: { batchWait: '99ms' } },
    received: '99ms',
    bound: 'at least 100ms',
    kept: { agent: { batchWait: '100ms' } },
  },
  {
    path: 'agent.batchWait',
    broken: { agent: { batchWait: '30d' } },
    received: '720h',
    bound: 'at most 1m',
    kept: { agent: { batchWait: '1m' } },
  },
  {
    path: 'limits.rejectOldSamplesAfter',
    broken: { limits: { rejectOldSamplesAfter: '1ms' } },
    received: '1ms',
    bound: 'at least 1h',
    kept: { limits: { rejectOldSamplesAfter: '1h' } },
  },
  {
    path: 'limits.queryTimeout',
    broken: { limits: { queryTimeout: '1ms' } },
    received: '1ms',
    bound: 'at least 5s',
    kept: { limits: { queryTimeout: '5s' } },
  },
  {
    path: 'limits.queryTimeout',
    broken: { limits: { queryTimeout: '61m' } },
    received: '61m',
    bound: 'at most 1h',
    kept: { limits: { queryTimeout: '1h' } },
  },
  {
    path: 'limits.tenants.spywatcher.queryTimeout',
    broken: { limits: { tenants: { spywatcher: { queryTimeout: '4s' } } } },
    received: '4s',
    bound: 'at least 5s',
    kept: { limits: { tenants: { spywatcher: { queryTimeout: '5s' } } } },
  },
  {
    path: 'retention.compactionInterval',
    broken: { retention: { compactionInterval: '59s' } },
    received: '59s',
    bound: 'at least 1m',
    kept: { retention: { compactionInterval: '1m' } },
  },
  {
    path: 'retention.compactionInterval',
    broken: { retention: { compactionInterval: '25h' }, monitoring: { thresholds: { compactionOverdue: '60h' } } },
    received: '25h',
    bound: 'at most 24h',
    kept: { retention: { compactionInterval: '24h' }, monitoring: { thresholds: { compactionOverdue: '60h' } } },
  },
  {
    path: 'alerting.interval',
    broken: { alerting: { interval: '1ms' } },
    received: '1ms',
    bound: 'at least 1s',
    kept: { alerting: { interval: '1s' } },
  },
  {
    path: 'alerting.interval',
    broken: { alerting: { interval: '6m' } },
    received: '6m',
    bound: 'at most 5m',
    kept: { alerting: { interval: '5m' } },
  },
  {
    path: 'monitoring.scrapeInterval',
    broken: { monitoring: { scrapeInterval: '10ms' } },
    received: '10ms',
    bound: 'at least 1s',
    kept: { monitoring: { scrapeInterval: '1s' } },
  },
  {
    path: 'alertmanager.groupWait',
    broken: alertmanager({ groupWait: '2h' }),
    received: '2h',
    bound: 'at most 1h',
    kept: alertmanager({ groupWait: '1h' }),
  },
  {
    path: 'alertmanager.groupInterval',
    broken: alertmanager({ groupInterval: '1ms' }),
    received: '1ms',
    bound: 'at least 1s',
    kept: alertmanager({ groupInterval: '1s' }),
  },
  {
    path: 'alertmanager.repeatInterval',
    broken: alertmanager({ repeatInterval: '1s' }),
    received: '1s',
    bound: 'at least 1m',
    kept: alertmanager({ repeatInterval: '1m' }),
  },
  {
    path: 'alertmanager.routes[0].groupInterval',
    broken: alertmanager({ ...ROUTED, routes: [{ receiver: 'a', groupInterval: '2d' }] }),
    received: '48h',
    bound: 'at most 24h',
    kept: alertmanager({ ...ROUTED, routes: [{ receiver: 'a', groupInterval: '1d' }] }),
  },
  {
    path: 'secretSource.refreshInterval',
    broken: store('1s'),
    received: '1s',
    bound: 'at least 10s',
    kept: store('10s'),
  },
  {
    path: 'deploy.timeout',
    broken: { deploy: { timeout: '1ms' } },
    received: '1ms',
    bound: 'at least 30s',
    kept: { deploy: { timeout: '30s' } },
  },
  {
    path: 'deploy.timeout',
    broken: { deploy: { timeout: '2d' } },
    received: '48h',
    bound: 'at most 24h',
    kept: { deploy: { timeout: '1d' } },
  },
])('given $path of $received, it is refused: $bound', ({ path, broken, received, bound, kept }) => {
  const [problem, ...others] = problemsOf({ environment: 'dev', ...broken });
  expect(others).toEqual([]);
  expect(problem).toMatchObject({
    path,
    received: `"${received}"`,
    rule: expect.stringMatching(new RegExp(`^${bound}: .{20}`)) as string,
    remedy: `write ${bound.split(' ').at(-1) ?? ''} or ${bound.startsWith('at least') ? 'more' : 'less'}`,
  });
  expect(() => configWith(kept)).not.toThrow();
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
