/** What OpenShift's SCC `restricted-v2` writes into pods that name no user: one of their namespace's range, and its group. */
import type { KubernetesObject } from '../../charts/objects';
import { isMapping } from '../../src/config/mapping';

/** A uid as such ranges have them, which no image knows. */
export const ASSIGNED_USER = 1_000_660_000;

type Fields = Readonly<Record<string, unknown>>;

const fieldsAt = (of: Fields, key: string): Fields => {
  const value = of[key];
  return isMapping(value) ? value : {};
};

/** Objects as they are once the cluster has assigned users to their pods. A pod that names one keeps it. */
export function withAssignedUsers(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.map((object): KubernetesObject => {
    const spec = fieldsAt(object, 'spec');
    const template = fieldsAt(spec, 'template');
    const pod = fieldsAt(template, 'spec');
    const context = fieldsAt(pod, 'securityContext');
    if (pod['containers'] === undefined || context['runAsUser'] !== undefined) return object;
    const securityContext = { ...context, runAsUser: ASSIGNED_USER, fsGroup: ASSIGNED_USER };
    return { ...object, spec: { ...spec, template: { ...template, spec: { ...pod, securityContext } } } };
  });
}
