/** Limits of Loki, of all tenants or of one: `limits_config`, and `overrides` of its runtime config. */
import { isMapping } from '../../config/mapping';
import { parseByteSize } from '../../config/units';
import { defaults } from '../../config/defaults';
import type { Found } from './found';
import { below, leaves, missing, type Outcome, type Path, type Row } from './source';
import { addTenants, nameTenants } from './tenants';

type LokiRow = Row<Found>;
type Convert = (value: unknown) => unknown;

const same: Convert = (value) => value;
const megabytes: Convert = (value) => (typeof value === 'number' ? `${value}MB` : value);
/** Loki writes sizes as numbers or with a unit. */
const bytes: Convert = (value) => (typeof value === 'number' ? `${value}B` : value);
const whole: Convert = (value) => (typeof value === 'string' ? Number(value) : value);
/** Loki reads a number as nanoseconds. */
export const duration: Convert = (value) =>
  typeof value === 'number' ? `${Math.round(value / 1e6)}ms` : typeof value === 'string' ? withoutZeros(value) : value;

/** `744h0m0s`, as `/config` writes it, is `744h`. */
function withoutZeros(text: string): string {
  const short = text.replaceAll(/(?<!\d)0(?:ms|[wdhms])/g, '');
  return short === '' ? '0s' : short;
}

function streams(value: unknown): unknown {
  return Array.isArray(value)
    ? value.filter(isMapping).map(({ selector, period, priority }) => ({
        selector,
        period: duration(period),
        ...(priority === undefined ? {} : { priority }),
      }))
    : value;
}

interface Limit {
  /** Section and key in the stack file. */
  readonly section: 'limits' | 'retention';
  readonly key: string;
  readonly convert: Convert;
  /** Whether a tenant may have its own. */
  readonly ofTenant: boolean;
}

const limit = (key: string, convert = same, ofTenant = true): Limit => ({ section: 'limits', key, convert, ofTenant });
const kept = (key: string, convert: Convert): Limit => ({ section: 'retention', key, convert, ofTenant: true });

/** By Loki's names. */
const NAMED: Readonly<Record<string, Limit>> = {
  retention_period: kept('period', duration),
  retention_stream: kept('streams', streams),
  ingestion_rate_mb: limit('ingestionRate', megabytes),
  ingestion_burst_size_mb: limit('ingestionBurst', megabytes),
  per_stream_rate_limit: limit('perStreamRate', bytes),
  per_stream_rate_limit_burst: limit('perStreamBurst', bytes),
  max_global_streams_per_user: limit('maxStreams', whole),
  max_entries_limit_per_query: limit('maxEntriesPerQuery', whole),
  max_line_size: limit('maxLineSize', bytes, false),
  reject_old_samples_max_age: limit('rejectOldSamplesAfter', duration, false),
  query_timeout: limit('queryTimeout', duration),
  max_query_series: limit('maxQuerySeries', whole),
  max_concurrent_tail_requests: limit('maxTails', whole),
};

const LEFT: readonly LokiRow[] = [
  ...leaves<Found>('the stack sets it itself', 'allow_structured_metadata', 'volume_enabled', 'reject_old_samples'),
  ...leaves<Found>('it follows from the longest retention', 'max_query_length', 'max_query_lookback'),
  ...leaves<Found>('a longer line is cut here, not lost', 'max_line_size_truncate'),
  ...leaves<Found>('it follows from `limits.maxStreams`', 'max_streams_per_user'),
  ...leaves<Found>('it follows from the log model', 'otlp_config', 'discover_service_name', 'discover_log_levels'),
  ...leaves<Found>('whoever has a credential of `erase` may delete', 'deletion_mode', 'allow_deletes'),
  ...leaves<Found>('Loki 3 has no such key', 'enforce_metric_name', 'ruler_evaluation_delay_duration'),
];

/** Rows of the limits of all tenants. */
export const LIMITS: readonly LokiRow[] = below('limits_config', [
  ...Object.entries(NAMED).map(([from, { section, key, convert }]): LokiRow => ({
    from,
    read: (value, found) => found.put(`${section}.${key}`, convert(value)),
  })),
  ...LEFT,
]);

/** Rows of `overrides`: the limits of each tenant, by its name. */
const OVERRIDES: readonly LokiRow[] = below('overrides', [
  ...Object.entries(NAMED).map(([name, known]): LokiRow => ({ from: ['*', name], read: ofTenant(known) })),
  ...LEFT.map(({ from, read }): LokiRow => ({ from: ['*', ...(typeof from === 'string' ? [from] : from)], read })),
  { from: '*.*', read: ofLoki },
]);

/** Rows of Loki's runtime config. */
export const RUNTIME_CONFIG: readonly LokiRow[] = [
  ...OVERRIDES,
  ...leaves<Found>('it is for a look into Loki itself', 'configs', 'multi_kv_config'),
];

function ofTenant({ section, key, convert, ofTenant: isOwn }: Limit) {
  return (value: unknown, found: Found, path: Path): Outcome => {
    if (!isOwn) return missing(`it is the same for all tenants: \`${section}.${key}\``);
    return putOwn(found, section, path.at(-2) ?? '', (own) => ({
      // Streams stand beside the period of all others.
      ...(section === 'retention' && own['period'] === undefined ? { period: periodOfAll(found) } : {}),
      ...own,
      [key]: convert(value),
    }));
  };
}

function ofLoki(value: unknown, found: Found, path: Path): Outcome {
  return putOwn(found, 'limits', path.at(-2) ?? '', (own) => ({
    ...own,
    loki: { ...(isMapping(own['loki']) ? own['loki'] : {}), [path.at(-1) ?? '']: value },
  }));
}

type Tree = Readonly<Record<string, unknown>>;

/** Puts something among a tenant's own. Its name may have dots. */
function putOwn(found: Found, section: string, tenant: string, change: (own: Tree) => Tree): Outcome {
  nameTenants(found, tenant);
  addTenants(found);
  const tenants = found.draft.get(`${section}.tenants`);
  const all = isMapping(tenants) ? tenants : {};
  const own = all[tenant];
  const changed = change(isMapping(own) ? own : {});
  const limits = section === 'limits' ? withBursts(changed, mappingAt(found, 'limits'), found) : changed;
  const outcome = found.put(`${section}.tenants`, { ...all, [tenant]: limits });
  return outcome.kind === 'taken' ? { ...outcome, keys: [`${section}.tenants.${tenant}`] } : outcome;
}

function periodOfAll({ draft }: Found): unknown {
  return draft.get('retention.period') ?? defaults.retention.period;
}

/** A burst holds at least one second here; Loki has no such rule. */
export function raiseBursts(found: Found): void {
  const own = mappingAt(found, 'limits');
  for (const [key, value] of Object.entries(withBursts(own, {}, found)))
    if (own[key] !== value) found.draft.set(`limits.${key}`, value);
}

const mappingAt = ({ draft }: Found, key: string): Tree => {
  const value = draft.get(key);
  return isMapping(value) ? value : {};
};

/** The limits, with bursts as large as their rates. */
function withBursts(own: Tree, general: Tree, { note }: Found): Tree {
  const raised: Record<string, unknown> = {};
  for (const kind of ['ingestion', 'perStream']) {
    const [rate, burst] = [`${kind}Rate`, `${kind}Burst`];
    const all: Tree = { ...defaults.limits, ...general, ...own };
    const size = (key: string): number => parseByteSize(String(all[key]))?.bytes ?? NaN;
    const written = own[rate];
    if (typeof written !== 'string' || !(size(burst) < size(rate))) continue;
    raised[burst] = written;
    note(`A burst holds at least one second here: that of ${written} per second is raised to as much.`);
  }
  return { ...own, ...raised };
}
