/** What is seen of a stack → which link is broken. Every check, each with a state that it is for. */
import type { StackConfig } from '../../../../src/config';
import { isWorkload, type KubernetesObject, stackObjects } from '../../../../charts/objects';
import { diagnose } from '../../../../src/operations/doctor/diagnose';
import { agentLog } from '../../../../src/operations/observe/agent-log';
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
  agents: [
    {
      ...AGENT,
      figures: { value: { ...AGENT_FIGURES, ...changes } },
      log: { value: agentLog('promtail', log.join('\n')) },
    },
  ],
});
const failedPush = (status: number, error: string, seconds = 10): string =>
  `${before(seconds)} ${JSON.stringify({ level: 'warn', msg: 'error sending batch, will retry', status, error })}`;
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

/** One thing that is broken, and the finding that it must lead to. */
interface Case {
  readonly what: string;
  readonly changes: Partial<StackState>;
  readonly link: Link;
  readonly weight: Weight;
  readonly seen: RegExp;
}

const CASES: readonly Case[] = [
  {
    what: 'a Service is missing',
    changes: without('Service', 'gateway'),
    link: 'objects',
    weight: 'broken',
    seen: /no Service logging\/gateway/,
  },
  {
    what: 'a workload is missing',
    changes: without('StatefulSet', 'loki'),
    link: 'loki',
    weight: 'broken',
    seen: /no StatefulSet logging\/loki/,
  },
  {
    what: 'a policy is missing',
    changes: without('NetworkPolicy', 'gateway'),
    link: 'network',
    weight: 'broken',
    seen: /no NetworkPolicy logging\/gateway/,
  },
  {
    what: 'a role is missing',
    changes: without('ClusterRole', 'logging-agents-promtail'),
    link: 'objects',
    weight: 'broken',
    seen: /no ClusterRole/,
  },
  {
    what: 'a ConfigMap was changed by hand',
    changes: changed('ConfigMap', 'loki-config', { data: {} }),
    link: 'objects',
    weight: 'hint',
    seen: /not what the stack file makes/,
  },
  {
    what: 'a policy was changed by hand',
    changes: changed('NetworkPolicy', 'loki', { spec: { podSelector: {} } }),
    link: 'network',
    weight: 'broken',
    seen: /other rules than the stack file/,
  },
  {
    what: 'somebody else’s policy is in the namespace',
    changes: {
      objects: {
        value: [...('value' in healthy.objects ? healthy.objects.value : []), policy('logging', 'allow-all', {})],
      },
    },
    link: 'network',
    weight: 'hint',
    seen: /allow-all is not of this stack/,
  },
  {
    what: 'a policy cuts the DNS server off',
    changes: {
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
    link: 'network',
    weight: 'broken',
    seen: /isolates the DNS server/,
  },
  {
    what: 'a Secret is missing',
    changes: { secrets: { value: [] } },
    link: 'secrets',
    weight: 'broken',
    seen: /no Secret logging\/gateway-users/,
  },
  {
    what: 'a Secret lacks a key',
    changes: {
      secrets: {
        value: ('value' in healthy.secrets ? healthy.secrets.value : []).map((secret) =>
          secret.name === 'gateway-tls' ? { ...secret, keys: ['tls.crt'] } : secret,
        ),
      },
    },
    link: 'secrets',
    weight: 'broken',
    seen: /gateway-tls has no tls.key, ca.crt/,
  },
  {
    what: 'the agent’s password is another one',
    changes: { passwords: healthy.passwords.map((password) => ({ ...password, match: { value: 'none' as const } })) },
    link: 'secrets',
    weight: 'broken',
    seen: /not that of promtail in gateway-users/,
  },
  {
    what: 'a rotation is half done',
    changes: {
      passwords: healthy.passwords.map((password) => ({ ...password, match: { value: 'previous' as const } })),
    },
    link: 'secrets',
    weight: 'hint',
    seen: /the password before the present one/,
  },
  {
    what: 'the certificate has expired',
    changes: { certificates: [{ namespace: 'logging', secret: 'gateway-tls', notAfter: { value: before(60) } }] },
    link: 'secrets',
    weight: 'broken',
    seen: /has expired/,
  },
  {
    what: 'the certificate ends soon',
    changes: { certificates: [{ namespace: 'logging', secret: 'gateway-tls', notAfter: { value: before(-86_400) } }] },
    link: 'secrets',
    weight: 'hint',
    seen: /ends in 1 days/,
  },
  {
    what: 'the agent is on no node',
    changes: {
      pods: {
        value: ('value' in healthy.pods ? healthy.pods.value : []).filter(({ component }) => component !== 'promtail'),
      },
      agents: [],
    },
    link: 'agent',
    weight: 'broken',
    seen: /does not run on node-1/,
  },
  {
    what: 'the agent does not accept its config',
    changes: withPod(
      config,
      'promtail',
      container('promtail', {
        waiting: 'CrashLoopBackOff',
        ended: { reason: 'Error', exitCode: 1, message: 'Unable to parse config: yaml: line 3' },
      }),
    ),
    link: 'agent',
    weight: 'broken',
    seen: /ends again and again.*yaml: line 3/,
  },
  {
    what: 'the agent has no target',
    changes: withPod(config, 'promtail', { ready: false }),
    link: 'agent',
    weight: 'broken',
    seen: /is not ready/,
  },
  {
    what: 'the agent reads no file',
    changes: agent({ targets: 0 }),
    link: 'files',
    weight: 'broken',
    seen: /reads no file/,
  },
  {
    what: 'a file is not readable',
    changes: agent({}, [
      `${before(5)} {"level":"error","msg":"failed","error":"open /logs/app/a.log: permission denied"}`,
    ]),
    link: 'files',
    weight: 'broken',
    seen: /may not read \/logs\/app\/a.log/,
  },
  {
    what: 'a push is answered 401',
    changes: agent(silent, [failedPush(401, 'no')]),
    link: 'sending',
    weight: 'symptom',
    seen: /answered 401: no/,
  },
  {
    what: 'pushes are answered 502',
    changes: agent({ recentAnswers: { '502': 1 } }),
    link: 'sending',
    weight: 'symptom',
    seen: /answered 502/,
  },
  {
    what: 'the gateway’s name does not resolve',
    changes: agent(silent, [failedPush(-1, 'dial tcp: lookup gateway.logging.svc: no such host')]),
    link: 'sending',
    weight: 'symptom',
    seen: /not answered \(dns\)/,
  },
  {
    what: 'the certificate is of another CA',
    changes: agent(silent, [failedPush(-1, 'x509: certificate signed by unknown authority')]),
    link: 'sending',
    weight: 'symptom',
    seen: /not answered \(tls\)/,
  },
  {
    what: 'no gateway listens',
    changes: agent(silent, [failedPush(-1, 'connect: connection refused')]),
    link: 'sending',
    weight: 'symptom',
    seen: /refused/,
  },
  {
    what: 'nobody answers',
    changes: agent(silent, [failedPush(-1, 'deadline exceeded')]),
    link: 'sending',
    weight: 'symptom',
    seen: /no answer/,
  },
  {
    what: 'an agent does not keep up',
    changes: agent({ waitingBytes: 2e8 }),
    link: 'sending',
    weight: 'symptom',
    seen: /do not keep up/,
  },
  {
    what: 'the gateway does not reach Loki',
    changes: { gatewayLog: { value: [`{"timestamp":"${before(3)}","status":502}`] } },
    link: 'gateway',
    weight: 'symptom',
    seen: /did not reach Loki 1 times/,
  },
  {
    what: 'the gateway did not reach Loki while it started, and does now',
    changes: { gatewayLog: { value: [`{"timestamp":"${before(25)}","status":503}`] } },
    link: 'gateway',
    weight: 'hint',
    seen: /did not reach Loki 1 times of late; it does now/,
  },
  {
    what: 'the gateway did not reach Loki, and no query shows that it does now',
    changes: {
      gatewayLog: { value: [`{"timestamp":"${before(25)}","status":503}`] },
      ...queries({ version: { unknown: 'kubectl may not read the Secret' } }),
    },
    link: 'gateway',
    weight: 'symptom',
    seen: /did not reach Loki 1 times of late\./,
  },
  {
    what: 'the gateway’s log does not say when it did not reach Loki',
    changes: { gatewayLog: { value: ['{"status":504}'] } },
    link: 'gateway',
    weight: 'symptom',
    seen: /did not reach Loki 1 times of late\./,
  },
  {
    what: 'a query is not answered',
    changes: queries({ version: { unknown: 'answered 401' } }),
    link: 'gateway',
    weight: 'symptom',
    seen: /answered 401/,
  },
  {
    what: 'Loki’s overrides are torn',
    changes: loki({ overridesRejected: true }),
    link: 'limits',
    weight: 'broken',
    seen: /does not take the overrides/,
  },
  {
    what: 'Alertmanager is scaled away',
    changes: scaledAway('StatefulSet', 'alertmanager'),
    link: 'alertmanager',
    weight: 'broken',
    seen: /scaled to 0/,
  },
  {
    what: 'Prometheus is scaled away',
    changes: scaledAway('StatefulSet', 'prometheus'),
    link: 'prometheus',
    weight: 'broken',
    seen: /scaled to 0/,
  },
  {
    what: 'the canary is scaled away',
    changes: scaledAway('Deployment', 'canary'),
    link: 'canary',
    weight: 'broken',
    seen: /scaled to 0/,
  },
  {
    what: 'the gateway is scaled away',
    changes: scaledAway('Deployment', 'gateway'),
    link: 'gateway',
    weight: 'broken',
    seen: /scaled to 0/,
  },
  {
    what: 'Loki was killed for want of memory',
    changes: withPod(config, 'loki', container('loki', { ended: { reason: 'OOMKilled', exitCode: 137, message: '' } })),
    link: 'loki',
    weight: 'broken',
    seen: /killed for want of memory/,
  },
  {
    what: 'Loki was killed once, and runs again',
    changes: withPod(config, 'loki', {
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
    link: 'loki',
    weight: 'hint',
    seen: /killed for want of memory/,
  },
  {
    what: 'Loki’s image cannot be pulled',
    changes: withPod(config, 'loki', container('loki', { waiting: 'ImagePullBackOff: not found' })),
    link: 'loki',
    weight: 'broken',
    seen: /has no image/,
  },
  {
    what: 'a Secret of a pod is missing',
    changes: withPod(
      config,
      'grafana',
      container('grafana', { waiting: 'CreateContainerConfigError: secret "a" not found' }),
    ),
    link: 'grafana',
    weight: 'broken',
    seen: /secret "a" not found/,
  },
  {
    what: 'no node takes Loki',
    changes: withPod(config, 'loki', { ready: false, unschedulable: '0/3 nodes' }),
    link: 'loki',
    weight: 'broken',
    seen: /0\/3 nodes/,
  },
  {
    what: 'Loki waits for its volume',
    changes: {
      ...withPod(config, 'loki', container('loki', { waiting: 'ContainerCreating' })),
      warnings: {
        value: [{ namespace: 'logging', object: 'Pod/loki-0', reason: 'FailedMount', message: 'no volume' }],
      },
    },
    link: 'loki',
    weight: 'broken',
    seen: /FailedMount: no volume/,
  },
  {
    what: 'Loki is not ready',
    changes: {
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
    link: 'loki',
    weight: 'broken',
    seen: /waiting for 15s/,
  },
  {
    what: 'the cluster refuses Loki’s pods',
    changes: {
      pods: {
        value: ('value' in healthy.pods ? healthy.pods.value : []).filter(({ component }) => component !== 'loki'),
      },
      warnings: {
        value: [{ namespace: 'logging', object: 'StatefulSet/loki', reason: 'FailedCreate', message: 'quota' }],
      },
    },
    link: 'loki',
    weight: 'broken',
    seen: /has no pod: quota/,
  },
  {
    what: 'the volume is full',
    changes: loki({ diskUsed: 0.92 }),
    link: 'disk',
    weight: 'broken',
    seen: /is full: 92 %/,
  },
  {
    what: 'the volume gets full',
    changes: loki({ diskUsed: 0.85 }),
    link: 'disk',
    weight: 'hint',
    seen: /85 % are used/,
  },
  {
    what: 'the claim is not bound',
    changes: changed('PersistentVolumeClaim', 'data-loki-0', { status: { phase: 'Pending' } }),
    link: 'disk',
    weight: 'broken',
    seen: /the claim is Pending/,
  },
  {
    what: 'a limit is hit',
    changes: refused('rate_limited', true),
    link: 'limits',
    weight: 'broken',
    seen: /rate_limited, and goes on/,
  },
  {
    what: 'a limit was hit',
    changes: refused('stream_limit', false),
    link: 'limits',
    weight: 'hint',
    seen: /stream_limit\./,
  },
  {
    what: 'lines come from the future',
    changes: refused('too_far_in_future', true),
    link: 'limits',
    weight: 'broken',
    seen: /too_far_in_future/,
  },
  {
    what: 'lines are refused for another reason',
    changes: refused('odd', true),
    link: 'limits',
    weight: 'broken',
    seen: /odd/,
  },
  {
    what: 'an agent gives lines up',
    changes: agent({ dropped: { ingester_error: 3 }, droppedGrowing: true }),
    link: 'limits',
    weight: 'broken',
    seen: /has given up 3 lines/,
  },
  {
    what: 'a label is missing',
    changes: queries({ labels: { value: ['job', 'level'] } }),
    link: 'labels',
    weight: 'broken',
    seen: /no line has the label service/i,
  },
  {
    what: 'there is no line',
    changes: queries({ jobs: { value: [] } }),
    link: 'labels',
    weight: 'symptom',
    seen: /no line at all/,
  },
  {
    what: 'nothing comes',
    changes: queries({ jobs: { value: [{ job: 'a', newest: before(3600) }] } }),
    link: 'labels',
    weight: 'hint',
    seen: /60 min old/,
  },
  {
    what: 'a clock is far off',
    changes: { agents: [{ ...AGENT, clockSkew: -120 }] },
    link: 'clock',
    weight: 'broken',
    seen: /node-1 by 120 s behind/,
  },
  {
    what: 'a clock is a little off',
    changes: { agents: [{ ...AGENT, clockSkew: 8 }] },
    link: 'clock',
    weight: 'hint',
    seen: /node-1 by 8 s ahead/,
  },
  {
    what: 'Alertmanager cannot notify',
    changes: { alertmanagers: [{ pod: 'alertmanager-0', alerts: { value: [] }, failed: { value: { discord: 2 } } }] },
    link: 'alertmanager',
    weight: 'hint',
    seen: /failed 2 times to notify by discord/,
  },
  {
    what: 'a target is down',
    changes: {
      prometheus: {
        alerts: { value: [] },
        targetsDown: { value: [{ job: 'loki', url: 'http://a', error: 'refused' }] },
      },
    },
    link: 'prometheus',
    weight: 'broken',
    seen: /does not reach http:\/\/a/,
  },
  {
    what: 'Grafana’s database is away',
    changes: { grafana: { value: 'failing' } },
    link: 'grafana',
    weight: 'broken',
    seen: /failing/,
  },
  {
    what: 'Grafana does not answer',
    changes: { grafana: { unknown: 'no pod runs' } },
    link: 'grafana',
    weight: 'symptom',
    seen: /no pod runs/,
  },
  {
    what: 'lines of the canary are missing',
    changes: { canary: { value: { written: 10, missing: 1, missingGrowing: true } } },
    link: 'canary',
    weight: 'symptom',
    seen: /1 of 10 lines/,
  },
];

test.each(CASES)('when $what, then that is found at its link', ({ changes, link, weight, seen }) => {
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

describe('given a stack with Cilium’s policies', () => {
  const byCilium = configWith({ network: { policies: 'cilium' } });
  const wanted = stackObjects(byCilium);
  const state = healthyState(byCilium);
  const live = 'value' in state.objects ? state.objects.value : [];
  const isGateway = ({ kind, metadata }: KubernetesObject) =>
    kind === 'CiliumNetworkPolicy' && metadata.name === 'gateway';
  const seen = (value: readonly KubernetesObject[]) =>
    diagnose('dev', byCilium, wanted, { ...state, objects: { value } }).findings;

  it('nothing is found in a healthy one', () => {
    expect(seen(live)).toEqual([]);
  });

  it('one that is missing breaks the link', () => {
    expect(seen(live.filter((object) => !isGateway(object)))).toMatchObject([
      { link: 'network', weight: 'broken', seen: 'There is no CiliumNetworkPolicy logging/gateway.' },
    ]);
  });

  it('one that was changed by hand breaks the link', () => {
    const open = { endpointSelector: {}, ingress: [{}], egress: [{}] };
    expect(seen(live.map((object) => (isGateway(object) ? { ...object, spec: open } : object)))).toMatchObject([
      {
        link: 'network',
        weight: 'broken',
        seen: 'CiliumNetworkPolicy logging/gateway has other rules than the stack file makes.',
      },
    ]);
  });

  it('one of somebody else is named, with what it can do that a NetworkPolicy cannot', () => {
    const metadata = { name: 'theirs', namespace: 'logging' };
    const theirs = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata, spec: {} };
    expect(seen([...live, theirs])).toMatchObject([
      {
        weight: 'hint',
        seen: 'CiliumNetworkPolicy logging/theirs is not of this stack.',
        probably: expect.stringContaining('ingressDeny') as string,
        todo: ['kubectl -n logging describe ciliumnetworkpolicy theirs'],
      },
    ]);
  });
});

test('given a stack without policies of its own, those of others are what was agreed', () => {
  const open = configWith({ network: { policies: 'none' } });
  const state = healthyState(open);
  const theirs = policy('logging', 'theirs', {});
  const value = [...('value' in state.objects ? state.objects.value : []), theirs];
  expect(diagnose('dev', open, stackObjects(open), { ...state, objects: { value } }).findings).toEqual([]);
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
