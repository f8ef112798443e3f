import type { KubernetesObject } from '../../../charts/objects';
import { registerResource } from '../../../src/deploy/resource-types';
import { failureOf, recorded } from '../../support/pulumi-mocks';

const object = (apiVersion: string, kind: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  spec: {},
  roleRef: {},
});

test('given a kind that has no typed resource, it is refused, and nothing is registered', async () => {
  for (const [apiVersion, kind] of [
    ['v1', 'Pod'],
    ['apps/v1', 'ConfigMap'],
    ['example.com/v1', 'Secret'],
  ] as const) {
    const failure = await failureOf(() => registerResource('x', object(apiVersion, kind), {}));
    expect(failure.message).toBe(`${apiVersion}/${kind} has no typed resource; add it to resource-types.ts.`);
    expect(failure.registered).toEqual([]);
  }
});

test('given a known kind, it is registered under its own type', async () => {
  const kinds = [
    ['v1', 'Namespace'],
    ['v1', 'ServiceAccount'],
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'Service'],
    ['v1', 'PersistentVolumeClaim'],
    ['apps/v1', 'StatefulSet'],
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'DaemonSet'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['policy/v1', 'PodDisruptionBudget'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
    ['external-secrets.io/v1', 'ExternalSecret'],
    ['cert-manager.io/v1', 'Certificate'],
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
    ['monitoring.coreos.com/v1', 'ServiceMonitor'],
    ['monitoring.coreos.com/v1', 'PodMonitor'],
    ['monitoring.coreos.com/v1', 'PrometheusRule'],
  ] as const;
  const registered = await recorded(() =>
    kinds.map(([apiVersion, kind]) => registerResource(kind, object(apiVersion, kind), {})),
  );
  expect(Object.fromEntries(registered.map(({ name, type }) => [name, type]))).toEqual(
    Object.fromEntries(
      kinds.map(([apiVersion, kind]) => [kind, `kubernetes:${apiVersion === 'v1' ? 'core/v1' : apiVersion}:${kind}`]),
    ),
  );
});
