/** How long Loki may take to start and to end, from what it may have to read and to write meanwhile. */
import type { StackConfig } from '../../config';
import { allTenantsRate } from '../../config/derived/limits';

type LifetimeProps = Pick<StackConfig, 'limits' | 'auth' | 'persistence' | 'resources'>;

/** A quarter of what a replay was measured at (160 MB/s of WAL, docs/durability.md): for slower disks, and a share of a CPU. */
const REPLAY_BYTES_PER_SECOND = 40 * 2 ** 20;
/** A chunk is on its way to an object store in another place, and its index follows. */
const FLUSH_BYTES_PER_SECOND = 8 * 2 ** 20;
/** Segments of the WAL are deleted once there is a checkpoint after them; Loki's `checkpoint_duration` is 5m. */
const SEGMENTS_SECONDS = 2 * 300;
const LEAST_START_SECONDS = 900;
const LEAST_END_SECONDS = 300;

/**
 * Seconds until a Loki that is not ready is restarted: longer than the longest replay. A WAL is a checkpoint of what was in
 * memory and what was written in two times between checkpoints, and never larger than its volume.
 */
export function startSeconds({ limits, auth, persistence, resources }: LifetimeProps): number {
  const written = resources.loki.limits.memory.bytes + allTenantsRate({ limits, auth }).bytes * SEGMENTS_SECONDS;
  const longest = Math.min(written, persistence.size.bytes) / REPLAY_BYTES_PER_SECOND;
  return Math.max(LEAST_START_SECONDS, Math.ceil(longest));
}

/** Seconds that Loki has to end: what fills its memory is flushed meanwhile. */
export function endSeconds({ resources }: Pick<LifetimeProps, 'resources'>): number {
  return Math.max(LEAST_END_SECONDS, Math.ceil(resources.loki.limits.memory.bytes / FLUSH_BYTES_PER_SECOND));
}
