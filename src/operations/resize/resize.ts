/** Does what `npm run resize` does: enlarges the volumes of running StatefulSets, without a restart of any pod. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { KubernetesObject } from '../../../charts/objects';
import { readRunning } from '../compare/running';
import { type Cluster, kubectl, list } from '../kubectl';
import { compareWithRunning, formatFindings } from '../compare/compare';
import { type Growth, growths } from '../compare/volumes';
import { parseQuantity } from '../../config/units';

/** What a resize has done. */
export interface Resized {
  /** Names of the StatefulSets. */
  readonly sets: readonly string[];
  /** Names of pods that are not the ones of before; none, unless something else replaced them meanwhile. */
  readonly replaced: readonly string[];
}

/** Prints what is being done. */
export type Say = (line: string) => void;

/** How long a driver may take to enlarge a disk, and a controller to find its pods again. */
const PATIENCE_SECONDS = 600;

const claimShape = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z.looseObject({
    capacity: z.looseObject({ storage: z.string() }).optional(),
    conditions: z.array(z.looseObject({ type: z.string(), message: z.string().default('') })).default([]),
  }),
});
const setShape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    managedFields: z
      .array(
        z.looseObject({
          manager: z.string(),
          operation: z.string(),
          subresource: z.string().optional(),
          fieldsV1: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .default([]),
  }),
  spec: z.looseObject({
    replicas: z.number(),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
    volumeClaimTemplates: z.array(
      z.looseObject({
        metadata: z.looseObject({ name: z.string() }),
        spec: z.looseObject({ resources: z.looseObject({ requests: z.record(z.string(), z.string()) }) }),
      }),
    ),
  }),
  status: z.looseObject({ updatedReplicas: z.number().default(0) }),
});
const podShape = z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string() }) });

type RunningSet = z.output<typeof setShape>;

/**
 * Patches the claims, waits until they have grown, and puts a StatefulSet with the new size in the place of the old one, whose
 * pods run on. Nothing else of the stack is applied.
 *
 * @throws Error, before anything is changed, where the stack has differences that no resize mends.
 */
export async function resize(
  cluster: Cluster,
  stack: string,
  wanted: readonly KubernetesObject[],
  say: Say,
): Promise<Resized> {
  const sets = wanted.filter(({ kind }) => kind === 'StatefulSet');
  const namespace = sets[0]?.metadata.namespace ?? '';
  const running = readRunning(cluster, wanted);
  const refused = compareWithRunning(wanted, running, new Date()).filter(({ resizable }) => !resizable);
  if (refused.length > 0) throw new Error(formatFindings(stack, refused));
  const done: Resized[] = [];
  for (const set of sets) {
    const grown = growths(set, running);
    if (grown.length > 0) done.push(await resizeSet(cluster, namespace, set.metadata.name, grown, say));
  }
  return { sets: done.flatMap((each) => each.sets), replaced: done.flatMap(({ replaced }) => replaced) };
}

async function resizeSet(
  cluster: Cluster,
  namespace: string,
  name: string,
  grown: readonly Growth[],
  say: Say,
): Promise<Resized> {
  const inNamespace = ['-n', namespace];
  for (const { claims, size } of grown)
    for (const claim of claims) {
      say(`${claim}: asking for ${size}`);
      const patch = JSON.stringify({ spec: { resources: { requests: { storage: size } } } });
      kubectl(cluster, [...inNamespace, 'patch', 'persistentvolumeclaim', claim, '--type=merge', '-p', patch]);
    }
  await until(say, `volumes of ${name}`, () => smallClaims(cluster, namespace, grown));
  if (grown.every(({ isInSet }) => !isInSet)) return { sets: [name], replaced: [] };
  const before = runningSet(cluster, namespace, name);
  const pods = podsOf(cluster, before);
  const next = enlarged(before, grown);
  check(cluster, next);
  say(`statefulset ${name}: replacing it, without its pods`);
  kubectl(cluster, [...inNamespace, 'delete', 'statefulset', name, '--cascade=orphan', '--wait', '--timeout=15s']);
  create(cluster, next, managerOf(before));
  await until(say, `pods of ${name}`, () => {
    // Its own, and with its template: whether they are ready is another matter, a full disk may be why they are not.
    const { spec, status } = runningSet(cluster, namespace, name);
    const { updatedReplicas } = status;
    return updatedReplicas === spec.replicas ? undefined : `${updatedReplicas} of ${spec.replicas} are its own`;
  });
  const after = new Set(podsOf(cluster, before).map(({ uid }) => uid));
  return { sets: [name], replaced: pods.filter(({ uid }) => !after.has(uid)).map((pod) => pod.name) };
}

/** Which claims have not grown yet. With that condition the kubelet does the rest, while the pod runs. */
function smallClaims(cluster: Cluster, namespace: string, grown: readonly Growth[]): string | undefined {
  const claims = list(cluster, namespace, 'persistentvolumeclaims').map((object) => claimShape.parse(object));
  const small = grown.flatMap(({ claims: names, size }) =>
    claims.filter(
      ({ metadata, status }) =>
        names.includes(metadata.name) &&
        parseQuantity(status.capacity?.storage ?? '0') < parseQuantity(size) &&
        !status.conditions.some(({ type }) => type === 'FileSystemResizePending'),
    ),
  );
  const said = small.map(
    ({ metadata, status }) => `${metadata.name} ${status.conditions.map(({ message }) => message).join(', ')}`,
  );
  return small.length === 0 ? undefined : said.join('; ');
}

/** The running StatefulSet with another size. Nothing of its pods changes. */
function enlarged({ apiVersion, kind, metadata, spec }: RunningSet, grown: readonly Growth[]): KubernetesObject {
  const { name, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      ...spec,
      volumeClaimTemplates: spec.volumeClaimTemplates.map(({ apiVersion: version, kind: type, ...template }) => {
        const size = grown.find((growth) => growth.template === template.metadata.name)?.size;
        const { requests } = template.spec.resources;
        return {
          apiVersion: version,
          kind: type,
          metadata: template.metadata,
          spec: {
            ...template.spec,
            resources: { requests: { ...requests, ...(size === undefined ? {} : { storage: size }) } },
          },
        };
      }),
    },
  };
}

/** Asks whether the server will take it, before the old one is gone. */
function check(cluster: Cluster, set: KubernetesObject): void {
  const another = { ...set, metadata: { ...set.metadata, name: `${set.metadata.name}-resized` } };
  kubectl(cluster, ['create', '--dry-run=server', '-f', '-'], JSON.stringify(another));
}

/** Who applies the StatefulSet, and how: whoever does goes on owning its fields. */
function managerOf({ metadata }: RunningSet): readonly string[] {
  const owner = metadata.managedFields.find(
    ({ subresource, fieldsV1 }) =>
      subresource === undefined && JSON.stringify(fieldsV1).includes('"f:volumeClaimTemplates"'),
  );
  const manager = owner === undefined ? [] : [`--field-manager=${owner.manager}`];
  return owner?.operation === 'Apply' ? ['apply', '--server-side', ...manager] : ['create', ...manager];
}

/** @throws Error that says how to create it by hand, if that fails: the pods would be nobody's. */
function create(cluster: Cluster, set: KubernetesObject, command: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'resize-'));
  const file = join(folder, `${set.metadata.name}.json`);
  writeFileSync(file, JSON.stringify(set, null, 2), { mode: 0o600 });
  try {
    kubectl(cluster, [...command, '-f', file]);
  } catch (error) {
    throw new Error(
      `${String(error)}\nThe pods run on, and no StatefulSet is there. Create it: kubectl ${command.join(' ')} -f ${file}`,
      { cause: error },
    );
  }
  rmSync(folder, { recursive: true });
}

function runningSet(cluster: Cluster, namespace: string, name: string): RunningSet {
  const get = ['-n', namespace, 'get', 'statefulset', name, '-o', 'json', '--show-managed-fields'];
  return setShape.parse(JSON.parse(kubectl(cluster, get)));
}

function podsOf(cluster: Cluster, { metadata, spec }: RunningSet): readonly { name: string; uid: string }[] {
  const selector = Object.entries(spec.selector.matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const answer = kubectl(cluster, ['-n', metadata.namespace, 'get', 'pods', '-l', selector, '-o', 'json']);
  return z
    .looseObject({ items: z.array(podShape) })
    .parse(JSON.parse(answer))
    .items.map((pod) => pod.metadata);
}

/** @throws Error with what is still missing after {@link PATIENCE_SECONDS}. */
async function until(say: Say, what: string, missing: () => string | undefined): Promise<void> {
  const started = Date.now();
  for (let said: string | undefined; ;) {
    const left = missing();
    if (left === undefined) return;
    if (Date.now() - started > PATIENCE_SECONDS * 1000) throw new Error(`${what}: ${left}`);
    if (left !== said) say(`waiting for ${what}: ${left}`);
    said = left;
    await sleep(1000);
  }
}
