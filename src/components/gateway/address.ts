/** Where pods of the cluster find the gateway. */
import type { StackConfig } from '../../config';
import { GATEWAY } from '../kit/identity';

/** Port of the Service. */
export function gatewayServicePort({ gateway }: Pick<StackConfig, 'gateway'>): number {
  return gateway.tls === undefined ? 80 : 443;
}

/** Its URL, without a slash at the end. */
export function gatewayUrl({ namespaces, gateway }: Pick<StackConfig, 'namespaces' | 'gateway'>): string {
  const scheme = gateway.tls === undefined ? 'http' : 'https';
  return `${scheme}://${GATEWAY.name}.${namespaces.logging}.svc:${gatewayServicePort({ gateway })}`;
}
