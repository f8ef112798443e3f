/** How long Loki may take to start and to end, from the bytes that it reads and writes meanwhile. */
import type { StackConfig } from '../../config';
import { allTenantsRate } from '../../config/derived/limits';

type LifetimeProps = Pick<StackConfig, 'limits' | 'auth' | 'persistence' | 'resources'>;

/** A quarter of the measured speed of a replay (160 MB/s of WAL, docs/durability.md), for slower disks and less CPU. */
const REPLAY_BYTES_PER_SECOND = 40 * 2 ** 20;
/** Speed of writing chunks and their index to a remote object store. */
const FLUSH_BYTES_PER_SECOND = 8 * 2 ** 20;
/** Segments of the WAL are deleted after the next checkpoint. Loki's `checkpoint_duration` is 5m. */
const SEGMENTS_SECONDS = 2 * 300;
const LEAST_START_SECONDS = 900;
const LEAST_END_SECONDS = 300;

/**
 * Seconds until a Loki that is not ready is restarted, which is longer than the longest replay. A WAL has a checkpoint of the
 * memory, and the writes between two checkpoints. It is never larger than its volume.
 */
export function startSeconds({ limits, auth, persistence, resources }: LifetimeProps): number {
  const written = resources.loki.limits.memory.bytes + allTenantsRate({ limits, auth }).bytes * SEGMENTS_SECONDS;
  const longest = Math.min(written, persistence.size.bytes) / REPLAY_BYTES_PER_SECOND;
  return Math.max(LEAST_START_SECONDS, Math.ceil(longest));
}

/** Seconds that Loki has to end. It flushes its memory meanwhile. */
export function endSeconds({ resources }: Pick<LifetimeProps, 'resources'>): number {
  return Math.max(LEAST_END_SECONDS, Math.ceil(resources.loki.limits.memory.bytes / FLUSH_BYTES_PER_SECOND));
}
