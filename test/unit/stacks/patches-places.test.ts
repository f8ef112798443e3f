/** What a patch changes never, with consent, and as it likes. */
import { stackObjects } from '../../../charts/objects';
import type { Problem, StackConfigInput } from '../../../src/config';
import { configWith, CANARY } from '../../support/config';
import { gateway, patchProblems, type PatchInput, REASON } from '../../support/patches';

const pod = (spec: object): PatchInput => gateway({ merge: { spec: { template: { spec } } } });
const podMetadata = (metadata: object): PatchInput => gateway({ merge: { spec: { template: { metadata } } } });
const container = '/spec/template/spec/containers/0';
const set = (path: string, value: unknown): PatchInput => gateway({ json: [{ op: 'add', path, value }] });
const of = (kind: string, name: string, merge: NonNullable<PatchInput['merge']>): PatchInput => ({
  kind,
  name,
  reason: REASON,
  merge,
});

/** A stack with an object of most kinds. */
const STACK: Partial<StackConfigInput> = {
  ...CANARY,
  secretSource: { type: 'externalSecrets', store: 'vault' },
  gateway: { tls: { clusterIssuer: 'cluster-ca' } },
  grafana: { url: 'https://logs.example.com', ingress: { tls: { secretName: 'tls' } } },
  monitoring: { type: 'operator' },
};

/** What is said of each patch. All are patches of one stack, for to render one takes its time. */
function saidOf(patches: readonly PatchInput[]): (index: number) => readonly Problem[] {
  const problems = patchProblems(patches, STACK);
  return (index) => problems.filter(({ path }) => path === `patches[${index}]`);
}

describe('no patch changes, even with consent,', () => {
  const rows: readonly (readonly [what: string, PatchInput, why: string])[] = [
    ['which object it is', gateway({ merge: { metadata: { name: 'other' } } }), 'it is which object this is'],
    ['its namespace', gateway({ merge: { metadata: { namespace: 'other' } } }), 'it is which object this is'],
    [
      'the label that it is found by',
      gateway({ merge: { metadata: { labels: { 'app.kubernetes.io/name': 'other' } } } }),
      'the stack finds its objects by these labels',
    ],
    [
      'the label that policies know a namespace by',
      of('Namespace', 'logging', { metadata: { labels: { 'kubernetes.io/metadata.name': 'other' } } }),
      'the stack finds its objects by these labels',
    ],
    [
      'the label that its pods are found by',
      podMetadata({ labels: { 'app.kubernetes.io/part-of': null } }),
      'Services and NetworkPolicies select pods by these labels',
    ],
    [
      'the hash of its files',
      podMetadata({ annotations: { 'spywatcher-logs/config-hash': 'a' } }),
      'the stack reads it itself: pods are replaced by it when their files change, and lines are read by it',
    ],
    [
      'which job its lines are of',
      podMetadata({ labels: { 'logs.spywatcher.dev/job': 'backend' } }),
      'the stack reads it itself: pods are replaced by it when their files change, and lines are read by it',
    ],
    [
      'its selector',
      gateway({ merge: { spec: { selector: { matchLabels: { a: 'b' } } } } }),
      'Kubernetes refuses another selector',
    ],
    ['its ServiceAccount', pod({ serviceAccountName: 'a' }), 'rights are given to this account'],
    [
      'volumes of a StatefulSet',
      {
        kind: 'StatefulSet',
        name: 'loki',
        reason: REASON,
        json: [{ op: 'remove', path: '/spec/volumeClaimTemplates' }],
      },
      'Kubernetes refuses the change of a StatefulSet that runs',
    ],
    [
      'a file',
      of('ConfigMap', 'loki-config', { data: { 'config.yaml': 'a' } }),
      'pods would not be replaced, for their hash is of the files as rendered',
    ],
    [
      'which pods a Service is of',
      of('Service', 'loki', { spec: { selector: { a: 'b' } } }),
      'the stack finds its pods by this Service',
    ],
    [
      'a claim',
      of('PersistentVolumeClaim', 'grafana-data', { spec: { volumeName: 'a' } }),
      'Kubernetes refuses most changes of a claim',
    ],
  ];
  let said: (index: number) => readonly Problem[];
  beforeAll(() => {
    said = saidOf(rows.map(([, patch]) => ({ ...patch, unsafe: true })));
  });

  test.each(rows.map(([what, , why], index) => [what, why, index] as const))('%s', (_, why, index) => {
    expect(said(index).map(({ rule }) => rule)).toEqual([`changed by no patch: ${why}`]);
  });
});

describe('without consent, no patch changes', () => {
  const rows: readonly (readonly [what: string, PatchInput, place: string, why: string])[] = [
    [
      'the user of a pod',
      pod({ securityContext: { runAsUser: 0 } }),
      '/spec/template/spec/securityContext/runAsUser',
      'the pod meets Pod Security',
    ],
    [
      'a profile of a pod',
      podMetadata({ annotations: { 'container.apparmor.security.beta.kubernetes.io/nginx': 'unconfined' } }),
      '/spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1nginx',
      'the pod meets Pod Security',
    ],
    [
      'the rights of a container',
      set(`${container}/securityContext/allowPrivilegeEscalation`, true),
      '/spec/template/spec/containers/gateway/securityContext/allowPrivilegeEscalation',
      'it is which program runs, and with which rights',
    ],
    [
      'the network of a pod',
      pod({ hostNetwork: true }),
      '/spec/template/spec/hostNetwork',
      'the pod is kept from the node, from the API and from other pods',
    ],
    [
      'whether a pod has a token',
      pod({ automountServiceAccountToken: true }),
      '/spec/template/spec/automountServiceAccountToken',
      'the pod is kept from the node, from the API and from other pods',
    ],
    [
      'what a name means to a pod',
      pod({ hostAliases: [{ ip: '203.0.113.1' }] }),
      '/spec/template/spec/hostAliases/0/ip',
      'it is whom the pod takes for the owner of a name',
    ],
    [
      'an image',
      set(`${container}/image`, 'example.com/nginx:1'),
      '/spec/template/spec/containers/gateway/image',
      'it is which program runs, and with which rights',
    ],
    [
      'a command',
      set(`${container}/command`, ['sh']),
      '/spec/template/spec/containers/gateway/command/0',
      'it is which program runs, and with which rights',
    ],
    [
      'which containers a pod has',
      set('/spec/template/spec/containers/-', { name: 'sidecar', image: 'a' }),
      '/spec/template/spec/containers/sidecar/name, /spec/template/spec/containers/sidecar/image',
      'it is which program runs, and with which rights',
    ],
    [
      'what a probe runs',
      set(`${container}/livenessProbe/exec`, { command: ['sh'] }),
      '/spec/template/spec/containers/gateway/livenessProbe/exec/command/0',
      'nobody has looked whether a stack is safe with another value there',
    ],
    [
      'a variable',
      set(`${container}/env`, [{ name: 'LD_PRELOAD', value: 'a' }]),
      '/spec/template/spec/containers/gateway/env/LD_PRELOAD/name, /spec/template/spec/containers/gateway/env/LD_PRELOAD/value',
      'a variable can turn off what a program checks',
    ],
    [
      'a variable from a Secret',
      set(`${container}/envFrom`, [{ secretRef: { name: 'keys' } }]),
      '/spec/template/spec/containers/gateway/envFrom/0/secretRef/name',
      'it is which secrets a program reads',
    ],
    [
      'a port of the node',
      set(`${container}/ports/0/hostPort`, 80),
      '/spec/template/spec/containers/gateway/ports/http/hostPort',
      'the pod opens no port of the node',
    ],
    [
      'which folders of the node it sees',
      set('/spec/template/spec/volumes/-', { name: 'host', hostPath: { path: '/' } }),
      '/spec/template/spec/volumes/host/name, /spec/template/spec/volumes/host/hostPath/path',
      'it is which files, secrets and folders of the node a program sees',
    ],
    [
      'which Secrets it reads',
      set('/spec/template/spec/volumes/-', { name: 'keys', secret: { secretName: 'a' } }),
      '/spec/template/spec/volumes/keys/name, /spec/template/spec/volumes/keys/secret/secretName',
      'it is which files, secrets and folders of the node a program sees',
    ],
    [
      'where it sees a file',
      set(`${container}/volumeMounts/0/mountPath`, '/other'),
      '',
      'it is which files, secrets and folders of the node a program sees',
    ],
    [
      'how many pods there are',
      gateway({ merge: { spec: { replicas: 4 } } }),
      '/spec/replicas',
      'rings, disruption budgets and alerts are of this number',
    ],
    [
      'the memory that settings follow from',
      set(`${container}/resources/limits/memory`, '1Gi'),
      '/spec/template/spec/containers/gateway/resources/limits/memory',
      'settings of the program follow from its memory',
    ],
    [
      'who may talk to whom',
      of('NetworkPolicy', 'loki', { spec: { ingress: null } }),
      '',
      'it is who may talk to whom',
    ],
    [
      'what the agent may do',
      of('ClusterRole', 'logging-agents-promtail', { rules: [] }),
      '',
      'it is what a pod may do in the cluster',
    ],
    ['who may do so', of('ClusterRoleBinding', 'logging-agents-promtail', { subjects: [] }), '', 'it is who may do so'],
    [
      'which pods have a token',
      of('ServiceAccount', 'loki', { automountServiceAccountToken: true }),
      '/automountServiceAccountToken',
      'it is which pods have a token',
    ],
    [
      'which rights of a cloud an account has',
      of('ServiceAccount', 'loki', { metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'a' } } }),
      '/metadata/annotations/eks.amazonaws.com~1role-arn',
      'an annotation can give an account the rights of a cloud',
    ],
    [
      'which pods a namespace takes',
      of('Namespace', 'logging', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }),
      '/metadata/labels/pod-security.kubernetes.io~1enforce',
      'it is which pods the namespace takes',
    ],
    [
      'who reaches a Service',
      of('Service', 'gateway', { spec: { type: 'LoadBalancer' } }),
      '/spec/type',
      'it is who reaches the Service',
    ],
    [
      'whether Grafana is served over TLS',
      of('Ingress', 'grafana', { spec: { tls: null } }),
      '',
      'it is who reaches the stack from outside, and whether passwords are encrypted on their way',
    ],
    [
      'where secrets come from',
      of('ExternalSecret', 'grafana-admin', { spec: { refreshInterval: '9m' } }),
      '/spec/refreshInterval',
      'it is where secrets come from and go to',
    ],
    [
      'how a certificate is made',
      of('Certificate', 'gateway', { spec: { duration: '9h' } }),
      '/spec/duration',
      'it is where secrets come from and go to',
    ],
    [
      'what nobody has thought of',
      gateway({ merge: { spec: { paused: true } } }),
      '/spec/paused',
      'nobody has looked whether a stack is safe with another value there',
    ],
  ];
  let said: (index: number) => readonly Problem[];
  beforeAll(() => {
    said = saidOf(rows.map(([, patch]) => patch));
  });

  test.each(rows.map(([what, , place, why], index) => [what, place, why, index] as const))(
    '%s',
    (_, place, why, index) => {
      const [problem, ...others] = said(index);
      expect(others).toEqual([]);
      expect(problem?.rule).toBe(`changed with unsafe: true alone: ${why}`);
      expect(problem?.received).toContain(place);
      expect(problem?.remedy).not.toBe('');
    },
  );

  test('a policy of Cilium', () => {
    const patch = of('CiliumNetworkPolicy', 'loki', { spec: { ingress: null } });
    const stack: Partial<StackConfigInput> = { network: { policies: 'cilium' } };
    expect(patchProblems([patch], stack)).toMatchObject([
      { rule: 'changed with unsafe: true alone: it is who may talk to whom' },
    ]);
  });
});

describe('as it likes, a patch changes', () => {
  test.each<[what: string, PatchInput]>([
    ['labels and annotations', gateway({ merge: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } } })],
    ['those of pods', podMetadata({ labels: { a: 'b' }, annotations: { c: 'd' } })],
    [
      'where pods run',
      pod({ nodeSelector: { a: 'b' }, affinity: {}, tolerations: [], schedulerName: 'a', priorityClassName: 'b' }),
    ],
    ['how long a pod may take to end', pod({ terminationGracePeriodSeconds: 99 })],
    ['how names are looked up', pod({ dnsConfig: { options: [{ name: 'ndots', value: '1' }] } })],
    ['how often it is asked', set(`${container}/readinessProbe/periodSeconds`, 7)],
    ['CPU', set(`${container}/resources/limits/cpu`, '3')],
    [
      'how a roll-out goes',
      gateway({ merge: { spec: { minReadySeconds: 5, revisionHistoryLimit: 2, progressDeadlineSeconds: 900 } } }),
    ],
    ['which pod of a Service answers', of('Service', 'gateway', { spec: { sessionAffinity: 'ClientIP' } })],
    [
      'what speaks on a port',
      {
        kind: 'Service',
        name: 'gateway',
        reason: REASON,
        json: [{ op: 'add', path: '/spec/ports/0/appProtocol', value: 'http' }],
      },
    ],
    [
      'how often a program is scraped',
      {
        kind: 'PodMonitor',
        name: 'grafana',
        reason: REASON,
        json: [{ op: 'replace', path: '/spec/podMetricsEndpoints/0/interval', value: '1m' }],
      },
    ],
  ])('%s', (_, patch) => {
    expect(() => stackObjects(configWith({ ...STACK, patches: [patch] }))).not.toThrow();
  });
});
