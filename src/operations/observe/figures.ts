/** Makes a program's figures from two samples of its metrics. Pure. */
import { type Sample, sum, sumBy } from './metrics';
import type { CanaryState, LokiFigures } from './state';

/** A page of metrics, and when it was read. */
export interface Page {
  readonly at: number;
  readonly samples: readonly Sample[];
}

/** Growth of a counter; after a restart its value. */
export function growth(before: readonly Sample[], after: readonly Sample[], name: string): number {
  const [first, last] = [sum(before, name) ?? 0, sum(after, name) ?? 0];
  return last >= first ? last - first : last;
}

export const secondsBetween = (first: Page, last: Page): number => Math.max(0.001, (last.at - first.at) / 1000);

/** Loki's, of one pod. */
export function lokiFigures(first: Page, last: Page): LokiFigures {
  const seconds = secondsBetween(first, last);
  const { samples } = last;
  const discarded = 'loki_discarded_samples_total';
  const before = sumBy(first.samples, discarded, 'tenant', 'reason');
  const [diskUsed, retention] = [
    sum(samples, 'loki_ingester_wal_disk_usage_percent'),
    sum(samples, 'loki_compactor_apply_retention_last_successful_run_timestamp_seconds'),
  ];
  return {
    uptimeSeconds: Math.max(0, last.at / 1000 - (sum(samples, 'process_start_time_seconds') ?? last.at / 1000)),
    linesPerSecond: growth(first.samples, samples, 'loki_distributor_lines_received_total') / seconds,
    bytesPerSecond: growth(first.samples, samples, 'loki_distributor_bytes_received_total') / seconds,
    refused: Object.entries(sumBy(samples, discarded, 'tenant', 'reason'))
      .filter(([, lines]) => lines > 0)
      .map(([key, lines]) => {
        const [tenant = '', reason = ''] = key.split(' ');
        return { tenant, reason, lines, growing: lines > (before[key] ?? 0) };
      }),
    ...(diskUsed === undefined ? {} : { diskUsed }),
    diskFull: sum(samples, 'loki_ingester_wal_disk_full_failures_total') ?? 0,
    storedBytes: sum(samples, 'loki_ingester_chunk_stored_bytes_total') ?? 0,
    // 0 is never.
    ...(retention === undefined || retention === 0
      ? {}
      : { retentionLastRun: new Date(retention * 1000).toISOString() }),
    overridesRejected: sum(samples, 'loki_runtime_config_last_reload_successful') === 0,
    ruleFailures: sum(samples, 'loki_prometheus_rule_evaluation_failures_total') ?? 0,
    notificationsDropped: sum(samples, 'loki_prometheus_notifications_dropped_total') ?? 0,
  };
}

/** Loki-canary's. */
export function canaryFigures(first: Page, last: Page): CanaryState {
  return {
    written: sum(last.samples, 'loki_canary_entries_total') ?? 0,
    missing: sum(last.samples, 'loki_canary_missing_entries_total') ?? 0,
    missingGrowing: growth(first.samples, last.samples, 'loki_canary_missing_entries_total') > 0,
  };
}
