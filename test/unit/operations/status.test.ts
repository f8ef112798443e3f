/** What is seen of a stack → one screen, its JSON and the exit code. */
import { stackObjects } from '../../../charts/objects';
import type { StackState } from '../../../src/operations/observe/state';
import { exitCode } from '../../../src/operations/command';
import { statusOf } from '../../../src/operations/status/status';
import { daysToFull } from '../../../src/operations/status/disk';
import { age, formatStatus, size } from '../../../src/operations/status/format';
import { configWith, HA } from '../../support/config';
import {
  AGENT,
  AGENT_FIGURES,
  AGENT_OF,
  before,
  healthyState,
  LOKI_FIGURES,
  NOW,
  QUEUE_BYTES,
  withPod,
} from '../../support/stack-state';

const config = configWith({ gateway: { tls: {} } });
const expected = stackObjects(config);
const status = (changes: Partial<StackState> = {}) => statusOf('dev', config, expected, healthyState(config, changes));
const loki = (changes: Partial<typeof LOKI_FIGURES>) => ({
  loki: [{ pod: 'loki-0', figures: { value: { ...LOKI_FIGURES, ...changes } }, log: { value: [] } }],
});
const agent = (changes: Partial<typeof AGENT_FIGURES>) => ({
  agents: [{ ...AGENT, figures: { value: { ...AGENT_FIGURES, ...changes } } }],
});
const queries = (changes: Partial<StackState['queries']>) => ({
  queries: { ...healthyState(config).queries, ...changes },
});
const unknown = { unknown: 'no answer in 8 s' };

test('given a stack that runs as it should, all is ok', () => {
  const seen = status();
  expect(seen.verdict).toBe('ok');
  expect(exitCode(seen.verdict)).toBe(0);
  expect(seen.components.map(({ name, ready, desired }) => [name, ready, desired])).toEqual([
    ['loki', 1, 1],
    ['gateway', 1, 1],
    ['promtail', 1, 1],
    ['grafana', 1, 1],
    ['alertmanager', 1, 1],
    ['prometheus', 1, 1],
  ]);
  expect(seen).toMatchObject({ loki: { version: '3.7.0' }, ingest: { linesPerSecond: 200, bytesPerSecond: 60_000 } });
});

test('given a stack in which no Grafana runs, none is missed', () => {
  const parked = configWith({ grafana: { replicas: 0 } });
  const seen = statusOf('dev', parked, stackObjects(parked), healthyState(parked));
  expect(seen.verdict).toBe('ok');
  expect(seen.components).toContainEqual(
    expect.objectContaining({ name: 'grafana', verdict: 'ok', ready: 0, desired: 0 }),
  );
});

test('given a ring, each Loki has its volume, and the compactor does retention', () => {
  const ring = configWith(HA);
  const seen = statusOf('prod', ring, stackObjects(ring), healthyState(ring));
  expect(seen.verdict).toBe('ok');
  expect(seen.disks.map(({ claim }) => claim)).toEqual(['data-loki-0', 'data-loki-1', 'data-loki-2']);
});

const BAD: Readonly<Record<string, readonly [Partial<StackState>, RegExp]>> = {
  'a pod is not ready': [withPod(config, 'gateway', { ready: false }), /0 of 1 pods are ready/],
  'a pod has another image': [
    withPod(config, 'grafana', { containers: [{ name: 'grafana', image: 'grafana:1', ready: true, restarts: 0 }] }),
    /grafana:1 runs; the stack file says/,
  ],
  'a workload is gone': [
    { objects: { value: expected.filter(({ kind }) => kind !== 'DaemonSet') } },
    /there is no DaemonSet logging-agents\/promtail/,
  ],
  'lines are refused now': [
    loki({ refused: [{ tenant: 'a', reason: 'rate_limited', lines: 5, growing: true }] }),
    /lines of tenant a are refused: rate_limited/,
  ],
  'an agent gives up batches': [agent({ droppedGrowing: true }), /gives up batches/],
  'an agent does not keep up': [agent({ waitingBytes: 50_000_000 }), /does not keep up/],
  'the volume is nearly full': [loki({ diskUsed: 0.85 }), /85 % are used/],
  'the volume is soon full': [loki({ storedBytes: 20e9 }), /full in \d\.\d days/],
  'retention has not run': [loki({ retentionLastRun: before(7200) }), /has not run for 120 minutes/],
  'there are no lines': [queries({ jobs: { value: [] } }), /there are no lines/],
  'a certificate ends soon': [
    { certificates: [{ namespace: 'logging', secret: 'gateway-tls', notAfter: { value: before(-5 * 86_400) } }] },
    /ends in 5 days/,
  ],
  'a certificate has expired': [
    { certificates: [{ namespace: 'logging', secret: 'gateway-tls', notAfter: { value: before(5) } }] },
    /has expired/,
  ],
  'lines of the canary are missing': [
    { canary: { value: { written: 100, missing: 2, missingGrowing: true } } },
    /lines of the canary are missing/,
  ],
  'an alert fires': [
    {
      prometheus: {
        alerts: { value: [{ name: 'DiskFull', severity: 'critical', from: 'prometheus', summary: '' }] },
        targetsDown: { value: [] },
      },
    },
    /1 alerts fire/,
  ],
};

test.each(Object.entries(BAD))('when %s, then the screen says so, and the exit code is 1', (_, [changes, why]) => {
  const seen = status(changes);
  expect(formatStatus(seen, false)).toMatch(why);
  expect(exitCode(seen.verdict)).toBe(1);
});

const UNKNOWN: Readonly<Record<string, Partial<StackState>>> = {
  'pods cannot be listed': { pods: unknown },
  'Loki does not tell its metrics': { loki: [{ pod: 'loki-0', figures: unknown, log: { value: [] } }] },
  'an agent does not tell its metrics': { agents: [{ ...AGENT, figures: unknown }] },
  'queries are not answered': queries({ version: unknown, jobs: unknown }),
  'a certificate cannot be read': {
    certificates: [{ namespace: 'logging', secret: 'gateway-tls', notAfter: unknown }],
  },
  'the canary does not answer': { canary: unknown },
};

test.each(Object.entries(UNKNOWN))('when %s, then that part is unknown, and the exit code is 2', (_, changes) => {
  const seen = status(changes);
  expect(formatStatus(seen, false)).toContain('unknown: no answer in 8 s');
  expect(exitCode(seen.verdict)).toBe(2);
});

describe('given the Collector as the agent', () => {
  const collecting = configWith({ agent: { type: 'collector' } });
  const seen = (changes: Partial<StackState> = {}) =>
    statusOf('dev', collecting, stackObjects(collecting), healthyState(collecting, changes));
  const figures = (changes: Partial<typeof AGENT_FIGURES>) => ({
    agents: [{ ...AGENT_OF.collector, figures: { value: { ...AGENT_FIGURES, queueBytes: QUEUE_BYTES, ...changes } } }],
  });

  it('is ok while it runs as it should, and shows what is in its queue', () => {
    const status = seen(figures({ waitingBytes: QUEUE_BYTES / 4, waitingGrowth: -1 }));
    expect(status.verdict).toBe('ok');
    expect(status.components).toContainEqual(expect.objectContaining({ name: 'collector', ready: 1, desired: 1 }));
    expect(status.agents).toMatchObject({ waitingBytes: QUEUE_BYTES / 4, queueUsed: 0.25 });
    expect(formatStatus(status, false)).toContain(
      'agents since their start           5000 sent (200/s), 0 given up, 119 MiB waiting, queue 25 % full',
    );
  });

  it.each<readonly [string, Partial<StackState>, RegExp]>([
    ['a queue is full', figures({ waitingBytes: 0.95 * QUEUE_BYTES, waitingGrowth: -1 }), /queue is full: it reads no/],
    ['a queue fills', figures({ waitingBytes: 0.9 * QUEUE_BYTES }), /does not keep up/],
    ['a queue cannot be written to', figures({ notQueued: 1, notQueuedGrowing: true }), /cannot write to its queue/],
    ['it gives up batches', figures({ droppedGrowing: true }), /gives up batches/],
    [
      'no Collector runs',
      { agents: [], ...withPod(collecting, 'collector', { ready: false }) },
      /0 of 1 pods are ready[^]*no collector runs/,
    ],
    [
      'Promtail runs',
      withPod(collecting, 'collector', { component: 'promtail', name: 'promtail-node-1' }),
      /promtail runs; the stack file says collector/,
    ],
  ])('when %s, then the screen says so, and the exit code is 1', (_, changes, why) => {
    const status = seen(changes);
    expect(formatStatus(status, false)).toMatch(why);
    expect(exitCode(status.verdict)).toBe(1);
  });

  it('shows the fullest queue of several', () => {
    const [one] = figures({ waitingBytes: 0.1 * QUEUE_BYTES, waitingGrowth: -1 }).agents;
    const [other] = figures({ waitingBytes: 0.6 * QUEUE_BYTES, waitingGrowth: -1 }).agents;
    const { agents } = seen({ agents: [one, other].filter((agent) => agent !== undefined) });
    expect(agents).toMatchObject({ verdict: 'ok', waitingBytes: 0.7 * QUEUE_BYTES, queueUsed: 0.6 });
  });
});

test('when one part is bad and another unknown, then the exit code is 1', () => {
  expect(exitCode(status({ ...loki({ diskUsed: 0.95 }), ...UNKNOWN['queries are not answered'] }).verdict)).toBe(1);
});

test('when lines were refused before, then they are counted, and all is ok', () => {
  const seen = status(loki({ refused: [{ tenant: 'a', reason: 'rate_limited', lines: 5, growing: false }] }));
  expect(seen.verdict).toBe('ok');
  expect(formatStatus(seen, false)).toContain('5 rate_limited of a');
});

test('when the same alert is known to several, then it is told once, and one that informs turns nothing red', () => {
  const alert = { name: 'A', severity: 'info', summary: 's' };
  const { alerts, verdict } = status({
    prometheus: { alerts: { value: [{ ...alert, from: 'prometheus' }] }, targetsDown: { value: [] } },
    alertmanagers: [{ pod: 'a', alerts: { value: [{ ...alert, from: 'alertmanager' }] }, failed: { value: {} } }],
  });
  expect(alerts?.firing).toEqual([{ ...alert, from: 'prometheus' }]);
  expect(verdict).toBe('ok');
});

test('when the heartbeat comes, which always fires, then nothing fires', () => {
  const watchdog = { name: 'Watchdog', severity: 'none', summary: 's' };
  const seen = status({
    prometheus: { alerts: { value: [{ ...watchdog, from: 'prometheus' }] }, targetsDown: { value: [] } },
    alertmanagers: [{ pod: 'a', alerts: { value: [{ ...watchdog, from: 'alertmanager' }] }, failed: { value: {} } }],
  });
  expect([seen.verdict, seen.alerts?.firing]).toEqual(['ok', []]);
  expect(formatStatus(seen, false)).toContain('none fires');
});

test('when a node has a taint that the agent does not tolerate, then no agent is missed there', () => {
  const node = (name: string, ...taints: readonly { key: string; effect: string }[]) => ({
    name,
    labels: {},
    ready: true,
    taints,
  });
  const nodes = [node('node-1'), node('node-2', { key: 'alone', effect: 'NoExecute' })];
  expect(status({ nodes: { value: nodes } }).verdict).toBe('ok');
  expect(status({ nodes: { value: [...nodes, node('node-3', { key: 'a', effect: 'NoSchedule' })] } }).verdict).toBe(
    'bad',
  );
});

test('the screen has a line for each part, and colours for a terminal alone', () => {
  const seen = status();
  expect(formatStatus(seen, false)).toMatchInlineSnapshot(`
   "Stack dev: ok  (2027-02-10T15:00:00.000Z)

   ok       logging/loki                       1/1 ready, 0 restarts, docker.io/grafana/loki:3.7.8
   ok       logging/gateway                    1/1 ready, 0 restarts, docker.io/nginxinc/nginx-unprivileged:1.29.4-alpine
   ok       logging-agents/promtail            1/1 ready, 0 restarts, docker.io/grafana/promtail:3.6.11
   ok       logging/grafana                    1/1 ready, 0 restarts, docker.io/grafana/grafana:12.4.10, docker.io/nginxinc/nginx-unprivileged:1.29.4-alpine
   ok       logging/alertmanager               1/1 ready, 0 restarts, docker.io/prom/alertmanager:v0.31.1
   ok       logging/prometheus                 1/1 ready, 0 restarts, docker.io/prom/prometheus:v3.16.0
   ok       Loki’s version                     3.7.0
   ok       ingest                             200 lines/s, 58.6 KiB/s
   ok       refused since Loki’s start         none
   ok       agents since their start           5000 sent (200/s), 0 given up, 100 B waiting
   ok       data-loki-0                        30 % of 50.0 GiB (not getting full)
   ok       retention                          ran 5 min ago
   ok       alerts                             none fires
   ok       certificate logging/gateway-tls    until 2027-05-01
   ok       lines, by job
              backend                          oldest 6 d ago, newest 2 s ago
   "
  `);
  expect(formatStatus(seen, false)).not.toContain('\u001b');
  expect(formatStatus(seen, true)).toContain('\u001b[32mok');
});

const GIB = 2 ** 30;
test.each([
  ['half full, a GiB a day, kept for 30 days', { used: 0.5, bytesPerDay: GIB, keptDays: 30 }, 4],
  ['all that is kept finds room', { used: 0.5, bytesPerDay: GIB / 10, keptDays: 30 }, undefined],
  ['full', { used: 0.95, bytesPerDay: GIB, keptDays: 30 }, 0],
  ['nothing is stored', { used: 0.5, bytesPerDay: 0, keptDays: 30 }, undefined],
])('given a volume of 10 GiB, %s, the days until it is full follow', (_, growth, days) => {
  expect(daysToFull({ bytes: 10 * GIB, inBucket: false, ...growth })).toEqual(days);
  expect(daysToFull({ bytes: 10 * GIB, inBucket: true, ...growth })).toBeUndefined();
});

test('sizes and ages are as people say them', () => {
  expect([0, 900, 2048, 5 * GIB, 700 * GIB].map(size)).toEqual(['0 B', '900 B', '2.0 KiB', '5.0 GiB', '700 GiB']);
  const now = Date.parse(NOW);
  expect([1, 119, 120, 7200, 172_800].map((seconds) => age(now, before(seconds)))).toEqual([
    '1 s',
    '119 s',
    '2 min',
    '2 h',
    '2 d',
  ]);
});
