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

const BYTE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
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
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  const factor = BYTE_UNITS[match?.[2] ?? ''];
  if (match === null || factor === undefined) return undefined;
  const bytes = Number(match[1]) * factor;
  return Number.isInteger(bytes) ? { bytes } : undefined;
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
