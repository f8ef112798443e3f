import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel } from '../scalars';

export const namespaces = z.strictObject({
  logging: dnsLabel()
    .default(defaults.namespaces.logging)
    .describe('Namespace of Loki, the gateway and Grafana. It enforces Pod Security `restricted`.'),
  agents: dnsLabel()
    .default(defaults.namespaces.agents)
    .describe(
      'Namespace of the agent only. It enforces Pod Security `privileged`, because the agent mounts host paths.',
    ),
  adopt: z
    .boolean()
    .default(false)
    .describe(
      'Consent to use namespaces with other pods. The stack’s Pod Security levels and its policies, which deny all unlisted traffic, then also apply to those pods. Without consent, `npm run check` and a preview refuse such namespaces.',
    ),
});
