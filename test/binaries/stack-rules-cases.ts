/**
 * What each of the stack's own alerts is tested with: series of one sample a minute, in promtool's notation
 * (`0x10 5+5x20` is 0 for eleven minutes and then 5, 10, … for 21).
 */

import { configWith } from '../support/config';

/** Series by their selector. */
export type Series = Readonly<Record<string, string>>;

export interface RuleCase {
  /** Series of something that goes wrong, and is right again. */
  readonly wrong: Series;
  /** A minute before the alert fires. */
  readonly before: string;
  /** When it fires. */
  readonly fires: string;
  /** Its labels besides `severity`. */
  readonly labels: Readonly<Record<string, string>>;
  /** What it says. */
  readonly description: string;
  /** When it no longer does. */
  readonly resolves: string;
  /** Series of normal work, or of what another alert is for. */
  readonly normal: Series;
}

export const LOKI = 'job="loki",instance="loki-0"';
export const GATEWAY = 'job="gateway",instance="gateway"';
const AGENT = 'job="promtail",instance="10.0.0.1:9080"';
/** Of the agent's memory, by the defaults. */
const NEAR_LIMIT = Math.round(0.95 * configWith().resources.promtail.limits.memory.bytes);
export const up = (target: string): Series => ({ [`up{${target}}`]: '1x240' });
const HOUR = 3600;

/** A counter that grows for a while, of a target that was there before. */
export const burst = (target: string, series: string, values: string): Series => ({ ...up(target), [series]: values });

export const CASES: Readonly<Record<string, RuleCase>> = {
  LokiLosesLines: {
    // The reason is new: it comes with its first value, and never grows.
    wrong: burst(LOKI, `loki_discarded_samples_total{${LOKI},tenant="spywatcher",reason="stream_limit"}`, '_x10 7x60'),
    before: '9m',
    fires: '10m',
    labels: { tenant: 'spywatcher', reason: 'stream_limit' },
    description: 'Loki has refused 7 lines of tenant spywatcher in five minutes: stream_limit.',
    resolves: '16m',
    // Old losses, and a limit that clients are told of.
    normal: {
      [`loki_discarded_samples_total{${LOKI},tenant="spywatcher",reason="per_stream_rate_limit"}`]: '500x70',
      ...burst(LOKI, `loki_discarded_samples_total{${LOKI},tenant="spywatcher",reason="rate_limited"}`, '0+10x70'),
    },
  },
  LokiRefusesLines: {
    wrong: burst(
      LOKI,
      `loki_discarded_samples_total{${LOKI},tenant="spywatcher",reason="rate_limited"}`,
      '0x10 10+10x20 210x60',
    ),
    before: '15m',
    fires: '16m',
    labels: { tenant: 'spywatcher', reason: 'rate_limited' },
    description: 'Loki refuses lines of tenant spywatcher, 50 in five minutes: rate_limited.',
    resolves: '37m',
    normal: {
      ...burst(LOKI, `loki_discarded_samples_total{${LOKI},tenant="spywatcher",reason="rate_limited"}`, '70x70'),
      [`loki_discarded_samples_total{${LOKI},tenant="spywatcher",reason="stream_limit"}`]: '0+10x70',
    },
  },
  AgentDropsLines: {
    wrong: burst(AGENT, `promtail_dropped_entries_total{${AGENT},reason="ingester_error"}`, '0x10 20x60'),
    before: '10m',
    fires: '11m',
    labels: { instance: '10.0.0.1:9080', reason: 'ingester_error' },
    description: 'The agent 10.0.0.1:9080 has dropped 20 lines in five minutes: ingester_error.',
    resolves: '17m',
    normal: burst(AGENT, `promtail_dropped_entries_total{${AGENT},reason="ingester_error"}`, '9x70'),
  },
  AgentCannotDeliver: {
    wrong: {
      ...up(AGENT),
      [`promtail_batch_retries_total{${AGENT}}`]: '0x10 2+2x30 62x40',
      [`promtail_sent_entries_total{${AGENT}}`]: '0+50x10 500x30 550+50x40',
    },
    before: '18m',
    fires: '19m',
    labels: { instance: '10.0.0.1:9080' },
    description:
      'The agent 10.0.0.1:9080 has tried 10 times in five minutes and delivered nothing. What it has not read stays on its node until the kubelet rotates it away.',
    resolves: '47m',
    // Tries again now and then, and delivers.
    normal: {
      ...up(AGENT),
      [`promtail_batch_retries_total{${AGENT}}`]: '0+1x70',
      [`promtail_sent_entries_total{${AGENT}}`]: '0+50x70',
    },
  },
  AgentUnauthorized: {
    wrong: burst(AGENT, `promtail_request_duration_seconds_count{${AGENT},status_code="401"}`, '_x10 4x60'),
    before: '9m',
    fires: '10m',
    labels: { instance: '10.0.0.1:9080', status_code: '401' },
    description: 'The gateway has answered 4 pushes of the agent 10.0.0.1:9080 with 401 in five minutes.',
    resolves: '16m',
    normal: burst(AGENT, `promtail_request_duration_seconds_count{${AGENT},status_code="204"}`, '0+60x70'),
  },
  AgentBehind: {
    wrong: {
      [`promtail_file_bytes_total{${AGENT},path="/var/log/pods/a/0.log"}`]: '0x10 20971520x30 20971520x40',
      [`promtail_read_bytes_total{${AGENT},path="/var/log/pods/a/0.log"}`]: '0x10 0x30 20971520x40',
    },
    before: '20m',
    fires: '21m',
    labels: { instance: '10.0.0.1:9080', path: '/var/log/pods/a/0.log' },
    description: 'The agent 10.0.0.1:9080 has 20MiB of /var/log/pods/a/0.log still to read.',
    resolves: '43m',
    normal: {
      [`promtail_file_bytes_total{${AGENT},path="/var/log/pods/a/0.log"}`]: '1000000+1000000x70',
      [`promtail_read_bytes_total{${AGENT},path="/var/log/pods/a/0.log"}`]: '0+1000000x70',
    },
  },
  LokiVolumeFilling: {
    wrong: { [`loki_ingester_wal_disk_usage_percent{${LOKI}}`]: '0.7x10 0.85x20 0.5x40' },
    before: '15m',
    fires: '16m',
    labels: { job: 'loki', instance: 'loki-0' },
    description: 'The volume of loki-0 is 85% full.',
    resolves: '32m',
    normal: { [`loki_ingester_wal_disk_usage_percent{${LOKI}}`]: '0.79x70' },
  },
  LokiVolumeFullSoon: {
    // Six points an hour: some 15 hours from 0 to full, then nothing more.
    wrong: { [`loki_ingester_wal_disk_usage_percent{${LOKI}}`]: '0+0.001x240 0.2x600' },
    before: '209m',
    fires: '211m',
    labels: { job: 'loki', instance: 'loki-0' },
    description: 'At the rate of the last six hours, loki-0 refuses lines in 11h 28m 59s.',
    resolves: '700m',
    // One point in an hour, and a volume that empties.
    normal: {
      [`loki_ingester_wal_disk_usage_percent{${LOKI}}`]: '0.1+0.0001x240',
      'loki_ingester_wal_disk_usage_percent{job="loki",instance="loki-1"}': '0.8-0.001x240',
    },
  },
  LokiVolumeFull: {
    wrong: burst(LOKI, `loki_ingester_wal_disk_full_failures_total{${LOKI}}`, '0x10 4+4x20 84x40'),
    before: '10m',
    fires: '11m',
    labels: { instance: 'loki-0' },
    description: 'loki-0 could not write 4 records to its write-ahead log in five minutes.',
    resolves: '37m',
    normal: burst(LOKI, `loki_ingester_wal_disk_full_failures_total{${LOKI}}`, '0x70'),
  },
  LokiCompactionOverdue: {
    // Runs once, at its start, and next after four hours.
    wrong: {
      [`process_start_time_seconds{${LOKI}}`]: '0x300',
      [`loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds{${LOKI}}`]: `60x240 ${4 * HOUR}x60`,
    },
    before: '185m',
    fires: '187m',
    labels: { job: 'loki', instance: 'loki-0' },
    description: 'The last compaction of loki-0 was 3h 6m 0s ago.',
    resolves: '242m',
    // Just started, and not compacted yet.
    normal: {
      [`process_start_time_seconds{${LOKI}}`]: '0x100',
      [`loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds{${LOKI}}`]: '0x100',
    },
  },
  LokiRetentionOverdue: {
    // Never.
    wrong: {
      [`process_start_time_seconds{${LOKI}}`]: '0x300',
      [`loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${LOKI}}`]: `0x240 ${4 * HOUR}x60`,
    },
    before: '185m',
    fires: '187m',
    labels: { job: 'loki', instance: 'loki-0' },
    description: 'loki-0 last applied retention 3h 7m 0s ago, or has been up for as long without doing so.',
    resolves: '242m',
    normal: {
      [`process_start_time_seconds{${LOKI}}`]: '0x100',
      [`loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${LOKI}}`]: '0+60x100',
    },
  },
  LokiRingUnhealthy: {
    wrong: { [`loki_ring_members{${LOKI},name="ingester",state="Unhealthy"}`]: '0x10 1x20 0x40' },
    before: '15m',
    fires: '16m',
    labels: { name: 'ingester' },
    description: 'Members of the ring ingester that are unhealthy: 1.',
    resolves: '32m',
    normal: {
      [`loki_ring_members{${LOKI},name="ingester",state="Unhealthy"}`]: '0x10 1x3 0x56',
      [`loki_ring_members{${LOKI},name="ingester",state="ACTIVE"}`]: '3x70',
    },
  },
  LokiFlushFails: {
    wrong: burst(LOKI, `loki_ingester_chunks_flush_failures_total{${LOKI}}`, '0x10 1+1x20 21x40'),
    before: '15m',
    fires: '17m',
    labels: { instance: 'loki-0' },
    description: 'loki-0 has failed to store 7 chunks in ten minutes.',
    resolves: '42m',
    normal: burst(LOKI, `loki_ingester_chunks_flush_failures_total{${LOKI}}`, '3x70'),
  },
  LokiPanics: {
    wrong: burst(LOKI, `loki_panic_total{${LOKI}}`, '0x20 1x60'),
    before: '20m',
    fires: '21m',
    labels: { job: 'loki', instance: 'loki-0' },
    description: 'loki-0 has panicked 1 times in ten minutes.',
    resolves: '32m',
    normal: burst(LOKI, `loki_panic_total{${LOKI}}`, '2x70'),
  },
  LokiConfigRejected: {
    wrong: { [`loki_runtime_config_last_reload_successful{${LOKI}}`]: '1x10 0x20 1x40' },
    before: '15m',
    fires: '16m',
    labels: { job: 'loki', instance: 'loki-0' },
    description: 'loki-0 could not read its runtime configuration.',
    resolves: '32m',
    normal: { [`loki_runtime_config_last_reload_successful{${LOKI}}`]: '1x70' },
  },
  LokiQueriesSlow: {
    wrong: {
      [`loki_logql_querystats_latency_seconds_bucket{${LOKI},range="range",le="8"}`]: '0x90',
      [`loki_logql_querystats_latency_seconds_bucket{${LOKI},range="range",le="16"}`]: '0x10 1+1x30 31x50',
      [`loki_logql_querystats_latency_seconds_bucket{${LOKI},range="range",le="+Inf"}`]: '0x10 1+1x30 31x50',
    },
    before: '20m',
    fires: '22m',
    labels: {},
    description: 'One query in a hundred takes 15.92s or longer; 10s is expected.',
    resolves: '55m',
    normal: {
      [`loki_logql_querystats_latency_seconds_bucket{${LOKI},range="range",le="8"}`]: '0+1x70',
      [`loki_logql_querystats_latency_seconds_bucket{${LOKI},range="range",le="16"}`]: '0+1x70',
      [`loki_logql_querystats_latency_seconds_bucket{${LOKI},range="range",le="+Inf"}`]: '0+1x70',
    },
  },
  RulerRulesFail: {
    wrong: burst(
      LOKI,
      `loki_prometheus_rule_evaluation_failures_total{${LOKI},user="spywatcher",rule_group="backend"}`,
      '0x10 1+1x20 21x40',
    ),
    before: '15m',
    fires: '16m',
    labels: { user: 'spywatcher', rule_group: 'backend' },
    description: 'Rules of backend, tenant spywatcher, have failed 5 times in five minutes.',
    resolves: '37m',
    normal: burst(
      LOKI,
      `loki_prometheus_rule_evaluation_failures_total{${LOKI},user="spywatcher",rule_group="backend"}`,
      '0x10 1x60',
    ),
  },
  RulerRulesRejected: {
    wrong: { [`loki_ruler_config_last_reload_successful{${LOKI},user="spywatcher"}`]: '1x10 0x20 1x40' },
    before: '15m',
    fires: '16m',
    labels: { job: 'loki', instance: 'loki-0', user: 'spywatcher' },
    description: 'loki-0 could not load the rules of tenant spywatcher.',
    resolves: '32m',
    normal: { [`loki_ruler_config_last_reload_successful{${LOKI},user="spywatcher"}`]: '1x70' },
  },
  RulerWithoutRules: {
    wrong: { [`loki_ruler_managers_total{${LOKI}}`]: '1x10 0x20 1x40' },
    before: '15m',
    fires: '16m',
    labels: { job: 'loki' },
    description: 'The ruler of loki has the rules of 0 tenants.',
    resolves: '32m',
    normal: { [`loki_ruler_managers_total{${LOKI}}`]: '1x70' },
  },
  RulerCannotNotify: {
    wrong: burst(
      LOKI,
      `loki_prometheus_notifications_errors_total{${LOKI},user="spywatcher",alertmanager="http://a:9093/api/v2/alerts"}`,
      '0x10 1+1x20 21x40',
    ),
    before: '15m',
    fires: '16m',
    labels: { alertmanager: 'http://a:9093/api/v2/alerts' },
    description: 'The ruler has failed to tell http://a:9093/api/v2/alerts of alerts 5 times in five minutes.',
    resolves: '37m',
    normal: burst(
      LOKI,
      `loki_prometheus_notifications_errors_total{${LOKI},user="spywatcher",alertmanager="http://a:9093/api/v2/alerts"}`,
      '0x70',
    ),
  },
  GatewayRefusesCredentials: {
    wrong: burst(AGENT, `spywatcher_logs_gateway_unauthorized_total{${AGENT},exported_pod="gateway-a"}`, '_x10 40x60'),
    before: '9m',
    fires: '10m',
    labels: {},
    description: 'The gateway has answered 40 requests with 401 in five minutes.',
    resolves: '16m',
    normal: burst(
      AGENT,
      `spywatcher_logs_gateway_unauthorized_total{${AGENT},exported_pod="gateway-a"}`,
      '_x10 3+3x60',
    ),
  },
  GatewayServerErrors: {
    wrong: burst(AGENT, `spywatcher_logs_gateway_server_errors_total{${AGENT},exported_pod="gateway-a"}`, '_x10 30x60'),
    before: '9m',
    fires: '10m',
    labels: {},
    description: 'The gateway has answered 30 requests with 5xx in five minutes.',
    resolves: '16m',
    normal: burst(
      AGENT,
      `spywatcher_logs_gateway_server_errors_total{${AGENT},exported_pod="gateway-a"}`,
      '_x10 1+1x60',
    ),
  },
  GatewayRefusesPushes: {
    wrong: burst(AGENT, `promtail_request_duration_seconds_count{${AGENT},status_code="502"}`, '0x10 6+6x20 126x40'),
    before: '15m',
    fires: '16m',
    labels: { status_code: '502' },
    description: '0.10 pushes a second fail with 502; -1 is no answer at all.',
    resolves: '37m',
    normal: {
      ...burst(AGENT, `promtail_request_duration_seconds_count{${AGENT},status_code="204"}`, '0+60x70'),
      [`promtail_request_duration_seconds_count{${AGENT},status_code="-1"}`]: '4x70',
    },
  },
  GatewayCertificateEndsSoon: {
    // Renewed in the end.
    wrong: { [`spywatcher_logs_gateway_certificate_remaining_days{${GATEWAY}}`]: '13x30 89x40' },
    before: '9m',
    fires: '10m',
    labels: { job: 'gateway', instance: 'gateway', name: 'gateway' },
    description: 'The certificate gateway ends in 13d 0h 0m 0s; it should have been renewed 336h before.',
    resolves: '32m',
    normal: {
      [`spywatcher_logs_gateway_certificate_remaining_days{${GATEWAY}}`]: '14x70',
      'certmanager_certificate_expiration_timestamp_seconds{namespace="logging",name="grafana"}': `${2400 * HOUR}x70`,
      'certmanager_certificate_expiration_timestamp_seconds{namespace="shop",name="shop"}': `${24 * HOUR}x70`,
    },
  },
  TargetDown: {
    wrong: { [`up{${LOKI}}`]: '1x10 0x20 1x40' },
    before: '15m',
    fires: '16m',
    labels: { job: 'loki', instance: 'loki-0' },
    description: 'loki at loki-0 has no metrics to give.',
    resolves: '32m',
    // A restart, and a program of somebody else's.
    normal: { [`up{${LOKI}}`]: '1x10 0x3 1x60', 'up{job="shop",instance="shop"}': '0x70' },
  },
  TargetMissing: {
    wrong: {
      [`up{${LOKI}}`]: '1x10 _x30 1x40',
      [`up{${GATEWAY}}`]: '1x80',
      [`up{${AGENT}}`]: '1x80',
      'up{job="alertmanager",instance="a"}': '1x80',
      'up{job="canary",instance="a"}': '1x80',
      'up{job="grafana",instance="a"}': '1x80',
    },
    before: '22m',
    fires: '26m',
    labels: { job: 'loki' },
    description: 'Nothing of loki is scraped.',
    resolves: '42m',
    normal: {
      [`up{${LOKI}}`]: '1x70',
      [`up{${GATEWAY}}`]: '1x70',
      [`up{${AGENT}}`]: '0x70',
      'up{job="alertmanager",instance="a"}': '1x70',
      'up{job="canary",instance="a"}': '1x70',
      'up{job="grafana",instance="a"}': '1x70',
    },
  },
  MemoryNearLimit: {
    wrong: { [`process_resident_memory_bytes{${AGENT}}`]: `100000000x10 ${NEAR_LIMIT}x30 100000000x30` },
    before: '20m',
    fires: '21m',
    labels: { job: 'promtail', instance: '10.0.0.1:9080' },
    description: 'promtail at 10.0.0.1:9080 uses 95% of its memory limit.',
    resolves: '42m',
    normal: {
      [`process_resident_memory_bytes{${AGENT}}`]: '100000000x70',
      [`process_resident_memory_bytes{${LOKI}}`]: '600000000x70',
      'process_resident_memory_bytes{job="shop",instance="shop"}': '9000000000x70',
    },
  },
  AlertmanagerCannotNotify: {
    wrong: burst(
      'job="alertmanager",instance="a"',
      'alertmanager_notifications_failed_total{job="alertmanager",instance="a",integration="discord",reason="other"}',
      '0x10 1+1x20 21x40',
    ),
    before: '15m',
    fires: '16m',
    labels: { integration: 'discord' },
    description: 'Alertmanager has failed to notify discord 5 times in five minutes.',
    resolves: '37m',
    normal: burst(
      'job="alertmanager",instance="a"',
      'alertmanager_notifications_failed_total{job="alertmanager",instance="a",integration="discord",reason="other"}',
      '0x70',
    ),
  },
  AlertmanagerConfigRejected: {
    wrong: { 'alertmanager_config_last_reload_successful{job="alertmanager",instance="a"}': '1x10 0x20 1x40' },
    before: '15m',
    fires: '16m',
    labels: { job: 'alertmanager', instance: 'a' },
    description: 'The configuration of a was refused.',
    resolves: '32m',
    normal: { 'alertmanager_config_last_reload_successful{job="alertmanager",instance="a"}': '1x70' },
  },
  PrometheusRulesFail: {
    wrong: burst(
      'job="prometheus",instance="prometheus-0"',
      'prometheus_rule_evaluation_failures_total{job="prometheus",instance="prometheus-0",rule_group="stack"}',
      '0x10 1+1x20 21x40',
    ),
    before: '15m',
    fires: '16m',
    labels: { rule_group: 'stack' },
    description: 'Rules of stack have failed 5 times in five minutes.',
    resolves: '37m',
    normal: burst(
      'job="prometheus",instance="prometheus-0"',
      'prometheus_rule_evaluation_failures_total{job="prometheus",instance="prometheus-0",rule_group="stack"}',
      '0x70',
    ),
  },
  PrometheusCannotNotify: {
    wrong: burst(
      'job="prometheus",instance="prometheus-0"',
      'prometheus_notifications_errors_total{job="prometheus",instance="prometheus-0",alertmanager="http://a:9093/api/v2/alerts"}',
      '0x10 1+1x20 21x40',
    ),
    before: '15m',
    fires: '16m',
    labels: { alertmanager: 'http://a:9093/api/v2/alerts' },
    description: 'Prometheus has failed to tell http://a:9093/api/v2/alerts of alerts 5 times in five minutes.',
    resolves: '37m',
    normal: burst(
      'job="prometheus",instance="prometheus-0"',
      'prometheus_notifications_errors_total{job="prometheus",instance="prometheus-0",alertmanager="http://a:9093/api/v2/alerts"}',
      '0x70',
    ),
  },
  CanaryLosesLines: {
    wrong: {
      ...up('job="canary",instance="c"'),
      'loki_canary_missing_entries_total{job="canary",instance="c"}': '0x10 1+1x20 21x60',
      'loki_canary_spot_check_missing_entries_total{job="canary",instance="c"}': '0x90',
    },
    before: '15m',
    fires: '17m',
    labels: {},
    description: '7 of the canary’s lines were lost in fifteen minutes.',
    resolves: '48m',
    normal: {
      ...up('job="canary",instance="c"'),
      'loki_canary_missing_entries_total{job="canary",instance="c"}': '3x70',
      'loki_canary_spot_check_missing_entries_total{job="canary",instance="c"}': '0x70',
    },
  },
  CanaryLinesLate: {
    wrong: {
      ...up('job="canary",instance="c"'),
      'loki_canary_websocket_missing_entries_total{job="canary",instance="c"}': '0x10 1+1x30 31x60',
    },
    before: '20m',
    fires: '22m',
    labels: {},
    description:
      '12 of the canary’s lines did not come in time over its tail in fifteen minutes; a query may have found them.',
    resolves: '60m',
    normal: {
      ...up('job="canary",instance="c"'),
      'loki_canary_websocket_missing_entries_total{job="canary",instance="c"}': '0x70',
    },
  },
  CanarySlow: {
    wrong: {
      'loki_canary_response_latency_seconds_bucket{job="canary",instance="c",le="10"}': '0x90',
      'loki_canary_response_latency_seconds_bucket{job="canary",instance="c",le="20"}': '0x10 60+60x30 1860x50',
      'loki_canary_response_latency_seconds_bucket{job="canary",instance="c",le="+Inf"}': '0x10 60+60x30 1860x50',
    },
    before: '20m',
    fires: '22m',
    labels: {},
    description: 'One of the canary’s lines in twenty takes 19.5s or longer.',
    resolves: '55m',
    normal: {
      'loki_canary_response_latency_seconds_bucket{job="canary",instance="c",le="10"}': '0+60x70',
      'loki_canary_response_latency_seconds_bucket{job="canary",instance="c",le="20"}': '0+60x70',
      'loki_canary_response_latency_seconds_bucket{job="canary",instance="c",le="+Inf"}': '0+60x70',
    },
  },
  CanarySilent: {
    wrong: { 'loki_canary_entries_total{job="canary",instance="c"}': '0+60x10 600x30 660+60x40' },
    before: '23m',
    fires: '26m',
    labels: {},
    description: 'The canary is there, and has written no line in ten minutes.',
    resolves: '45m',
    normal: { 'loki_canary_entries_total{job="canary",instance="c"}': '0+60x70' },
  },
};
