/** Kubernetes kind → Pulumi's typed resource. A kind that is missing here is an error, not an untyped resource. */
import { CustomResource } from '@pulumi/kubernetes/apiextensions';
import * as apps from '@pulumi/kubernetes/apps/v1';
import * as core from '@pulumi/kubernetes/core/v1';
import * as networking from '@pulumi/kubernetes/networking/v1';
import * as policy from '@pulumi/kubernetes/policy/v1';
import * as rbac from '@pulumi/kubernetes/rbac/v1';
import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../charts/objects';

/** Registers one object as a resource. */
type Register = (
  name: string,
  object: KubernetesObject,
  options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

/**
 * The one place where a rendered object becomes a resource's arguments. Both have Kubernetes' own shape; that each
 * object really has it is checked against the API server with strict validation, in test/binaries.
 */
const typed =
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it names the type that the object is taken for
  <Args>(
      Resource: new (name: string, args: Args, options: pulumi.CustomResourceOptions) => pulumi.CustomResource,
    ): Register =>
    (name, object, options) =>
      new Resource(name, object as Args, options);

const register: Readonly<Record<string, Register>> = {
  'v1/Namespace': typed(core.Namespace),
  'v1/ServiceAccount': typed(core.ServiceAccount),
  'v1/ConfigMap': typed(core.ConfigMap),
  'v1/Secret': typed(core.Secret),
  'v1/Service': typed(core.Service),
  'v1/PersistentVolumeClaim': typed(core.PersistentVolumeClaim),
  'apps/v1/StatefulSet': typed(apps.StatefulSet),
  'apps/v1/Deployment': typed(apps.Deployment),
  'apps/v1/DaemonSet': typed(apps.DaemonSet),
  'networking.k8s.io/v1/NetworkPolicy': typed(networking.NetworkPolicy),
  'networking.k8s.io/v1/Ingress': typed(networking.Ingress),
  'policy/v1/PodDisruptionBudget': typed(policy.PodDisruptionBudget),
  'rbac.authorization.k8s.io/v1/ClusterRole': typed(rbac.ClusterRole),
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': typed(rbac.ClusterRoleBinding),
  // Of operators and network plugins that the config names. Pulumi has no types for them; their own schemas are checked in test/binaries.
  'external-secrets.io/v1/ExternalSecret': typed(CustomResource),
  'cert-manager.io/v1/Certificate': typed(CustomResource),
  'cilium.io/v2/CiliumNetworkPolicy': typed(CustomResource),
  'gateway.networking.k8s.io/v1/HTTPRoute': typed(CustomResource),
  'monitoring.coreos.com/v1/ServiceMonitor': typed(CustomResource),
  'monitoring.coreos.com/v1/PodMonitor': typed(CustomResource),
  'monitoring.coreos.com/v1/PrometheusRule': typed(CustomResource),
};

/** @throws Error for a kind that has no typed resource here. */
export function registerResource(
  name: string,
  object: KubernetesObject,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const create = register[`${object.apiVersion}/${object.kind}`];
  if (create === undefined)
    throw new Error(`${object.apiVersion}/${object.kind} has no typed resource; add it to resource-types.ts.`);
  return create(name, object, options);
}
