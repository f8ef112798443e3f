/** How full Loki's volumes are, and the day when they will be full. Pure. */
import type { StackConfig } from '../../config';
import { isBucket } from '../../config/derived/bucket';
import { DISK_FULL_THRESHOLD } from '../../config/derived/disk-full';
import { longestKept } from '../../config/derived/retention';
import { z } from 'zod';
import { parseQuantity } from '../../config/units';
import { known, whyUnknown } from '../observe/observed';
import type { StackState } from '../observe/state';
import { part, type Part } from './part';

export interface DiskStatus {
  readonly claim: string;
  readonly bytes?: number;
  /** Share that is used, 0 to 1. */
  readonly used?: number;
  /** Days until it is full; absent where retention deletes before, or chunks are in a bucket. */
  readonly daysToFull?: number;
}

const HIGH = 0.8;
const FEW_DAYS = 7;
/** A rate over a shorter time says nothing about days. */
const SHORTEST_UPTIME = 600;

const claimShape = z.looseObject({
  status: z.looseObject({
    phase: z.string().default(''),
    capacity: z.looseObject({ storage: z.string() }).optional(),
  }),
});

/** The volume of each Loki. */
export function disks(config: StackConfig, { loki, objects }: StackState): readonly Part<DiskStatus>[] {
  const ingesters = loki.filter(({ pod }) => pod.startsWith('loki-'));
  return ingesters.map(({ pod, figures }) => {
    const claim = `data-${pod}`;
    const object = known(objects)?.find(
      ({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.name === claim,
    );
    const shape = claimShape.safeParse(object);
    const size = shape.success ? shape.data.status.capacity?.storage : undefined;
    const bytes = size === undefined ? undefined : parseQuantity(size);
    const seen = known(figures);
    const used = seen?.diskUsed;
    const days =
      seen === undefined || used === undefined || bytes === undefined
        ? undefined
        : daysToFull({
            bytes,
            used,
            bytesPerDay: seen.uptimeSeconds < SHORTEST_UPTIME ? 0 : (seen.storedBytes / seen.uptimeSeconds) * 86_400,
            keptDays: longestKept(config.retention).milliseconds / 86_400_000,
            inBucket: isBucket(config.storage),
          });
    return part(
      {
        claim,
        ...(bytes === undefined ? {} : { bytes }),
        ...(used === undefined ? {} : { used }),
        ...(days === undefined ? {} : { daysToFull: days }),
      },
      [
        ...(known(objects) !== undefined && object === undefined ? ['the claim is not there'] : []),
        ...(shape.success && shape.data.status.phase !== 'Bound' ? [`the claim is ${shape.data.status.phase}`] : []),
        ...(used !== undefined && used >= HIGH ? [`${Math.round(used * 100)} % are used`] : []),
        ...(days !== undefined && days < FEW_DAYS ? [`full in ${days.toFixed(1)} days`] : []),
      ],
      whyUnknown(figures) ?? whyUnknown(objects) ?? (used === undefined ? 'Loki has not told yet' : undefined),
    );
  });
}

export interface Growth {
  readonly bytes: number;
  readonly used: number;
  /** Bytes that are stored in a day. */
  readonly bytesPerDay: number;
  readonly keptDays: number;
  readonly inBucket: boolean;
}

/**
 * Days until Loki stops writing, if it goes on as since its start. Not where all that will be kept finds room: what is there already
 * then goes as the same comes.
 */
export function daysToFull({ bytes, used, bytesPerDay, keptDays, inBucket }: Growth): number | undefined {
  if (inBucket || bytesPerDay <= 0) return undefined;
  const room = bytes * DISK_FULL_THRESHOLD;
  if (bytesPerDay * keptDays <= room) return undefined;
  return Math.max(0, room - bytes * used) / bytesPerDay;
}
