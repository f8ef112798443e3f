import { z } from 'zod';
import { defaults } from '../defaults';
import { cidr, dnsLabel, objectLabels, port } from '../scalars';

const client = z.strictObject({
  namespace: dnsLabel().describe('Namespace of the client.'),
  podLabels: objectLabels().default({}).describe('Labels of its pods. Without any, all pods of the namespace.'),
});

export const network = z.strictObject({
  ingressController: z
    .strictObject({
      namespace: dnsLabel()
        .default(defaults.network.ingressController.namespace)
        .describe(
          'Namespace of the ingress controller, or of a Gateway’s proxies. It may reach Grafana when `grafana.ingress` or `grafana.route` is set.',
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
    .describe('Other pods that may reach the gateway. With auth, they still need a credential.'),
  dns: z
    .strictObject({
      namespace: dnsLabel().default(defaults.network.dns.namespace).describe('Namespace of the cluster’s DNS.'),
      podLabels: objectLabels()
        .default({ ...defaults.network.dns.podLabels })
        .describe('Labels of its pods.'),
      cidrs: z
        .array(cidr())
        .default([])
        .describe('Addresses of the DNS where it is not a pod (NodeLocal DNSCache, DNS on the node).'),
    })
    .prefault({}),
  apiServer: z
    .strictObject({
      cidrs: z
        .array(cidr())
        .min(1)
        .default([...defaults.network.apiServer.cidrs])
        .describe('Addresses of the Kubernetes API server. Only the agent may reach it.'),
      ports: z
        .array(port())
        .min(1)
        .default([...defaults.network.apiServer.ports])
        .describe('Ports of the API server.'),
    })
    .prefault({}),
});
