/** Fields of StatefulSets and claims that cannot be changed, and sizes of volumes. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { KubernetesObject } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import type { Finding } from './finding';
import { parseQuantity } from '../../config/units';

/** All that may be changed of a StatefulSet's spec; Kubernetes refuses a change of anything else. */
const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
/** Compared by themselves. */
const TEMPLATES = 'volumeClaimTemplates';
const SMALLER = 'write the size that runs; a smaller volume is a new one: docs/storage.md#a-smaller-volume';
const ANOTHER = 'write it as it runs; how to get there all the same: docs/storage.md#fields-that-cannot-be-changed';

/** A claim as it is rendered or runs, or its template in a StatefulSet. */
const claimShape = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
  spec: z.looseObject({
    accessModes: z.array(z.string()),
    storageClassName: z.string().optional(),
    volumeMode: z.string().default('Filesystem'),
    resources: z.looseObject({ requests: z.looseObject({ storage: z.string() }) }),
  }),
});
const setShape = z.looseObject({
  spec: z.looseObject({
    podManagementPolicy: z.string().default('OrderedReady'),
    [TEMPLATES]: z.array(claimShape).default([]),
  }),
});
const classShape = z.looseObject({ allowVolumeExpansion: z.boolean().default(false) });

type Claim = z.output<typeof claimShape>;

/** A volume template whose size is to grow, and the claims that were made from it. */
export interface Growth {
  readonly template: string;
  readonly size: string;
  /** Names of claims that are smaller than that. */
  readonly claims: readonly string[];
  /** Whether the StatefulSet that runs has another size; none may run. */
  readonly isInSet: boolean;
}

/** Differences of a StatefulSet or a claim that can never be applied. */
export function immutableFindings(wanted: KubernetesObject, running: KubernetesObject): readonly Finding[] {
  const name = nameOf(wanted);
  if (wanted.kind === 'PersistentVolumeClaim')
    return ownClaimFindings(`${name}: `, claimShape.parse(wanted), claimShape.parse(running));
  if (wanted.kind !== 'StatefulSet') return [];
  const [rendered, live] = [setShape.parse(wanted).spec, setShape.parse(running).spec];
  const fields = [...new Set([...Object.keys(rendered), ...Object.keys(live)])].filter(
    (field) => !MUTABLE.includes(field) && field !== TEMPLATES,
  );
  const templates = [...rendered[TEMPLATES], ...live[TEMPLATES]].map(({ metadata }) => metadata.name);
  return [
    ...fields.flatMap((field) => immutable(`${name}: spec.${field}`, live[field], rendered[field])),
    ...[...new Set(templates)].flatMap((template) => {
      const named = ({ metadata }: Claim): boolean => metadata.name === template;
      const [one, other] = [rendered[TEMPLATES].find(named), live[TEMPLATES].find(named)];
      const path = `${name}: spec.${TEMPLATES}[${template}]`;
      return one === undefined || other === undefined
        ? immutable(path, other?.spec, one?.spec)
        : [
            ...immutable(`${path}.metadata.labels`, other.metadata.labels, one.metadata.labels),
            ...claimFindings(`${path}.`, one, other),
          ];
    }),
  ];
}

/** The cluster gives a claim without a class its default one; a template in a StatefulSet it leaves as it is. */
function ownClaimFindings(path: string, wanted: Claim, running: Claim): readonly Finding[] {
  const { storageClassName = running.spec.storageClassName } = wanted.spec;
  return claimFindings(path, { ...wanted, spec: { ...wanted.spec, storageClassName } }, running);
}

/** All of a claim but its size. */
function claimFindings(path: string, wanted: Claim, running: Claim): readonly Finding[] {
  return (['accessModes', 'volumeMode', 'storageClassName'] as const).flatMap((field) =>
    immutable(`${path}spec.${field}`, running.spec[field], wanted.spec[field]),
  );
}

function immutable(path: string, running: unknown, wanted: unknown): readonly Finding[] {
  if (isDeepStrictEqual(running, wanted)) return [];
  const rule = 'Kubernetes takes no change of this field';
  return [
    { path, running: show(running), wanted: show(wanted), rule, remedy: ANOTHER, resizable: false, applicable: false },
  ];
}

const show = (value: unknown): string => (value === undefined ? '(none)' : JSON.stringify(value));

/** Sizes of volumes: those of a StatefulSet's claims, and of a claim by itself. */
export function volumeFindings(wanted: KubernetesObject, running: readonly KubernetesObject[]): readonly Finding[] {
  return wanted.kind === 'PersistentVolumeClaim' ? ownClaim(wanted, running) : claimsOfSet(wanted, running);
}

function ownClaim(wanted: KubernetesObject, running: readonly KubernetesObject[]): readonly Finding[] {
  const live = running.find((object) => nameOf(object) === nameOf(wanted));
  if (live === undefined) return [];
  const [before, after] = [sizeOf(claimShape.parse(live)), sizeOf(claimShape.parse(wanted))];
  const size = { path: `${nameOf(wanted)}: size`, running: before, wanted: after, resizable: false, applicable: false };
  if (isLess(after, before)) return [{ ...size, rule: 'a volume never gets smaller', remedy: SMALLER }];
  const refusal = isLess(before, after) ? noExpansion(claimShape.parse(live), running) : undefined;
  return refusal === undefined ? [] : [{ ...size, ...refusal }];
}

function claimsOfSet(wanted: KubernetesObject, running: readonly KubernetesObject[]): readonly Finding[] {
  return templatesOf(wanted).flatMap((template) => {
    const { name } = template.metadata;
    const claims = claimsFrom(wanted, name, running);
    const before = templateOf(wanted, name, running) ?? claims[0];
    if (before === undefined) return [];
    const size = {
      path: `${nameOf(wanted)}: size of volume ${name}`,
      running: sizeOf(before),
      wanted: sizeOf(template),
      resizable: false,
      applicable: false,
    };
    if (templateOf(wanted, name, running) !== undefined && isLess(sizeOf(template), sizeOf(before)))
      return [{ ...size, rule: 'a volume never gets smaller', remedy: SMALLER }];
    const growth = growths(wanted, running).find((candidate) => candidate.template === name);
    if (growth === undefined) return [];
    const [refusal] = claims.flatMap((claim) => noExpansion(claim, running) ?? []);
    return [
      refusal === undefined
        ? {
            ...size,
            rule: 'a StatefulSet takes no other size; its volumes grow beneath it',
            remedy: 'npm run resize -- --stack <stack>, then apply',
            resizable: true,
            applicable: false,
          }
        : { ...size, ...refusal },
    ];
  });
}

/** Volumes of a rendered StatefulSet that run smaller than it wants them. */
export function growths(wanted: KubernetesObject, running: readonly KubernetesObject[]): readonly Growth[] {
  return templatesOf(wanted).flatMap((template) => {
    const { name } = template.metadata;
    const size = sizeOf(template);
    const live = templateOf(wanted, name, running);
    const claims = claimsFrom(wanted, name, running)
      .filter((claim) => isLess(sizeOf(claim), size))
      .map(({ metadata }) => metadata.name);
    const isInSet = live !== undefined && isLess(sizeOf(live), size);
    return isInSet || claims.length > 0 ? [{ template: name, size, claims, isInSet }] : [];
  });
}

function templatesOf(object: KubernetesObject | undefined): readonly Claim[] {
  return object?.kind === 'StatefulSet' ? setShape.parse(object).spec[TEMPLATES] : [];
}

/** The template of this name in the StatefulSet that runs. */
function templateOf(set: KubernetesObject, template: string, running: readonly KubernetesObject[]): Claim | undefined {
  const live = running.find((object) => nameOf(object) === nameOf(set));
  return templatesOf(live).find(({ metadata }) => metadata.name === template);
}

/** Claims that a StatefulSet has made from a template; `data-loki-0`. */
function claimsFrom(set: KubernetesObject, template: string, running: readonly KubernetesObject[]): readonly Claim[] {
  const prefix = `${template}-${set.metadata.name}-`;
  return running
    .filter(
      ({ kind, metadata }) =>
        kind === 'PersistentVolumeClaim' &&
        metadata.namespace === set.metadata.namespace &&
        metadata.name.startsWith(prefix) &&
        /^\d+$/.test(metadata.name.slice(prefix.length)),
    )
    .map((object) => claimShape.parse(object));
}

/** Why a claim cannot grow; nothing where it can. */
function noExpansion(
  { spec: { storageClassName: name = '' } }: Claim,
  running: readonly KubernetesObject[],
): Pick<Finding, 'rule' | 'remedy'> | undefined {
  const found = running.find(({ kind, metadata }) => kind === 'StorageClass' && metadata.name === name);
  if (found !== undefined && classShape.parse(found).allowVolumeExpansion) return undefined;
  return {
    rule: `a StorageClass whose volumes can grow; ${name === '' ? 'this volume has none' : `${name} has no allowVolumeExpansion`}`,
    remedy: `set it there if the driver can, and npm run resize -- --stack <stack>; or move to a new volume: docs/storage.md#a-smaller-volume`,
  };
}

const sizeOf = ({ spec }: Claim): string => spec.resources.requests.storage;
const isLess = (one: string, other: string): boolean => parseQuantity(one) < parseQuantity(other);
