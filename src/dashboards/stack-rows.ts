/** Rows of the stack's own dashboard: whether lines arrive, whether they are stored, and whether queries find them. */
import type { StackConfig } from '../config/schema';
import { STATUS_CLASS_COLORS } from './colors';
import type { Row } from './layout';
import { byClass, inRange, latest, metrics, perSecond, quantile } from './metric-panels';
import { AGENT_METRICS } from '../log-model/agent-metrics';
import { agentsRow } from './agents-row';
import { LINES_PER_SECOND, PER_SECOND } from './panels';
import { DISK_FULL_THRESHOLD } from '../config/derived/disk-full';
import { hasHeartbeat } from '../config/derived/heartbeat';
import { type GatewayCounter, gatewayCounter } from '../log-model/gateway-counters';
import { agentSeriesFor, selectorFor } from './stack-selectors';

type RowOf = (config: StackConfig) => Row;

const QUANTILES = [0.5, 0.95, 0.99];

const gateway: RowOf = (config) => {
  const select = selectorFor(config);
  const counter = (name: GatewayCounter): string => agentSeriesFor(config)(gatewayCounter(name, config.agent.type));
  return {
    title: 'Gateway',
    panels: [
      metrics({
        title: 'Refused and Failed Requests',
        description: 'The agents count them, from the gateway’s access log.',
        width: 12,
        unit: 'reqps',
        series: [
          { expr: perSecond([], counter('unauthorized')), legend: '401' },
          { expr: perSecond([], counter('serverErrors')), legend: '5xx' },
        ],
      }),
      metrics({
        title: 'Requests that Reach Loki, by Class',
        width: 12,
        unit: 'reqps',
        style: 'bars',
        colors: STATUS_CLASS_COLORS,
        series: [
          {
            expr: byClass(
              `loki_request_duration_seconds_count${select('loki', 'route=~".*(api|otlp).*"')}`,
              'status_code',
            ),
            legend: '{{class}}',
          },
        ],
      }),
    ],
  };
};

const queries: RowOf = (config) => {
  const loki = selectorFor(config);
  const buckets = (...routes: readonly string[]): string =>
    `loki_request_duration_seconds_bucket${loki('loki', `route=~"${routes.join('|')}"`)}`;
  return {
    title: 'Queries',
    panels: [
      metrics({
        title: 'Query Duration',
        limit: config.monitoring.thresholds.slowQuery.milliseconds / 1000,
        unit: 's',
        series: QUANTILES.map((of) => ({
          expr: quantile(of, [], buckets('loki_api_v1_query', 'loki_api_v1_query_range')),
          legend: `p${of * 100}`,
        })),
      }),
      metrics({
        title: 'Push Duration',
        unit: 's',
        series: QUANTILES.map((of) => ({
          expr: quantile(of, [], buckets('loki_api_v1_push', 'otlp_v1_logs')),
          legend: `p${of * 100}`,
        })),
      }),
      metrics({
        title: 'Requests by Route',
        unit: 'reqps',
        series: [
          {
            expr: perSecond(['route'], `loki_request_duration_seconds_count${loki('loki', 'route=~"loki_api.*"')}`),
            legend: '{{route}}',
          },
        ],
      }),
    ],
  };
};

const storage: RowOf = (config) => {
  const select = selectorFor(config);
  const loki = (metric: string): string => `${metric}${select('loki')}`;
  const compactor = select(config.deployment.mode === 'ha' ? 'compactor' : 'loki');
  const since = (metric: string): string => `time() - max(${metric}${compactor} > 0)`;
  return {
    title: 'Chunks, Retention and Disk',
    panels: [
      metrics({
        title: 'Chunks Created and Stored',
        unit: PER_SECOND,
        series: [
          { expr: perSecond([], loki('loki_ingester_chunks_created_total')), legend: 'created' },
          { expr: perSecond([], loki('loki_ingester_chunks_stored_total')), legend: 'stored' },
        ],
      }),
      metrics({
        title: 'In Memory',
        series: [
          { expr: `sum(${loki('loki_ingester_memory_chunks')})`, legend: 'chunks' },
          { expr: `sum(${loki('loki_ingester_memory_streams')})`, legend: 'streams' },
        ],
      }),
      metrics({
        title: 'Disk Used',
        limit: config.monitoring.thresholds.volumeUsed,
        description: `Share of the volume that holds the write-ahead log; at ${DISK_FULL_THRESHOLD * 100} % Loki refuses lines.`,
        unit: 'percentunit',
        series: [
          { expr: `max by (instance) (${loki('loki_ingester_wal_disk_usage_percent')})`, legend: '{{instance}}' },
        ],
      }),
      latest({
        title: 'Since the Last Compaction, and Retention',
        width: 12,
        height: 6,
        unit: 's',
        series: [
          {
            expr: since('loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds'),
            legend: 'compaction',
          },
          { expr: since('loki_compactor_apply_retention_last_successful_run_timestamp_seconds'), legend: 'retention' },
        ],
      }),
      latest({
        title: 'Runs in This Time Range',
        width: 12,
        height: 6,
        series: [
          {
            expr: `round(${inRange(['status'], `loki_boltdb_shipper_compact_tables_operation_total${compactor}`)})`,
            legend: 'compaction {{status}}',
          },
          {
            expr: `round(${inRange(['status'], `loki_compactor_apply_retention_operation_total${compactor}`)})`,
            legend: 'retention {{status}}',
          },
        ],
      }),
    ],
  };
};

const memory: RowOf = (config) => {
  const select = selectorFor(config);
  const { agent, deployment, resources, canary } = config;
  const shareOf = (job: string, memoryOfProgram: string, bytes: number) => ({
    expr: `max by (instance) (${memoryOfProgram}) / ${bytes}`,
    legend: `${job} {{instance}}`,
  });
  const share = (job: 'loki' | 'compactor' | 'grafana' | 'canary', own: string, bytes: number) =>
    shareOf(job, `process_resident_memory_bytes${select(job)} and on (job, instance) ${own}${select(job)}`, bytes);
  const agents = agentSeriesFor(config);
  const { memory: agentMemory, own } = AGENT_METRICS[agent.type];
  const { loki, compactor, grafana } = resources;
  return {
    title: 'Memory',
    panels: [
      metrics({
        title: 'Memory against Limit',
        limit: config.monitoring.thresholds.memoryUsed,
        description: 'Share of the container’s limit; above 100 % the container is killed.',
        width: 24,
        unit: 'percentunit',
        series: [
          shareOf(
            agent.type,
            `${agents(agentMemory)} and on (job, instance) ${agents(own)}`,
            resources[agent.type].limits.memory.bytes,
          ),
          share('loki', 'loki_build_info', loki.limits.memory.bytes),
          ...(deployment.mode === 'ha' ? [share('compactor', 'loki_build_info', compactor.limits.memory.bytes)] : []),
          share('grafana', 'grafana_build_info', grafana.limits.memory.bytes),
          ...(canary === undefined
            ? []
            : [share('canary', 'loki_canary_entries_total', resources.canary.limits.memory.bytes)]),
        ],
      }),
    ],
  };
};

const alerts: RowOf = (config) => {
  const select = selectorFor(config);
  const loki = (metric: string): string => `${metric}${select('loki')}`;
  /** Loki names a group by the file of its rules and its own name. */
  const byGroup = (metric: string): string =>
    `label_replace(${perSecond(['rule_group'], loki(metric))}, "group", "\${1}", "rule_group", ".*;(.*)")`;
  return {
    title: 'Alerting',
    panels: [
      metrics({
        title: 'Evaluations of the Ruler',
        unit: PER_SECOND,
        series: [
          {
            expr: byGroup('loki_prometheus_rule_evaluations_total'),
            legend: '{{group}}',
          },
          {
            expr: byGroup('loki_prometheus_rule_evaluation_failures_total'),
            legend: '{{group}} failed',
          },
        ],
      }),
      metrics({
        title: 'Notifications of the Ruler',
        unit: PER_SECOND,
        series: [
          {
            expr: perSecond(['alertmanager'], loki('loki_prometheus_notifications_sent_total')),
            legend: '{{alertmanager}}',
          },
          {
            expr: perSecond(['alertmanager'], loki('loki_prometheus_notifications_errors_total')),
            legend: '{{alertmanager}} failed',
          },
        ],
      }),
      metrics({
        title: 'Alerts at Alertmanager',
        ...(hasHeartbeat(config) ? { description: 'Those of the heartbeat, which always fire, are among them.' } : {}),
        series: [{ expr: `max by (state) (alertmanager_alerts${select('alertmanager')})`, legend: '{{state}}' }],
      }),
    ],
  };
};

const canaryRow: RowOf = (config) => {
  const select = selectorFor(config);
  const canary = (name: string): string => `loki_canary_${name}${select('canary')}`;
  return {
    title: 'Canary',
    panels: [
      metrics({
        title: 'Canary: Written Lines',
        unit: LINES_PER_SECOND,
        series: [{ expr: perSecond([], canary('entries_total')), legend: 'written' }],
      }),
      metrics({
        title: 'Canary: Missing Lines',
        description: 'Late: not over the tail within a minute. Missing: not by a query either, within five.',
        style: 'bars',
        unit: LINES_PER_SECOND,
        series: [
          { expr: perSecond([], canary('missing_entries_total')), legend: 'missing' },
          { expr: perSecond([], canary('spot_check_missing_entries_total')), legend: 'missing later on' },
          { expr: perSecond([], canary('websocket_missing_entries_total')), legend: 'late' },
        ],
      }),
      metrics({
        title: 'Canary: From Written to Read',
        limit: config.monitoring.thresholds.canaryLatency.milliseconds / 1000,
        unit: 's',
        series: QUANTILES.map((of) => ({
          expr: quantile(of, [], canary('response_latency_seconds_bucket')),
          legend: `p${of * 100}`,
        })),
      }),
    ],
  };
};

/** The rows, in the order of a line's way. */
export function stackRows(config: StackConfig): readonly Row[] {
  const rows = [
    agentsRow,
    gateway,
    queries,
    storage,
    memory,
    alerts,
    ...(config.canary === undefined ? [] : [canaryRow]),
  ];
  return rows.map((rowOf) => rowOf(config));
}
