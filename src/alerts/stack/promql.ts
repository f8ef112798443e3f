/** Parts of PromQL that several rules have. */
import { agentMatchers } from '../../config/derived/agent-matchers';
import type { StackConfig } from '../../config/schema';
import type { AgentMetric } from '../../log-model/agent-metrics';

/** Matchers in braces. */
export type Select = (job: string, ...matchers: readonly string[]) => string;

/**
 * Selects series of the stack. The operator's Prometheus may scrape another stack, or another Loki, beside it, and knows
 * them by their namespace.
 */
export function selectorOf(config: StackConfig): Select {
  const { logging, agents } = config.namespaces;
  const { type: agent } = config.agent;
  const isShared = config.monitoring.type === 'operator';
  return (job, ...matchers) => {
    const namespace = isShared ? [`namespace="${job === agent ? agents : logging}"`] : [];
    return `{${[`job="${job}"`, ...namespace, ...matchers].join(',')}}`;
  };
}

/** Selects series of the stack's agents, without those that are about further destinations. */
export function agentSeries(config: StackConfig): (metric: AgentMetric, ...matchers: readonly string[]) => string {
  const select = selectorOf(config);
  return (metric, ...further) =>
    `${metric.name}${select(config.agent.type, ...agentMatchers(config, metric), ...further)}`;
}

/** Name of the job whose program compacts. */
export function compactorJob({ deployment }: StackConfig): string {
  return deployment.mode === 'ha' ? 'compactor' : 'loki';
}

/**
 * Growth of a counter. `increase` alone misses the first value of a series. A new reason is a new series, and its first
 * value may be the whole burst. So the whole value of a new series counts, if its target was already scraped before. For
 * a Prometheus that has just started, every series is new.
 */
export function grown(series: string, window: string): string {
  return `((${series} unless ${series} offset ${window} and on (job, instance) up offset ${window}) or increase(${series}[${window}]))`;
}

/** A duration of the config in seconds, as PromQL compares them. */
export function seconds({ milliseconds }: { readonly milliseconds: number }): number {
  return milliseconds / 1000;
}
