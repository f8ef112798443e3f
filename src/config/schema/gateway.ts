import { z } from 'zod';
import { defaults } from '../defaults';
import { connections, dnsLabel, objectName, positiveInteger, replicas } from '../scalars';

const gatewayTls = z.strictObject({
  secretName: dnsLabel()
    .default(defaults.gateway.tls.secretName)
    .describe('Secret in the logging namespace with keys `tls.crt`, `tls.key` and `ca.crt`.'),
  caSecretName: dnsLabel()
    .default(defaults.gateway.tls.caSecretName)
    .describe('Secret in the agents’ namespace. The agent reads only its key `ca.crt`.'),
  clusterIssuer: objectName('the name of a ClusterIssuer', 'cluster-ca')
    .optional()
    .describe(
      'cert-manager ClusterIssuer that makes both Secrets. It must be a CA’s, because it signs names of the cluster.',
    ),
});

export const gateway = z.strictObject({
  replicas: replicas()
    .default(defaults.gateway.replicas)
    .describe('Gateway pods. Two or more stay reachable while a node is drained.'),
  tls: gatewayTls
    .optional()
    .describe('Certificate of the gateway. Without it, the gateway speaks plain HTTP. Required in prod.'),
  maxConnections: connections()
    .default(defaults.gateway.maxConnections)
    .describe('Connections that one gateway pod can have open at once.'),
  failedLoginsPerMinute: positiveInteger()
    .default(defaults.gateway.failedLoginsPerMinute)
    .describe('Refused credentials that one address may try each minute. Above it, the answer is 429.'),
});
