/** Why the lines of one pod are there, or not. */
import { jobOf, explain, lastTime, type PodLines, queryOf } from '../../../../src/operations/doctor/pod';
import type { StackConfig } from '../../../../src/config';
import type { PodState } from '../../../../src/operations/observe/state';
import { configWith } from '../../../support/config';
import { before, healthyState } from '../../../support/stack-state';

const config = configWith({
  agent: {
    excludeNamespaces: ['hidden', 'test-*'],
    drop: [{ name: 'no-shop', selector: '{job="shop"}' }],
  },
});
const POD: PodState = {
  namespace: 'shop',
  name: 'shop-1',
  component: 'shop',
  node: 'node-1',
  phase: 'Running',
  ready: true,
  labels: { 'app.kubernetes.io/name': 'shop' },
  containers: [{ name: 'main', image: 'shop:1', ready: true, restarts: 0 }],
};
const asked = { pod: { namespace: 'shop', name: 'shop-1' } };
const lines = (changes: Partial<PodLines> = {}, pod: Partial<PodState> = {}): PodLines => ({
  pod: { ...POD, ...pod },
  written: { value: before(2) },
  arrived: { value: before(3) },
  ...changes,
});
const explained = (...seen: readonly PodLines[]) => explain(config, asked, { value: seen }, healthyState(config));
const nothing: PodLines['arrived'] = { value: undefined };

test('given lines that arrive, their query is told', () => {
  expect(explained(lines())).toMatchObject({
    findings: [{ link: 'pod', weight: 'hint', todo: ['query: {namespace="shop"} | pod="shop-1"'] }],
    unchecked: [],
  });
});

test.each([
  ['there is no such pod', [], 'pod', /no pod shop\/shop-1/],
  ['its namespace is excluded', [lines({}, { namespace: 'hidden' })], 'pod', /excludeNamespaces: hidden\/shop-1/],
  [
    'its namespace is excluded by a pattern',
    [lines({}, { namespace: 'test-7' })],
    'pod',
    /Namespace test-7 is in agent\.excludeNamespaces \(test-\*\)/,
  ],
  ['its node has no agent', [lines({}, { node: 'node-2' })], 'agent', /No agent is ready on node-2/],
  ['it has written nothing', [lines({ written: nothing, arrived: nothing })], 'pod', /has written nothing/],
  ['nothing of it has arrived', [lines({ arrived: nothing })], 'pod', /Loki has nothing of it/],
] as const)('when %s, then that is found', (_, seen, link, text) => {
  const { findings } = explained(...seen);
  expect(findings[0]).toMatchObject({ link, weight: 'broken' });
  expect(findings[0]?.seen).toMatch(text);
});

test('when it runs nowhere yet, then that is found, and no agent is asked for', () => {
  const { node, ...waiting } = POD;
  expect(node).toBe('node-1');
  const { findings } = explained({ pod: waiting, written: nothing, arrived: nothing });
  expect(findings[0]?.seen).toMatch(/runs on no node yet/);
  expect(findings.map(({ link }) => link)).not.toContain('agent');
});

test('when nothing has arrived, then rules of agent.drop that are for its job are named', () => {
  expect(explained(lines({ arrived: nothing })).findings[0]?.todo[0]).toBe('look at agent.drop: no-shop');
});

test('when its last line is older than agent.since, then that is named as the reason', () => {
  const since = (seconds: number) => configWith({ agent: { since: `${before(seconds).slice(0, -'.000Z'.length)}Z` } });
  const found = (of: StackConfig, written: string) =>
    explain(of, asked, { value: [lines({ written: { value: written }, arrived: nothing })] }, healthyState(of))
      .findings[0];
  expect(found(since(60), before(61))).toMatchObject({
    probably: 'agent.since leaves its lines out.',
    todo: expect.arrayContaining(['look at agent.since: lines before 2027-02-10T14:59:00Z are left out']) as unknown,
  });
  expect(found(since(60), before(59))?.probably).toMatch(/^A link further on/);
});

test('given the Collector, its pod is the one to ask', () => {
  const collecting = configWith({ agent: { type: 'collector' } });
  const { findings } = explain(collecting, asked, { value: [lines({ arrived: nothing })] }, healthyState(collecting));
  expect(findings.map(({ link }) => link)).toEqual(['pod']);
  expect(findings[0]?.todo).toEqual(['kubectl -n <agents> logs collector-node-1 | grep shop-1']);
});

test('when the newest line in Loki is much older than what it wrote last, then that is told', () => {
  expect(explained(lines({ arrived: { value: before(600) } })).findings[0]?.seen).toMatch(/598 s before/);
});

test('when nobody could be asked, then it is unchecked', () => {
  const unknown = { unknown: 'forbidden' };
  expect(explain(config, asked, unknown, healthyState(config)).unchecked).toEqual([{ link: 'pod', why: 'forbidden' }]);
  expect(explained(lines({ arrived: unknown })).unchecked).toEqual([{ link: 'pod', why: 'forbidden' }]);
});

test('an app is asked for by name', () => {
  const { findings } = explain(config, { app: 'shop' }, { value: [] }, healthyState(config));
  expect(findings[0]?.seen).toBe('There is no pod of app shop.');
});

test('the job is the first label that is set, else the container', () => {
  expect(jobOf(POD)).toBe('shop');
  expect(jobOf({ ...POD, labels: { app: 'old', 'logs.spywatcher.dev/job': 'own' } })).toBe('own');
  expect(jobOf({ ...POD, labels: {} })).toBe('main');
  expect(queryOf(POD)).toBe('{namespace="shop"} | pod="shop-1"');
});

test('the last line is the latest of all containers’', () => {
  expect(lastTime('2027-02-10T15:00:02.5Z b\n2027-02-10T15:00:01Z a\nno time\n')).toBe('2027-02-10T15:00:02.500Z');
  expect(lastTime('')).toBeUndefined();
});

test('when its namespace has a tenant that Grafana does not read, then that is said, and nothing of what has come', () => {
  const withTenant = configWith({
    auth: {
      loki: {
        tenants: [
          { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
          { name: 'team', write: ['team-agent'], read: ['team'] },
        ],
      },
    },
    agent: { type: 'collector', tenants: [{ namespaces: ['shop'], credential: 'team-agent' }] },
  });
  const state = healthyState(withTenant);
  const { findings } = explain(withTenant, asked, { value: [lines({ arrived: nothing })] }, state);
  expect(findings.map(({ seen }) => seen)).toEqual([
    expect.stringMatching(/^Lines of shop\/shop-1 are in tenant team,/),
  ]);
  const elsewhere = lines({ arrived: nothing }, { namespace: 'other' });
  expect(explain(withTenant, asked, { value: [elsewhere] }, state).findings[0]?.seen).toMatch(/Loki has nothing of it/);
});
