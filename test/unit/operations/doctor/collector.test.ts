/** The Collector as the stack's agent: what is seen of it → which link is broken, with remedies that its stack file has. */
import { stackObjects } from '../../../../charts/objects';
import { diagnose } from '../../../../src/operations/doctor/diagnose';
import type { Finding } from '../../../../src/operations/doctor/finding';
import { agentLog } from '../../../../src/operations/observe/agent-log';
import type { AgentFigures, StackState } from '../../../../src/operations/observe/state';
import { configWith } from '../../../support/config';
import { AGENT_FIGURES, AGENT_OF, before, healthyState, QUEUE_BYTES, withPod } from '../../../support/stack-state';

const config = configWith({ agent: { type: 'collector' } });
const expected = stackObjects(config);
const healthy = healthyState(config);
const report = (changes: Partial<StackState>) => diagnose('dev', config, expected, { ...healthy, ...changes });

const FIGURES: AgentFigures = { ...AGENT_FIGURES, queueBytes: QUEUE_BYTES, recentAnswers: { '200': 3 } };
const agent = (changes: Partial<AgentFigures>, ...log: readonly string[]): Partial<StackState> => ({
  agents: [
    {
      ...AGENT_OF.collector,
      figures: { value: { ...FIGURES, ...changes } },
      log: { value: agentLog('collector', log.join('\n')) },
    },
  ],
});
/** Nothing was pushed while it was watched. */
const silent = { recentAnswers: {} };
const exporting = (msg: string, error: string, seconds = 10): string =>
  `${before(seconds)} ${JSON.stringify({ level: 'info', msg: `Exporting failed. ${msg}`, 'otelcol.component.id': 'otlp_http/loki', error })}`;
const answered = (status: number, message = '') =>
  `rpc error: code = Unknown desc = error exporting items, request to http://gateway responded with HTTP Status Code ${status}, Message=${message}, Details=[]`;
const RETRY = 'Will retry the request after interval.';
const DROP = 'Dropping data.';
const unlisted = (error: string, seconds = 10): string =>
  `${before(seconds)} E1129 22:43:46.311152   1 reflector.go:204] "Failed to watch" err="failed to list *v1.Pod: ${error}" type="*v1.Pod"`;
const FORBIDDEN = 'pods is forbidden: User \\"system:serviceaccount:logging-agents:collector\\" cannot list';

const CASES: readonly (readonly [string, Partial<StackState>, Pick<Finding, 'link' | 'weight'>, RegExp, RegExp])[] = [
  [
    'it is on no node',
    {
      pods: {
        value: ('value' in healthy.pods ? healthy.pods.value : []).filter(({ component }) => component !== 'collector'),
      },
      agents: [],
    },
    { link: 'agent', weight: 'broken' },
    /does not run on node-1/,
    /describe daemonset collector/,
  ],
  [
    'it is not ready',
    withPod(config, 'collector', { ready: false }),
    { link: 'agent', weight: 'broken' },
    /collector-node-1 runs and is not ready/,
    /logs collector-node-1/,
  ],
  [
    'it was killed for want of memory',
    withPod(config, 'collector', {
      ready: false,
      containers: [
        {
          name: 'collector',
          image: 'c',
          ready: false,
          restarts: 1,
          ended: { reason: 'OOMKilled', exitCode: 137, message: '' },
        },
      ],
    }),
    { link: 'agent', weight: 'broken' },
    /killed for want of memory/,
    /resources\.collector\.limits\.memory/,
  ],
  [
    'it does not accept its config',
    withPod(config, 'collector', {
      ready: false,
      containers: [
        {
          name: 'collector',
          image: 'c',
          ready: false,
          restarts: 3,
          waiting: 'CrashLoopBackOff',
          ended: {
            reason: 'Error',
            exitCode: 1,
            message: 'Error: failed to build pipelines: failed to create "transform"',
          },
        },
      ],
    }),
    { link: 'agent', weight: 'broken' },
    /ends again and again/,
    /npm run check/,
  ],
  [
    'it may not list pods',
    agent(silent, unlisted(FORBIDDEN)),
    { link: 'agent', weight: 'broken' },
    /cannot list pods: pods is forbidden: User "system:serviceaccount/,
    /--as=system:serviceaccount:logging-agents:collector/,
  ],
  [
    'it does not reach the API server',
    agent(silent, unlisted('Get \\"https://10.96.0.1\\": dial tcp: i/o timeout')),
    { link: 'agent', weight: 'broken' },
    /cannot list pods: Get "https/,
    /can-i list pods/,
  ],
  [
    'the node’s disk has no room for its queue',
    agent({ notQueued: 9, notQueuedGrowing: true }, exporting('Rejecting data.', 'no space left on device')),
    { link: 'agent', weight: 'broken' },
    /cannot write to its queue: no space left on device/,
    /df \/var\/lib\/spywatcher-logs\/collector/,
  ],
  [
    'it reads no file',
    agent({ targets: 0 }),
    { link: 'files', weight: 'broken' },
    /reads no file/,
    /logs collector-node-1/,
  ],
  [
    'it may not read a file, which it told once and long ago',
    agent(
      {},
      `${before(86_400)} {"level":"error","msg":"Failed to open file - unreadable","error":"open /logs/app/a.log: permission denied"}`,
    ),
    { link: 'files', weight: 'broken' },
    /may not read \/logs\/app\/a.log/,
    /chmod 0644 \/logs\/app\/a.log/,
  ],
  [
    'its password is refused',
    agent(silent, exporting(DROP, answered(401))),
    { link: 'sending', weight: 'symptom' },
    /answered 401/,
    /gateway-credential/,
  ],
  [
    'a batch is too large',
    agent(silent, exporting(DROP, answered(413))),
    { link: 'sending', weight: 'symptom' },
    /answered 413/,
    /agent\.batchSize/,
  ],
  [
    'the gateway is of another release',
    agent(silent, exporting(DROP, answered(404))),
    { link: 'sending', weight: 'symptom' },
    /answered 404/,
    /apply the stack file/,
  ],
  [
    'its lines are too old',
    agent(silent, exporting(DROP, answered(400, 'entry for stream has timestamp too old'))),
    { link: 'sending', weight: 'symptom' },
    /answered 400: entry for stream has timestamp too old/,
    /Refused lines/,
  ],
  [
    'Loki is away',
    agent(silent, exporting(RETRY, answered(503))),
    { link: 'sending', weight: 'symptom' },
    /answered 503/,
    /get pods/,
  ],
  [
    'Loki limits it, by its metrics',
    agent({ recentAnswers: { '429': 2 } }),
    { link: 'sending', weight: 'symptom' },
    /answered 429/,
    /limits/,
  ],
  [
    'no gateway listens',
    agent(
      silent,
      exporting(RETRY, 'failed to make an HTTP request: Post "http://gateway": dial tcp: connection refused'),
    ),
    { link: 'sending', weight: 'symptom' },
    /not answered \(refused\)/,
    /get pods/,
  ],
  [
    'the gateway’s name does not resolve',
    agent(
      silent,
      exporting(RETRY, 'failed to make an HTTP request: dial tcp: lookup gateway.logging.svc: no such host'),
    ),
    { link: 'sending', weight: 'symptom' },
    /not answered \(dns\)/,
    /network\.dns/,
  ],
  [
    'it does not keep up',
    agent({ waitingBytes: 0.4 * QUEUE_BYTES }),
    { link: 'sending', weight: 'symptom' },
    /node-1 has 191 MiB waiting \(queue 40 % full\)/,
    /resources\.collector\.limits\.cpu/,
  ],
  [
    'its queue is full',
    agent({ waitingBytes: 0.96 * QUEUE_BYTES, waitingGrowth: -1 }),
    { link: 'sending', weight: 'symptom' },
    /read no further.*queue 96 % full/,
    /agent\.queueSize/,
  ],
  [
    'it gives records up',
    agent({ dropped: { Unauthenticated: 40 }, droppedGrowing: true }),
    { link: 'limits', weight: 'broken' },
    /has given up 40 lines/,
    /Refused lines/,
  ],
];

test('given a Collector that runs as it should, nothing is found', () => {
  expect(report({})).toMatchObject({ verdict: 'ok', findings: [], unchecked: [] });
});

test.each(CASES)('when %s, then that is found at its link', (_, changes, { link, weight }, seen, todo) => {
  const { findings, likelyCause } = report(changes);
  const found = findings.find((one) => one.link === link && seen.test(one.seen));
  expect(found).toMatchObject({ link, weight });
  expect(found?.todo.join('\n')).toMatch(todo);
  expect(likelyCause?.link).toBe(link);
  expect(JSON.stringify(findings)).not.toMatch(/promtail/i);
});

test('when a full queue is all that waits, then it is told once', () => {
  const { findings } = report(agent({ waitingBytes: QUEUE_BYTES }));
  expect(findings.map(({ seen }) => seen)).toEqual([expect.stringMatching(/^Agents read no further/)]);
});

test.each([
  ['pods could not be listed', agent({}, unlisted(FORBIDDEN, 300))],
  ['pushes failed, and are taken again', agent({}, exporting(RETRY, answered(503), 20))],
  ['pushes failed a while ago', agent(silent, exporting(RETRY, answered(503), 200))],
  ['the queue’s disk had no room', agent({ notQueued: 9 })],
  ['much waits, and gets less', agent({ waitingBytes: 0.4 * QUEUE_BYTES, waitingGrowth: -1 })],
])('when %s, then it is over', (_, changes) => {
  expect(report(changes).verdict).toBe('ok');
});

test('when another agent runs beside it, then that is found, with the one to delete', () => {
  const pods = 'value' in healthy.pods ? healthy.pods.value : [];
  const promtail = pods
    .filter(({ component }) => component === 'collector')
    .map((pod) => ({ ...pod, name: 'promtail-node-1', component: 'promtail' }));
  const { likelyCause } = report({ pods: { value: [...pods, ...promtail] } });
  expect(likelyCause).toMatchObject({
    link: 'agent',
    weight: 'broken',
    seen: 'promtail runs; the stack file says collector.',
  });
  expect(likelyCause?.todo[0]).toContain('kubectl -n logging-agents delete daemonset promtail');
});
