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
  destination,
  distinguishedName,
  dnsLabel,
  domain,
  duration,
  email,
  expression,
  fileGlob,
  fraction,
  githubOrganization,
  githubTeam,
  host,
  image,
  ldapFilter,
  linkTemplate,
  logDirectory,
  port,
  positiveInteger,
  settingText,
  snowflake,
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
  queryTimeout: duration()
    .prefault(defaults.limits.queryTimeout)
    .describe('How long one query may take; the gateway waits a little longer.'),
  maxQuerySeries: positiveInteger()
    .default(defaults.limits.maxQuerySeries)
    .describe('Series that one metric query may return.'),
  maxTails: positiveInteger().default(defaults.limits.maxTails).describe('Live tails of a tenant at once.'),
  tenants: z
    .record(
      z.string(),
      z.strictObject({
        ingestionRate: byteSize().exactOptional().describe('Bytes per second that this tenant may write.'),
        ingestionBurst: byteSize().exactOptional().describe('Bytes that this tenant may write at once.'),
        perStreamRate: byteSize().exactOptional().describe('Bytes per second that one of its streams may take.'),
        perStreamBurst: byteSize().exactOptional().describe('Bytes that one of its streams may take at once.'),
        maxStreams: positiveInteger().exactOptional().describe('Its active streams.'),
        maxEntriesPerQuery: positiveInteger().exactOptional().describe('Lines that one of its queries may return.'),
        queryTimeout: duration().exactOptional().describe('How long one of its queries may take.'),
        maxQuerySeries: positiveInteger().exactOptional().describe('Series that one of its metric queries may return.'),
        maxTails: positiveInteger().exactOptional().describe('Its live tails at once.'),
      }),
    )
    .prefault({})
    .describe('Other limits for single tenants, by tenant name.'),
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
    .describe(
      '`single`: one Loki. `ha`: several monolithic replicas in a ring, on object storage, and one compactor for them.',
    ),
  replicas: positiveInteger().default(defaults.deployment.replicas).describe('Loki pods.'),
  replicationFactor: positiveInteger()
    .default(defaults.deployment.replicationFactor)
    .describe('Loki pods that hold each line.'),
});

const tenant = z.strictObject({
  name: tenantName().describe('Tenant id; the gateway sends it to Loki as X-Scope-OrgID.'),
  write: z.array(dnsLabel()).default([]).describe('Names of the credentials that may push.'),
  read: z.array(dnsLabel()).default([]).describe('Names of the credentials that may query.'),
  erase: z
    .array(dnsLabel())
    .default([])
    .describe('Names of the credentials that may have lines deleted, and nothing else.'),
});

const crossTenantReader = z.strictObject({
  name: dnsLabel().describe('Name of the credential.'),
  tenants: z
    .array(tenantName())
    .min(1)
    .describe('Tenants whose lines it reads, all of them in one query. Two at least.'),
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
        .default([{ name: defaults.auth.tenant, write: [defaults.auth.write], read: [defaults.auth.read], erase: [] }])
        .describe('Tenants and the names of their credentials. A credential belongs to one tenant and one kind.'),
      crossTenantReaders: z
        .array(crossTenantReader)
        .default([])
        .describe('Credentials that read several tenants at once. They cannot tail: Loki tails one tenant only.'),
    })
    .prefault({}),
});

const secretSource = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('pulumi').describe('`pulumi up` makes the Secrets from the encrypted values of the stack.'),
  }),
  z.strictObject({
    type: z.literal('existing').describe('The Secrets are made by somebody else, before the stack.'),
  }),
  z.strictObject({
    type: z.literal('externalSecrets').describe('The External Secrets operator makes them from a store.'),
    store: z.string().min(1).describe('Name of the store.'),
    storeKind: z
      .enum(['ClusterSecretStore', 'SecretStore'])
      .default(defaults.secretSource.storeKind)
      .describe('Kind of the store. A `SecretStore` has to be in both namespaces.'),
    prefix: settingText('a path in the store', 'teams/logs')
      .default(defaults.secretSource.prefix)
      .describe('What the names of the entries begin with: `<prefix>/<Secret>`, with the Secret’s keys as properties.'),
    refreshInterval: duration()
      .prefault(defaults.secretSource.refreshInterval)
      .describe('How often the operator looks for new values.'),
  }),
]);

const gatewayTls = z.strictObject({
  secretName: dnsLabel()
    .default(defaults.gateway.tls.secretName)
    .describe('Secret in the logging namespace with keys `tls.crt`, `tls.key` and `ca.crt`.'),
  caSecretName: dnsLabel()
    .default(defaults.gateway.tls.caSecretName)
    .describe('Secret in the agents’ namespace of which the agent reads the key `ca.crt`, and nothing else.'),
  clusterIssuer: z
    .string()
    .min(1)
    .optional()
    .describe('cert-manager ClusterIssuer that makes both Secrets; it has to sign names of the cluster, so a CA’s.'),
});

const gateway = z.strictObject({
  replicas: positiveInteger()
    .default(defaults.gateway.replicas)
    .describe('Gateway pods. Two or more stay reachable while a node is drained.'),
  tls: gatewayTls.optional().describe('Certificate of the gateway; plain HTTP without it. Required in prod.'),
  maxConnections: positiveInteger()
    .default(defaults.gateway.maxConnections)
    .describe('Connections that one gateway pod has open at once.'),
  failedLoginsPerMinute: positiveInteger()
    .default(defaults.gateway.failedLoginsPerMinute)
    .describe('Refused credentials that one address may try each minute; above it the answer is 429.'),
});

const ingressTls = z.strictObject({
  secretName: dnsLabel().describe('Secret with the certificate; cert-manager writes it when `clusterIssuer` is set.'),
  clusterIssuer: z.string().min(1).optional().describe('cert-manager ClusterIssuer that makes the certificate.'),
});

const egressOf = (what: string) =>
  z.array(destination()).min(1).describe(`Where ${what} is, for the NetworkPolicy: it matches addresses, not names.`);

const others = () =>
  z
    .enum(['viewer', 'editor', 'none'])
    .default('viewer')
    .describe('Role of everyone else who may log in; `none` lets only those in that are listed here.');

const clientId = () =>
  settingText('a client id', '1234567890').describe('Id of the OAuth application. Its secret is a secret.');

const github = z.strictObject({
  clientId: clientId(),
  organizations: z.array(githubOrganization()).min(1).describe('Organisations whose members may log in.'),
  roles: z
    .strictObject({
      admin: z.array(githubTeam()).default([]).describe('Teams whose members are administrators.'),
      editor: z.array(githubTeam()).default([]).describe('Teams whose members may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('GitHub'),
});

const google = z.strictObject({
  clientId: clientId(),
  domains: z.array(domain()).min(1).describe('Domains of Google Workspace whose users may log in.'),
  roles: z
    .strictObject({
      admin: z.array(email()).default([]).describe('Addresses of the administrators.'),
      editor: z.array(email()).default([]).describe('Addresses of those who may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('Google'),
});

const discord = z.strictObject({
  type: z.literal('discord').describe('Discord, by membership in a guild.'),
  clientId: clientId(),
  guilds: z.array(snowflake()).min(1).describe('Guilds whose members may log in.'),
  roles: z
    .strictObject({
      admin: z.array(snowflake()).default([]).describe('User ids of the administrators.'),
      editor: z.array(snowflake()).default([]).describe('User ids of those who may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('Discord'),
});

const group = () => settingText('a group', 'logs-admins');

const oidc = z.strictObject({
  type: z.literal('oidc').describe('Any OpenID Connect provider.'),
  name: settingText('a name', 'Keycloak').describe('What the button says.'),
  clientId: clientId(),
  authUrl: url('https').describe('Authorization endpoint.'),
  tokenUrl: url('https').describe('Token endpoint.'),
  apiUrl: url('https').describe('Userinfo endpoint.'),
  scopes: z
    .array(settingText('a scope', 'openid'))
    .min(1)
    .default(['openid', 'profile', 'email'])
    .describe('Scopes that are asked for.'),
  groupsClaim: settingText('a claim', 'groups').default('groups').describe('Claim that lists the user’s groups.'),
  domains: z.array(domain()).default([]).describe('Domains of addresses that may log in; any without one.'),
  groups: z.array(group()).default([]).describe('Groups of which a user has to be in one; any without one.'),
  roles: z
    .strictObject({
      admin: z.array(group()).default([]).describe('Groups whose members are administrators.'),
      editor: z.array(group()).default([]).describe('Groups whose members may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('the provider'),
});

const oauth = z.strictObject({
  github: github.optional().describe('GitHub.'),
  google: google.optional().describe('Google.'),
  generic: z
    .discriminatedUnion('type', [oidc, discord])
    .optional()
    .describe('Another provider. Grafana has a place for one.'),
  secret: dnsLabel()
    .default(defaults.grafana.login.oauthSecret)
    .describe('Secret in the logging namespace with the client secret of each provider, under the provider’s name.'),
});

const ldap = z.strictObject({
  host: host().describe('Its server.'),
  port: port().default(defaults.grafana.login.ldap.port).describe('Port there.'),
  encryption: z
    .enum(['tls', 'startTls', 'none'])
    .default('tls')
    .describe('`tls` from the first byte (port 636), or `startTls` (port 389).'),
  bindDn: distinguishedName().describe('Who Grafana searches as. Its password is a secret.'),
  bindSecret: dnsLabel()
    .default(defaults.grafana.login.ldap.bindSecret)
    .describe(
      'Secret in the logging namespace with keys `ldap.toml`, Grafana’s whole LDAP config, and `ca.crt` where `privateCa` is set.',
    ),
  privateCa: z
    .boolean()
    .default(false)
    .describe(
      'Whether the server’s certificate comes from a CA of your own, which is the key `ca.crt` of `bindSecret`.',
    ),
  searchBaseDns: z.array(distinguishedName()).min(1).describe('Where users are looked for.'),
  searchFilter: ldapFilter()
    .default(defaults.grafana.login.ldap.searchFilter)
    .describe('How a user is found; `%s` is the name that was typed.'),
  attributes: z
    .strictObject({
      username: settingText('an attribute', 'uid')
        .default(defaults.grafana.login.ldap.attributes.username)
        .describe('Attribute with the login name.'),
      email: settingText('an attribute', 'mail')
        .default(defaults.grafana.login.ldap.attributes.email)
        .describe('Attribute with the address.'),
      name: settingText('an attribute', 'cn')
        .default(defaults.grafana.login.ldap.attributes.name)
        .describe('Attribute with the name that is shown.'),
      memberOf: settingText('an attribute', 'memberOf')
        .default(defaults.grafana.login.ldap.attributes.memberOf)
        .describe('Attribute with the groups.'),
    })
    .prefault({}),
  groups: z
    .array(
      z.strictObject({
        dn: distinguishedName().describe('The group.'),
        role: z.enum(['admin', 'editor', 'viewer']).describe('Role of its members; the first group that fits decides.'),
      }),
    )
    .min(1)
    .describe('Groups that may log in. Nobody else may.'),
  egress: egressOf('the server'),
});

/** The password of a first user, and the other ways to log in. */
const login = z.strictObject({
  adminUser: z
    .string()
    .min(1)
    .default(defaults.grafana.login.adminUser)
    .describe('First user. Its password is a secret, and counts at the first start only.'),
  adminSecret: dnsLabel()
    .default(defaults.grafana.login.adminSecret)
    .describe('Secret in the logging namespace with keys `password` and `secretKey`.'),
  form: z.boolean().default(true).describe('Whether one may log in with name and password. LDAP needs it.'),
  oauth: oauth.optional().describe('Login by a provider.'),
  ldap: ldap.optional().describe('Login by an LDAP directory.'),
});

const grafanaDatabase = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('sqlite').describe('A file on Grafana’s own volume; one pod.') }),
  z.strictObject({
    type: z.literal('postgres').describe('A PostgreSQL; several pods may share it, and there is no volume.'),
    host: host().describe('Its server.'),
    port: port().default(defaults.grafana.database.port).describe('Port there.'),
    name: settingText('a name', 'grafana').default(defaults.grafana.database.name).describe('Database.'),
    user: settingText('a user', 'grafana').default(defaults.grafana.database.user).describe('User.'),
    sslMode: z
      .enum(['disable', 'require', 'verify-full'])
      .default('verify-full')
      .describe(
        '`require` encrypts; `verify-full` also checks the server’s certificate. prod does not take `disable`.',
      ),
    passwordSecret: dnsLabel()
      .default(defaults.grafana.database.passwordSecret)
      .describe('Secret in the logging namespace with the key `password`.'),
    egress: egressOf('the server'),
  }),
]);

const smtp = z.strictObject({
  host: host().describe('Its server.'),
  port: port().default(defaults.grafana.smtp.port).describe('Port there. STARTTLS is mandatory.'),
  from: email().describe('Sender of Grafana’s mail.'),
  user: settingText('a user', 'grafana').optional().describe('User. Its password is a secret; no login without it.'),
  passwordSecret: dnsLabel()
    .default(defaults.grafana.smtp.passwordSecret)
    .describe('Secret in the logging namespace with the key `password`.'),
  egress: egressOf('the server'),
});

const route = z.strictObject({
  gateway: z
    .strictObject({
      name: dnsLabel().describe('Name of the Gateway.'),
      namespace: dnsLabel().describe('Its namespace.'),
      listener: dnsLabel().describe('Its HTTPS listener; HTTP is left alone, so that nobody logs in over it.'),
    })
    .describe('The Gateway that publishes Grafana; its listener holds the certificate.'),
});

const grafana = z.strictObject({
  url: url('http', 'https')
    .default('http://localhost:3000')
    .describe('Where people reach Grafana; links and cookies follow from it.'),
  replicas: positiveInteger()
    .default(defaults.grafana.replicas)
    .describe('Grafana pods. Several need `database.type: postgres`.'),
  login: login.prefault({}).describe('Who may log in to Grafana, and how.'),
  database: grafanaDatabase.prefault({ type: 'sqlite' }).describe('Where Grafana keeps users and settings.'),
  smtp: smtp.optional().describe('Mail server, for invitations and forgotten passwords.'),
  credential: dnsLabel()
    .default(defaults.auth.read)
    .describe('Credential of the Loki datasource: a read credential, or one of `auth.loki.crossTenantReaders`.'),
  ingress: z
    .strictObject({
      className: z.string().min(1).optional().describe('IngressClass; the cluster’s default without it.'),
      tls: ingressTls.optional().describe('Certificate. Required in prod.'),
      annotations: labels().default({}).describe('Annotations of the Ingress.'),
    })
    .optional()
    .describe('Ingress for the host of `url`.'),
  route: route.optional().describe('Gateway API route for the host of `url`, instead of an Ingress.'),
  persistence: persistence(defaults.grafana.persistence.size)
    .prefault({})
    .describe('Volume of Grafana’s own database, with `database.type: sqlite`.'),
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
  compactor: resources(defaults.resources.compactor),
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
    .array(z.enum(['loki', 'compactor', 'gateway', 'promtail', 'grafana']))
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
  secretSource: secretSource
    .prefault({ type: 'pulumi' })
    .describe('Where the values of the Secrets come from. `docs/reference/secrets.md` lists them.'),
  gateway: gateway.prefault({}).describe('The nginx that everything reaches Loki through.'),
  grafana: grafana.prefault({}).describe('Grafana: its URL, first user, Ingress, volume, links and datasources.'),
  agent: agent.prefault({}).describe('The agent that reads the pods’ log files on each node.'),
  resources: componentResources
    .prefault({ loki: {}, compactor: {}, gateway: {}, promtail: {}, grafana: {} })
    .describe(
      'CPU and memory of each container; `compactor` is there in mode `ha` alone. Loki’s memory limit also sets GOMEMLIMIT and how much WAL it replays at once.',
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
/** Addresses or pods that a component may connect to. */
export type Destination = z.output<ReturnType<typeof destination>>;
/** Requests and limits of one container. */
export type Resources = StackConfig['resources']['loki'];
