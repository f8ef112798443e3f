/** Stack configs for tests: small ones, and one in which every option is set. */
import { CA } from './certificates';
import { ALL_LOKI_LIMITS, TENANT_LOKI_LIMITS } from './loki-limits';
import { ConfigError, parseStackConfig, type Problem, type StackConfig, type StackConfigInput } from '../../src/config';

/** A whole config of a dev stack with these differences. */
export function configWith(differences: Partial<StackConfigInput> = {}): StackConfig {
  return parseStackConfig('test', { environment: 'dev', ...differences });
}

/** Storage of a stack on S3, as small as it may be. */
export const S3 = {
  type: 's3',
  bucket: 'spywatcher-logs',
  region: 'eu-central-1',
  egress: [{ cidr: '52.219.0.0/16', port: 443 }],
} as const;

/** The same on Google Cloud Storage. */
export const GCS = {
  type: 'gcs',
  bucket: 'spywatcher-logs',
  egress: [{ cidr: '199.36.153.8/30', port: 443 }],
} as const;

/** The same on Azure Blob Storage. */
export const AZURE = {
  type: 'azure',
  account: 'spywatcher',
  container: 'logs',
  egress: [{ cidr: '20.150.0.0/17', port: 443 }],
} as const;

/** A stack of prod, as small as it may be. */
export const PROD: Partial<StackConfigInput> = {
  environment: 'prod',
  storage: S3,
  gateway: { tls: {} },
  grafana: { url: 'https://logs.example.com', ingress: { tls: { secretName: 'tls' } } },
  alertmanager: { type: 'none' },
};

/** A secret as Pulumi writes it: encrypted by a passphrase or a key of a cloud, and by Pulumi Cloud. */
export const ENCRYPTED = { secure: 'v1:bm9uY2Utb2YtMTIh:Y2lwaGVydGV4dC1hbmQtYS10YWctb2YtMTY=' };
export const ENCRYPTED_BY_CLOUD = { secure: 'AAABAGJ5dGVzLW9mLXB1bHVtaS1jbG91ZC1vZi13aGljaC1ub25lLWlzLW91cnM=' };

/** Three replicas in a ring. */
export const HA = { deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 }, storage: S3 } as const;

/** A canary, with the credential that it reads with. */
export const CANARY = {
  canary: {},
  auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana', 'canary'] }] } },
} as const;

/** Agents alone, which push to the gateway of another cluster. */
export const AGENTS_ALONE = {
  cluster: 'east',
  components: ['agent'],
  agent: { gateway: { url: 'https://logs.example.com', egress: [{ cidr: '203.0.113.7/32', port: 443 }] } },
} as const satisfies Partial<StackConfigInput>;

/** What is wrong with a config; fails if nothing is. */
export function problemsOf(input: unknown): readonly Problem[] {
  return configError(() => parseStackConfig('test', input)).problems;
}

/** What is wrong with a dev stack of these differences; nothing where it is taken. */
export function refusals(differences: object): readonly Problem[] {
  try {
    configWith(differences);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The ConfigError that a call throws; fails if it throws none. */
export function configError(call: () => unknown): ConfigError {
  try {
    call();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('Expected a ConfigError.');
}

/** Every option, however deep, is there: a new one does not compile until a test sets it. */
type Everything<T> = T extends object ? { readonly [K in keyof T]-?: Everything<NonNullable<T[K]>> } : T;

/** What cannot be set beside the rest is in {@link otherwise} and {@link otherwiseAgents}. */
type WithoutAlternatives<T extends Everything<StackConfigInput>> = Omit<
  T,
  'agent' | 'deployment' | 'grafana' | 'monitoring' | 'pods' | 'services' | 'components' | 'patches'
> & {
  readonly deployment: Omit<T['deployment'], 'joins'>;
  // Each has one of the two.
  readonly patches: readonly [Omit<T['patches'][number], 'json'>, Omit<T['patches'][number], 'merge'>];
  // Each program has the same settings.
  readonly pods: Pick<T['pods'], 'all'> & StackConfigInput['pods'];
  readonly services: Pick<T['services'], 'all'> & StackConfigInput['services'];
  readonly agent: Omit<T['agent'], 'also' | 'tenants' | 'gateway'>;
  readonly monitoring: Omit<T['monitoring'], 'operator'>;
  readonly grafana: Omit<T['grafana'], 'route' | 'login' | 'links'> & {
    readonly login: Omit<T['grafana']['login'], 'form'>;
    readonly links: Omit<T['grafana']['links'], 'traces'>;
  };
};

/** A rule file of the format that Loki and Prometheus share. */
export const AUDIT_RULES = `groups:
  - name: audit
    rules:
      - alert: AuditTrailErrors
        expr: sum(rate({job="login", level="error"}[5m])) > 1
        for: 5m
        labels: { severity: info }
        annotations:
          summary: The audit trail has errors
          description: '{{ $value }} errors/sec'
          runbook_url: https://wiki.example.com/audit
`;

/** The same of another team, in a ConfigMap. */
export const GUILD_RULES = AUDIT_RULES.replace('name: audit', 'name: guilds')
  .replace('AuditTrailErrors', 'GuildErrors')
  .replace('job="login"', 'job="backend"');

/** A dashboard of a team, as Grafana exports it. */
export const ORDERS_DASHBOARD = JSON.stringify({ id: 7, uid: 'orders', title: 'Orders', panels: [] }, null, 2);

const RACKS = { topologyKey: 'example.com/rack', whenUnsatisfiable: 'ScheduleAnyway' } as const;
/** Other pods that a pod is near to, or away from, with every key. */
const WEIGHED = {
  topologyKey: 'example.com/rack',
  labelSelector: {
    matchLabels: { app: 'batch' },
    matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['test'] }],
  },
  namespaces: ['shop'],
  namespaceSelector: {
    matchLabels: { team: 'batch' },
    matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['old'] }],
  },
} as const;

/** Words of messages, which call a template of the stack file. */
const WORDS = {
  title: '{{ template "watchLine" . }}',
  text: '{{ range .Alerts }}{{ .Labels.job }}{{ end }}',
} as const;

/** Receivers that a route of less important alerts names, in the order of the routes after the first one. */
export const ROUTED = [
  ...(['chat', 'mail', 'hook', 'teams', 'on-call', 'group', 'town-square'] as const),
  ...(['rocket', 'room', 'phone', 'splunk', 'incidents'] as const),
];

/** Every option but those that exclude others is set, and to something else than its default. */
export const everything: WithoutAlternatives<Everything<StackConfigInput>> = {
  environment: 'staging',
  cluster: 'east',
  namespaces: { logging: 'watch', agents: 'watch-agents', adopt: true },
  retention: {
    period: '10d',
    streams: [{ selector: '{job="security"}', period: '90d', priority: 10 }],
    tenants: { audit: { period: '400d', streams: [{ selector: '{job="login"}', period: '500d', priority: 5 }] } },
    deleteDelay: '3h',
    compactionInterval: '20m',
  },
  expectedLoad: { linesPerSecond: 500, bytesPerLine: 250 },
  limits: {
    ingestionRate: '16MB',
    ingestionBurst: '32MB',
    perStreamRate: '4MB',
    perStreamBurst: '8MB',
    maxStreams: 20_000,
    maxEntriesPerQuery: 2_000,
    maxLineSize: '128KB',
    rejectOldSamplesAfter: '3d',
    queryCache: '64MB',
    queryTimeout: '2m',
    maxQuerySeries: 400,
    maxTails: 8,
    loki: ALL_LOKI_LIMITS,
    tenants: {
      audit: {
        ingestionRate: '8MB',
        ingestionBurst: '16MB',
        perStreamRate: '2MB',
        perStreamBurst: '7MB',
        maxStreams: 500,
        maxEntriesPerQuery: 1_000,
        queryTimeout: '3m',
        maxQuerySeries: 300,
        maxTails: 4,
        loki: TENANT_LOKI_LIMITS,
      },
    },
  },
  storage: {
    type: 's3',
    compression: 'gzip',
    bucket: 'watch-logs',
    region: 'eu-west-1',
    endpoint: 'https://minio.storage.svc:9000',
    forcePathStyle: true,
    trustedCa: CA,
    encryption: { type: 'SSE-KMS', keyId: 'alias/watch', context: { team: 'watch' } },
    access: { type: 'secret', secret: 'watch-bucket' },
    prefix: 'watch',
    lifecycle: { expireAfter: '600d' },
    egress: [{ namespace: 'storage', podLabels: { app: 'minio' }, port: 9000 }],
    schema: [
      { from: '2024-01-01', store: 's3', indexPrefix: 'loki_index_', index: 'boltdb-shipper', version: 'v11' },
      { from: '2025-06-01', store: 's3', indexPrefix: 'loki_index_', index: 'tsdb', version: 'v13' },
    ],
  },
  persistence: { size: '40Gi', storageClass: 'fast', retainOnDelete: false },
  deployment: { mode: 'ha', replicas: 6, replicationFactor: 3, clusterLabel: 'sent', zoneAware: true },
  auth: {
    loki: {
      enabled: true,
      tenants: [
        { name: 'app', write: ['shipper'], read: ['viewer', 'watcher'], erase: ['eraser'] },
        { name: 'audit', write: ['audit-shipper'], read: ['auditor'], erase: ['audit-eraser'] },
      ],
      crossTenantReaders: [{ name: 'overseer', tenants: ['app', 'audit'] }],
    },
  },
  secretSource: {
    type: 'externalSecrets',
    store: 'vault',
    storeKind: 'SecretStore',
    prefix: 'teams/watch',
    refreshInterval: '15m',
  },
  gateway: {
    replicas: 2,
    tls: { secretName: 'watch-gateway-tls', caSecretName: 'watch-gateway-ca', clusterIssuer: 'cluster-ca' },
    maxConnections: 700,
    failedLoginsPerMinute: 20,
    expose: {
      type: 'ingress',
      host: 'push.example.com',
      credentials: [{ name: 'audit-shipper', cidrs: ['203.0.113.0/24'] }],
      maxConnections: 100,
      className: 'public',
      tls: { secretName: 'watch-outside-tls', clusterIssuer: 'letsencrypt' },
      annotations: { 'watch/team': 'watch' },
      trustedProxies: ['10.42.0.0/16'],
    },
  },
  grafana: {
    url: 'https://watch.example.com',
    replicas: 2,
    login: {
      adminUser: 'owner',
      adminSecret: 'watch-admin',
      oauth: {
        github: {
          clientId: 'github-client',
          organizations: ['spywatcher'],
          roles: { admin: ['@spywatcher/operators'], editor: ['@spywatcher/developers'], others: 'none' },
          egress: [{ cidr: '140.82.112.0/20', port: 443 }],
        },
        google: {
          clientId: 'google-client',
          domains: ['spywatcher.example'],
          roles: { admin: ['owner@spywatcher.example'], editor: ['dev@spywatcher.example'], others: 'editor' },
          egress: [{ cidr: '142.250.0.0/15', port: 443 }],
        },
        generic: {
          type: 'oidc',
          name: 'Keycloak',
          clientId: 'keycloak-client',
          authUrl: 'https://id.example.com/auth',
          tokenUrl: 'https://id.example.com/token',
          apiUrl: 'https://id.example.com/userinfo',
          scopes: ['openid', 'groups'],
          groupsClaim: 'roles',
          domains: ['example.com'],
          groups: ['logs'],
          roles: { admin: ['logs-admins'], editor: ['logs-editors'], others: 'none' },
          egress: [{ namespace: 'identity', podLabels: { app: 'keycloak' }, port: 8443 }],
        },
        secret: 'watch-oauth',
      },
      ldap: {
        host: 'ldap.example.com',
        port: 389,
        encryption: 'startTls',
        bindDn: 'cn=grafana,dc=example,dc=com',
        bindSecret: 'watch-ldap',
        privateCa: true,
        searchBaseDns: ['ou=people,dc=example,dc=com'],
        searchFilter: '(uid=%s)',
        attributes: { username: 'uid', email: 'email', name: 'cn', memberOf: 'isMemberOf' },
        groups: [{ dn: 'cn=admins,dc=example,dc=com', role: 'admin' }],
        egress: [{ cidr: '10.30.0.5/32', port: 389 }],
      },
    },
    database: {
      type: 'postgres',
      host: 'db.databases.svc',
      port: 5433,
      name: 'watch',
      user: 'watcher',
      sslMode: 'require',
      passwordSecret: 'watch-database',
      egress: [{ namespace: 'databases', podLabels: { app: 'postgres' }, port: 5433 }],
    },
    smtp: {
      host: 'mail.example.com',
      port: 2525,
      from: 'logs@example.com',
      user: 'watch',
      passwordSecret: 'watch-smtp',
      egress: [{ cidr: '10.30.0.6/32', port: 2525 }],
    },
    credential: 'viewer',
    ingress: {
      className: 'internal',
      tls: { secretName: 'watch-tls', clusterIssuer: 'corporate' },
      annotations: { 'watch/team': 'watch' },
    },
    persistence: { size: '4Gi', storageClass: 'slow' },
    links: { sentry: 'https://sentry.example.com/organizations/watch/issues/?query={id}' },
    plugins: {
      type: 'download',
      list: [{ id: 'grafana-lokiexplore-app', version: '1.0.41', url: 'https://plugins.example.com/lokiexplore.zip' }],
      egress: [{ cidr: '203.0.113.21/32', port: 443 }],
    },
    settings: { users: { default_theme: 'light' }, explore: { enabled: true }, dataproxy: { timeout: 60 } },
    drilldown: true,
    datasources: {
      prometheus: { url: 'http://metrics.telemetry.svc:9091', namespace: 'telemetry', port: 9091 },
      tenants: [{ name: 'Audit trail', uid: 'audit', credential: 'auditor' }],
      tempo: {
        url: 'https://tempo.example.com/tempo',
        basicAuthUser: 'watch',
        jsonData: { nodeGraph: { enabled: true } },
        secrets: ['basicAuthPassword'],
        egress: [{ cidr: '203.0.113.20/32', port: 443 }],
      },
      others: [
        {
          name: 'Orders',
          uid: 'orders',
          type: 'grafana-postgresql-datasource',
          url: 'orders.databases.svc:5434',
          user: 'reader',
          basicAuthUser: 'proxy',
          jsonData: { database: 'orders', sslmode: 'verify-full' },
          secrets: ['password', 'basicAuthPassword'],
          egress: [{ namespace: 'databases', podLabels: { app: 'orders' }, port: 5434 }],
        },
      ],
      secret: 'watch-datasources',
    },
    dashboards: {
      folder: 'dashboards',
      title: 'Shop',
      files: [{ name: 'Orders.json', content: ORDERS_DASHBOARD }],
    },
  },
  agent: {
    type: 'promtail',
    credential: 'shipper',
    batchWait: '2s',
    batchSize: '512KB',
    queueSize: '200Mi',
    containerLogMaxSize: '50Mi',
    positionsDirectory: '/var/lib/watch/positions',
    since: '2026-01-02T03:04:05Z',
    podLogsDirectory: '/var/snap/microk8s/common/var/log/pods',
    containerRuntime: { type: 'docker', directory: '/data/docker/containers' },
    excludeNamespaces: ['kube-*', 'noise'],
    labels: { region: 'eu-central-1' },
    podLabels: [
      { type: 'label', name: 'team', podLabel: 'watch/team', values: ['shop', 'audit'] },
      { type: 'metadata', name: 'owner', podLabel: 'watch/owner' },
    ],
    extract: [
      {
        type: 'json',
        selector: '{job="orders"}',
        labels: [{ name: 'plan', from: 'customer.plan', values: ['free', 'paid'] }],
        metadata: [{ name: 'order', from: 'order.id' }],
      },
      {
        type: 'regex',
        selector: '{namespace="shop", team="audit"}',
        expression: 'shop=(?P<shop>[a-z]+)',
        labels: [],
        metadata: [{ name: 'shop', from: 'shop' }],
      },
    ],
    files: [
      { name: 'statements', job: 'postgres', format: 'postgres', directory: '/var/log/postgresql', files: '*.csv' },
    ],
    allow: ['maxTokens'],
    redact: [{ name: 'guild-invite', expression: 'discord\\.gg/(\\w+)' }],
    drop: [{ name: 'chatter', selector: '{job="redis", level="debug"}', patterns: ['Accepted'], keep: 0.5 }],
  },
  alerting: {
    enabled: true,
    interval: '2m',
    thresholds: {
      errorsPerSecond: 12,
      errorRateFactor: 4,
      failedLoginsByUser: 5,
      failedLoginsByAddress: 15,
      rateLimitViolations: 80,
      suspiciousActions: 1,
      refusedActions: 40,
      slowQueries: 30,
      slowQuery: '2s',
      serverErrorPercent: 10,
      requestDuration: '3s',
      connectionFailures: 8,
      poolRefusals: 4,
      silence: '1h',
      redactedLines: 10,
    },
    silentJobs: ['backend', 'nginx'],
    disabled: ['SlowStatements'],
    rules: [
      {
        name: 'GuildSyncFails',
        expr: 'sum(count_over_time({job="backend"} |= "guild sync failed" [10m])) > 3',
        for: '5m',
        severity: 'warning',
        tenant: 'app',
        labels: { team: 'guilds' },
        summary: 'Guilds are not synchronised',
        description: '{{ $value }} failures in 10m.',
        runbook: 'https://wiki.example.com/guild-sync',
      },
    ],
    recording: [
      {
        record: 'job:log_lines:rate5m',
        expr: 'sum by (job) (rate({job=~".+"}[5m]))',
        tenant: 'app',
        labels: { source: 'logs' },
      },
    ],
    files: [{ path: 'alerts/audit.yaml', tenant: 'audit', content: AUDIT_RULES }],
    configMaps: {
      label: 'loki_rule=spywatcher',
      folder: 'rules/test',
      namespaces: [{ name: 'guilds', tenant: 'app' }],
      files: [{ namespace: 'guilds', configMap: 'guild-rules', key: 'guilds.yaml', content: GUILD_RULES }],
    },
    remoteWrite: {
      url: 'https://metrics.example.com/api/v1/write',
      egress: [{ cidr: '10.40.0.5/32', port: 443 }],
    },
    runbooks: 'https://wiki.example.com/runbooks',
  },
  alertmanager: {
    type: 'embedded',
    replicas: 2,
    url: 'https://alerts.example.com',
    receivers: [
      {
        name: 'channel',
        type: 'discord',
        sendResolved: false,
        ...WORDS,
        egress: [{ cidr: '162.159.128.0/19', port: 443 }],
      },
      { name: 'chat', type: 'slack', sendResolved: false, ...WORDS, egress: [{ cidr: '203.0.113.16/32', port: 443 }] },
      {
        name: 'mail',
        type: 'email',
        sendResolved: false,
        to: ['team@spywatcher.example', 'boss@spywatcher.example'],
        from: 'alerts@spywatcher.example',
        host: 'mail.example.com',
        port: 2526,
        user: 'alerts',
        ...WORDS,
        egress: [{ cidr: '203.0.113.17/32', port: 2526 }],
      },
      {
        name: 'hook',
        type: 'webhook',
        sendResolved: false,
        auth: { type: 'basic', user: 'watch' },
        egress: [{ namespace: 'bots', podLabels: { app: 'alert-bot' }, port: 8088 }],
      },
      {
        name: 'pager',
        type: 'pagerduty',
        sendResolved: false,
        region: 'eu',
        ...WORDS,
        egress: [{ cidr: '203.0.113.18/32', port: 443 }],
      },
      { name: 'teams', type: 'teams', sendResolved: false, ...WORDS, egress: [{ cidr: '203.0.113.23/32', port: 443 }] },
      {
        name: 'on-call',
        type: 'opsgenie',
        sendResolved: false,
        region: 'jira',
        responders: [{ type: 'team', name: 'Watch' }],
        priorities: { critical: 'P2', warning: 'P4', info: 'P4' },
        ...WORDS,
        egress: [{ cidr: '203.0.113.24/32', port: 443 }],
      },
      {
        name: 'group',
        type: 'telegram',
        sendResolved: false,
        chatId: -1_001_234_567_890,
        threadId: 7,
        format: 'html',
        text: WORDS.text,
        egress: [{ cidr: '149.154.160.0/20', port: 443 }],
      },
      {
        name: 'town-square',
        type: 'mattermost',
        sendResolved: false,
        ...WORDS,
        egress: [{ namespace: 'chat', podLabels: { app: 'mattermost' }, port: 8065 }],
      },
      {
        name: 'rocket',
        type: 'rocketchat',
        sendResolved: false,
        url: 'https://rocket.example.com',
        userId: 'rbAXPnMktTFbNpwtJ',
        channel: 'alerts',
        ...WORDS,
        egress: [{ cidr: '203.0.113.25/32', port: 443 }],
      },
      {
        name: 'room',
        type: 'webex',
        sendResolved: false,
        roomId: 'Y2lzY29zcGFyazovL3VzL1JPT00',
        text: WORDS.text,
        egress: [{ cidr: '203.0.113.26/32', port: 443 }],
      },
      {
        name: 'phone',
        type: 'pushover',
        sendResolved: false,
        priorities: { critical: 2, warning: 1, info: -2 },
        ...WORDS,
        egress: [{ cidr: '203.0.113.27/32', port: 443 }],
      },
      {
        name: 'splunk',
        type: 'victorops',
        sendResolved: false,
        routingKey: 'watch',
        ...WORDS,
        egress: [{ cidr: '203.0.113.28/32', port: 443 }],
      },
      {
        name: 'incidents',
        type: 'incidentio',
        sendResolved: false,
        source: '01JZK3M8Q2',
        egress: [{ cidr: '203.0.113.29/32', port: 443 }],
      },
    ],
    routes: [
      {
        receiver: 'pager',
        severities: ['critical'],
        tenants: ['app'],
        alerts: ['HighErrorRate'],
        labels: { team: 'watch' },
        matchers: ['namespace=~"shop|bots"'],
        continue: true,
        mute: ['maintenance'],
        active: ['office'],
        groupBy: ['alertname'],
        groupWait: '10s',
        groupInterval: '2m',
        repeatInterval: '1h',
      },
      ...ROUTED.map((receiver) => ({
        receiver,
        severities: ['warning'] as const,
        tenants: ['audit'],
        alerts: ['SourceSilent'],
        labels: { team: 'audit' },
        matchers: ['namespace!="noise"'],
        continue: true,
        mute: ['maintenance'],
        active: ['office'],
        groupBy: ['tenant'],
        groupWait: '20s',
        groupInterval: '3m',
        repeatInterval: '2h',
      })),
    ],
    heartbeat: { interval: '10m', egress: [{ cidr: '203.0.113.19/32', port: 443 }] },
    fallback: 'channel',
    groupBy: ['alertname', 'tenant'],
    groupWait: '40s',
    groupInterval: '6m',
    repeatInterval: '5h',
    inhibit: [
      {
        while: {
          severities: ['critical'],
          tenants: ['app'],
          alerts: ['HighErrorRate'],
          labels: { job: 'backend' },
          matchers: ['namespace="shop"'],
        },
        silence: {
          severities: ['warning'],
          tenants: ['audit'],
          alerts: ['SlowQueries'],
          labels: { job: 'postgres' },
          matchers: ['pod!~"canary-.*"'],
        },
        equal: ['namespace'],
      },
    ],
    muteTimes: [
      {
        name: 'maintenance',
        days: ['sunday'],
        hours: { from: '01:00', to: '04:00' },
        daysOfMonth: [{ from: 1, to: 7 }],
        months: ['january', 'july'],
        timeZone: 'Europe/Berlin',
      },
      {
        name: 'office',
        days: ['monday'],
        hours: { from: '08:00', to: '18:00' },
        daysOfMonth: [{ from: -20, to: -2 }],
        months: ['march'],
        timeZone: 'Europe/Berlin',
      },
    ],
    templates: { watchLine: '{{ .Status }}: {{ template "spywatcher.title" . }}' },
    retention: '240h',
    persistence: { size: '2Gi', storageClass: 'fast' },
  },
  canary: { credential: 'watcher', interval: '2s' },
  monitoring: {
    type: 'embedded',
    scrapeInterval: '20s',
    embedded: { retention: '5d', persistence: { size: '6Gi', storageClass: 'fast' } },
    targets: [
      {
        job: 'backend',
        host: 'backend.shop.svc',
        port: 3001,
        path: '/internal/metrics',
        perPod: true,
        egress: [{ namespace: 'shop', podLabels: { app: 'backend' }, port: 3001 }],
      },
    ],
    thresholds: {
      agentBehind: '20MB',
      volumeUsed: 0.7,
      volumeFullWithin: '2d',
      memoryUsed: 0.85,
      compactionOverdue: '2h',
      slowQuery: '5s',
      unauthorized: 30,
      serverErrors: 10,
      certificateExpiresWithin: '10d',
      canaryLatency: '8s',
    },
  },
  resources: {
    loki: { requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: 3, memory: '2Gi' } },
    compactor: { requests: { cpu: '110m', memory: '200Mi' }, limits: { cpu: '900m', memory: '900Mi' } },
    gateway: { requests: { cpu: '60m', memory: '48Mi' }, limits: { cpu: '1500m', memory: '96Mi' } },
    promtail: { requests: { cpu: '70m', memory: '64Mi' }, limits: { cpu: '600m', memory: '200Mi' } },
    collector: { requests: { cpu: '75m', memory: '72Mi' }, limits: { cpu: '650m', memory: '220Mi' } },
    grafana: { requests: { cpu: '80m', memory: '160Mi' }, limits: { cpu: '700m', memory: '320Mi' } },
    alertmanager: { requests: { cpu: '30m', memory: '40Mi' }, limits: { cpu: '150m', memory: '100Mi' } },
    prometheus: { requests: { cpu: '40m', memory: '128Mi' }, limits: { cpu: '800m', memory: '384Mi' } },
    canary: { requests: { cpu: '20m', memory: '40Mi' }, limits: { cpu: '300m', memory: '96Mi' } },
    proxy: { requests: { cpu: '15m', memory: '24Mi' }, limits: { cpu: '150m', memory: '48Mi' } },
  },
  pods: {
    all: {
      nodeSelector: { 'watch/pool': 'watch' },
      tolerations: [
        { key: 'dedicated', operator: 'Equal', value: 'watch', effect: 'NoExecute', tolerationSeconds: 60 },
      ],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 10, preference: { matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['4'] }] } },
          ],
        },
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: 'example.com/rack',
              labelSelector: {
                matchLabels: { app: 'cache' },
                matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['test'] }],
              },
              namespaces: ['shop'],
              namespaceSelector: {
                matchLabels: { team: 'watch' },
                matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['old'] }],
              },
            },
          ],
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 20, podAffinityTerm: WEIGHED }],
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [WEIGHED],
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 30, podAffinityTerm: WEIGHED }],
        },
      },
      priorityClassName: 'watching',
      runtimeClassName: 'gvisor',
      users: 'fixed',
      topologySpread: [
        {
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'DoNotSchedule',
          maxSkew: 3,
          minDomains: 2,
          nodeAffinityPolicy: 'Ignore',
          nodeTaintsPolicy: 'Honor',
        },
      ],
      labels: { 'watch/team': 'watch' },
      annotations: { 'watch/owner': 'the watch' },
      env: { TZ: 'Europe/Berlin' },
    },
    loki: {
      topologySpread: [
        { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', minDomains: 7 },
      ],
    },
    gateway: { nodeSelector: { 'watch/edge': 'near' }, topologySpread: [RACKS], labels: { tier: 'front' } },
    promtail: { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'logs', effect: 'NoExecute' }] },
    grafana: { env: { TZ: 'UTC' }, priorityClassName: 'seeing', users: 'assigned' },
  },
  services: {
    all: { labels: { 'watch/team': 'watch' }, annotations: { 'watch/owner': 'the watch' } },
    loki: { labels: { tier: 'back' }, annotations: { 'watch/owner': 'storage' } },
  },
  images: {
    registry: 'registry.example.com/mirror',
    pullSecrets: ['mirror-login'],
    pullPolicy: 'Always',
    loki: 'docker.io/grafana/loki:3.7.7',
    gateway: 'docker.io/nginxinc/nginx-unprivileged:1.29.1-alpine',
    promtail: 'docker.io/grafana/promtail:3.6.1',
    collector: 'docker.io/otel/opentelemetry-collector-contrib:0.150.0',
    grafana: 'docker.io/grafana/grafana:12.4.1',
    alertmanager: 'docker.io/prom/alertmanager:v0.31.0',
    prometheus: 'docker.io/prom/prometheus:v3.15.0',
    canary: 'docker.io/grafana/loki-canary:3.7.7',
  },
  network: {
    ipFamilies: ['IPv4', 'IPv6'],
    policies: 'kubernetes',
    policiesElsewhere: true,
    ingressController: { type: 'pods', namespace: 'edge' },
    monitoring: { namespace: 'telemetry' },
    clients: [{ namespace: 'exports', podLabels: { app: 'exporter' } }, { cidr: '198.51.100.32/28' }],
    dns: { namespace: 'dns-system', podLabels: { app: 'coredns' }, port: 5353, cidrs: ['169.254.20.10/32'] },
    apiServer: { cidrs: ['10.0.0.1/32'], ports: [8443] },
    caBundle: { type: 'certificates', certificates: CA },
    proxy: {
      http: 'http://proxy.example.com:3127',
      https: 'http://proxy.example.com:3128',
      noProxy: ['.corp.example', '10.244.0.0/16'],
      egress: [{ cidr: '203.0.113.70/32', port: 3128 }],
    },
  },
  patches: [
    {
      kind: 'DaemonSet',
      name: 'promtail',
      namespace: 'watch-agents',
      merge: {
        spec: { minReadySeconds: 15, template: { spec: { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } } } },
      },
      reason: 'the nodes of the watch have a resolver of their own',
      unsafe: false,
    },
    {
      kind: 'Deployment',
      name: 'grafana',
      namespace: 'watch',
      json: [
        { op: 'test', path: '/spec/template/spec/containers/0/name', value: 'grafana' },
        { op: 'replace', path: '/spec/template/spec/containers/0/readinessProbe/periodSeconds', value: 12 },
        {
          op: 'add',
          path: '/spec/template/spec/hostAliases',
          value: [{ ip: '203.0.113.20', hostnames: ['tempo.example.com'] }],
        },
      ],
      reason: 'no resolver knows the host of the traces',
      unsafe: true,
    },
  ],
  deploy: { timeout: '5m', skipAwait: ['grafana'] },
};

/** A stack on each store that {@link everything} is not on. */
export const OTHER_STORES = {
  'Google Cloud Storage': {
    environment: 'staging',
    storage: {
      type: 'gcs',
      bucket: 'watch-logs',
      access: { type: 'workloadIdentity', serviceAccount: 'watch-logs@spywatcher-1.iam.gserviceaccount.com' },
      prefix: 'watch',
      lifecycle: { expireAfter: '600d' },
      egress: [{ cidr: '199.36.153.8/30', port: 443 }],
      schema: [{ from: '2025-06-01', store: 'gcs', indexPrefix: 'loki_index_' }],
    },
  },
  'Azure Blob Storage': {
    environment: 'staging',
    deployment: {
      ...{ mode: 'ha', replicas: 3, replicationFactor: 3, clusterLabel: 'accepted' },
      joins: { namespace: 'loki-before', service: 'before-memberlist', podLabels: { 'watch/ring': 'before' } },
    },
    storage: {
      type: 'azure',
      account: 'watchlogs',
      container: 'watch',
      endpointSuffix: 'blob.core.usgovcloudapi.net',
      access: { type: 'secret', secret: 'watch-account' },
      prefix: 'watch',
      lifecycle: { expireAfter: '600d' },
      egress: [{ cidr: '20.150.0.0/17', port: 443 }],
      schema: [{ from: '2025-06-01', store: 'azure', indexPrefix: 'loki_index_' }],
    },
  },
} as const satisfies Readonly<Record<string, StackConfigInput>>;

/** The options that {@link everything} has no place for: each is the other side of a choice. */
export const otherwise = {
  environment: 'staging',
  cluster: 'west_2',
  gateway: {
    expose: {
      type: 'loadBalancer',
      host: 'push.example.com',
      credentials: [{ name: 'promtail', cidrs: ['203.0.113.0/24'] }],
      maxConnections: 100,
      tls: { secretName: 'watch-outside-tls', clusterIssuer: 'letsencrypt' },
      class: 'service.k8s.aws/nlb',
      sourceRanges: ['203.0.113.0/24'],
      annotations: { 'watch/team': 'watch' },
    },
  },
  monitoring: { type: 'operator', operator: { labels: { release: 'metrics' }, ruleLabels: { role: 'alert-rules' } } },
  storage: {
    ...S3,
    access: {
      type: 'serviceAccount',
      roleArn: 'arn:aws:iam::123456789012:role/loki',
      egress: [{ cidr: '10.20.0.9/32', port: 443 }],
    },
    schema: [
      { from: '2024-01-01', store: 'filesystem' },
      { from: '2025-06-01', store: 's3' },
    ],
  },
  grafana: {
    url: 'https://watch.example.com',
    login: {
      form: false,
      oauth: {
        generic: {
          type: 'discord',
          clientId: '112233445566778899',
          guilds: ['81384788765712384'],
          roles: { admin: ['81384788765712385'], editor: ['81384788765712386'], others: 'none' },
          egress: [{ cidr: '162.159.128.0/19', port: 443 }],
        },
      },
    },
    route: { gateway: { name: 'public', namespace: 'edge', listener: 'https' } },
    links: { traces: 'https://traces.example.com/trace/{id}?view=full' },
    plugins: { type: 'image', directory: '/opt/grafana-plugins' },
    database: { type: 'sqlite' },
    persistence: { size: '4Gi', storageClass: 'slow' },
  },
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
        { name: 'team-a', write: ['team-a-agent'], read: ['team-a'] },
      ],
    },
  },
  agent: {
    type: 'collector',
    queueSize: '2Gi',
    tenants: [{ namespaces: ['team-a', 'team-a-*'], credential: 'team-a-agent', queueSize: '300Mi' }],
    also: [
      {
        name: 'archive',
        url: 'https://otlp.example.com:4318/otlp',
        user: 'watch',
        privateCa: true,
        queueSize: '1Gi',
        egress: [{ cidr: '203.0.113.22/32', port: 4318 }],
      },
      {
        name: 'siem',
        url: 'http://ingest.security.svc:4318',
        egress: [{ namespace: 'security', podLabels: { app: 'ingest' }, port: 4318 }],
      },
    ],
    podLogsDirectory: '/data/log/pods',
    containerRuntime: { type: 'docker' },
    excludeNamespaces: ['noise', '*-test'],
    labels: { region: 'eu-central-1' },
    podLabels: [
      { type: 'label', name: 'team', podLabel: 'watch/team', values: ['shop', 'audit'] },
      { type: 'metadata', name: 'owner', podLabel: 'watch/owner' },
    ],
    extract: [
      {
        type: 'logfmt',
        selector: '{app="billing"}',
        labels: [{ name: 'plan', from: 'plan', values: ['free', 'paid'] }],
        metadata: [{ name: 'invoice', from: 'invoice' }],
      },
    ],
    files: [
      { name: 'statements', job: 'postgres', format: 'postgres', directory: '/var/log/postgresql', files: '*.csv' },
    ],
    allow: ['maxTokens'],
    redact: [{ name: 'guild-invite', expression: 'discord\\.gg/(\\w+)' }],
    drop: [{ name: 'chatter', selector: '{job="redis", level="debug"}', patterns: ['Accepted'], keep: 0.5 }],
  },
  resources: {
    collector: { requests: { cpu: '75m', memory: '72Mi' }, limits: { cpu: '650m', memory: '220Mi' } },
  },
  images: {
    collector: 'docker.io/otel/opentelemetry-collector-contrib:0.149.1',
    grafana: 'docker.io/grafana/grafana-with-plugins:12.4.10',
  },
  alertmanager: {
    type: 'external',
    urls: ['https://alertmanager.example.com'],
    egress: [{ cidr: '198.51.100.93/32', port: 443 }],
  },
  network: {
    ipFamilies: ['IPv6'],
    caBundle: { type: 'configMap', name: 'corporate-cas', key: 'root.pem' },
    policies: 'cilium',
    ingressController: { type: 'cilium' },
    clients: [{ namespace: 'exports', podLabels: { app: 'exporter' } }, { cidr: '2001:db8:32::/64' }],
    dns: { cidrs: ['fd00:20::10/128'] },
  },
} as const satisfies StackConfigInput;

/** Agents alone, with every option that is theirs. */
export const otherwiseAgents = {
  environment: 'prod',
  cluster: 'east',
  components: ['agent'],
  namespaces: { agents: 'shippers' },
  agent: {
    ...otherwise.agent,
    credential: 'east',
    also: [{ ...otherwise.agent.also[0] }],
    gateway: {
      url: 'https://logs.example.com/company',
      privateCa: true,
      egress: [{ cidr: '203.0.113.7/32', port: 443 }],
    },
  },
  limits: { maxLineSize: '128KB', rejectOldSamplesAfter: '3d' },
  monitoring: { ...otherwise.monitoring, thresholds: { agentBehind: '20MB', memoryUsed: 0.85 } },
  resources: otherwise.resources,
  images: { collector: otherwise.images.collector },
  network: {
    monitoring: { namespace: 'telemetry' },
    dns: { namespace: 'dns-system', podLabels: { app: 'coredns' } },
    apiServer: { cidrs: ['10.0.0.1/32'], ports: [8443] },
  },
} as const satisfies StackConfigInput;

/** {@link everything} as a config. */
export const everythingConfig = (): StackConfig => parseStackConfig('test', structuredClone(everything));

/** {@link everything}, with Secrets that the stack makes itself. */
export const everythingOwnConfig = (): StackConfig =>
  parseStackConfig('test', { ...structuredClone(everything), secretSource: { type: 'pulumi' } });
