import { problemsOf } from '../../../support/config';
import { SPYWATCHER, tenants, testRules } from './rows';

testRules([
  {
    rule: 'at least ingestionRate (21MB)',
    broken: { limits: { ingestionRate: '21MB' } },
    path: 'limits.ingestionBurst',
    received: '"20MB"',
    remedy: 'raise limits.ingestionBurst to 21MB or lower limits.ingestionRate',
    kept: { limits: { ingestionRate: '20MB' } },
  },
  {
    rule: 'at least perStreamRate (3MB)',
    broken: { limits: { perStreamBurst: '2MB' } },
    path: 'limits.perStreamBurst',
    received: '"2MB"',
    remedy: 'raise limits.perStreamBurst to 3MB or lower limits.perStreamRate',
    kept: { limits: { perStreamBurst: '3MB' } },
  },
  {
    rule: 'at most ingestionRate (2MB)',
    broken: { limits: { ingestionRate: '2MB' } },
    path: 'limits.perStreamRate',
    received: '"3MB"',
    remedy: 'lower limits.perStreamRate or raise limits.ingestionRate',
    kept: { limits: { ingestionRate: '3MB' } },
  },
  {
    rule: 'at most the bursts: a larger batch is refused for ever',
    broken: { agent: { batchSize: '16MB' } },
    path: 'agent.batchSize',
    received: '"16MB"',
    remedy: 'lower agent.batchSize, or raise limits.ingestionBurst and limits.perStreamBurst',
    kept: { agent: { batchSize: '15MB' } },
  },
  {
    rule: 'at most 16384: an answer of lines of 16KB takes at most a quarter of Loki’s memory limit (1GB)',
    broken: { limits: { maxEntriesPerQuery: 16_385 } },
    path: 'limits.maxEntriesPerQuery',
    received: '16385',
    remedy: 'lower limits.maxEntriesPerQuery, or raise resources.loki.limits.memory',
    kept: { limits: { maxEntriesPerQuery: 16_385, maxLineSize: '15KB' } },
  },
  {
    rule: 'at most 32768: an answer of lines of 16KB takes at most a quarter of Loki’s memory limit (2GB)',
    broken: {
      limits: { tenants: { spywatcher: { maxEntriesPerQuery: 40_000 } } },
      resources: { loki: { limits: { memory: '2Gi' } } },
    },
    path: 'limits.tenants.spywatcher.maxEntriesPerQuery',
    received: '40000',
    remedy: 'lower limits.tenants.spywatcher.maxEntriesPerQuery, or raise resources.loki.limits.memory',
    kept: {
      limits: { tenants: { spywatcher: { maxEntriesPerQuery: 40_000 } } },
      resources: { loki: { limits: { memory: '4Gi' } } },
    },
  },
  {
    rule: 'at most half of Loki’s memory limit',
    broken: { limits: { queryCache: '513MB' } },
    path: 'limits.queryCache',
    received: '"513MB"',
    remedy: 'lower limits.queryCache or raise resources.loki.limits.memory',
    kept: { limits: { queryCache: '512MB' } },
  },
  {
    rule: 'a multiple of 1MB: Loki counts the cache in whole megabytes',
    broken: { limits: { queryCache: '1.5MB' } },
    path: 'limits.queryCache',
    received: '"1536KB"',
    remedy: 'write 2MB',
    kept: { limits: { queryCache: '2MB' } },
  },
  {
    rule: 'at most ingestionRate (1MB)',
    broken: { limits: { tenants: { spywatcher: { ingestionRate: '1MB' } } } },
    path: 'limits.tenants.spywatcher.perStreamRate',
    received: '"3MB"',
    remedy: 'lower limits.tenants.spywatcher.perStreamRate or raise limits.tenants.spywatcher.ingestionRate',
    kept: { limits: { tenants: { spywatcher: { ingestionRate: '1MB', perStreamRate: '1MB' } } } },
  },
  {
    rule: 'at most ingestionRate (15MB)',
    broken: { limits: { tenants: { spywatcher: { perStreamRate: '16MB', perStreamBurst: '16MB' } } } },
    path: 'limits.tenants.spywatcher.perStreamRate',
    received: '"16MB"',
    remedy: 'lower limits.tenants.spywatcher.perStreamRate or raise limits.tenants.spywatcher.ingestionRate',
    kept: { limits: { tenants: { spywatcher: { perStreamRate: '15MB', perStreamBurst: '16MB' } } } },
  },
  {
    rule: 'at least ingestionRate (30MB)',
    broken: { limits: { tenants: { spywatcher: { ingestionRate: '30MB' } } } },
    path: 'limits.tenants.spywatcher.ingestionBurst',
    received: '"20MB"',
    remedy: 'raise limits.tenants.spywatcher.ingestionBurst to 30MB or lower limits.tenants.spywatcher.ingestionRate',
    kept: { limits: { tenants: { spywatcher: { ingestionRate: '30MB', ingestionBurst: '30MB' } } } },
  },
  {
    rule: 'at most the bursts of tenant spywatcher: a larger batch is refused for ever',
    broken: { limits: { perStreamRate: '512KB', tenants: { spywatcher: { perStreamBurst: '768KB' } } } },
    path: 'agent.batchSize',
    received: '"1MB"',
    remedy: 'lower agent.batchSize, or raise the bursts of limits.tenants.spywatcher',
    kept: {
      agent: { batchSize: '768KB' },
      limits: { perStreamRate: '512KB', tenants: { spywatcher: { perStreamBurst: '768KB' } } },
    },
  },
  {
    rule: 'at most the bursts of tenant audit: a larger batch is refused for ever',
    broken: {
      auth: { loki: { enabled: false, tenants: [{ name: 'audit' }, SPYWATCHER] } },
      limits: { perStreamRate: '512KB', tenants: { audit: { perStreamBurst: '768KB' } } },
    },
    path: 'agent.batchSize',
    received: '"1MB"',
    remedy: 'lower agent.batchSize, or raise the bursts of limits.tenants.audit',
    kept: {
      auth: { loki: { tenants: [{ name: 'audit' }, SPYWATCHER] } },
      limits: { perStreamRate: '512KB', tenants: { audit: { perStreamBurst: '768KB' } } },
    },
  },
  {
    rule: 'at most the bursts of tenant spywatcher: a larger batch is refused for ever',
    broken: {
      limits: { tenants: { spywatcher: { ingestionRate: '3MB', ingestionBurst: '3MB' } } },
      agent: { batchSize: '4MB' },
    },
    path: 'agent.batchSize',
    received: '"4MB"',
    remedy: 'lower agent.batchSize, or raise the bursts of limits.tenants.spywatcher',
    kept: {
      limits: { tenants: { spywatcher: { ingestionRate: '3MB', ingestionBurst: '4MB' } } },
      agent: { batchSize: '4MB' },
    },
  },
  {
    rule: 'at least perStreamRate (3MB)',
    broken: { limits: { tenants: { spywatcher: { perStreamBurst: '2MB' } } } },
    path: 'limits.tenants.spywatcher.perStreamBurst',
    received: '"2MB"',
    remedy: 'raise limits.tenants.spywatcher.perStreamBurst to 3MB or lower limits.tenants.spywatcher.perStreamRate',
    kept: { limits: { tenants: { spywatcher: { perStreamBurst: '3MB' } } } },
  },
  {
    rule: 'a tenant of auth.loki.tenants (spywatcher)',
    broken: { limits: { tenants: { audit: { maxTails: 2 } } } },
    path: 'limits.tenants.audit',
    received: '"audit"',
    remedy: 'add the tenant there, or remove its limits',
    kept: { limits: { tenants: { audit: { maxTails: 2 } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  },
]);

describe('given limits of all tenants that contradict each other', () => {
  test.each([
    ['a burst', { ingestionRate: '21MB' }, 'limits.ingestionBurst'],
    ['the rate of a stream', { ingestionRate: '2MB' }, 'limits.perStreamRate'],
  ])('says so of %s once, and not of each tenant that says nothing about it', (_, wrong, path) => {
    const limits = { ...wrong, tenants: { spywatcher: { maxTails: 1 } } };
    expect(problemsOf({ environment: 'dev', limits }).map((problem) => problem.path)).toEqual([path]);
  });
});
