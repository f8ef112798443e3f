import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel, duration } from '../scalars';

export const canary = z.strictObject({
  credential: dnsLabel()
    .default(defaults.canary.credential)
    .describe('Read credential for finding its own lines. It belongs to the agent’s tenant, and nobody else uses it.'),
  interval: duration()
    .prefault(defaults.canary.interval)
    .describe('Time between two of its lines. Each line has about 100 bytes. All lines are in one stream.'),
});
