import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackNames } from '../../../charts/main';
import { loadStackConfig } from '../../../src/config';
import {
  type ByteSize,
  type Duration,
  formatDuration,
  formatLokiBytes,
  formatQuantity,
} from '../../../src/config/units';
import { configWith } from '../../support/config';

const ROOT = join(__dirname, '..', '..', '..');

describe('given a stack that sets nothing but its environment', () => {
  const config = configWith();
  const { retention, limits, deployment, storage, auth, persistence } = config;

  test.each<[string, Duration, string]>([
    ['retention period', retention.period, '720h'],
    ['compaction interval', retention.compactionInterval, '10m'],
    ['delete delay', retention.deleteDelay, '2h'],
    ['age of refused samples', limits.rejectOldSamplesAfter, '168h'],
  ])('the %s is the mission’s', (_, duration, figure) => {
    expect(formatDuration(duration)).toBe(figure);
  });

  test.each<[string, ByteSize, string]>([
    ['ingestion rate', limits.ingestionRate, '15MB'],
    ['ingestion burst', limits.ingestionBurst, '20MB'],
    ['rate per stream', limits.perStreamRate, '3MB'],
    ['burst per stream', limits.perStreamBurst, '15MB'],
    ['query cache', limits.queryCache, '100MB'],
  ])('the %s is the mission’s', (_, size, figure) => {
    expect(formatLokiBytes(size)).toBe(figure);
  });

  it('has the mission’s numbers of streams and entries', () => {
    expect(limits).toMatchObject({ maxStreams: 10_000, maxEntriesPerQuery: 5_000 });
  });

  it('is one Loki on its own volume, kept on delete, with a credential for each side', () => {
    expect(deployment).toEqual({
      mode: 'single',
      replicas: 1,
      replicationFactor: 1,
      clusterLabel: 'demanded',
      zoneAware: false,
    });
    expect(storage).toEqual({
      type: 'filesystem',
      compression: 'snappy',
      allowInProduction: false,
      schema: [{ from: '2024-01-01', index: 'tsdb', version: 'v13' }],
    });
    expect(formatQuantity(persistence.size)).toBe('50Gi');
    expect(persistence.retainOnDelete).toBe(true);
    expect(auth.loki).toEqual({
      enabled: true,
      tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'], erase: [] }],
      crossTenantReaders: [],
    });
  });

  it('is frozen, however deep', () => {
    expect(looseParts(config)).toEqual([]);
  });

  it('is no different for the form in which a unit is written', () => {
    expect(configWith({ retention: { period: '30d' } })).toEqual(configWith({ retention: { period: '720h' } }));
    const cpu = (amount: string | number) => configWith({ resources: { loki: { limits: { cpu: amount } } } });
    expect(cpu(2)).toEqual(cpu('2000m'));
  });
});

describe.each(stackNames(ROOT))('given the stack file of %s', (stack) => {
  it('loads, for the environment of its name, and frozen', () => {
    const config = loadStackConfig(ROOT, stack);
    expect(config.environment).toBe(stack);
    expect(looseParts(config)).toEqual([]);
  });

  it('holds differences only: at most 40 lines', () => {
    expect(
      readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), 'utf8')
        .trimEnd()
        .split('\n').length,
    ).toBeLessThanOrEqual(40);
  });
});

test('the stacks of the repo are dev, prod and staging', () => {
  expect(stackNames(ROOT)).toEqual(['dev', 'prod', 'staging']);
});

/** Paths of objects that somebody could still change. */
function looseParts(value: unknown, path = 'config'): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, part]) => looseParts(part, `${path}.${key}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}
