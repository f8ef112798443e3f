/** The gateway that the agents push to: the stack's own, or that of another stack. */
import type { ParsedConfig } from '../schema';
import { gatewayHost } from './gateway-host';

type Parts = { readonly agent: Pick<ParsedConfig['agent'], 'gateway'> } & Pick<ParsedConfig, 'namespaces' | 'gateway'>;

/** Its host, as it stands in the agents' metrics. */
export function agentGatewayHost({ agent, namespaces }: Omit<Parts, 'gateway'>): string {
  return agent.gateway === undefined ? gatewayHost({ namespaces }) : new URL(agent.gateway.url).hostname;
}

/** Secret of the agents' namespace whose `ca.crt` vouches for its certificate. Undefined where there is no CA to be told. */
export function agentGatewayCa({ agent, gateway }: Omit<Parts, 'namespaces'>): string | undefined {
  if (agent.gateway !== undefined) return agent.gateway.privateCa ? AGENT_GATEWAY_CA_SECRET : undefined;
  return gateway.tls?.caSecretName;
}

/** Secret with the CA of another stack's gateway. */
export const AGENT_GATEWAY_CA_SECRET = 'agent-gateway-ca';
