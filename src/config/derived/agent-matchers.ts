/** Which of an agent's series are about the way to Loki. */
import { type AgentMetric, LOKI_EXPORTER, tenantExporter } from '../../log-model/agent-metrics';
import type { ParsedConfig } from '../schema';
import { agentGatewayHost } from './agent-gateway';

type Config = { readonly agent: Pick<ParsedConfig['agent'], 'also' | 'tenants' | 'gateway'> } & Pick<
  ParsedConfig,
  'namespaces'
>;

/** Matchers in PromQL for a metric of the agent, without what is about further destinations. */
export function agentMatchers(config: Config, { matchers, host, goesTo }: AgentMetric): readonly string[] {
  return [
    ...(host === undefined || config.agent.also.length === 0 ? [] : [`${host}="${agentGatewayHost(config)}"`]),
    ...matchers,
    ...(goesTo === undefined ? [] : [exporterMatcher(config, goesTo)]),
  ];
}

function exporterMatcher({ agent }: Config, goesTo: NonNullable<AgentMetric['goesTo']>): string {
  const isLoki = goesTo === 'loki';
  return agent.tenants.length === 0
    ? `exporter${isLoki ? '=' : '!='}"${LOKI_EXPORTER}"`
    : `exporter${isLoki ? '=~' : '!~'}"${LOKI_EXPORTER}|${tenantExporter('.+')}"`;
}
