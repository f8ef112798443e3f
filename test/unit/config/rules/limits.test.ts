import { problemsOf } from '../../../support/config';
import { SPYWATCHER, tenants, testRules } from './rows';

testRules([
  [
    'at least ingestionRate (21MB)',
    { limits: { ingestionRate: '21MB' } },
    'limits.ingestionBurst',
    '"20MB"',
    'raise limits.ingestionBurst to 21MB or lower limits.ingestionRate',
    { limits: { ingestionRate: '20MB' } },
  ],
  [
    'at least perStreamRate (3MB)',
    { limits: { perStreamBurst: '2MB' } },
    'limits.perStreamBurst',
    '"2MB"',
    'raise limits.perStreamBurst to 3MB or lower limits.perStreamRate',
    { limits: { perStreamBurst: '3MB' } },
  ],
  [
    'at most ingestionRate (2MB)',
    { limits: { ingestionRate: '2MB' } },
    'limits.perStreamRate',
    '"3MB"',
    'lower limits.perStreamRate or raise limits.ingestionRate',
    { limits: { ingestionRate: '3MB' } },
  ],
  [
    'at most the bursts: a larger batch is refused for ever',
    { agent: { batchSize: '16MB' } },
    'agent.batchSize',
    '"16MB"',
    'lower agent.batchSize, or raise limits.ingestionBurst and limits.perStreamBurst',
    { agent: { batchSize: '15MB' } },
  ],
  [
    'at most 16384: an answer of lines of 16KB takes at most a quarter of Loki’s memory limit (1GB)',
    { limits: { maxEntriesPerQuery: 16_385 } },
    'limits.maxEntriesPerQuery',
    '16385',
    'lower limits.maxEntriesPerQuery, or raise resources.loki.limits.memory',
    { limits: { maxEntriesPerQuery: 16_385, maxLineSize: '15KB' } },
  ],
  [
    'at most 32768: an answer of lines of 16KB takes at most a quarter of Loki’s memory limit (2GB)',
    {
      limits: { tenants: { spywatcher: { maxEntriesPerQuery: 40_000 } } },
      resources: { loki: { limits: { memory: '2Gi' } } },
    },
    'limits.tenants.spywatcher.maxEntriesPerQuery',
    '40000',
    'lower limits.tenants.spywatcher.maxEntriesPerQuery, or raise resources.loki.limits.memory',
    {
      limits: { tenants: { spywatcher: { maxEntriesPerQuery: 40_000 } } },
      resources: { loki: { limits: { memory: '4Gi' } } },
    },
  ],
  [
    'at most half of Loki’s memory limit',
    { limits: { queryCache: '513MB' } },
    'limits.queryCache',
    '"513MB"',
    'lower limits.queryCache or raise resources.loki.limits.memory',
    { limits: { queryCache: '512MB' } },
  ],
  [
    'a multiple of 1MB: Loki counts the cache in whole megabytes',
    { limits: { queryCache: '1.5MB' } },
    'limits.queryCache',
    '"1536KB"',
    'write 2MB',
    { limits: { queryCache: '2MB' } },
  ],
  [
    'at most ingestionRate (1MB)',
    { limits: { tenants: { spywatcher: { ingestionRate: '1MB' } } } },
    'limits.tenants.spywatcher.perStreamRate',
    '"3MB"',
    'lower limits.tenants.spywatcher.perStreamRate or raise limits.tenants.spywatcher.ingestionRate',
    { limits: { tenants: { spywatcher: { ingestionRate: '1MB', perStreamRate: '1MB' } } } },
  ],
  [
    'at most ingestionRate (15MB)',
    { limits: { tenants: { spywatcher: { perStreamRate: '16MB', perStreamBurst: '16MB' } } } },
    'limits.tenants.spywatcher.perStreamRate',
    '"16MB"',
    'lower limits.tenants.spywatcher.perStreamRate or raise limits.tenants.spywatcher.ingestionRate',
    { limits: { tenants: { spywatcher: { perStreamRate: '15MB', perStreamBurst: '16MB' } } } },
  ],
  [
    'at least ingestionRate (30MB)',
    { limits: { tenants: { spywatcher: { ingestionRate: '30MB' } } } },
    'limits.tenants.spywatcher.ingestionBurst',
    '"20MB"',
    'raise limits.tenants.spywatcher.ingestionBurst to 30MB or lower limits.tenants.spywatcher.ingestionRate',
    { limits: { tenants: { spywatcher: { ingestionRate: '30MB', ingestionBurst: '30MB' } } } },
  ],
  [
    'at most the bursts of tenant spywatcher: a larger batch is refused for ever',
    { limits: { perStreamRate: '512KB', tenants: { spywatcher: { perStreamBurst: '768KB' } } } },
    'agent.batchSize',
    '"1MB"',
    'lower agent.batchSize, or raise the bursts of limits.tenants.spywatcher',
    {
      agent: { batchSize: '768KB' },
      limits: { perStreamRate: '512KB', tenants: { spywatcher: { perStreamBurst: '768KB' } } },
    },
  ],
  [
    'at most the bursts of tenant audit: a larger batch is refused for ever',
    {
      auth: { loki: { enabled: false, tenants: [{ name: 'audit' }, SPYWATCHER] } },
      limits: { perStreamRate: '512KB', tenants: { audit: { perStreamBurst: '768KB' } } },
    },
    'agent.batchSize',
    '"1MB"',
    'lower agent.batchSize, or raise the bursts of limits.tenants.audit',
    {
      auth: { loki: { tenants: [{ name: 'audit' }, SPYWATCHER] } },
      limits: { perStreamRate: '512KB', tenants: { audit: { perStreamBurst: '768KB' } } },
    },
  ],
  [
    'at most the bursts of tenant spywatcher: a larger batch is refused for ever',
    {
      limits: { tenants: { spywatcher: { ingestionRate: '3MB', ingestionBurst: '3MB' } } },
      agent: { batchSize: '4MB' },
    },
    'agent.batchSize',
    '"4MB"',
    'lower agent.batchSize, or raise the bursts of limits.tenants.spywatcher',
    {
      limits: { tenants: { spywatcher: { ingestionRate: '3MB', ingestionBurst: '4MB' } } },
      agent: { batchSize: '4MB' },
    },
  ],
  [
    'at least perStreamRate (3MB)',
    { limits: { tenants: { spywatcher: { perStreamBurst: '2MB' } } } },
    'limits.tenants.spywatcher.perStreamBurst',
    '"2MB"',
    'raise limits.tenants.spywatcher.perStreamBurst to 3MB or lower limits.tenants.spywatcher.perStreamRate',
    { limits: { tenants: { spywatcher: { perStreamBurst: '3MB' } } } },
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher)',
    { limits: { tenants: { audit: { maxTails: 2 } } } },
    'limits.tenants.audit',
    '"audit"',
    'add the tenant there, or remove its limits',
    { limits: { tenants: { audit: { maxTails: 2 } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  ],
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
