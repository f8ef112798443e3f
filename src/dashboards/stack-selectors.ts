/** Selectors of the metrics of the stack's programs. They depend on who scrapes the metrics. */
import { agentMatchers } from '../config/derived/agent-matchers';
import type { AgentType, StackConfig } from '../config/schema';
import type { AgentMetric } from '../log-model/agent-metrics';

/** Programs of the stack, by the label `job` of their metrics. */
type StackJob = 'loki' | 'gateway' | 'compactor' | AgentType | 'grafana' | 'canary' | 'alertmanager' | 'prometheus';

/** Programs that there are, in the order of the way that a line takes. */
export function stackJobs(config: StackConfig): readonly StackJob[] {
  const { agent, deployment, canary, alertmanager } = config;
  return [
    agent.type,
    'loki',
    ...(deployment.mode === 'ha' ? (['compactor'] as const) : []),
    'grafana',
    ...(canary === undefined ? [] : (['canary'] as const)),
    ...(alertmanager.type === 'embedded' ? (['alertmanager'] as const) : []),
    ...(config.monitoring.type === 'embedded' ? (['prometheus'] as const) : []),
  ];
}

/**
 * Selector of a program's series. The stack's own Prometheus has no others; the operator's may have another Loki's, in
 * another namespace. A Prometheus that goes by annotations calls the jobs what it likes, so there a metric is known by its
 * name alone.
 */
export function selectorFor(config: StackConfig): (job: StackJob, ...matchers: readonly string[]) => string {
  const type = config.monitoring.type;
  const { logging, agents } = config.namespaces;
  return (job, ...further) => {
    const matchers = [
      ...(type === 'embedded' || type === 'operator' ? [`job="${job}"`] : []),
      ...(type === 'operator' ? [`namespace="${job === config.agent.type ? agents : logging}"`] : []),
      ...further,
    ];
    return matchers.length === 0 ? '' : `{${matchers.join(', ')}}`;
  };
}

/** Selects series of the stack's agents. */
export function agentSeriesFor(config: StackConfig): (metric: AgentMetric) => string {
  const select = selectorFor(config);
  return (metric) => `${metric.name}${select(config.agent.type, ...agentMatchers(config, metric))}`;
}

/** Selector of the stack's targets. */
export function targetSelector(config: StackConfig): string {
  const { logging, agents } = config.namespaces;
  return config.monitoring.type === 'embedded'
    ? `{job=~"${stackJobs(config).join('|')}"}`
    : `{namespace=~"${logging}|${agents}"}`;
}
