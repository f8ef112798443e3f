/**
 * The shape of a stack config. Stack files hold differences only: every part but `environment` has a default.
 * Rules that join several fields are in rules.ts.
 */
import { z } from 'zod';
import { FORMATS } from '../log-model';
import { defaults } from './defaults';
import {
  byteSize,
  cidr,
  cpu,
  dnsLabel,
  duration,
  expression,
  fileGlob,
  fraction,
  image,
  linkTemplate,
  logDirectory,
  port,
  positiveInteger,
  stateDirectory,
  streamSelector,
  tenantName,
  url,
} from './scalars';

const labels = () => z.record(z.string(), z.string());

const namespaces = z.strictObject({
  logging: dnsLabel()
    .default(defaults.namespaces.logging)
    .describe('Namespace of Loki, the gateway and Grafana. Enforces Pod Security `restricted`.'),
  agents: dnsLabel()
    .default(defaults.namespaces.agents)
    .describe('Namespace of the agent alone. Enforces Pod Security `privileged`, because the agent mounts host paths.'),
});

const streamRetention = z.strictObject({
  selector: streamSelector().describe('Streams this period is for, by label matchers only: `{job="security"}`.'),
  period: duration().describe('How long these streams are kept. At least 24h, a multiple of 1h.'),
  priority: positiveInteger().default(1).describe('Where several selectors match a stream, the highest priority wins.'),
});

const retention = z.strictObject({
  period: duration()
    .prefault(defaults.retention.period)
    .describe('How long logs are kept. At least 24h, a multiple of 1h.'),
  streams: z.array(streamRetention).prefault([]).describe('Other periods for single streams.'),
  tenants: z
    .record(
      z.string(),
      z.strictObject({
        period: duration().describe('How long this tenant’s logs are kept.'),
        streams: z.array(streamRetention).prefault([]).describe('Other periods for single streams of this tenant.'),
      }),
    )
    .prefault({})
    .describe('Other periods for single tenants, by tenant name.'),
  deleteDelay: duration()
    .prefault(defaults.retention.deleteDelay)
    .describe('How long a chunk marked for deletion stays on disk.'),
  compactionInterval: duration()
    .prefault(defaults.retention.compactionInterval)
    .describe('How often the compactor runs.'),
});

const limits = z.strictObject({
  ingestionRate: byteSize()
    .prefault(defaults.limits.ingestionRate)
    .describe('Bytes per second that a tenant may write.'),
  ingestionBurst: byteSize()
    .prefault(defaults.limits.ingestionBurst)
    .describe('Bytes that a tenant may write at once.'),
  perStreamRate: byteSize()
    .prefault(defaults.limits.perStreamRate)
    .describe('Bytes per second that one stream may take.'),
  perStreamBurst: byteSize()
    .prefault(defaults.limits.perStreamBurst)
    .describe('Bytes that one stream may take at once.'),
  maxStreams: positiveInteger().default(defaults.limits.maxStreams).describe('Active streams of a tenant.'),
  maxEntriesPerQuery: positiveInteger()
    .default(defaults.limits.maxEntriesPerQuery)
    .describe('Lines that one query may return.'),
  maxLineSize: byteSize()
    .prefault(defaults.limits.maxLineSize)
    .describe('Longest line; a longer one is cut there, not refused.'),
  rejectOldSamplesAfter: duration()
    .prefault(defaults.limits.rejectOldSamplesAfter)
    .describe('Age from which a line is refused when it is written.'),
  queryCache: byteSize().prefault(defaults.limits.queryCache).describe('Memory for cached query results.'),
});

const egress = z.strictObject({
  cidr: cidr().describe('Addresses that may be reached.'),
  port: port().describe('TCP port there.'),
});

const storage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('filesystem').describe('Chunks and index on Loki’s own volume.'),
    allowInProduction: z.boolean().default(false).describe('Consent to keep production logs on a single volume.'),
  }),
  z.strictObject({
    type: z.literal('s3').describe('Chunks and index in an S3 bucket.'),
    bucket: z.string().min(3).describe('Name of the bucket. It must exist.'),
    region: z.string().min(1).describe('Region of the bucket.'),
    endpoint: url('http', 'https').optional().describe('Endpoint of an S3 server other than AWS.'),
    forcePathStyle: z
      .boolean()
      .default(false)
      .describe('Bucket in the path instead of in the host name; most S3 servers other than AWS want it.'),
    credentialsSecret: dnsLabel()
      .default('loki-s3')
      .describe('Secret in the logging namespace with keys `accessKeyId` and `secretAccessKey`.'),
    egress: z
      .array(egress)
      .min(1)
      .describe('Where the bucket is, for the NetworkPolicy: it matches addresses, not names.'),
  }),
]);

const persistence = (size: string) =>
  z.strictObject({
    size: byteSize().prefault(size).describe('Size of the volume.'),
    storageClass: z.string().min(1).optional().describe('StorageClass; the cluster’s default without it.'),
  });

const lokiPersistence = persistence(defaults.persistence.size).extend({
  retainOnDelete: z
    .boolean()
    .default(defaults.persistence.retainOnDelete)
    .describe('Keep the volume when Loki is removed (`pulumi destroy`).'),
});

const deployment = z.strictObject({
  mode: z
    .enum(['single', 'ha'])
    .default(defaults.deployment.mode)
    .describe('`single`: one Loki. `ha`: several monolithic replicas in a ring, on object storage.'),
  replicas: positiveInteger().default(defaults.deployment.replicas).describe('Loki pods.'),
  replicationFactor: positiveInteger()
    .default(defaults.deployment.replicationFactor)
    .describe('Loki pods that hold each line.'),
});

const tenant = z.strictObject({
  name: tenantName().describe('Tenant id; the gateway sends it to Loki as X-Scope-OrgID.'),
  write: z.array(dnsLabel()).default([]).describe('Names of the credentials that may push.'),
  read: z.array(dnsLabel()).default([]).describe('Names of the credentials that may query.'),
});

const auth = z.strictObject({
  loki: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether the gateway asks for a credential. Without, everyone it lets in is the first tenant.'),
      tenants: z
        .array(tenant)
        .min(1)
        .default([{ name: defaults.auth.tenant, write: [defaults.auth.write], read: [defaults.auth.read] }])
        .describe('Tenants and the names of their credentials. A credential belongs to one tenant and one kind.'),
    })
    .prefault({}),
});

const gateway = z.strictObject({
  replicas: positiveInteger()
    .default(defaults.gateway.replicas)
    .describe('Gateway pods. Two or more stay reachable while a node is drained.'),
});

const ingressTls = z.strictObject({
  secretName: dnsLabel().describe('Secret with the certificate; cert-manager writes it when `clusterIssuer` is set.'),
  clusterIssuer: z.string().min(1).optional().describe('cert-manager ClusterIssuer that makes the certificate.'),
});

/** The password of a first user; other ways to log in stand beside it. */
const login = z.strictObject({
  adminUser: z
    .string()
    .min(1)
    .default(defaults.grafana.login.adminUser)
    .describe('First user. Its password is a secret.'),
  adminSecret: dnsLabel()
    .default(defaults.grafana.login.adminSecret)
    .describe('Secret in the logging namespace with keys `password` and `secretKey`.'),
});

const grafana = z.strictObject({
  url: url('http', 'https')
    .default('http://localhost:3000')
    .describe('Where people reach Grafana; links and cookies follow from it.'),
  login: login.prefault({}).describe('Who may log in to Grafana, and how.'),
  credential: dnsLabel().default(defaults.auth.read).describe('Read credential of the Loki datasource.'),
  ingress: z
    .strictObject({
      className: z.string().min(1).optional().describe('IngressClass; the cluster’s default without it.'),
      tls: ingressTls.optional().describe('Certificate. Required in prod.'),
      annotations: labels().default({}).describe('Annotations of the Ingress.'),
    })
    .optional()
    .describe('Ingress for the host of `url`.'),
  persistence: persistence(defaults.grafana.persistence.size)
    .prefault({})
    .describe('Volume of Grafana’s own database.'),
  links: z
    .strictObject({
      sentry: linkTemplate().optional().describe('Where the id of a Sentry event leads; no link without it.'),
      traces: linkTemplate().optional().describe('Where the id of a trace leads; no link without it.'),
    })
    .prefault({})
    .describe('Links beside log lines that lead out of Grafana, by the id that a line holds.'),
  datasources: z
    .strictObject({
      prometheus: z
        .strictObject({
          url: url('http', 'https').default(defaults.grafana.prometheus.url).describe('Prometheus’ query API.'),
          namespace: dnsLabel()
            .default(defaults.grafana.prometheus.namespace)
            .describe('Its namespace, for the NetworkPolicy.'),
          port: port().default(defaults.grafana.prometheus.port).describe('Its container port, for the NetworkPolicy.'),
        })
        .prefault({}),
    })
    .prefault({}),
});

const fileSource = z.strictObject({
  name: dnsLabel().describe('Name of the source; the agent sees its folder as `/logs/<name>`.'),
  job: dnsLabel().describe('Label `job` of its lines; `service` and `app` are the same.'),
  format: z.enum(FORMATS).default('auto').describe('How its lines are written.'),
  directory: logDirectory().describe('Folder on the node. Its files have to be readable for everyone (0644).'),
  files: fileGlob().default(defaults.agent.files).describe('Which of its files, as a glob.'),
});

const dropRule = z.strictObject({
  name: dnsLabel().describe(
    'Name of the rule; the agent counts its lines as `logentry_dropped_lines_total{reason=<name>}`.',
  ),
  selector: streamSelector().describe('Streams that it is for, by label matchers: `{job="nginx", level="info"}`.'),
  patterns: z
    .array(expression())
    .default([])
    .describe('RE2; a line has to match one of them besides. Every line of the streams without one.'),
  keep: fraction().default(0).describe('Fraction of the lines that is kept all the same: 0.1 keeps one in ten.'),
});

const agent = z.strictObject({
  credential: dnsLabel().default(defaults.auth.write).describe('Write credential that the agent pushes with.'),
  batchWait: duration().prefault(defaults.agent.batchWait).describe('Longest time a line waits for its batch.'),
  batchSize: byteSize().prefault(defaults.agent.batchSize).describe('Size at which a batch is sent.'),
  positionsDirectory: stateDirectory(defaults.agent.positionsDirectory)
    .default(defaults.agent.positionsDirectory)
    .describe('Directory on the node for read positions; it outlives the pod.'),
  excludeNamespaces: z.array(dnsLabel()).default([]).describe('Namespaces whose pods are not collected.'),
  files: z.array(fileSource).default([]).describe('Log files on the nodes, for programs that do not write to stdout.'),
  redact: z
    .array(
      z.strictObject({
        name: dnsLabel().describe('What it is, for the reader.'),
        expression: expression().describe('RE2; its capture groups are taken out, or all of the match without any.'),
      }),
    )
    .default([])
    .describe('What is taken out of every line, besides the secrets that are always taken out.'),
  drop: z
    .array(dropRule)
    .default(defaults.agent.drop.map((rule) => ({ ...rule, patterns: [...rule.patterns] })))
    .describe('Lines that are left out, or sampled. By default successful health checks.'),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().exactOptional().describe('Key of the taint; every key without it.'),
        operator: z.enum(['Exists', 'Equal']).default('Exists').describe('Whether the value has to be equal.'),
        value: z.string().exactOptional().describe('Value of the taint, with `Equal`.'),
        effect: z
          .enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule'])
          .exactOptional()
          .describe('Effect of the taint; every effect without it.'),
      }),
    )
    .default([{ operator: 'Exists', effect: 'NoSchedule' }])
    .describe('Taints of nodes that the agent runs on all the same; by default every NoSchedule taint.'),
});

interface ResourceDefaults {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

const resources = (preset: ResourceDefaults) =>
  z
    .strictObject({
      requests: z
        .strictObject({
          cpu: cpu().prefault(preset.requests.cpu).describe('CPU the scheduler reserves.'),
          memory: byteSize().prefault(preset.requests.memory).describe('Memory the scheduler reserves.'),
        })
        .prefault({}),
      limits: z
        .strictObject({
          cpu: cpu().prefault(preset.limits.cpu).describe('CPU above which the container is throttled.'),
          memory: byteSize().prefault(preset.limits.memory).describe('Memory above which the container is killed.'),
        })
        .prefault({}),
    })
    .prefault({});

const componentResources = z.strictObject({
  loki: resources(defaults.resources.loki),
  gateway: resources(defaults.resources.gateway),
  promtail: resources(defaults.resources.promtail),
  grafana: resources(defaults.resources.grafana),
});

const images = z.strictObject({
  registry: z
    .string()
    .min(1)
    .optional()
    .describe('Mirror that replaces the registry of every image: `registry.example.com/mirror`.'),
  pullSecrets: z.array(dnsLabel()).default([]).describe('Pull secrets, in both namespaces.'),
  loki: image().default(defaults.images.loki).describe('Image of Loki.'),
  gateway: image().default(defaults.images.gateway).describe('Image of the gateway: an nginx that runs unprivileged.'),
  promtail: image().default(defaults.images.promtail).describe('Image of Promtail.'),
  grafana: image().default(defaults.images.grafana).describe('Image of Grafana.'),
});

const client = z.strictObject({
  namespace: dnsLabel().describe('Its namespace.'),
  podLabels: labels().default({}).describe('Its pods; all of the namespace without labels.'),
});

const network = z.strictObject({
  ingressController: z
    .strictObject({
      namespace: dnsLabel()
        .default(defaults.network.ingressController.namespace)
        .describe('Namespace of the ingress controller; it may reach Grafana when `grafana.ingress` is set.'),
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
      podLabels: labels()
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

const deploy = z.strictObject({
  timeout: duration()
    .prefault(defaults.deploy.timeout)
    .describe('How long `pulumi up` waits for each workload to become ready.'),
  skipAwait: z
    .array(z.enum(['loki', 'gateway', 'promtail', 'grafana']))
    .default([])
    .describe('Workloads that `pulumi up` does not wait for.'),
});

export const stackConfigSchema = z.strictObject({
  environment: z
    .enum(['dev', 'staging', 'prod'])
    .describe('What the stack is for; `prod` asks for auth, TLS and durable storage.'),
  namespaces: namespaces.prefault({}).describe('The two namespaces of the stack.'),
  retention: retention.prefault({}).describe('How long logs are kept.'),
  limits: limits.prefault({}).describe('What one tenant may write and read.'),
  storage: storage.prefault({ type: 'filesystem' }).describe('Where Loki keeps chunks and index.'),
  persistence: lokiPersistence
    .prefault({})
    .describe('Loki’s volume: its write-ahead log, and with filesystem storage all else.'),
  deployment: deployment.prefault({}).describe('How many Loki pods there are, and how they share the work.'),
  auth: auth.prefault({}).describe('Who may write and read, by name; the secret values are in `secrets`.'),
  gateway: gateway.prefault({}).describe('The nginx that everything reaches Loki through.'),
  grafana: grafana.prefault({}).describe('Grafana: its URL, first user, Ingress, volume, links and datasources.'),
  agent: agent.prefault({}).describe('The agent that reads the pods’ log files on each node.'),
  resources: componentResources
    .prefault({ loki: {}, gateway: {}, promtail: {}, grafana: {} })
    .describe(
      'CPU and memory of each container. Loki’s memory limit also sets GOMEMLIMIT and how much WAL it replays at once.',
    ),
  images: images.prefault({}).describe('Container images: immutable tags or digests.'),
  network: network.prefault({}).describe('Who else takes part in the traffic, for the NetworkPolicies.'),
  deploy: deploy.prefault({}).describe('How `pulumi up` applies the stack; `cdk8s synth` takes no notice of it.'),
});

/**
 * What a stack file may say: differences from the defaults, in the units that people write (`30d`, `15MB`, `250m`).
 * Every field, its default and its allowed values are in docs/reference/config.md.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface keeps its name in hovers and errors
export interface StackConfigInput extends DeepReadonly<z.input<typeof stackConfigSchema>> {}

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/**
 * A whole, valid, frozen stack config: plain data, every default filled in, units as numbers, no secret values.
 * Every field is in docs/reference/config.md.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface keeps its name in hovers and errors
export interface StackConfig extends DeepReadonly<z.output<typeof stackConfigSchema>> {}

/** One tenant and the names of its credentials. */
export type Tenant = StackConfig['auth']['loki']['tenants'][number];
/** Requests and limits of one container. */
export type Resources = StackConfig['resources']['loki'];
