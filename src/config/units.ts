/**
 * Units as people write them. A parsed value is a plain number with its unit in the type, and is written back in one
 * canonical form, so that `30d` and `720h` render the same manifest.
 */

/** A span of time. */
export interface Duration {
  readonly milliseconds: number;
}

/** A number of bytes. `KB`, `MB`, `GB` are powers of 1024, as Loki reads them; so are `Ki`, `Mi`, `Gi`, `Ti`. */
export interface ByteSize {
  readonly bytes: number;
}

/** An amount of CPU in thousandths of a core. */
export interface Cpu {
  readonly millicores: number;
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

type Factors = Readonly<Record<string, number>>;

/** Each unit is so many times the one before. */
const powers = (base: number, ...units: readonly string[]): Factors =>
  Object.fromEntries(units.map((unit, index) => [unit, base ** (index + 1)]));

const BYTE_UNITS: Factors = {
  B: 1,
  ...powers(1024, 'KB', 'MB', 'GB', 'TB'),
  ...powers(1024, 'Ki', 'Mi', 'Gi', 'Ti'),
};

/** Kubernetes' own. A plain number is one of bytes. */
const QUANTITY_UNITS: Factors = {
  '': 1,
  ...powers(1000, 'k', 'M', 'G', 'T', 'P', 'E'),
  ...powers(1024, 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'),
};

/** What {@link parseDuration} accepts, for JSON schema and error messages. */
export const DURATION_PATTERN = /^(\d+(ms|s|m|h|d|w))+$/;
/** What {@link parseByteSize} accepts. */
export const BYTE_SIZE_PATTERN = /^\d+(\.\d+)?(B|KB|MB|GB|TB|Ki|Mi|Gi|Ti)$/;
/** What {@link parseCpu} accepts. */
export const CPU_PATTERN = /^(\d+m|\d+(\.\d{1,3})?)$/;

/** Reads `30d`, `720h`, `1h30m`. Returns undefined for anything else. */
export function parseDuration(text: string): Duration | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)) {
    milliseconds += Number(amount) * (DURATION_UNITS[unit ?? ''] ?? 0);
  }
  return { milliseconds };
}

/** Reads `15MB`, `512Mi`, `1.5Gi`. Returns undefined for anything else, and for parts of a byte. */
export function parseByteSize(text: string): ByteSize | undefined {
  const bytes = bytesIn(text, BYTE_UNITS);
  return Number.isInteger(bytes) ? { bytes } : undefined;
}

/**
 * Bytes of a size as a running cluster tells it: `5Gi`, `5368709120`, `5e9`. People write it as {@link parseByteSize} reads it.
 *
 * @throws Error for what is none.
 */
export function parseQuantity(text: string): number {
  const bytes = /^\d+(?:\.\d+)?e\d+$/.test(text) ? Number(text) : bytesIn(text, QUANTITY_UNITS);
  if (Number.isNaN(bytes)) throw new Error(`${text} is no size of a volume`);
  return bytes;
}

/** A number with one of these units; NaN for anything else. */
function bytesIn(text: string, units: Factors): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  return amount !== '' && Object.hasOwn(units, unit) ? Number(amount) * (units[unit] ?? NaN) : NaN;
}

/** Reads `250m`, `1`, `0.5`. Returns undefined for anything else. */
export function parseCpu(text: string): Cpu | undefined {
  if (!CPU_PATTERN.test(text)) return undefined;
  const millicores = text.endsWith('m') ? Number(text.slice(0, -1)) : Math.round(Number(text) * 1000);
  return { millicores };
}

/** The largest of h, m, s and ms that divides the duration: `720h`, `10m`. Loki reads no days in all of its fields. */
export function formatDuration({ milliseconds }: Duration): string {
  for (const unit of ['h', 'm', 's']) {
    const size = DURATION_UNITS[unit] ?? 1;
    if (milliseconds >= size && milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return milliseconds === 0 ? '0s' : `${milliseconds}ms`;
}

/** As Loki's byte-size fields read it: `3MB`, `256KB`. */
export function formatLokiBytes({ bytes }: ByteSize): string {
  return largestUnit(bytes, ['TB', 'GB', 'MB', 'KB']) ?? `${bytes}B`;
}

/** As a Kubernetes quantity: `512Mi`, `1536Mi`. */
export function formatQuantity({ bytes }: ByteSize): string {
  return largestUnit(bytes, ['Ti', 'Gi', 'Mi', 'Ki']) ?? `${bytes}`;
}

/** As a Kubernetes CPU quantity: `250m`, `2`. */
export function formatCpu({ millicores }: Cpu): string {
  return millicores % 1000 === 0 ? `${millicores / 1000}` : `${millicores}m`;
}

/** For fields that Loki counts in megabytes (`ingestion_rate_mb`). */
export function megabytes({ bytes }: ByteSize): number {
  return bytes / 2 ** 20;
}

/** A part of an amount of memory, in whole MiB and in the form of Go's GOMEMLIMIT: `384MiB`. */
export function goMemoryLimit({ bytes }: ByteSize, share: number): string {
  return `${Math.floor((bytes * share) / 2 ** 20)}MiB`;
}

function largestUnit(bytes: number, units: readonly string[]): string | undefined {
  const unit = units.find((candidate) => bytes > 0 && bytes % (BYTE_UNITS[candidate] ?? 1) === 0);
  return unit === undefined ? undefined : `${bytes / (BYTE_UNITS[unit] ?? 1)}${unit}`;
}
