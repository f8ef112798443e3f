import { z } from 'zod';
import { defaults } from '../defaults';
import { positiveInteger, replicas } from '../scalars';

export const deployment = z.strictObject({
  mode: z
    .enum(['single', 'ha'])
    .default(defaults.deployment.mode)
    .describe(
      '`single`: one Loki. `ha`: several monolithic replicas in a ring, on object storage, and one compactor for them.',
    ),
  replicas: replicas().default(defaults.deployment.replicas).describe('Loki pods.'),
  replicationFactor: positiveInteger()
    .default(defaults.deployment.replicationFactor)
    .describe('Loki pods that hold each line.'),
  clusterLabel: z
    .enum(['accepted', 'sent', 'demanded'])
    .default(defaults.deployment.clusterLabel)
    .describe(
      'How the members of a ring tell themselves from those of another one, whose addresses may have been theirs: `demanded`, they hear nobody without their label. `accepted` and `sent` are the steps by which a ring that runs without one gets there: `docs/ha.md`.',
    ),
  zoneAware: z
    .boolean()
    .default(defaults.deployment.zoneAware)
    .describe(
      'Each copy of a line in another zone. Needs nodes in as many zones as `replicationFactor`, and Kubernetes 1.35 or later.',
    ),
});
