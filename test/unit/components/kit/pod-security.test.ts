/** Pod Security of every pod of every stack. What is looser than `restricted` is listed here, in {@link AGENT}. */
import { agentOf } from '../../../../src/components/kit/identity';
import type { Component } from '../../../../src/config';
import { podSettings } from '../../../../src/config/derived/pods';
import { configWith, HA } from '../../../support/config';
import { find, KINDS, renderStack, workloads } from '../../../support/manifests';
import { everyStack } from '../../../support/every-stack';

const stacks = everyStack().map(({ name, config }) => ({ name, config, objects: renderStack(config) }));

/** uid and gid of each image. */
const USERS: Readonly<Record<string, number>> = {
  loki: 10_001,
  compactor: 10_001,
  gateway: 10_101,
  grafana: 10_472,
  alertmanager: 65_534,
  canary: 10_350,
  prometheus: 65_534,
};

/** Exceptions of the agent, whichever program it is: the nodes' log files are root's, and what it has read outlives its pod. */
const AGENT = {
  securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
  hostPaths: ['positions', 'pod-logs'],
};

describe.each(stacks)('in $name,', ({ config, objects }) => {
  const agentName = agentOf(config).name;
  const pods = workloads(objects).map(({ metadata, spec }) => ({ name: metadata.name, pod: spec.template.spec }));
  const [agent, ...otherAgents] = pods.filter(({ name }) => name === agentName);

  it('the pods are these', () => {
    const compactor = config.deployment.mode === 'ha' ? ['compactor'] : [];
    const alertmanager = config.alertmanager.type === 'embedded' ? ['alertmanager'] : [];
    const canary = config.canary === undefined ? [] : ['canary'];
    const prometheus = config.monitoring.type === 'embedded' ? ['prometheus'] : [];
    const others = [...alertmanager, ...canary, ...compactor, 'gateway', 'grafana', 'loki', ...prometheus];
    expect(pods.map(({ name }) => name).sort()).toEqual(
      [...(config.components === undefined ? others : []), agentName].sort(),
    );
  });

  describe.each(pods)('the pod of $name', ({ pod: { containers, ...pod } }) => {
    it('has no container with a privilege, nor one that writes to anything but volumes', () => {
      for (const { securityContext } of containers)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      expect(Object.keys(pod).filter((key) => /containers$/i.test(key))).toEqual([]);
    });

    it('shares no namespace with its node', () => {
      expect(Object.keys(pod).filter((key) => /^host(Network|PID|IPC|Users)$/.test(key))).toEqual([]);
      expect(containers.flatMap(({ ports }) => ports).filter((port) => 'hostPort' in port)).toEqual([]);
    });

    it('has requests and limits, for what it writes to an emptyDir too', () => {
      const amount = expect.stringMatching(/^[1-9]\d*(\.\d+)?(m|[KMG]i)?$/) as string;
      const amounts = { cpu: amount, memory: amount, 'ephemeral-storage': amount };
      for (const { name, resources } of containers)
        expect({ name, resources }).toEqual({ name, resources: { requests: amounts, limits: amounts } });
      const limits = pod.volumes.flatMap(({ emptyDir }) => (emptyDir === undefined ? [] : [emptyDir.sizeLimit]));
      expect(limits).toEqual(limits.map(() => expect.stringMatching(/^\d+[MG]i$/) as string));
    });

    it('has the configured registry and pull secrets, and no variables of other Services', () => {
      const { registry = 'docker.io', pullSecrets } = config.images;
      for (const { image } of containers) {
        expect(image).toMatch(/\/(grafana|nginxinc|otel|prom)\/[\w-]+:[\w.-]+$/);
        expect(image.replace(/\/\w+\/[^/]+$/, '')).toBe(registry);
      }
      expect(pod.imagePullSecrets ?? []).toEqual(pullSecrets.map((name) => ({ name })));
      expect(pod.enableServiceLinks).toBe(false);
    });
  });

  it('every other pod meets Pod Security restricted', () => {
    for (const { name, pod } of pods.filter((one) => one.name !== agentName)) {
      const user = USERS[name];
      expect({ name, ...pod.securityContext }).toEqual({
        name,
        runAsNonRoot: true,
        ...(podSettings(config, name as Component).users === 'assigned'
          ? {}
          : { runAsUser: user, runAsGroup: user, fsGroup: user }),
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.volumes.filter(({ hostPath }) => hostPath !== undefined)).toEqual([]);
    }
  });

  it('the exceptions of the agent’s pod are these and no other', () => {
    expect(otherAgents).toEqual([]);
    expect({
      securityContext: agent?.pod.securityContext,
      hostPaths: agent?.pod.volumes.flatMap(({ name, hostPath }) => (hostPath === undefined ? [] : [name])),
    }).toEqual({
      securityContext: AGENT.securityContext,
      hostPaths: [
        ...AGENT.hostPaths,
        ...(config.agent.containerRuntime.type === 'docker' ? ['docker-logs'] : []),
        ...config.agent.files.map(({ name }) => `files-${name}`),
      ],
    });
  });
});

test.each([
  ['loki:3.7.8', 'registry.example.com/mirror/loki:3.7.8'],
  ['grafana/loki:3.7.8', 'registry.example.com/mirror/grafana/loki:3.7.8'],
  ['docker.io/grafana/loki:3.7.8', 'registry.example.com/mirror/grafana/loki:3.7.8'],
  ['localhost:5000/grafana/loki:3.7.8', 'registry.example.com/mirror/grafana/loki:3.7.8'],
])('given a mirror, %s comes from %s', (loki, mirrored) => {
  const images = { loki, registry: 'registry.example.com/mirror/' };
  const rendered = renderStack(configWith({ images }));
  expect(find(rendered, 'StatefulSet', 'loki').spec.template.spec.containers[0].image).toBe(mirrored);
});

test('given no mirror, images come from where they say, without a pull secret', () => {
  const specs = workloads(renderStack(configWith(HA))).map(({ spec }) => spec.template.spec);
  expect(new Set(specs.map(({ containers }) => containers[0].image))).toEqual(
    new Set([
      'docker.io/grafana/loki:3.7.8',
      'docker.io/nginxinc/nginx-unprivileged:1.29.4-alpine',
      'docker.io/grafana/promtail:3.6.11',
      'docker.io/grafana/grafana:12.4.10',
      'docker.io/prom/alertmanager:v0.31.1',
      'docker.io/prom/prometheus:v3.16.0',
    ]),
  );
  expect(specs.filter((spec) => 'imagePullSecrets' in spec)).toEqual([]);
});

test('no kind of object is there that could loosen anything else', () => {
  const objects = stacks.flatMap((stack) => stack.objects);
  expect([...new Set(objects.map(({ kind }) => kind))].sort()).toEqual(KINDS);
});
