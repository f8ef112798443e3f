/** The gateway's address for pods of the cluster. */
import type { StackConfig } from '../../config';
import { gatewayHost } from '../../config/derived/gateway-host';

export { gatewayHost };

/** The port of the Service. */
export function gatewayServicePort({ gateway }: Pick<StackConfig, 'gateway'>): number {
  return gateway.tls === undefined ? 80 : 443;
}

/** The URL of the gateway that the agents push to, without a slash at the end. */
export function agentGatewayUrl(config: Pick<StackConfig, 'namespaces' | 'gateway' | 'agent'>): string {
  return config.agent.gateway?.url ?? gatewayUrl(config);
}

/** The URL, without a slash at the end. */
export function gatewayUrl({ namespaces, gateway }: Pick<StackConfig, 'namespaces' | 'gateway'>): string {
  const scheme = gateway.tls === undefined ? 'http' : 'https';
  return `${scheme}://${gatewayHost({ namespaces })}:${gatewayServicePort({ gateway })}`;
}
