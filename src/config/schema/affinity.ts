/** Affinity in the shape of the Kubernetes API, within what the API server takes. */
import { z } from 'zod';
import { dnsLabel, labelKey, objectLabels, objectLabelValue, weight } from '../scalars';

interface Expression {
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

const VALUES = {
  rule: 'values with In and NotIn, one whole number with Gt and Lt, no values with Exists and DoesNotExist',
  remedy: 'write for example { key: pool, operator: Exists }',
};

function hasItsValues({ operator, values = [] }: Expression): boolean {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0;
    case 'Gt':
    case 'Lt':
      return values.length === 1 && /^\d{1,18}$/.test(values[0] ?? '');
    default:
      return values.length === 0;
  }
}

const nodeExpression = z
  .strictObject({
    key: labelKey(),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
    values: z.array(objectLabelValue()).exactOptional(),
  })
  .refine(hasItsValues, { params: { ...VALUES } });

const labelExpression = z
  .strictObject({
    key: labelKey(),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(objectLabelValue()).exactOptional(),
  })
  .refine(hasItsValues, { params: { ...VALUES } });

const labelSelector = z.strictObject({
  matchLabels: objectLabels().exactOptional(),
  matchExpressions: z.array(labelExpression).exactOptional(),
});

const nodeTerm = z.strictObject({ matchExpressions: z.array(nodeExpression).min(1) });

const podTerm = z.strictObject({
  topologyKey: labelKey(),
  labelSelector,
  namespaces: z.array(dnsLabel()).exactOptional(),
  namespaceSelector: labelSelector.exactOptional(),
});

const betweenPods = z.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: z.array(podTerm).exactOptional(),
  preferredDuringSchedulingIgnoredDuringExecution: z
    .array(z.strictObject({ weight: weight(), podAffinityTerm: podTerm }))
    .exactOptional(),
});

export const affinity = z
  .strictObject({
    nodeAffinity: z
      .strictObject({
        requiredDuringSchedulingIgnoredDuringExecution: z
          .strictObject({ nodeSelectorTerms: z.array(nodeTerm).min(1) })
          .exactOptional(),
        preferredDuringSchedulingIgnoredDuringExecution: z
          .array(z.strictObject({ weight: weight(), preference: nodeTerm }))
          .exactOptional(),
      })
      .exactOptional(),
    podAffinity: betweenPods.exactOptional(),
    podAntiAffinity: betweenPods.exactOptional(),
  })
  .meta({
    title: 'affinity',
    patternErrorMessage:
      'as in Kubernetes: `nodeAffinity`, `podAffinity` and `podAntiAffinity`, each with `requiredDuringSchedulingIgnoredDuringExecution` and `preferredDuringSchedulingIgnoredDuringExecution`; without `matchFields`, `matchLabelKeys` and `mismatchLabelKeys`; a term of pods names its `labelSelector`',
  });
