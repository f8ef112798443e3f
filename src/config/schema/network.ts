import { z } from 'zod';
import { defaults } from '../defaults';
import {
  certificates,
  cidr,
  client,
  dnsLabel,
  notProxied,
  objectLabels,
  objectName,
  port,
  secretKey,
  url,
} from '../scalars';
import { egressOf } from './shared';

const written = (family: keyof typeof defaults.network.apiServer.cidrs): string =>
  defaults.network.apiServer.cidrs[family].map((range) => `\`${range}\``).join(', ');

/** Kinds of objects that close the namespaces. */
const POLICIES = ['kubernetes', 'cilium', 'none'] as const;

const proxy = z.strictObject({
  http: url('http', 'https').exactOptional().describe('URL of the proxy for requests without TLS.'),
  https: url('http', 'https').exactOptional().describe('URL of the proxy for requests over TLS.'),
  noProxy: z
    .array(notProxied())
    .default([])
    .describe(
      'Further names, addresses and ranges that are reached directly. Names of the cluster (`.svc`, `.cluster.local`) and link-local addresses always are.',
    ),
  egress: egressOf('the proxy'),
});

const caBundle = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('certificates').describe('Certificates in the stack file. They are public.'),
    certificates: certificates().describe('One or several certificates of CAs.'),
  }),
  z.strictObject({
    type: z
      .literal('configMap')
      .describe('A ConfigMap that exists, for example a Bundle of trust-manager, in the namespaces of its readers.'),
    name: objectName('the name of a ConfigMap', 'corporate-cas').describe('Name of the ConfigMap.'),
    key: secretKey().default(defaults.network.caBundleKey).describe('Key with the certificates, as PEM.'),
  }),
]);

export const network = z.strictObject({
  policies: z
    .enum(POLICIES)
    .default(defaults.network.policies)
    .describe(
      'Kind of the policies. `kubernetes`: NetworkPolicies, which most network plugins enforce, Cilium too. `cilium`: CiliumNetworkPolicies (`cilium.io/v2`), which name the API server and the node instead of their addresses, but no pod by its address. `none`: no policies; in prod only with `policiesElsewhere`.',
    ),
  policiesElsewhere: z
    .boolean()
    .default(defaults.network.policiesElsewhere)
    .describe(
      'Whether somebody else closes both namespaces: the consent to `policies: none` in prod. With other policies it has no effect.',
    ),
  ipFamilies: z
    .array(z.enum(['IPv4', 'IPv6']))
    .min(1)
    .default([...defaults.network.ipFamilies])
    .describe(
      'Address families of the cluster’s pods, the first one first, as in the `ipFamilies` of a Service: `[IPv4]`, `[IPv6]`, or both of a dual-stack cluster. With `IPv6`, every program listens on both, and Services have these families.',
    ),
  ingressController: z
    .strictObject({
      type: z
        .enum(['pods', 'cilium'])
        .default(defaults.network.ingressController.type)
        .describe(
          '`pods`: pods of `namespace`. `cilium`: Cilium’s own Ingress or Gateway API, whose proxies are no pods. It needs `network.policies: cilium`.',
        ),
      namespace: dnsLabel()
        .default(defaults.network.ingressController.namespace)
        .describe(
          'Namespace of the ingress controller, or of a Gateway’s proxies. It may reach Grafana when `grafana.ingress` or `grafana.route` is set, and the gateway when `gateway.expose` is.',
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
    .array(client())
    .default([])
    .describe('Other pods and addresses that may reach the gateway. With auth, they still need a credential.'),
  dns: z
    .strictObject({
      namespace: dnsLabel().default(defaults.network.dns.namespace).describe('Namespace of the cluster’s DNS.'),
      podLabels: objectLabels()
        .default({ ...defaults.network.dns.podLabels })
        .describe('Labels of its pods.'),
      port: port()
        .default(defaults.network.dns.port)
        .describe(
          'Port that its pods listen on, by UDP and TCP. Policies see this port, not that of the Service. OpenShift: 5353, with `namespace: openshift-dns` and `podLabels: { dns.operator.openshift.io/daemonset-dns: default }`.',
        ),
      cidrs: z
        .array(cidr())
        .default([])
        .describe(
          'Addresses of the DNS where it is not a pod (NodeLocal DNSCache, DNS on the node). They are asked at port 53.',
        ),
    })
    .prefault({}),
  apiServer: z
    .strictObject({
      cidrs: z
        .array(cidr())
        .min(1)
        .optional()
        .describe(
          `Addresses of the Kubernetes API server. Only the agent may reach it. By default, \`network.policies: cilium\` names the API server itself (entity \`kube-apiserver\`), and \`kubernetes\` allows the private ranges of each family of \`ipFamilies\`: ${written('IPv4')}; ${written('IPv6')}.`,
        ),
      ports: z
        .array(port())
        .min(1)
        .default([...defaults.network.apiServer.ports])
        .describe('Ports of the API server.'),
    })
    .prefault({}),
  caBundle: caBundle
    .optional()
    .describe(
      'CAs that Loki, its compactor, Grafana, Alertmanager, Prometheus and the Collector trust beside the public ones (`docs/placement.md`).',
    ),
  proxy: proxy
    .optional()
    .describe(
      'Proxy for what Loki, its compactor, Grafana, Alertmanager and the Collector request from outside of the cluster (`docs/placement.md`).',
    ),
});
