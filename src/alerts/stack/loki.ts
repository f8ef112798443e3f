/** Alerts on Loki itself: its disk, its compactor, its ring, its queries and its ruler. */
import { DISK_FULL_THRESHOLD } from '../../config/derived/disk-full';
import { formatDuration } from '../../config/units';
import { stackLogRules } from '../tenant-rules';
import { compactorJob, grown, seconds, selectorOf } from './promql';
import type { RulesOf } from './config';

export const lokiRules: RulesOf = (config) => [...volumeRules(config), ...compactorRules(config), ...workRules(config)];

const volumeRules: RulesOf = (config) => {
  const { thresholds } = config.monitoring;
  const loki = selectorOf(config)('loki');
  const used = `loki_ingester_wal_disk_usage_percent${loki}`;
  return [
    {
      name: 'LokiVolumeFilling',
      expr: `${used} > ${thresholds.volumeUsed}`,
      for: '5m',
      severity: 'critical',
      summary: 'Loki’s volume is nearly full; at 90 % it refuses lines',
      description: 'The volume of {{ $labels.instance }} is {{ $value | humanizePercentage }} full.',
    },
    {
      name: 'LokiVolumeFullSoon',
      // The value is the time that is left. A Loki that has just been started fills its write-ahead log at first, and no more.
      expr: `((${DISK_FULL_THRESHOLD} - ${used}) / (deriv(${used}[6h]) > 0) < ${seconds(thresholds.volumeFullWithin)}) and ${used} offset 3h`,
      for: '30m',
      severity: 'warning',
      summary: 'Loki’s volume will soon be full',
      description:
        'At the rate of the last six hours, {{ $labels.instance }} refuses lines in {{ $value | humanizeDuration }}.',
    },
    {
      name: 'LokiVolumeFull',
      expr: `sum by (instance) (${grown(`loki_ingester_wal_disk_full_failures_total${loki}`, '5m')}) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'Loki’s volume is full: it takes lines that a crash would lose, or none',
      description:
        '{{ $labels.instance }} could not write {{ printf "%.0f" $value }} records to its write-ahead log in five minutes.',
    },
  ];
};

const compactorRules: RulesOf = (config) => {
  const { thresholds } = config.monitoring;
  const compactor = selectorOf(config)(compactorJob(config));
  const overdue = (metric: string): string =>
    // 0 until the first run: then it counts from the start of the program.
    `time() - max by (job, instance) (${metric}${compactor} > 0 or process_start_time_seconds${compactor})` +
    ` > ${seconds(thresholds.compactionOverdue)}`;
  return [
    {
      name: 'LokiCompactionOverdue',
      expr: overdue('loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds'),
      for: '5m',
      severity: 'warning',
      summary: 'Loki’s index has not been compacted',
      description: 'The last compaction of {{ $labels.instance }} was {{ $value | humanizeDuration }} ago.',
    },
    {
      name: 'LokiRetentionOverdue',
      expr: overdue('loki_compactor_apply_retention_last_successful_run_timestamp_seconds'),
      for: '5m',
      severity: 'warning',
      summary: 'Retention has not been applied: old lines stay, and the volume fills',
      description:
        '{{ $labels.instance }} last applied retention {{ $value | humanizeDuration }} ago, or has been up for as long without doing so.',
    },
  ];
};

const workRules: RulesOf = (config) => {
  const { thresholds } = config.monitoring;
  const select = selectorOf(config);
  const loki = select('loki');
  return [
    {
      name: 'LokiRingUnhealthy',
      expr: `max by (name) (loki_ring_members${select('loki', 'state="Unhealthy"')}) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'A member of a ring does not answer the others',
      description: 'Members of the ring {{ $labels.name }} that are unhealthy: {{ printf "%.0f" $value }}.',
    },
    {
      name: 'LokiFlushFails',
      expr: `sum by (instance) (${grown(`loki_ingester_chunks_flush_failures_total${loki}`, '10m')}) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Loki cannot store chunks; they stay in its memory and its write-ahead log',
      description: '{{ $labels.instance }} has failed to store {{ printf "%.0f" $value }} chunks in ten minutes.',
    },
    {
      name: 'LokiPanics',
      expr: [...new Set(['loki', compactorJob(config)])]
        .map((job) => `sum by (job, instance) (${grown(`loki_panic_total${select(job)}`, '10m')}) > 0`)
        .join(' or '),
      for: '0s',
      severity: 'critical',
      summary: 'Loki has panicked over a request',
      description: '{{ $labels.instance }} has panicked {{ printf "%.0f" $value }} times in ten minutes.',
    },
    {
      name: 'LokiConfigRejected',
      expr: `loki_runtime_config_last_reload_successful${loki} == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Loki does not take the overrides of its tenants; those before stay in force',
      description: '{{ $labels.instance }} could not read its runtime configuration.',
    },
    {
      name: 'LokiQueriesSlow',
      expr: `histogram_quantile(0.99, sum by (le) (rate(loki_logql_querystats_latency_seconds_bucket${select('loki', 'range!=""')}[10m]))) > ${seconds(thresholds.slowQuery)}`,
      for: '10m',
      severity: 'warning',
      summary: 'Queries are slow',
      description: `One query in a hundred takes {{ $value | humanizeDuration }} or longer; ${formatDuration(thresholds.slowQuery)} is expected.`,
    },
    {
      name: 'RulerRulesFail',
      expr: `sum by (user, rule_group) (${grown(`loki_prometheus_rule_evaluation_failures_total${loki}`, '5m')}) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Alert rules of logs cannot be evaluated',
      description:
        'Rules of {{ $labels.rule_group }}, tenant {{ $labels.user }}, have failed {{ printf "%.0f" $value }} times in five minutes.',
    },
    {
      name: 'RulerRulesRejected',
      expr: `loki_ruler_config_last_reload_successful${loki} == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'The ruler does not take a tenant’s rules',
      description: '{{ $labels.instance }} could not load the rules of tenant {{ $labels.user }}.',
    },
    ...noRules(config),
    {
      name: 'RulerCannotNotify',
      expr: `sum by (alertmanager) (${grown(`loki_prometheus_notifications_errors_total${loki}`, '5m')}) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Alerts of logs do not reach Alertmanager',
      description:
        'The ruler has failed to tell {{ $labels.alertmanager }} of alerts {{ printf "%.0f" $value }} times in five minutes.',
    },
  ];
};

/** An alert on lines reports a file that the ruler cannot read. A Loki that starts with such a file has no alerts. */
const noRules: RulesOf = (config) => {
  const { enabled, rules, recording, files } = config.alerting;
  const own = rules.length + recording.length + files.length;
  if (!enabled || own + stackLogRules(config).length === 0) return [];
  return [
    {
      name: 'RulerWithoutRules',
      expr: `sum by (job) (loki_ruler_managers_total${selectorOf(config)('loki')}) == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'The ruler has no rules: there are no alerts of logs',
      description: 'The ruler of {{ $labels.job }} has the rules of {{ $value }} tenants.',
    },
  ];
};
