import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { type Duration, formatDuration } from '../units';
import { problem, type Rule, when } from './rule';

const HOUR = 3_600_000;

export const retentionRules: readonly Rule[] = [
  { reads: ['retention'], check: ({ retention }) => retentionPeriods(retention) },
  {
    reads: ['retention', 'auth.loki.tenants'],
    check: ({ retention, auth }) => {
      const names = auth.loki.tenants.map(({ name }) => name);
      return Object.keys(retention.tenants)
        .filter((name) => !names.includes(name))
        .map((name) =>
          problem(
            ['retention', 'tenants', name],
            name,
            `a tenant of auth.loki.tenants (${names.join(', ')})`,
            'add the tenant there, or remove its retention',
          ),
        );
    },
  },
];

function retentionPeriods(retention: StackConfig['retention']): readonly Problem[] {
  const streamPeriods = (path: readonly PropertyKey[], streams: StackConfig['retention']['streams']) =>
    streams.flatMap((stream, index) => period([...path, 'streams', index, 'period'], stream.period));
  return [
    ...period(['retention', 'period'], retention.period),
    ...streamPeriods(['retention'], retention.streams),
    ...Object.entries(retention.tenants).flatMap(([name, tenant]) => [
      ...period(['retention', 'tenants', name, 'period'], tenant.period),
      ...streamPeriods(['retention', 'tenants', name], tenant.streams),
    ]),
  ];
}

function period(path: readonly PropertyKey[], value: Duration): readonly Problem[] {
  return [
    ...when(value.milliseconds < 24 * HOUR, () =>
      problem(path, formatDuration(value), 'at least 24h: Loki deletes by whole index days', 'write 24h or more'),
    ),
    ...when(value.milliseconds % HOUR !== 0, () =>
      problem(path, formatDuration(value), 'a multiple of 1h', `write ${Math.ceil(value.milliseconds / HOUR)}h`),
    ),
  ];
}
