import {
  formatCpu,
  formatDuration,
  formatLokiBytes,
  formatQuantity,
  goMemoryLimit,
  megabytes,
  parseByteSize,
  parseCpu,
  parseDuration,
  parseQuantity,
} from '../../../src/config/units';

const HOUR = 3_600_000;

describe('a duration', () => {
  test.each([
    ['250ms', 250],
    ['45s', 45_000],
    ['10m', 600_000],
    ['2h', 2 * HOUR],
    ['30d', 720 * HOUR],
    ['2w', 336 * HOUR],
    ['1h30m', 1.5 * HOUR],
    ['1d12h', 36 * HOUR],
    ['0s', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toEqual({ milliseconds });
  });

  test.each(['', '30', 'd', '30 d', '1.5h', '-1h', '30days', '1H', '1y', ' 1h', '1h '])('%j is refused', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    ['30d', '720h'],
    ['720h', '720h'],
    ['60m', '1h'],
    ['90m', '90m'],
    ['600s', '10m'],
    ['90s', '90s'],
    ['1000ms', '1s'],
    ['1500ms', '1500ms'],
    ['0s', '0s'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatDuration(parseDuration(text) ?? { milliseconds: NaN })).toBe(canonical);
  });
});

describe('a size', () => {
  test.each([
    ['7B', 7],
    ['256KB', 256 * 2 ** 10],
    ['15MB', 15 * 2 ** 20],
    ['2GB', 2 ** 31],
    ['1TB', 2 ** 40],
    ['4Ki', 2 ** 12],
    ['512Mi', 2 ** 29],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1Ti', 2 ** 40],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toEqual({ bytes });
  });

  test.each(['', '15', 'MB', '15 MB', '15mb', '15M', '-1MB', '0.3B', '1.0000001KB', '1,5GB', '15MiB'])(
    '%j is refused',
    (text) => {
      expect(parseByteSize(text)).toBeUndefined();
    },
  );

  test.each([
    ['1024KB', '1MB', '1Mi'],
    ['1536MB', '1536MB', '1536Mi'],
    ['1Gi', '1GB', '1Gi'],
    ['2TB', '2TB', '2Ti'],
    ['256KB', '256KB', '256Ki'],
    ['1000B', '1000B', '1000'],
    ['0B', '0B', '0'],
  ])('%s is written %s for Loki and %s for Kubernetes', (text, loki, kubernetes) => {
    const size = parseByteSize(text) ?? { bytes: NaN };
    expect([formatLokiBytes(size), formatQuantity(size)]).toEqual([loki, kubernetes]);
  });

  it('counts in megabytes for the fields that Loki counts so', () => {
    expect(megabytes({ bytes: 15 * 2 ** 20 })).toBe(15);
    expect(megabytes({ bytes: 2 ** 19 })).toBe(0.5);
  });

  it('is written as a GOMEMLIMIT in whole MiB, rounded down', () => {
    expect(goMemoryLimit({ bytes: 2 ** 30 }, 0.8)).toBe('819MiB');
    expect(goMemoryLimit({ bytes: 2 ** 30 }, 0.5)).toBe('512MiB');
  });
});

describe('an amount of CPU', () => {
  test.each([
    ['250m', 250, '250m'],
    ['1', 1000, '1'],
    ['1000m', 1000, '1'],
    ['0.5', 500, '500m'],
    ['1.25', 1250, '1250m'],
    ['0.001', 1, '1m'],
    ['0.29', 290, '290m'],
  ])('%s is %d thousandths, written %s', (text, millicores, canonical) => {
    const cpu = parseCpu(text);
    expect(cpu).toEqual({ millicores });
    expect(formatCpu(cpu ?? { millicores: NaN })).toBe(canonical);
  });

  test.each(['', 'm', '0.5m', '-1', '1 ', '1e3', '0.0001', '2 cores'])('%j is refused', (text) => {
    expect(parseCpu(text)).toBeUndefined();
  });
});

describe('a size as a cluster tells it', () => {
  test.each([
    ['1073741824', 2 ** 30],
    ['50Gi', 50 * 2 ** 30],
    ['51200Mi', 50 * 2 ** 30],
    ['1.5Ti', 1.5 * 2 ** 40],
    ['512Ki', 512 * 2 ** 10],
    ['10G', 1e10],
    ['5k', 5000],
    ['12e6', 12e6],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseQuantity(text)).toBe(bytes);
  });

  test.each(['', 'Gi', '10GB', '-1Gi', '10 Gi', '1ki', 'much'])('"%s" is no size', (text) => {
    expect(() => parseQuantity(text)).toThrow('is no size of a volume');
  });
});
