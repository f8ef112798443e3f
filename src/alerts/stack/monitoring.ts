/** Alerts on the stack's monitoring: scraped targets, memory, Alertmanager, Prometheus and the canary. */
import { hasGrafana } from '../../config/derived/monitoring';
import { hasAgentsAlone } from '../../config/derived/components';
import type { StackConfig } from '../../config/schema';
import { AGENT_METRICS } from '../../log-model/agent-metrics';
import type { RulesOf } from './config';
import { agentSeries, grown, seconds, selectorOf } from './promql';

/** Programs of the stack that have metrics. */
function jobs(config: StackConfig): readonly string[] {
  const { agent, deployment, alertmanager, monitoring, canary, gateway } = config;
  if (hasAgentsAlone(config)) return [agent.type];
  return [
    'loki',
    ...(deployment.mode === 'ha' ? ['compactor'] : []),
    ...(gateway.tls === undefined ? [] : ['gateway']),
    agent.type,
    ...(hasGrafana(config) ? ['grafana'] : []),
    ...(canary === undefined ? [] : ['canary']),
    ...(alertmanager.type === 'embedded' ? ['alertmanager'] : []),
    ...monitoring.targets.map(({ job }) => job),
  ];
}

export const watcherRules: RulesOf = (config) => {
  const select = selectorOf(config);
  return [
    {
      name: 'TargetDown',
      expr: jobs(config)
        .map((job) => `up${select(job)} == 0`)
        .join(' or '),
      for: '5m',
      severity: 'critical',
      summary: 'A program of the stack does not answer',
      description: '{{ $labels.job }} at {{ $labels.instance }} has no metrics to give.',
    },
    {
      name: 'TargetMissing',
      expr: jobs(config)
        .map((job) => `absent(up${select(job)})`)
        .join(' or '),
      for: '10m',
      severity: 'critical',
      summary: 'A program of the stack is not there',
      description: 'Nothing of {{ $labels.job }} is scraped.',
    },
    {
      name: 'MemoryNearLimit',
      expr: memoryNearLimit(config),
      for: '10m',
      severity: 'warning',
      summary: 'A program is near its memory limit; above it, it is killed',
      description:
        '{{ $labels.job }} at {{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory limit.',
    },
    ...(!hasAgentsAlone(config) && config.alertmanager.type === 'embedded'
      ? alertmanagerRules(select('alertmanager'))
      : []),
    ...(config.monitoring.type === 'embedded' ? prometheusRules : []),
  ];
};

function memoryNearLimit(config: StackConfig): string {
  const { agent, deployment, monitoring, resources, canary, alertmanager } = config;
  const select = selectorOf(config);
  const limits = {
    loki: resources.loki,
    ...(deployment.mode === 'ha' ? { compactor: resources.compactor } : {}),
    [agent.type]: resources[agent.type],
    ...(hasGrafana(config) ? { grafana: resources.grafana } : {}),
    ...(canary === undefined ? {} : { canary: resources.canary }),
    ...(alertmanager.type === 'embedded' ? { alertmanager: resources.alertmanager } : {}),
    // Not Prometheus: its mapped blocks count as memory, and do not get it killed.
  };
  const memoryOf = (job: string): string =>
    job === agent.type
      ? agentSeries(config)(AGENT_METRICS[agent.type].memory)
      : `process_resident_memory_bytes${select(job)}`;
  return Object.entries(limits)
    .filter(([job]) => jobs(config).includes(job))
    .map(
      ([
        job,
        {
          limits: { memory },
        },
      ]) => `${memoryOf(job)} / ${memory.bytes} > ${monitoring.thresholds.memoryUsed}`,
    )
    .join(' or ');
}

const alertmanagerRules = (alertmanagers: string) =>
  [
    {
      name: 'AlertmanagerCannotNotify',
      expr: `sum by (integration) (${grown(`alertmanager_notifications_failed_total${alertmanagers}`, '5m')}) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Nobody is told of alerts',
      description:
        'Alertmanager has failed to notify {{ $labels.integration }} {{ printf "%.0f" $value }} times in five minutes.',
    },
    {
      name: 'AlertmanagerConfigRejected',
      expr: `alertmanager_config_last_reload_successful${alertmanagers} == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Alertmanager does not take its configuration',
      description: 'The configuration of {{ $labels.instance }} was refused.',
    },
  ] as const;

const prometheusRules = [
  {
    name: 'PrometheusRulesFail',
    expr: `sum by (rule_group) (${grown('prometheus_rule_evaluation_failures_total{job="prometheus"}', '5m')}) > 0`,
    for: '5m',
    severity: 'critical',
    summary: 'Alert rules of metrics cannot be evaluated',
    description: 'Rules of {{ $labels.rule_group }} have failed {{ printf "%.0f" $value }} times in five minutes.',
  },
  {
    name: 'PrometheusCannotNotify',
    expr: `sum by (alertmanager) (${grown('prometheus_notifications_errors_total{job="prometheus"}', '5m')}) > 0`,
    for: '5m',
    severity: 'critical',
    summary: 'Alerts of metrics do not reach one of the Alertmanagers',
    description:
      'Prometheus has failed to tell {{ $labels.alertmanager }} of alerts {{ printf "%.0f" $value }} times in five minutes.',
  },
] as const;

/** Alerts on the canary's results: lines that it has written and cannot read again. */
export const canaryRules: RulesOf = (config) => {
  const { thresholds } = config.monitoring;
  const canary = selectorOf(config)('canary');
  return [
    {
      name: 'CanaryLosesLines',
      expr: `sum(${grown(`loki_canary_missing_entries_total${canary}`, '15m')}) + sum(${grown(`loki_canary_spot_check_missing_entries_total${canary}`, '15m')}) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Lines that were written cannot be read again',
      description: '{{ printf "%.0f" $value }} of the canary’s lines were lost in fifteen minutes.',
    },
    {
      name: 'CanaryLinesLate',
      expr: `sum(${grown(`loki_canary_websocket_missing_entries_total${canary}`, '15m')}) > 0`,
      for: '10m',
      severity: 'warning',
      summary: 'Lines do not arrive in time where somebody watches them',
      description:
        '{{ printf "%.0f" $value }} of the canary’s lines did not come in time over its tail in fifteen minutes; a query may have found them.',
    },
    {
      name: 'CanarySlow',
      expr: `histogram_quantile(0.95, sum by (le) (rate(loki_canary_response_latency_seconds_bucket${canary}[10m]))) > ${seconds(thresholds.canaryLatency)}`,
      for: '10m',
      severity: 'warning',
      summary: 'It takes long until a line can be read',
      description: 'One of the canary’s lines in twenty takes {{ $value | humanizeDuration }} or longer.',
    },
    {
      name: 'CanarySilent',
      expr: `sum(increase(loki_canary_entries_total${canary}[10m])) == 0`,
      for: '5m',
      severity: 'warning',
      summary: 'The canary writes nothing',
      description: 'The canary is there, and has written no line in ten minutes.',
    },
  ];
};
