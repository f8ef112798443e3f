/** Which of an agent's series are about the way to Loki. */
import type { AgentMetric } from '../../log-model/agent-metrics';
import type { ParsedConfig } from '../schema';
import { gatewayHost } from './gateway-host';

/** Matchers in PromQL for a metric of the agent, without what is about further destinations. */
export function agentMatchers(
  config: { readonly agent: Pick<ParsedConfig['agent'], 'also'> } & Pick<ParsedConfig, 'namespaces'>,
  { matchers, host }: AgentMetric,
): readonly string[] {
  return host === undefined || config.agent.also.length === 0
    ? matchers
    : [`${host}="${gatewayHost(config)}"`, ...matchers];
}
