/** What runs, by kubectl: it finds the cluster as its user does. */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import type { KubernetesObject } from '../deploy/objects';

/** A cluster, and the kubectl that talks to it. */
export interface Cluster {
  readonly kubectl: string;
  /** Arguments that select the cluster: `--kubeconfig …`, `--context …`. */
  readonly select: readonly string[];
}

/** How long the API server may take to answer. */
const TIMEOUT = '--request-timeout=20s';

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

const listShape = z.looseObject({
  items: z.array(
    z.looseObject({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.looseObject({
        name: z.string(),
        namespace: z.string().exactOptional(),
        labels: z.record(z.string(), z.string()).exactOptional(),
        annotations: z.record(z.string(), z.string()).exactOptional(),
      }),
    }),
  ),
});

/**
 * Runs kubectl.
 *
 * @throws Error with what it said, where it fails or is not there.
 */
export function kubectl({ kubectl: program, select }: Cluster, args: readonly string[], input?: string): string {
  const { status, error, stdout, stderr } = spawnSync(program, [...select, ...args], {
    encoding: 'utf8',
    env: process.env,
    maxBuffer: 256 * 2 ** 20,
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined) throw new Error(`${program}: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`kubectl ${args.slice(0, 4).join(' ')}: ${withoutNoise(stderr)}`);
  return stdout;
}

/** What kubectl says, without what its library logs of every try before. */
function withoutNoise(text: string): string {
  const lines = text.trim().split('\n');
  return lines.filter((line) => !/^[EWI]\d{4} /.test(line)).join('\n');
}

/** Objects of these kinds in a namespace; none where the namespace is not there. */
export function list(cluster: Cluster, namespace: string, ...kinds: readonly string[]): readonly KubernetesObject[] {
  return parseList(kubectl(cluster, ['-n', namespace, 'get', kinds.join(','), '-o', 'json', TIMEOUT]));
}

/** Objects as `kubectl get -o json` prints them: several as a list, one as it is. */
export function parseList(answer: string): readonly KubernetesObject[] {
  const parsed: unknown = JSON.parse(answer);
  const several = listShape.safeParse(parsed);
  return several.success ? several.data.items : listShape.parse({ items: [parsed] }).items;
}

/** All that {@link compareWithRunning} looks at: in the namespaces of a rendered stack, they themselves, and StorageClasses. */
export function readRunning(cluster: Cluster, wanted: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const namespaces = wanted.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const found = kubectl(cluster, ['get', 'namespaces', ...namespaces, '--ignore-not-found', '-o', 'json', TIMEOUT]);
  return [
    ...(found.trim() === '' ? [] : parseList(found)),
    ...namespaces.flatMap((namespace) => list(cluster, namespace, ...COMPARED)),
    ...parseList(kubectl(cluster, ['get', 'storageclasses', '-o', 'json', TIMEOUT])),
  ];
}
