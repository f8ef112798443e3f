import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel, duration } from '../scalars';

export const canary = z.strictObject({
  credential: dnsLabel()
    .default(defaults.canary.credential)
    .describe('Read credential that it looks for its lines with: of the agent’s tenant, and of nobody else’s use.'),
  interval: duration()
    .prefault(defaults.canary.interval)
    .describe('Time between two of its lines. Each is about 100 bytes, and one stream has them all.'),
});
