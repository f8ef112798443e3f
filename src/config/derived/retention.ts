/** What is kept longest: queries, sizes and buckets have to be made for it. */
import type { StackConfig } from '../schema';
import type { Duration } from '../units';

/** The period of all streams and those of single ones: of all tenants, or of one that has its own. */
export type KeptPeriods = Pick<StackConfig['retention'], 'period' | 'streams'>;

/** The longest period of these streams. */
export function longestPeriod({ period, streams }: KeptPeriods): Duration {
  return { milliseconds: Math.max(...[period, ...streams.map((stream) => stream.period)].map(millisecondsOf)) };
}

/** The longest period of any stream of any tenant. */
export function longestKept(retention: Pick<StackConfig['retention'], 'period' | 'streams' | 'tenants'>): Duration {
  const all = [retention, ...Object.values(retention.tenants)].map(longestPeriod);
  return { milliseconds: Math.max(...all.map(millisecondsOf)) };
}

const millisecondsOf = ({ milliseconds }: Duration): number => milliseconds;

const DAY = 86_400_000;

/** The age at which Loki itself has deleted everything: a bucket's lifecycle rule may only follow. */
export function lokiDeletesBy(retention: StackConfig['retention']): Duration {
  return { milliseconds: longestKept(retention).milliseconds + retention.deleteDelay.milliseconds + DAY };
}
