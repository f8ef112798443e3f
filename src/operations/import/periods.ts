/** Periods of the index that runs → `storage.schema`. An index has to be found under its old name, or no old line is. */
import { defaults } from '../../config/defaults';
import { isMapping } from '../../config/mapping';
import { formatDuration, parseDuration } from '../../config/units';
import type { Found, Period } from './found';

type Section = Readonly<Record<string, unknown>>;

/** Indexes and versions that Loki 3.7 reads, of which tables are for a day each. */
const INDEXES: readonly string[] = ['tsdb', 'boltdb-shipper'];
const VERSIONS: readonly string[] = ['v11', 'v12', 'v13'];
const DAY = 86_400_000;

const isReadable = ({ store, schema, tables = '24h' }: Period): boolean =>
  INDEXES.includes(store) && VERSIONS.includes(schema) && parseDuration(tables)?.milliseconds === DAY;

/**
 * Undefined where no period was found. A period that Loki does not read is left out once its last line has expired.
 *
 * @param storeOf - what has to be said of a period's store.
 */
export function periodsOf(
  found: Found,
  storeOf: (objectStore: string) => Section,
  now: Date,
): readonly Section[] | undefined {
  if (found.periods.length === 0) return undefined;
  const last = found.periods.at(-1);
  if (last !== undefined && Date.parse(last.from) > now.getTime())
    found.note(
      `Move on ${last.from} or later: a period with tsdb and v13 has to have begun, for what stands beside the lines.`,
    );
  return found.periods
    .filter((period, index) => isReadable(period) || isNeeded(period, found.periods[index + 1], found, now))
    .map(({ from, store, objectStore, schema, prefix }) => ({
      from,
      ...(prefix === undefined ? {} : { indexPrefix: prefix }),
      ...(INDEXES.includes(store) && store !== 'tsdb' ? { index: store } : {}),
      ...(VERSIONS.includes(schema) && schema !== 'v13' ? { version: schema } : {}),
      ...storeOf(objectStore),
    }));
}

/** Whether a period that Loki does not read has lines yet. */
function isNeeded(period: Period, next: Period | undefined, found: Found, now: Date): boolean {
  const described = `from ${period.from}: ${period.store} ${period.schema}, tables of ${period.tables ?? 'no period'}`;
  const rule = 'an index that Loki still reads: tsdb or boltdb-shipper, v11 to v13, with tables of 24h';
  const kept = longestKept(found);
  const ended = Date.parse(next?.from ?? '');
  if (Number.isNaN(ended)) {
    const remedy = `begin a period with tsdb and v13 in the Loki that runs, and move ${formatDuration({ milliseconds: kept })} after its first day, when this one’s lines have expired`;
    found.lack('storage.schema', described, rule, remedy);
    return true;
  }
  const expired = new Date(Math.ceil((ended + kept) / DAY) * DAY);
  const day = expired.toISOString().slice(0, 'YYYY-MM-DD'.length);
  if (expired <= now) {
    found.note(`The period from ${period.from} is left out: its lines had expired by ${day}.`);
    return false;
  }
  found.lack('storage.schema', described, rule, `move on ${day} or later, when this one’s lines have expired`);
  return true;
}

/** Milliseconds for which any line is kept. */
function longestKept({ draft }: Found): number {
  const retention = draft.get('retention');
  const texts = [defaults.retention.period, ...periodTexts(retention)];
  const known = isMapping(retention) && retention['period'] !== undefined ? texts.slice(1) : texts;
  return Math.max(...known.map((text) => parseDuration(text)?.milliseconds ?? 0));
}

/** What each `period` in the section says. */
function periodTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(periodTexts);
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'period' && typeof inner === 'string' ? [inner] : periodTexts(inner),
  );
}
