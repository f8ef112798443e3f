import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel } from '../scalars';

export const namespaces = z.strictObject({
  logging: dnsLabel()
    .default(defaults.namespaces.logging)
    .describe('Namespace of Loki, the gateway and Grafana. Enforces Pod Security `restricted`.'),
  agents: dnsLabel()
    .default(defaults.namespaces.agents)
    .describe('Namespace of the agent alone. Enforces Pod Security `privileged`, because the agent mounts host paths.'),
  adopt: z
    .boolean()
    .default(false)
    .describe(
      'Consent to use namespaces in which other things run already: the stack’s policies, which deny all that they do not list, and its Pod Security levels hold for these, too. `npm run check` and a preview refuse them without.',
    ),
});
