/** Ways in from outside of the cluster that several sections offer: an Ingress, and a route of the Gateway API. */
import { z } from 'zod';
import { annotations, dnsLabel, objectName } from '../scalars';

/** A certificate of a host. */
export const certificateOf = () =>
  z.strictObject({
    secretName: dnsLabel().describe('Secret with the certificate; cert-manager writes it when `clusterIssuer` is set.'),
    clusterIssuer: objectName('the name of a ClusterIssuer', 'cluster-ca')
      .optional()
      .describe('cert-manager ClusterIssuer that makes the certificate.'),
  });

/** Keys of an Ingress. */
export const ingressKeys = () => ({
  className: objectName('the name of an IngressClass', 'nginx')
    .optional()
    .describe('IngressClass; the cluster’s default without it.'),
  tls: certificateOf().optional().describe('Certificate. Required in prod.'),
  annotations: annotations().default({}).describe('Annotations of the Ingress.'),
});

/** Keys of a route. */
export const routeKeys = (what: string) => ({
  gateway: z
    .strictObject({
      name: dnsLabel().describe('Name of the Gateway.'),
      namespace: dnsLabel().describe('Its namespace.'),
      listener: dnsLabel().describe('Its HTTPS listener; HTTP is left alone, so that nobody logs in over it.'),
    })
    .describe(`The Gateway that publishes ${what}; its listener holds the certificate.`),
});
