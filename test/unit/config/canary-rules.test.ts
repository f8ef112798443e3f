/** What a canary needs, and what the report says where it is missing. */
import type { StackConfigInput } from '../../../src/config';
import { problemsOf } from '../../support/config';

const TENANTS = [{ name: 'spywatcher', write: ['promtail'], read: ['grafana', 'canary'] }];
const withCanary = (input: Partial<StackConfigInput>) =>
  problemsOf({ environment: 'staging', auth: { loki: { tenants: TENANTS } }, canary: {}, ...input });

test.each([
  [
    'a tenant that does not know its credential',
    { auth: {} },
    'canary.credential',
    /read credential of tenant spywatcher/,
  ],
  [
    'Grafana’s credential',
    { canary: { credential: 'grafana' } },
    'canary.credential',
    /another credential than Grafana/,
  ],
  ['an interval that is too short', { canary: { interval: '500ms' } }, 'canary.interval', /from 1s to 1m/],
  ['an interval that is too long', { canary: { interval: '2m' } }, 'canary.interval', /from 1s to 1m/],
  [
    'an agent that does not read its lines',
    { agent: { excludeNamespaces: ['logging'] } },
    'agent.excludeNamespaces',
    /not logging/,
  ],
  ['one tail', { limits: { maxTails: 1 } }, 'limits.maxTails', /at least 2/],
  ['few lines', { limits: { maxEntriesPerQuery: 500 } }, 'limits.maxEntriesPerQuery', /at least 1000/],
  [
    'one tail of its tenant',
    { limits: { tenants: { spywatcher: { maxTails: 1 } } } },
    'limits.tenants.spywatcher.maxTails',
    /at least 2/,
  ],
] as const)('given a canary with %s, the report says where, what and what to do', (_, input, path, rule) => {
  const [problem, ...more] = withCanary(input);
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ path, rule: expect.stringMatching(rule) as string });
  expect(problem?.remedy).not.toBe('');
});
