/** Alerts on the arrival of lines: refused by Loki, dropped by the agents, or not read yet. */
import { grown, selectorOf } from './promql';
import type { RulesOf } from './config';

/** Reasons for which Loki may answer 204, unnoticed by the client: docs/operations.md, "The trap". */
const SILENT = 'per_stream_rate_limit|stream_limit';

export const ingestionRules: RulesOf = (config) => {
  const { thresholds } = config.monitoring;
  const select = selectorOf(config);
  const agents = select('promtail');
  return [
    {
      name: 'LokiLosesLines',
      expr: `sum by (tenant, reason) (${grown(`loki_discarded_samples_total${select('loki', `reason=~"${SILENT}"`)}`, '5m')}) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'Lines of streams over a limit are lost, and no client is told',
      description:
        'Loki has refused {{ printf "%.0f" $value }} lines of tenant {{ $labels.tenant }} in five minutes: {{ $labels.reason }}.',
    },
    {
      name: 'LokiRefusesLines',
      expr: `sum by (tenant, reason) (${grown(`loki_discarded_samples_total${select('loki', `reason!~"${SILENT}"`)}`, '5m')}) > 0`,
      for: '5m',
      severity: 'warning',
      summary: 'Loki refuses lines',
      description:
        'Loki refuses lines of tenant {{ $labels.tenant }}, {{ printf "%.0f" $value }} in five minutes: {{ $labels.reason }}.',
    },
    {
      name: 'AgentDropsLines',
      expr: `sum by (instance, reason) (${grown(`promtail_dropped_entries_total${agents}`, '5m')}) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'An agent drops lines',
      description:
        'The agent {{ $labels.instance }} has dropped {{ printf "%.0f" $value }} lines in five minutes: {{ $labels.reason }}.',
    },
    {
      name: 'AgentCannotDeliver',
      expr:
        `sum by (instance) (increase(promtail_batch_retries_total${agents}[5m])) > 0` +
        ` unless sum by (instance) (increase(promtail_sent_entries_total${agents}[5m])) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'An agent tries in vain to deliver what it has read',
      description:
        'The agent {{ $labels.instance }} has tried {{ printf "%.0f" $value }} times in five minutes and delivered nothing. What it has not read stays on its node until the kubelet rotates it away.',
    },
    {
      name: 'AgentUnauthorized',
      expr: `sum by (instance, status_code) (${grown(`promtail_request_duration_seconds_count${select('promtail', 'status_code=~"401|403"')}`, '5m')}) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'The gateway refuses an agent’s credential, and the agent drops what it cannot deliver',
      description:
        'The gateway has answered {{ printf "%.0f" $value }} pushes of the agent {{ $labels.instance }} with {{ $labels.status_code }} in five minutes.',
    },
    {
      name: 'AgentBehind',
      expr: `max by (instance, path) (promtail_file_bytes_total${agents} - promtail_read_bytes_total${agents}) > ${thresholds.agentBehind.bytes}`,
      for: '10m',
      severity: 'warning',
      summary: 'An agent is behind with a log file',
      description:
        'The agent {{ $labels.instance }} has {{ $value | humanize1024 }}B of {{ $labels.path }} still to read.',
    },
  ];
};
