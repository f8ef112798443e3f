/** Reads the running objects that are compared. */
import type { KubernetesObject } from '../../../charts/objects';
import { type Cluster, kubectl, list, parseList, TIMEOUT } from '../kubectl';

/** Kinds that are compared, and those by which one sees that a namespace is in use. */
const COMPARED = [
  'statefulsets',
  'persistentvolumeclaims',
  'configmaps',
  'daemonsets',
  'deployments',
  'cronjobs',
  'pods',
];

/** All that `compareWithRunning` looks at: in the namespaces of a rendered stack, they themselves, and StorageClasses. */
export function readRunning(cluster: Cluster, wanted: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const namespaces = wanted.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const found = kubectl(cluster, ['get', 'namespaces', ...namespaces, '--ignore-not-found', '-o', 'json', TIMEOUT]);
  return [
    ...(found.trim() === '' ? [] : parseList(found)),
    ...namespaces.flatMap((namespace) => list(cluster, namespace, ...COMPARED)),
    ...parseList(kubectl(cluster, ['get', 'storageclasses', '-o', 'json', TIMEOUT])),
  ];
}
