/** Alerts on lines that Loki refuses. */
import { grown, selectorOf } from './promql';
import type { RulesOf } from './config';

/** Reasons for which Loki may answer 204, unnoticed by the client: docs/operations.md, "The trap". */
const SILENT = 'per_stream_rate_limit|stream_limit';

export const ingestionRules: RulesOf = (config) => {
  const select = selectorOf(config);
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
  ];
};
