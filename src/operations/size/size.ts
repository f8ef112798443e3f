/** How much disk a stack needs, and what an outage may last: what `npm run size` prints. */
import type { StackConfig } from '../../config';
import { isBucket } from '../../config/derived/bucket';
import { survivedOutage } from '../../config/derived/outage';
import { lokiDeletesBy } from '../../config/derived/retention';
import { type DiskNeed, diskRange, gibibytes } from '../../config/derived/sizing';
import { type Duration, formatDuration, formatQuantity } from '../../config/units';
import { columns } from '../columns';

/** A load other than the stack file's. */
export type Load = StackConfig['expectedLoad'];

/** The parts as a small table, one row for each period that all lines might be kept for, and what has to hold of the volume. */
export function sizeReport(config: StackConfig, load: Load = config.expectedLoad): string {
  const { storage, persistence, deployment } = config;
  const range = diskRange(config, load);
  const inBucket = isBucket(storage);
  const rows = [
    ['all lines kept for', inBucket ? 'chunks (bucket)' : 'chunks', 'index', 'write-ahead log', 'volume needed'],
    ...range.map(row),
  ];
  const pods = deployment.replicas === 1 ? '' : `, each of ${deployment.replicas} pods`;
  return [
    `${load.linesPerSecond} lines/s of ${load.bytesPerLine} bytes`,
    outage(config, load),
    '',
    ...columns(rows),
    '',
    `persistence.size: ${formatQuantity(persistence.size)}${pods}: ${verdict(config, range)}`,
    ...(inBucket
      ? [
          `Lifecycle rule of the bucket: none is needed; one that deletes waits for ${formatDuration(lokiDeletesBy(config.retention))} or more.`,
        ]
      : []),
  ].join('\n');
}

/** The nodes keep the lines meanwhile; a container that writes less has more time. */
function outage({ agent }: StackConfig, load: Load): string {
  const { milliseconds } = survivedOutage(agent, load);
  const longest = formatDuration({ milliseconds: Math.floor(milliseconds / 1000) * 1000 });
  return `Loki may be away for ${longest} if one container writes all of it, longer if several do (agent.containerLogMaxSize: ${formatQuantity(agent.containerLogMaxSize)}).`;
}

function row([kept, { chunks, index, wal, volume }]: readonly [Duration, DiskNeed]): readonly string[] {
  return [formatDuration(kept), ...[chunks, index, wal, volume].map(gibibytes)];
}

function verdict({ persistence }: StackConfig, range: readonly (readonly [Duration, DiskNeed])[]): string {
  const small = range.filter(([, { volume }]) => volume.bytes > persistence.size.bytes);
  const [first] = small;
  if (first === undefined) return 'enough.';
  return small.length === range.length
    ? 'too small.'
    : `enough, unless most lines are kept for ${formatDuration(first[0])}.`;
}
