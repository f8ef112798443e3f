import { z } from 'zod';
import { defaults } from '../defaults';
import { byteSize, connections, duration, positiveInteger } from '../scalars';
import { lokiLimits, lokiTenantLimits } from './loki-limits';

export const limits = z.strictObject({
  ingestionRate: byteSize()
    .prefault(defaults.limits.ingestionRate)
    .describe('Bytes per second that a tenant may write.'),
  ingestionBurst: byteSize()
    .prefault(defaults.limits.ingestionBurst)
    .describe('Bytes that a tenant may write at once.'),
  perStreamRate: byteSize()
    .prefault(defaults.limits.perStreamRate)
    .describe('Bytes per second that one stream may take.'),
  perStreamBurst: byteSize()
    .prefault(defaults.limits.perStreamBurst)
    .describe('Bytes that one stream may take at once.'),
  maxStreams: positiveInteger().default(defaults.limits.maxStreams).describe('Active streams of a tenant.'),
  maxEntriesPerQuery: positiveInteger()
    .default(defaults.limits.maxEntriesPerQuery)
    .describe('Lines that one query may return.'),
  maxLineSize: byteSize()
    .prefault(defaults.limits.maxLineSize)
    .describe('Longest line. A longer one is cut, not refused.'),
  rejectOldSamplesAfter: duration()
    .prefault(defaults.limits.rejectOldSamplesAfter)
    .describe('Lines older than this are refused.'),
  queryCache: byteSize().prefault(defaults.limits.queryCache).describe('Memory for cached query results.'),
  queryTimeout: duration()
    .prefault(defaults.limits.queryTimeout)
    .describe('How long one query may take. The gateway waits 15 s longer.'),
  maxQuerySeries: positiveInteger()
    .default(defaults.limits.maxQuerySeries)
    .describe('Series that one metric query may return.'),
  maxTails: connections().default(defaults.limits.maxTails).describe('Live tails of a tenant at once.'),
  loki: lokiLimits()
    .default({})
    .describe('Limits that have no name of their own here, by Loki’s names and in its units.'),
  tenants: z
    .record(
      z.string(),
      z.strictObject({
        ingestionRate: byteSize().exactOptional().describe('Bytes per second that this tenant may write.'),
        ingestionBurst: byteSize().exactOptional().describe('Bytes that this tenant may write at once.'),
        perStreamRate: byteSize().exactOptional().describe('Bytes per second that one of its streams may take.'),
        perStreamBurst: byteSize().exactOptional().describe('Bytes that one of its streams may take at once.'),
        maxStreams: positiveInteger().exactOptional().describe('Its active streams.'),
        maxEntriesPerQuery: positiveInteger().exactOptional().describe('Lines that one of its queries may return.'),
        queryTimeout: duration().exactOptional().describe('How long one of its queries may take.'),
        maxQuerySeries: positiveInteger().exactOptional().describe('Series that one of its metric queries may return.'),
        maxTails: connections().exactOptional().describe('Its live tails at once.'),
        loki: lokiTenantLimits()
          .exactOptional()
          .describe('Its limits that have no name of their own here, by Loki’s names and in its units.'),
      }),
    )
    .prefault({})
    .describe('Other limits for single tenants, by tenant name.'),
});
