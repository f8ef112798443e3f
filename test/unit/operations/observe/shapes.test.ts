/** Answers of kubectl and of the programs, as they were seen, and what is kept of them. */
import { credentialLine } from '../../../../src/secrets/hashes';
import { inTurns, observe } from '../../../../src/operations/observe/observed';
import { passwordMatches } from '../../../../src/operations/observe/password';
import {
  lineTimes,
  managedAlerts,
  nodeStates,
  podStates,
  rulerAlerts,
  ruleStates,
  secretKeys,
  targetsDown,
  troubles,
  warnings,
} from '../../../../src/operations/observe/shapes';

const list = (...items: readonly object[]): string => JSON.stringify({ kind: 'List', items });

test('given a pod that crashes, its last words are kept', () => {
  const [pod] = podStates(
    list({
      metadata: { name: 'loki-0', namespace: 'logging', labels: { 'app.kubernetes.io/name': 'loki' } },
      spec: { nodeName: 'node-1', containers: [{ name: 'loki', image: 'loki:3' }] },
      status: {
        phase: 'Running',
        conditions: [
          { type: 'PodScheduled', status: 'True' },
          { type: 'Ready', status: 'False' },
        ],
        containerStatuses: [
          {
            name: 'loki',
            ready: false,
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
            lastState: { terminated: { reason: 'Error', exitCode: 1, message: 'failed parsing config\n' } },
          },
        ],
      },
    }),
  );
  expect(pod).toEqual({
    namespace: 'logging',
    name: 'loki-0',
    component: 'loki',
    node: 'node-1',
    phase: 'Running',
    ready: false,
    labels: { 'app.kubernetes.io/name': 'loki' },
    containers: [
      {
        name: 'loki',
        image: 'loki:3',
        ready: false,
        restarts: 4,
        waiting: 'CrashLoopBackOff: back-off 40s',
        ended: { reason: 'Error', exitCode: 1, message: 'failed parsing config' },
      },
    ],
  });
});

test('given a pod that no node takes, the reason is kept', () => {
  const [pod] = podStates(
    list({
      metadata: { name: 'loki-0', namespace: 'logging' },
      spec: { containers: [{ name: 'loki', image: 'loki:3' }] },
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes' }] },
    }),
  );
  expect(pod).toMatchObject({ unschedulable: '0/3 nodes', ready: false, component: '' });
});

test('given nodes, their labels and taints are kept', () => {
  const taint = { key: 'gpu', effect: 'NoExecute' };
  expect(
    nodeStates(
      list({
        metadata: { name: 'node-1', labels: { pool: 'logs' } },
        spec: { taints: [taint] },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }),
    ),
  ).toEqual([{ name: 'node-1', labels: { pool: 'logs' }, ready: true, taints: [taint] }]);
});

test('given a list of Secrets, their names and keys are read, and nothing else is there', () => {
  expect(secretKeys('logging', 'gateway-users previous users\nempty\n')).toEqual([
    { namespace: 'logging', name: 'gateway-users', keys: ['previous', 'users'] },
    { namespace: 'logging', name: 'empty', keys: [] },
  ]);
});

test('given events, object and message are kept', () => {
  const event = { metadata: { name: 'a', namespace: 'logging' }, involvedObject: { kind: 'Pod', name: 'loki-0' } };
  expect(warnings(list({ ...event, reason: 'FailedMount', message: null }))).toEqual([
    { namespace: 'logging', object: 'Pod/loki-0', reason: 'FailedMount', message: '' },
  ]);
});

test('given lines, their times are whole milliseconds', () => {
  const values = [['1800000000123456789', 'a line', {}]];
  expect(lineTimes(JSON.stringify({ data: { result: [{ stream: {}, values }] } }))).toEqual([1_800_000_000_123]);
  expect(lineTimes('{"data":{"result":[]}}')).toEqual([]);
});

test('given alerts, those that fire are kept', () => {
  const alert = { labels: { alertname: 'HighErrorRate', severity: 'critical' }, annotations: { summary: 'Errors' } };
  const alerts = [
    { ...alert, state: 'firing' },
    { ...alert, state: 'pending' },
  ];
  const kept = { name: 'HighErrorRate', severity: 'critical', summary: 'Errors' };
  expect(rulerAlerts(JSON.stringify({ data: { alerts } }), 'loki')).toEqual([{ ...kept, from: 'loki' }]);
  expect(rulerAlerts('{"data":{"alerts":null}}', 'loki')).toEqual([]);
  expect(managedAlerts(JSON.stringify([alert]))).toEqual([{ ...kept, from: 'alertmanager' }]);
});

test('given rules and targets, those in trouble are told', () => {
  const rule = { name: 'A', health: 'err', lastError: 'too many series' };
  expect(ruleStates(JSON.stringify({ data: { groups: [{ name: 'g', rules: [rule] }] } }))).toEqual([
    { group: 'g', name: 'A', health: 'err', error: 'too many series' },
  ]);
  const target = (health: string) => ({ health, scrapePool: 'loki', scrapeUrl: 'http://a', lastError: 'refused' });
  expect(targetsDown(JSON.stringify({ data: { activeTargets: [target('up'), target('down')] } }))).toEqual([
    { job: 'loki', url: 'http://a', error: 'refused' },
  ]);
});

test('given a log, warnings, errors and failed requests are kept', () => {
  const lines = [
    '{"level":"info","msg":"ok"}',
    '{"level":"warn","msg":"a"}',
    '{"level":"info","message":"POST /loki/api/v1/push 502","status":502}',
    '{"level":"info","message":"GET /loki/api/v1/query 200","status":200}',
    '2027/01/01 00:00:00 [emerg] 1#1: no',
  ];
  expect(troubles(lines.join('\n'))).toEqual([lines[1], lines[2], lines[4]]);
});

test('given an htpasswd file, a password is that of its line or not, and another kind of hash is not compared', () => {
  const users = `${credentialLine('a', 'right')}\n${credentialLine('ab', 'other')}\nc:$apr1$salt$hash\n`;
  expect(passwordMatches(users, 'a', 'right')).toBe(true);
  expect(passwordMatches(users, 'a', 'other')).toBe(false);
  expect(passwordMatches(users, 'ab', 'other')).toBe(true);
  expect(passwordMatches(users, 'nobody', 'right')).toBe(false);
  expect(passwordMatches(users, 'c', 'right')).toBeUndefined();
});

test('given somebody who does not answer, it is unknown after the time', async () => {
  const never = () => new Promise<never>(() => undefined);
  expect(await observe(never, 'Loki', 20)).toEqual({ unknown: 'Loki: no answer in 0 s' });
  expect(await observe(() => Promise.reject(new Error('a\n  b')), 'Loki', 1000)).toEqual({ unknown: 'a b' });
  expect(await observe(() => Promise.resolve(1), 'Loki', 1000)).toEqual({ value: 1 });
});

test('given many jobs, few run at once, and results keep their order', async () => {
  let [running, most] = [0, 0];
  const results = await inTurns([30, 10, 20, 5], 2, async (milliseconds) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    running--;
    return milliseconds;
  });
  expect(results).toEqual([30, 10, 20, 5]);
  expect(most).toBe(2);
});
