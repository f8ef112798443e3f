/** How much disk a load needs: figures that can be worked out by hand. */
import {
  BESIDE_A_LINE,
  CHUNK_BYTES,
  diskNeed,
  diskRange,
  INDEX_BYTES,
  sizeWarnings,
} from '../../../../src/config/derived/sizing';
import { formatDuration } from '../../../../src/config/units';
import { configWith, HA, S3 } from '../../../support/config';

const HOUR = 3_600_000;
const LOAD = { linesPerSecond: 100, bytesPerLine: 1000 };
/** Bytes that are kept of 100 KB/s in 96 h, 2 h until Loki deletes them and 2 h that a chunk is filled. */
const CHUNKS = 100_000 * 100 * 3600 * CHUNK_BYTES;
/** Two checkpoints of 2 h of chunks, and 10 minutes of lines. */
const WAL = 2 * 100_000 * 7200 * CHUNK_BYTES + 100 * (1000 + BESIDE_A_LINE) * 600;

const kept = { milliseconds: 96 * HOUR };

describe('given a load, a stack', () => {
  it('on a volume of its own needs all of it there, and a tenth beside it', () => {
    const { chunks, index, wal, volume } = diskNeed(configWith(), kept, LOAD);
    expect(chunks.bytes).toBeCloseTo(CHUNKS, -2);
    expect(index.bytes).toBeCloseTo(CHUNKS * INDEX_BYTES, -2);
    expect(wal.bytes).toBeCloseTo(WAL, -2);
    expect(volume.bytes).toBeCloseTo((CHUNKS * (1 + INDEX_BYTES) + WAL) / 0.9, -2);
  });

  it('with a bucket has the chunks there', () => {
    const { chunks, volume } = diskNeed(configWith({ storage: S3 }), kept, LOAD);
    expect(chunks.bytes).toBeCloseTo(CHUNKS, -2);
    expect(volume.bytes).toBeCloseTo((CHUNKS * INDEX_BYTES + WAL) / 0.9, -2);
  });

  it('of three replicas with three copies has each line three times, and in the log of each pod', () => {
    const { chunks, wal } = diskNeed(configWith(HA), kept, LOAD);
    expect(chunks.bytes).toBeCloseTo(3 * CHUNKS, -2);
    expect(wal.bytes).toBeCloseTo(WAL, -2);
  });

  it('keeps longer what is deleted later', () => {
    const later = configWith({ retention: { deleteDelay: '98h' } });
    expect(diskNeed(later, kept, LOAD).chunks.bytes).toBeCloseTo(1.96 * CHUNKS, -2);
  });
});

describe('given streams that are kept longer', () => {
  const retention = { period: '30d', streams: [{ selector: '{job="security"}', period: '90d' }] };
  const periods = (config: Parameters<typeof configWith>[0]) =>
    diskRange(configWith(config)).map(([period]) => formatDuration(period));

  it('the need is between that of the usual period and that of the longest: nobody says how many lines they have', () => {
    expect(periods({ retention })).toEqual(['720h', '2160h']);
  });

  it('there is one figure where nothing is kept longer', () => {
    expect(periods({ retention: { streams: [{ selector: '{level="debug"}', period: '24h' }] } })).toEqual(['720h']);
  });
});

describe('given a volume', () => {
  it('that holds the expected load, nothing is warned of', () => {
    expect(sizeWarnings(configWith())).toEqual([]);
    expect(sizeWarnings(configWith({ storage: S3, persistence: { size: '4Gi' } }))).toEqual([]);
  });

  it('that is too small for it, says so with what to do; it is no error', () => {
    const config = configWith({ expectedLoad: { linesPerSecond: 1000 }, persistence: { size: '100Gi' } });
    expect(sizeWarnings(config)).toEqual([
      expect.stringMatching(
        /^persistence\.size: 100Gi is less than the [\d.]+Gi that expectedLoad \(1000 lines\/s of 300 bytes\) needs in 720h; raise it, shorten retention\.period, or correct expectedLoad\./,
      ),
    ]);
  });

  it('for the write-ahead log of a stack with a bucket, is looked at as well', () => {
    const config = configWith({ storage: S3, expectedLoad: { linesPerSecond: 5000 }, persistence: { size: '10Gi' } });
    expect(sizeWarnings(config)).toHaveLength(1);
  });
});
