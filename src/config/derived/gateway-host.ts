/** What pods of the cluster call the gateway. */
import type { ParsedConfig } from '../schema';

/** Name of its workload and Service. */
export const GATEWAY_NAME = 'gateway';

/** Its name in the cluster, which its certificate is for. */
export function gatewayHost({ namespaces }: Pick<ParsedConfig, 'namespaces'>): string {
  return `${GATEWAY_NAME}.${namespaces.logging}.svc`;
}
