import { z } from 'zod';
import { defaults } from '../defaults';
import { cidr, dnsLabel, objectLabels, port } from '../scalars';

const client = z.strictObject({
  namespace: dnsLabel().describe('Its namespace.'),
  podLabels: objectLabels().default({}).describe('Its pods; all of the namespace without labels.'),
});

export const network = z.strictObject({
  ingressController: z
    .strictObject({
      namespace: dnsLabel()
        .default(defaults.network.ingressController.namespace)
        .describe(
          'Namespace of the ingress controller, or of a Gateway’s proxies; it may reach Grafana when `grafana.ingress` or `grafana.route` is set.',
        ),
    })
    .prefault({}),
  monitoring: z
    .strictObject({
      namespace: dnsLabel()
        .default(defaults.network.monitoring.namespace)
        .describe('Namespace that may scrape metrics.'),
    })
    .prefault({}),
  clients: z
    .array(client)
    .default([])
    .describe('Other pods that may reach the gateway; with auth on they still need a credential.'),
  dns: z
    .strictObject({
      namespace: dnsLabel().default(defaults.network.dns.namespace).describe('Namespace of the cluster’s DNS.'),
      podLabels: objectLabels()
        .default({ ...defaults.network.dns.podLabels })
        .describe('Its pods.'),
      cidrs: z
        .array(cidr())
        .default([])
        .describe('Its addresses, where DNS is not a pod (NodeLocal DNSCache, DNS on the node).'),
    })
    .prefault({}),
  apiServer: z
    .strictObject({
      cidrs: z
        .array(cidr())
        .min(1)
        .default([...defaults.network.apiServer.cidrs])
        .describe('Where the Kubernetes API server is; only the agent may reach it.'),
      ports: z
        .array(port())
        .min(1)
        .default([...defaults.network.apiServer.ports])
        .describe('Its ports.'),
    })
    .prefault({}),
});
