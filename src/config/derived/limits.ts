/** What the most generous tenant may do, or the least: what serves all tenants has to be made for it. */
import type { StackConfig } from '../schema';
import type { ByteSize, Duration } from '../units';

type Limits = Pick<StackConfig['limits'], 'tenants' | 'ingestionBurst' | 'queryTimeout' | 'maxTails'>;
type EntryLimits = Pick<StackConfig['limits'], 'tenants' | 'maxEntriesPerQuery'>;

/** The longest time that a query of any tenant may take. */
export function longestQueryTimeout({ queryTimeout, tenants }: Limits): Duration {
  const own = Object.values(tenants).map((tenant) => tenant.queryTimeout?.milliseconds ?? 0);
  return { milliseconds: Math.max(queryTimeout.milliseconds, ...own) };
}

/** The most that any tenant may write at once. */
export function largestBurst({ ingestionBurst, tenants }: Limits): ByteSize {
  const own = Object.values(tenants).map((tenant) => tenant.ingestionBurst?.bytes ?? 0);
  return { bytes: Math.max(ingestionBurst.bytes, ...own) };
}

/** What all tenants together may write in a second. */
export function allTenantsRate({ limits, auth }: Pick<StackConfig, 'limits' | 'auth'>): ByteSize {
  const rates = auth.loki.tenants.map(
    ({ name }) => (limits.tenants[name]?.ingestionRate ?? limits.ingestionRate).bytes,
  );
  return { bytes: rates.reduce((sum, rate) => sum + rate, 0) };
}

/** The most live tails that any tenant may have. */
export function mostTails({ maxTails, tenants }: Limits): number {
  return Math.max(maxTails, ...Object.values(tenants).map((tenant) => tenant.maxTails ?? 0));
}

/** The most lines that a query may return, whichever tenant it is of. */
export function fewestEntries({ maxEntriesPerQuery, tenants }: EntryLimits): number {
  return Math.min(
    maxEntriesPerQuery,
    ...Object.values(tenants).map((tenant) => tenant.maxEntriesPerQuery ?? maxEntriesPerQuery),
  );
}
