import { z } from 'zod';
import { defaults } from '../defaults';
import { duration, positiveInteger, streamSelector } from '../scalars';

const streamRetention = z.strictObject({
  selector: streamSelector().describe('Streams with this period, as label matchers only: `{job="security"}`.'),
  period: duration().describe('How long these streams are kept: at least 24h, and a multiple of 1h.'),
  priority: positiveInteger().default(1).describe('The highest priority wins where several selectors match a stream.'),
});

export const retention = z.strictObject({
  period: duration()
    .prefault(defaults.retention.period)
    .describe('How long logs are kept: at least 24h, and a multiple of 1h.'),
  streams: z.array(streamRetention).prefault([]).describe('Other periods for single streams.'),
  tenants: z
    .record(
      z.string(),
      z.strictObject({
        period: duration().describe('How long this tenant’s logs are kept.'),
        streams: z.array(streamRetention).prefault([]).describe('Other periods for single streams of this tenant.'),
      }),
    )
    .prefault({})
    .describe('Other periods for single tenants, by tenant name.'),
  deleteDelay: duration()
    .prefault(defaults.retention.deleteDelay)
    .describe('How long a chunk stays on disk after it was marked for deletion.'),
  compactionInterval: duration()
    .prefault(defaults.retention.compactionInterval)
    .describe('How often the compactor runs.'),
});
