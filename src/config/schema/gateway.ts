import { z } from 'zod';
import { defaults } from '../defaults';
import {
  annotations,
  cidr,
  connections,
  distinct,
  dnsLabel,
  loadBalancerClass,
  objectName,
  positiveInteger,
  publishedHost,
  replicas,
} from '../scalars';
import { certificateOf, ingressKeys, routeKeys } from './publication';

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

const cidrs = (what: string) => distinct(z.array(cidr())).default([]).describe(what);

const outsideCredential = z.strictObject({
  name: dnsLabel().describe('Name of a credential of `auth.loki`.'),
  cidrs: cidrs('Addresses from which it may be used. Without any, from everywhere.'),
});

const exposed = <const T extends string>(type: T, what: string) => ({
  type: z.literal(type).describe(what),
  host: publishedHost().describe('Name that clients outside call the gateway by.'),
  credentials: z
    .array(outsideCredential)
    .min(1)
    .describe(
      'Credentials that may be used from outside. Any other one is refused there as if it did not exist, and paths that no listed one may use are not there.',
    ),
  maxConnections: connections()
    .default(defaults.gateway.expose.maxConnections)
    .describe('Connections from outside that one gateway pod can have open at once, besides `gateway.maxConnections`.'),
});

const trustedProxies = () =>
  cidrs(
    'Addresses of the ingress controller’s or Gateway’s pods, whose word in `X-Forwarded-For` is taken for the client’s address. Without any, each client has the address of such a pod.',
  );

const expose = z.discriminatedUnion('type', [
  z.strictObject({
    ...exposed('ingress', 'An Ingress for the host.'),
    ...ingressKeys(),
    trustedProxies: trustedProxies(),
  }),
  z.strictObject({
    ...exposed('route', 'A Gateway API route for the host.'),
    ...routeKeys('the gateway'),
    trustedProxies: trustedProxies(),
  }),
  z.strictObject({
    ...exposed('loadBalancer', 'A Service of type LoadBalancer. It keeps the clients’ addresses.'),
    tls: certificateOf().optional().describe('Certificate of the host, which the gateway shows. Required in prod.'),
    class: loadBalancerClass().optional().describe('`loadBalancerClass`. The cluster’s default without it.'),
    sourceRanges: cidrs('Addresses that the load balancer and the NetworkPolicy let in. Without any, all.'),
    annotations: annotations().default({}).describe('Annotations of the Service, which clouds read.'),
  }),
]);

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
  expose: expose
    .optional()
    .describe(
      'A way in from outside of the cluster, for agents of other clusters and other clients (`docs/clusters.md`). Without it, there is none.',
    ),
});
