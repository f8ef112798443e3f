/** Pod Security of every pod of a stack in which every option is set. What is looser than `restricted` is listed here. */
import { configWith, everythingConfig, HA } from '../../support/config';
import { find, ofKind, renderStack, workloads } from '../../support/manifests';

const objects = renderStack(everythingConfig());
const pods = workloads(objects).map(({ metadata: { name }, spec }) => [name, spec.template.spec] as const);
const restricted = pods.filter(([name]) => name !== 'promtail');

test('the pods are these', () => {
  expect(pods.map(([name]) => name)).toEqual(['loki', 'gateway', 'promtail', 'grafana']);
});

describe.each(pods)('the container of %s', (_, { containers, ...pod }) => {
  it('is the only one, has no privilege, and writes to volumes alone', () => {
    expect(containers.map(({ securityContext }) => securityContext)).toEqual([
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    ]);
    expect(pod).not.toHaveProperty('initContainers');
  });

  it('shares no namespace with its node', () => {
    expect(Object.keys(pod).filter((key) => /^host(Network|PID|IPC|Users)$/.test(key))).toEqual([]);
    expect(containers[0].ports.filter((port) => 'hostPort' in port)).toEqual([]);
  });

  it('has requests and limits, the configured pull secret, and no variables of other Services', () => {
    expect(containers[0].resources).toMatchObject({
      requests: { cpu: expect.anything() as string },
      limits: { memory: expect.anything() as string },
    });
    expect(pod.imagePullSecrets).toEqual([{ name: 'mirror-login' }]);
    expect(pod.enableServiceLinks).toBe(false);
  });

  it('comes from the configured registry', () => {
    expect(containers[0].image).toMatch(/^registry\.example\.com\/mirror\/(grafana|nginxinc)\/[\w-]+:[\w.-]+$/);
  });
});

describe.each(restricted)('the pod of %s', (name, pod) => {
  it('meets Pod Security restricted', () => {
    const user = { loki: 10_001, gateway: 101, grafana: 472 }[name];
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.volumes.filter(({ hostPath }) => hostPath !== undefined)).toEqual([]);
  });

  it('cannot talk to the Kubernetes API', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(find(objects, 'ServiceAccount', pod.serviceAccountName)['automountServiceAccountToken']).toBe(false);
  });
});

test('the exceptions of Promtail’s pod are these and no other', () => {
  const pod = pods.find(([name]) => name === 'promtail')?.[1];
  expect({
    securityContext: pod?.securityContext,
    hostPaths: pod?.volumes.filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name),
    token: pod?.automountServiceAccountToken,
  }).toEqual({
    securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
    hostPaths: ['positions', 'pod-logs', 'files-statements'],
    token: true,
  });
});

test('only Promtail has rights in the cluster', () => {
  const bindings = objects.filter(({ kind }) => kind.endsWith('Binding'));
  expect(bindings.map(({ subjects }) => subjects)).toEqual([
    [{ kind: 'ServiceAccount', name: 'promtail', namespace: 'watch-agents' }],
  ]);
});

test.each([
  ['loki:3.7.8', 'registry.example.com/mirror/loki:3.7.8'],
  ['grafana/loki:3.7.8', 'registry.example.com/mirror/grafana/loki:3.7.8'],
  ['docker.io/grafana/loki:3.7.8', 'registry.example.com/mirror/grafana/loki:3.7.8'],
  ['localhost:5000/grafana/loki:3.7.8', 'registry.example.com/mirror/grafana/loki:3.7.8'],
])('given a mirror, %s comes from %s', (loki, mirrored) => {
  const images = { loki, registry: 'registry.example.com/mirror/' };
  const rendered = renderStack(configWith({ images }));
  expect(find(rendered, 'StatefulSet').spec.template.spec.containers[0].image).toBe(mirrored);
});

test('given no mirror, images come from where they say, without a pull secret', () => {
  const specs = workloads(renderStack(configWith(HA))).map(({ spec }) => spec.template.spec);
  expect(specs.map(({ containers }) => containers[0].image)).toEqual([
    'docker.io/grafana/loki:3.7.8',
    'docker.io/nginxinc/nginx-unprivileged:1.29.4-alpine',
    'docker.io/grafana/promtail:3.6.11',
    'docker.io/grafana/grafana:12.4.4',
  ]);
  expect(specs.map(({ imagePullSecrets }) => imagePullSecrets)).toEqual([undefined, undefined, undefined, undefined]);
});

test('no kind of object is there that could loosen anything else', () => {
  expect([...new Set(objects.map(({ kind }) => kind))].sort()).toEqual([
    'ClusterRole',
    'ClusterRoleBinding',
    'ConfigMap',
    'DaemonSet',
    'Deployment',
    'Ingress',
    'Namespace',
    'NetworkPolicy',
    'PersistentVolumeClaim',
    'PodDisruptionBudget',
    'Service',
    'ServiceAccount',
    'StatefulSet',
  ]);
  expect(ofKind(objects, 'Secret')).toEqual([]);
});
