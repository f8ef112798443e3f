import { z } from 'zod';
import { defaults } from '../defaults';
import { connections, dnsLabel, objectName, positiveInteger, replicas } from '../scalars';

const gatewayTls = z.strictObject({
  secretName: dnsLabel()
    .default(defaults.gateway.tls.secretName)
    .describe('Secret in the logging namespace with keys `tls.crt`, `tls.key` and `ca.crt`.'),
  caSecretName: dnsLabel()
    .default(defaults.gateway.tls.caSecretName)
    .describe('Secret in the agents’ namespace of which the agent reads the key `ca.crt`, and nothing else.'),
  clusterIssuer: objectName('the name of a ClusterIssuer', 'cluster-ca')
    .optional()
    .describe('cert-manager ClusterIssuer that makes both Secrets; it has to sign names of the cluster, so a CA’s.'),
});

export const gateway = z.strictObject({
  replicas: replicas()
    .default(defaults.gateway.replicas)
    .describe('Gateway pods. Two or more stay reachable while a node is drained.'),
  tls: gatewayTls.optional().describe('Certificate of the gateway; plain HTTP without it. Required in prod.'),
  maxConnections: connections()
    .default(defaults.gateway.maxConnections)
    .describe('Connections that one gateway pod has open at once.'),
  failedLoginsPerMinute: positiveInteger()
    .default(defaults.gateway.failedLoginsPerMinute)
    .describe('Refused credentials that one address may try each minute; above it the answer is 429.'),
});
