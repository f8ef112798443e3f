/** Shapes that several sections use. */
import { z } from 'zod';
import { defaults } from '../defaults';
import { destination } from '../scalars';

/** Labels of alerts and metrics. */
export const labels = () => z.record(z.string(), z.string());

/** Addresses or pods outside of the stack that a pod connects to. */
export const egressOf = (what: string) =>
  z.array(destination()).min(1).describe(`Addresses of ${what} for the NetworkPolicy, which cannot match names.`);

/** How Loki compresses chunks. What each costs is in docs/storage.md. */
export const COMPRESSIONS = ['snappy', 'zstd', 'gzip'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** Compression of chunks, wherever they are stored. */
export const compression = () =>
  z
    .enum(COMPRESSIONS)
    .default(defaults.storage.compression)
    .describe(
      'How new chunks are compressed; those that are written stay as they are, and are read on. `docs/storage.md` has disk and time of each.',
    );
