/** How much disk a stack needs, from what it is expected to write and how long that is kept. */
import { isBucket } from './bucket';
import { DISK_FULL_THRESHOLD } from './disk-full';
import { longestKept } from './retention';
import type { StackConfig } from '../schema';
import { type ByteSize, type Duration, formatDuration, formatQuantity } from '../units';

/** Bytes of chunks for a byte of lines, of test/fixtures with other numbers in each; test/binaries/sizing.test.ts measures all three. */
export const CHUNK_BYTES = 0.45;
/** Bytes of index for a byte of chunks. Of busy streams it is much less, of those with few lines it is more. */
export const INDEX_BYTES = 0.01;
/** Bytes that a line has in the write-ahead log besides its own: time and structured metadata. */
export const BESIDE_A_LINE = 72;

const HOUR = 3_600_000;
const SECOND = 1000;
/** Loki writes a chunk when it is so old, and deletes it as a whole (`max_chunk_age`, 2h by default). */
const CHUNK_AGE = 2 * HOUR;
/** The write-ahead log is kept from the last checkpoint to the one before it (`checkpoint_duration`, 5m by default). */
const WAL_KEPT = HOUR / 6;

type Sized = Pick<StackConfig, 'expectedLoad' | 'retention' | 'storage' | 'persistence' | 'deployment'>;

/** Bytes on disks and in the bucket, of all pods together; the write-ahead log and the index are of each pod. */
export interface DiskNeed {
  readonly chunks: ByteSize;
  readonly index: ByteSize;
  readonly wal: ByteSize;
  /** What the volume of each Loki has to have. */
  readonly volume: ByteSize;
}

/**
 * What a load needs, if all of it is kept for one period.
 *
 * @param kept - of the lines. A stack file does not say how many lines are of which stream.
 */
export function diskNeed(
  { retention, storage, deployment, expectedLoad }: Sized,
  kept: Duration,
  { linesPerSecond, bytesPerLine } = expectedLoad,
): DiskNeed {
  const rate = (linesPerSecond * bytesPerLine) / SECOND;
  const { replicas, replicationFactor } = deployment;
  const age = kept.milliseconds + retention.deleteDelay.milliseconds + CHUNK_AGE;
  const chunks = rate * age * CHUNK_BYTES * replicationFactor;
  const index = chunks * INDEX_BYTES;
  // Chunks that are not written yet are in two checkpoints while the second is made.
  const logged = (linesPerSecond * (bytesPerLine + BESIDE_A_LINE) * WAL_KEPT) / SECOND;
  const wal = ((logged + 2 * rate * CHUNK_AGE * CHUNK_BYTES) * replicationFactor) / replicas;
  const volume = ((isBucket(storage) ? 0 : chunks) + index + wal) / DISK_FULL_THRESHOLD;
  return { chunks: whole(chunks), index: whole(index), wal: whole(wal), volume: whole(volume) };
}

/** What a volume that is too small for the expected load is warned of with; never an error, for nobody knows the load. */
export function sizeWarnings(config: Sized): readonly string[] {
  const { persistence, expectedLoad, retention } = config;
  const { volume } = diskNeed(config, retention.period);
  if (volume.bytes <= persistence.size.bytes) return [];
  const load = `${expectedLoad.linesPerSecond} lines/s of ${expectedLoad.bytesPerLine} bytes`;
  return [
    `persistence.size: ${formatQuantity(persistence.size)} is less than the ${gibibytes(volume)} that expectedLoad (${load}) needs in ${formatDuration(retention.period)}; ` +
      'raise it, shorten retention.period, or correct expectedLoad. `npm run size -- --stack <stack>` shows the parts.',
  ];
}

/** The need if all lines were kept for the usual period, and if all were kept for the longest. */
export function diskRange(config: Sized, load = config.expectedLoad): readonly (readonly [kept: Duration, DiskNeed])[] {
  const { period } = config.retention;
  const longest = longestKept(config.retention);
  return [period, ...(longest.milliseconds > period.milliseconds ? [longest] : [])].map((kept) => [
    kept,
    diskNeed(config, kept, load),
  ]);
}

/** `12.3Gi`, as a person reads it. */
export function gibibytes({ bytes }: ByteSize): string {
  return `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)}Gi`;
}

const whole = (bytes: number): ByteSize => ({ bytes: Math.ceil(bytes) });
