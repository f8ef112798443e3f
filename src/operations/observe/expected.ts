/** What a rendered stack expects of the cluster. */
import { parse } from 'yaml';
import { z } from 'zod';
import { LOKI } from '../../components/kit/identity';
import { isWorkload, type KubernetesObject } from '../../../charts/objects';

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
const expression = z.looseObject({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: z.array(z.string()).default([]),
});
/** Of the affinity to nodes, what a node must have: any of the terms, and of a term all expressions. */
const affinity = z
  .looseObject({
    nodeAffinity: z
      .looseObject({
        requiredDuringSchedulingIgnoredDuringExecution: z
          .looseObject({
            nodeSelectorTerms: z.array(z.looseObject({ matchExpressions: z.array(expression).default([]) })),
          })
          .optional(),
      })
      .optional(),
  })
  .transform(({ nodeAffinity }) =>
    (nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []).map(
      ({ matchExpressions }) => matchExpressions,
    ),
  )
  .default([]);
const workload = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(container),
        nodeSelector: z.record(z.string(), z.string()).default({}),
        affinity,
        volumes: z
          .array(z.looseObject({ name: z.string(), configMap: z.looseObject({ name: z.string() }).optional() }))
          .default([]),
        tolerations: z
          .array(
            z.looseObject({
              key: z.string().optional(),
              operator: z.string().optional(),
              value: z.string().optional(),
              effect: z.string().optional(),
            }),
          )
          .default([]),
      }),
    }),
  }),
});

/** A workload as far as it is looked at. */
export interface WorkloadShape {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Absent for a DaemonSet. */
  readonly replicas?: number;
  readonly images: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Expressions for the labels of its nodes, one list of which a node must meet. Without any, every node does. */
  readonly nodeTerms: readonly (readonly z.output<typeof expression>[])[];
  /** ConfigMaps that it mounts → where. */
  readonly configMaps: Readonly<Record<string, string>>;
  readonly tolerations: readonly {
    readonly key?: string | undefined;
    readonly operator?: string | undefined;
    readonly value?: string | undefined;
    readonly effect?: string | undefined;
  }[];
}

/** The workloads among objects. */
export function workloads(objects: readonly KubernetesObject[]): readonly WorkloadShape[] {
  return objects.filter(isWorkload).map((object) => {
    const { spec } = workload.parse(object);
    const { containers, nodeSelector, affinity: nodeTerms, volumes, tolerations } = spec.template.spec;
    return {
      kind: object.kind,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
      // Kubernetes' own default is 1.
      ...(object.kind === 'DaemonSet' ? {} : { replicas: spec.replicas ?? 1 }),
      images: Object.fromEntries(containers.map(({ name, image }) => [name, image])),
      nodeSelector,
      nodeTerms,
      configMaps: Object.fromEntries(
        volumes.flatMap(({ name, configMap }) => {
          const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts);
          const mount = mounts.find((candidate) => candidate.name === name);
          return configMap === undefined ? [] : [[configMap.name, mount?.mountPath ?? '']];
        }),
      ),
      tolerations,
    };
  });
}

const ruleFile = z.looseObject({
  groups: z.array(z.looseObject({ name: z.string(), rules: z.array(z.looseObject({})) })),
});

/** The contents of a ConfigMap. */
export function dataOf(object: KubernetesObject | undefined): Readonly<Record<string, string>> {
  return z.record(z.string(), z.string()).catch({}).parse(object?.['data']);
}

export interface RuleFiles {
  /** ConfigMaps with rules that Loki mounts. */
  readonly configMaps: readonly string[];
  /** Tenant → how many. */
  readonly ofTenant: Readonly<Record<string, number>>;
  readonly rules: number;
}

/** The rules that Loki's ruler is to load. Their folder is named after their tenant. */
export function lokiRules(expected: readonly KubernetesObject[]): RuleFiles {
  const mounted = workloads(expected).find(({ name }) => name === LOKI.name)?.configMaps ?? {};
  const files = expected
    .filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name in mounted)
    .map((object) => ({
      name: object.metadata.name,
      tenant: mounted[object.metadata.name]?.split('/').at(-1) ?? '',
      rules: rulesIn(object),
    }))
    .filter(({ rules }) => rules > 0);
  const ofTenant: Record<string, number> = {};
  for (const { tenant, rules } of files) ofTenant[tenant] = (ofTenant[tenant] ?? 0) + rules;
  return {
    configMaps: files.map(({ name }) => name),
    ofTenant,
    rules: files.reduce((total, { rules }) => total + rules, 0),
  };
}

function rulesIn(object: KubernetesObject): number {
  return Object.values(dataOf(object)).reduce((total, text) => {
    const file = ruleFile.safeParse(yaml(text));
    return total + (file.success ? file.data.groups.reduce((count, { rules }) => count + rules.length, 0) : 0);
  }, 0);
}

/** A file of a ConfigMap need not be YAML. */
function yaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
