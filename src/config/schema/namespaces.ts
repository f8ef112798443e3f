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
});
