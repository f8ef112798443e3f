/** What is seen of a stack → which link is broken. Every check, each with a state that it is for. */
import type { StackConfig } from '../../../../src/config';
import { isWorkload, type KubernetesObject, stackObjects } from '../../../../src/deploy/objects';
import { diagnose } from '../../../../src/operations/doctor/diagnose';
import { formatReport } from '../../../../src/operations/doctor/format';
import type { Link, Weight } from '../../../../src/operations/doctor/finding';
import type { ContainerState, StackState } from '../../../../src/operations/observe/state';
import { CANARY, configWith } from '../../../support/config';
import { AGENT, AGENT_FIGURES, before, healthyState, LOKI_FIGURES, NOW, withPod } from '../../../support/stack-state';

const config = configWith({
  gateway: { tls: {} },
  ...CANARY,
  auth: { loki: { ...CANARY.auth.loki, enabled: true } },
});
const expected = stackObjects(config);
const healthy = healthyState(config);
const report = (changes: Partial<StackState> = {}, of: StackConfig = config) =>
  diagnose('dev', of, expected, { ...healthy, ...changes });

/** The cluster's objects, each as it is or changed; undefined takes one away. */
const objects = (change: (object: KubernetesObject) => KubernetesObject | undefined): Partial<StackState> => ({
  objects: {
    value: ('value' in healthy.objects ? healthy.objects.value : []).flatMap((object) => change(object) ?? []),
  },
});
const without = (kind: string, name: string) =>
  objects((object) => (object.kind === kind && object.metadata.name === name ? undefined : object));
const changed = (kind: string, name: string, fields: object) =>
  objects((object) => (object.kind === kind && object.metadata.name === name ? { ...object, ...fields } : object));
/** A workload with no pod, as `kubectl scale` leaves it. */
const scaledAway = (kind: string, name: string) =>
  objects((object) =>
    object.kind === kind && object.metadata.name === name && isWorkload(object)
      ? { ...object, spec: { ...object.spec, replicas: 0 } }
      : object,
  );
const container = (name: string, changes: Partial<ContainerState>) => ({
  ready: false,
  containers: [{ name, image: `${name}:1`, ready: false, restarts: 3, ...changes }],
});
const loki = (changes: Partial<typeof LOKI_FIGURES>): Partial<StackState> => ({
  loki: [{ pod: 'loki-0', figures: { value: { ...LOKI_FIGURES, ...changes } }, log: { value: [] } }],
});
const agent = (changes: Partial<typeof AGENT_FIGURES>, log: readonly string[] = []): Partial<StackState> => ({
  agents: [{ ...AGENT, figures: { value: { ...AGENT_FIGURES, ...changes } }, log: { value: log } }],
});
const failedPush = (status: number, error: string, seconds = 10): string =>
  JSON.stringify({ level: 'warn', msg: 'error sending batch, will retry', status, error, ts: before(seconds) });
const silent = { recentAnswers: {} };
const queries = (changes: Partial<StackState['queries']>): Partial<StackState> => ({
  queries: { ...healthy.queries, ...changes },
});
const policy = (namespace: string, name: string, spec: object): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec,
});
const refused = (reason: string, growing: boolean) => loki({ refused: [{ tenant: 'a', reason, lines: 9, growing }] });

test('given a stack that runs as it should, nothing is found', () => {
  expect(report()).toEqual({ stack: 'dev', at: NOW, verdict: 'ok', findings: [], unchecked: [] });
  expect(formatReport(report(), false)).toBe('Stack dev: no link is broken.\n');
});

type Case = readonly [what: string, changes: Partial<StackState>, link: Link, weight: Weight, seen: RegExp];

const CASES: readonly Case[] = [
  ['a Service is missing', without('Service', 'gateway'), 'objects', 'broken', /no Service logging\/gateway/],
  ['a workload is missing', without('StatefulSet', 'loki'), 'loki', 'broken', /no StatefulSet logging\/loki/],
  [
    'a policy is missing',
    without('NetworkPolicy', 'gateway'),
    'network',
    'broken',
    /no NetworkPolicy logging\/gateway/,
  ],
  ['a role is missing', without('ClusterRole', 'logging-agents-promtail'), 'objects', 'broken', /no ClusterRole/],
  [
    'a ConfigMap was changed by hand',
    changed('ConfigMap', 'loki-config', { data: {} }),
    'objects',
    'hint',
    /not what the stack file makes/,
  ],
  [
    'a policy was changed by hand',
    changed('NetworkPolicy', 'loki', { spec: { podSelector: {} } }),
    'network',
    'broken',
    /other rules than the stack file/,
  ],
  [
    'somebody else’s policy is in the namespace',
    {
      objects: {
        value: [...('value' in healthy.objects ? healthy.objects.value : []), policy('logging', 'allow-all', {})],
      },
    },
    'network',
    'hint',
    /allow-all is not of this stack/,
  ],
  [
    'a policy cuts the DNS server off',
    {
      dnsPolicies: {
        value: [
          policy('kube-system', 'dns', {
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            policyTypes: ['Ingress'],
            ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }] }],
          }),
        ],
      },
    },
    'network',
    'broken',
    /isolates the DNS server/,
  ],
  ['a Secret is missing', { secrets: { value: [] } }, 'secrets', 'broken', /no Secret logging\/gateway-users/],
  [
    'a Secret lacks a key',
    {
      secrets: {
        value: ('value' in healthy.secrets ? healthy.secrets.value : []).map((secret) =>
          secret.name === 'gateway-tls' ? { ...secret, keys: ['tls.crt'] } : secret,
        ),
      },
    },
    'secrets',
    'broken',
    /gateway-tls has no tls.key, ca.crt/,
  ],
  [
    'the agent’s password is another one',
    { passwords: healthy.passwords.map((password) => ({ ...password, match: { value: 'none' as const } })) },
    'secrets',
    'broken',
    /not that of promtail in gateway-users/,
  ],
  [
    'a rotation is half done',
    { passwords: healthy.passwords.map((password) => ({ ...password, match: { value: 'previous' as const } })) },
    'secrets',
    'hint',
    /the password before the present one/,
  ],
  [
    'the certificate has expired',
    { certificates: [{ namespace: 'logging', secret: 'gateway-tls', notAfter: { value: before(60) } }] },
    'secrets',
    'broken',
    /has expired/,
  ],
  [
    'the certificate ends soon',
    { certificates: [{ namespace: 'logging', secret: 'gateway-tls', notAfter: { value: before(-86_400) } }] },
    'secrets',
    'hint',
    /ends in 1 days/,
  ],
  [
    'the agent is on no node',
    {
      pods: {
        value: ('value' in healthy.pods ? healthy.pods.value : []).filter(({ component }) => component !== 'promtail'),
      },
      agents: [],
    },
    'agent',
    'broken',
    /does not run on node-1/,
  ],
  [
    'the agent does not accept its config',
    withPod(
      config,
      'promtail',
      container('promtail', {
        waiting: 'CrashLoopBackOff',
        ended: { reason: 'Error', exitCode: 1, message: 'Unable to parse config: yaml: line 3' },
      }),
    ),
    'agent',
    'broken',
    /ends again and again.*yaml: line 3/,
  ],
  ['the agent has no target', withPod(config, 'promtail', { ready: false }), 'agent', 'broken', /is not ready/],
  ['the agent reads no file', agent({ targets: 0 }), 'files', 'broken', /reads no file/],
  [
    'a file is not readable',
    agent({}, [
      `{"level":"error","ts":"${before(5)}","msg":"failed","error":"open /logs/app/a.log: permission denied"}`,
    ]),
    'files',
    'broken',
    /may not read \/logs\/app\/a.log/,
  ],
  ['a push is answered 401', agent(silent, [failedPush(401, 'no')]), 'sending', 'symptom', /answered 401: no/],
  ['pushes are answered 502', agent({ recentAnswers: { '502': 1 } }), 'sending', 'symptom', /answered 502/],
  [
    'the gateway’s name does not resolve',
    agent(silent, [failedPush(-1, 'dial tcp: lookup gateway.logging.svc: no such host')]),
    'sending',
    'symptom',
    /not answered \(dns\)/,
  ],
  [
    'the certificate is of another CA',
    agent(silent, [failedPush(-1, 'x509: certificate signed by unknown authority')]),
    'sending',
    'symptom',
    /not answered \(tls\)/,
  ],
  [
    'no gateway listens',
    agent(silent, [failedPush(-1, 'connect: connection refused')]),
    'sending',
    'symptom',
    /refused/,
  ],
  ['nobody answers', agent(silent, [failedPush(-1, 'deadline exceeded')]), 'sending', 'symptom', /no answer/],
  ['an agent does not keep up', agent({ unreadBytes: 2e8 }), 'sending', 'symptom', /do not keep up/],
  [
    'the gateway does not reach Loki',
    { gatewayLog: { value: [`{"timestamp":"${before(3)}","status":502}`] } },
    'gateway',
    'symptom',
    /did not reach Loki 1 times/,
  ],
  [
    'the gateway did not reach Loki while it started, and does now',
    { gatewayLog: { value: [`{"timestamp":"${before(25)}","status":503}`] } },
    'gateway',
    'hint',
    /did not reach Loki 1 times of late; it does now/,
  ],
  [
    'the gateway did not reach Loki, and no query shows that it does now',
    {
      gatewayLog: { value: [`{"timestamp":"${before(25)}","status":503}`] },
      ...queries({ version: { unknown: 'kubectl may not read the Secret' } }),
    },
    'gateway',
    'symptom',
    /did not reach Loki 1 times of late\./,
  ],
  [
    'the gateway’s log does not say when it did not reach Loki',
    { gatewayLog: { value: ['{"status":504}'] } },
    'gateway',
    'symptom',
    /did not reach Loki 1 times of late\./,
  ],
  ['a query is not answered', queries({ version: { unknown: 'answered 401' } }), 'gateway', 'symptom', /answered 401/],
  ['Loki’s overrides are torn', loki({ overridesRejected: true }), 'limits', 'broken', /does not take the overrides/],
  ['Alertmanager is scaled away', scaledAway('StatefulSet', 'alertmanager'), 'alertmanager', 'broken', /scaled to 0/],
  ['Prometheus is scaled away', scaledAway('StatefulSet', 'prometheus'), 'prometheus', 'broken', /scaled to 0/],
  ['the canary is scaled away', scaledAway('Deployment', 'canary'), 'canary', 'broken', /scaled to 0/],
  ['the gateway is scaled away', scaledAway('Deployment', 'gateway'), 'gateway', 'broken', /scaled to 0/],
  [
    'Loki was killed for want of memory',
    withPod(config, 'loki', container('loki', { ended: { reason: 'OOMKilled', exitCode: 137, message: '' } })),
    'loki',
    'broken',
    /killed for want of memory/,
  ],
  [
    'Loki was killed once, and runs again',
    withPod(config, 'loki', {
      containers: [
        {
          name: 'loki',
          image: 'l',
          ready: true,
          restarts: 1,
          ended: { reason: 'OOMKilled', exitCode: 137, message: '' },
        },
      ],
    }),
    'loki',
    'hint',
    /killed for want of memory/,
  ],
  [
    'Loki’s image cannot be pulled',
    withPod(config, 'loki', container('loki', { waiting: 'ImagePullBackOff: not found' })),
    'loki',
    'broken',
    /has no image/,
  ],
  [
    'a Secret of a pod is missing',
    withPod(config, 'grafana', container('grafana', { waiting: 'CreateContainerConfigError: secret "a" not found' })),
    'grafana',
    'broken',
    /secret "a" not found/,
  ],
  [
    'no node takes Loki',
    withPod(config, 'loki', { ready: false, unschedulable: '0/3 nodes' }),
    'loki',
    'broken',
    /0\/3 nodes/,
  ],
  [
    'Loki waits for its volume',
    {
      ...withPod(config, 'loki', container('loki', { waiting: 'ContainerCreating' })),
      warnings: {
        value: [{ namespace: 'logging', object: 'Pod/loki-0', reason: 'FailedMount', message: 'no volume' }],
      },
    },
    'loki',
    'broken',
    /FailedMount: no volume/,
  ],
  [
    'Loki is not ready',
    {
      ...withPod(config, 'loki', { ready: false }),
      loki: [
        {
          pod: 'loki-0',
          figures: { value: LOKI_FIGURES },
          log: { value: [] },
          notReady: { value: 'Ingester not ready: waiting for 15s after being ready' },
        },
      ],
    },
    'loki',
    'broken',
    /waiting for 15s/,
  ],
  [
    'the cluster refuses Loki’s pods',
    {
      pods: {
        value: ('value' in healthy.pods ? healthy.pods.value : []).filter(({ component }) => component !== 'loki'),
      },
      warnings: {
        value: [{ namespace: 'logging', object: 'StatefulSet/loki', reason: 'FailedCreate', message: 'quota' }],
      },
    },
    'loki',
    'broken',
    /has no pod: quota/,
  ],
  ['the volume is full', loki({ diskUsed: 0.92 }), 'disk', 'broken', /is full: 92 %/],
  ['the volume gets full', loki({ diskUsed: 0.85 }), 'disk', 'hint', /85 % are used/],
  [
    'the claim is not bound',
    changed('PersistentVolumeClaim', 'data-loki-0', { status: { phase: 'Pending' } }),
    'disk',
    'broken',
    /the claim is Pending/,
  ],
  ['a limit is hit', refused('rate_limited', true), 'limits', 'broken', /rate_limited, and goes on/],
  ['a limit was hit', refused('stream_limit', false), 'limits', 'hint', /stream_limit\./],
  ['lines come from the future', refused('too_far_in_future', true), 'limits', 'broken', /too_far_in_future/],
  ['lines are refused for another reason', refused('odd', true), 'limits', 'broken', /odd/],
  [
    'an agent gives lines up',
    agent({ dropped: { ingester_error: 3 }, droppedGrowing: true }),
    'limits',
    'broken',
    /has given up 3 lines/,
  ],
  [
    'a label is missing',
    queries({ labels: { value: ['job', 'level'] } }),
    'labels',
    'broken',
    /no line has the label service/i,
  ],
  ['there is no line', queries({ jobs: { value: [] } }), 'labels', 'symptom', /no line at all/],
  ['nothing comes', queries({ jobs: { value: [{ job: 'a', newest: before(3600) }] } }), 'labels', 'hint', /60 min old/],
  ['a clock is far off', { agents: [{ ...AGENT, clockSkew: -120 }] }, 'clock', 'broken', /node-1 by 120 s behind/],
  ['a clock is a little off', { agents: [{ ...AGENT, clockSkew: 8 }] }, 'clock', 'hint', /node-1 by 8 s ahead/],
  [
    'Alertmanager cannot notify',
    { alertmanagers: [{ pod: 'alertmanager-0', alerts: { value: [] }, failed: { value: { discord: 2 } } }] },
    'alertmanager',
    'hint',
    /failed 2 times to notify by discord/,
  ],
  [
    'a target is down',
    {
      prometheus: {
        alerts: { value: [] },
        targetsDown: { value: [{ job: 'loki', url: 'http://a', error: 'refused' }] },
      },
    },
    'prometheus',
    'broken',
    /does not reach http:\/\/a/,
  ],
  ['Grafana’s database is away', { grafana: { value: 'failing' } }, 'grafana', 'broken', /failing/],
  ['Grafana does not answer', { grafana: { unknown: 'no pod runs' } }, 'grafana', 'symptom', /no pod runs/],
  [
    'lines of the canary are missing',
    { canary: { value: { written: 10, missing: 1, missingGrowing: true } } },
    'canary',
    'symptom',
    /1 of 10 lines/,
  ],
];

test.each(CASES)('when %s, then that is found at its link', (_, changes, link, weight, seen) => {
  const { findings, likelyCause, verdict } = report(changes);
  const found = findings.find((one) => one.link === link && seen.test(one.seen));
  expect(found).toMatchObject({ link, weight });
  expect(found?.probably).not.toBe('');
  expect(found?.todo).not.toEqual([]);
  expect(JSON.stringify(found?.todo)).not.toMatch(/<stack>|<logging>|<agents>/);
  if (weight === 'hint') expect(verdict).not.toBe('bad');
  else expect([likelyCause?.link, verdict]).toEqual([link, 'bad']);
});

test.each([
  ['StatefulSet', 'alertmanager', /Nobody is told of alerts/],
  ['StatefulSet', 'prometheus', /No alert of metrics fires/],
  ['Deployment', 'canary', /noticed by other alerts alone/],
])('when %s %s, which watches, is scaled away, then doctor says what nobody will hear of', (kind, name, said) => {
  expect(report(scaledAway(kind, name)).likelyCause?.probably).toMatch(said);
});

test('when Loki is scaled away, then it is the cause, and what agents and gateway see is a symptom', () => {
  const away = scaledAway('StatefulSet', 'loki');
  const { likelyCause, findings } = report({
    ...away,
    ...agent(silent, [failedPush(502, 'Loki does not answer')]),
    ...queries({ version: { unknown: 'answered 502' } }),
  });
  expect(likelyCause?.seen).toMatch(/loki is scaled to 0/);
  expect(findings.map(({ link, weight }) => `${link} ${weight}`)).toEqual([
    'sending symptom',
    'gateway symptom',
    'loki broken',
  ]);
});

test('when an agent’s push is refused by a limit, then the limit is the cause even while it waits', () => {
  const { likelyCause } = report({ ...refused('rate_limited', false), ...agent(silent, [failedPush(429, 'limit')]) });
  expect(likelyCause).toMatchObject({ link: 'limits', weight: 'broken' });
});

test('when pushes failed a while ago and are taken again, then it is over', () => {
  expect(report(agent({}, [failedPush(502, 'Loki does not answer')])).verdict).toBe('ok');
  expect(report(agent(silent, [failedPush(502, 'Loki does not answer', 200)])).verdict).toBe('ok');
});

test('when a DNS policy lets all in, then it cuts nothing', () => {
  const open = policy('kube-system', 'dns', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] });
  expect(report({ dnsPolicies: { value: [open] } }).verdict).toBe('ok');
});

test('when a check cannot be made, then it is named, and the verdict is unknown', () => {
  const seen = report({ nodes: { unknown: 'forbidden' }, dnsPolicies: { unknown: 'forbidden' } });
  expect(seen.verdict).toBe('unknown');
  expect(formatReport(seen, false)).toBe(
    'Stack dev: nothing broken was found, and not all could be checked.\n\nunknown  agent: forbidden\nunknown  network: forbidden\n',
  );
});

test('the report names the first broken link, what was seen, and what to do', () => {
  expect(formatReport(report(without('NetworkPolicy', 'gateway')), false)).toBe(
    [
      'Stack dev: the chain is broken at network.',
      'Likely cause: There is no NetworkPolicy logging/gateway.',
      '',
      'BROKEN   network: There is no NetworkPolicy logging/gateway.',
      '           It was deleted, or never applied.',
      '           → pulumi up --stack dev, or kubectl apply --server-side -f dist/dev',
      '',
    ].join('\n'),
  );
  expect(formatReport(report(without('NetworkPolicy', 'gateway')), true)).toContain('\u001b[31mBROKEN');
});
