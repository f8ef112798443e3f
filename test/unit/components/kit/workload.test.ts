/** What the kit gives once reaches every pod. */
import type { Component, StackConfig } from '../../../../src/config';
import { podSettings } from '../../../../src/config/derived/pods';
import { agentOf } from '../../../../src/components/kit/identity';
import { find, ofKind, renderStack, workloads } from '../../../support/manifests';
import { everyStack } from '../../../support/every-stack';

const stacks = everyStack().map(({ name, config }) => ({ name, config, objects: renderStack(config) }));

test('the stacks have a pod of every program', () => {
  const names = new Set(stacks.flatMap(({ objects }) => workloads(objects)).map(({ metadata }) => metadata.name));
  expect([...names].sort()).toEqual([
    'alertmanager',
    'canary',
    'collector',
    'compactor',
    'gateway',
    'grafana',
    'loki',
    'prometheus',
    'promtail',
  ]);
});

describe.each(stacks)('in $name,', ({ config, objects }) => {
  describe.each(workloads(objects).map((workload) => ({ name: workload.metadata.name, workload })))(
    '$name',
    ({ name, workload: { kind, metadata, spec } }) => {
      const pod = spec.template.spec;
      const pods = kind === 'DaemonSet' ? 1 : spec.replicas;

      it('has the fields of security that every pod has, pull secrets, and a ServiceAccount without a token', () => {
        expect(pod.securityContext).toMatchObject({
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(pod.imagePullSecrets ?? []).toEqual(config.images.pullSecrets.map((secret) => ({ name: secret })));
        expect(pod['serviceAccountName']).toBe(name);
        expect(find(objects, 'ServiceAccount', name)).toMatchObject({ automountServiceAccountToken: false });
        expect(pod['automountServiceAccountToken']).toBe(name === agentOf(config).name);
      });

      it('has containers that are restarted by their probe, and end with the last lines of their log', () => {
        for (const container of pod.containers)
          expect(container).toMatchObject({
            imagePullPolicy: config.images.pullPolicy,
            terminationMessagePolicy: 'FallbackToLogsOnError',
            livenessProbe: { periodSeconds: 10, failureThreshold: 6 },
          });
      });

      it('is spread and has a disruption budget if there are several of its pods', () => {
        const matchLabels = spec.selector.matchLabels;
        const own = podSettings(config, name as Component).topologySpread;
        const keys = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
          topologyKey,
          maxSkew: 1,
        }));
        const constraints = kind === 'DaemonSet' ? [] : (own ?? (pods <= 1 ? [] : keys));
        expect(pod['topologySpreadConstraints'] ?? []).toMatchObject(
          constraints.map((constraint) => ({ ...constraint, labelSelector: { matchLabels } })),
        );
        const budgets = ofKind(objects, 'PodDisruptionBudget').filter((budget) => budget.metadata.name === name);
        expect(budgets.map((budget) => ({ metadata: budget.metadata, spec: budget.spec }))).toEqual(
          pods <= 1 ? [] : [{ metadata, spec: { maxUnavailable: 1, selector: { matchLabels } } }],
        );
      });

      it('gives a program in Go four fifths of its memory before it collects eagerly', () => {
        const limit = pod.containers[0].env?.find((variable) => variable.name === 'GOMEMLIMIT')?.value;
        const { bytes } = config.resources[name as Exclude<keyof StackConfig['resources'], 'proxy'>].limits.memory;
        const isGo = !['gateway', 'grafana'].includes(name);
        expect(limit).toBe(isGo ? `${Math.floor((bytes * 0.8) / 2 ** 20)}MiB` : undefined);
      });
    },
  );
});
