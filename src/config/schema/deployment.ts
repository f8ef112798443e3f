import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel, objectLabels, objectName, positiveInteger, replicas } from '../scalars';

/** The ring of another Loki on the same bucket, whose place this one takes. */
const joins = z.strictObject({
  namespace: dnsLabel().describe('Its namespace.'),
  service: objectName('the name of a Service', 'loki-memberlist')
    .default(defaults.deployment.joins.service)
    .describe('Headless Service of its members, by which they find each other.'),
  podLabels: objectLabels()
    .default({ ...defaults.deployment.joins.podLabels })
    .describe('Labels of its pods, for the policies.'),
});

export const deployment = z.strictObject({
  mode: z
    .enum(['single', 'ha'])
    .default(defaults.deployment.mode)
    .describe('`single`: one Loki. `ha`: several monolithic replicas in a ring on object storage, with one compactor.'),
  replicas: replicas().default(defaults.deployment.replicas).describe('Loki pods.'),
  replicationFactor: positiveInteger()
    .default(defaults.deployment.replicationFactor)
    .describe('Loki pods that hold each line.'),
  clusterLabel: z
    .enum(['accepted', 'sent', 'demanded'])
    .default(defaults.deployment.clusterLabel)
    .describe(
      'Label by which members of a ring recognise each other, because another ring’s pod may get an address of theirs. `demanded`: they ignore members without the label. `accepted` and `sent` are the steps to it for a ring that runs without a label (`docs/ha.md`).',
    ),
  joins: joins
    .optional()
    .describe(
      'Ring of another Loki on the same bucket, while this one takes its place: both are then one ring, and either side takes every push and answers every query (`docs/from-charts.md`). Meanwhile there is no compactor of the stack’s own. It needs `clusterLabel: accepted`.',
    ),
  zoneAware: z
    .boolean()
    .default(defaults.deployment.zoneAware)
    .describe(
      'Whether each copy of a line is in another zone. It needs nodes in as many zones as `replicationFactor`, and Kubernetes 1.35 or later.',
    ),
});
