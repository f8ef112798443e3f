/**
 * Every default of the stack config, in one place and in the form a stack file would use.
 * Figures marked (mission) are those of the project's original description.
 */
/** Usual paths of health checks. */
const HEALTH = '(?:health|healthz|livez|readyz|ready|ping)';

export const defaults = {
  namespaces: { logging: 'logging', agents: 'logging-agents' },

  retention: {
    period: '720h', // 30 days (mission)
    deleteDelay: '2h', // (mission)
    compactionInterval: '10m', // (mission)
  },

  expectedLoad: { linesPerSecond: 50, bytesPerLine: 300 }, // 1.3 GB a day

  limits: {
    ingestionRate: '15MB', // per second and tenant (mission); Loki's own default is 4 MB
    ingestionBurst: '20MB', // (mission)
    perStreamRate: '3MB', // (mission)
    perStreamBurst: '15MB', // (mission)
    maxStreams: 10_000, // (mission)
    maxEntriesPerQuery: 5_000, // (mission)
    maxLineSize: '256KB', // Loki's own default
    rejectOldSamplesAfter: '7d', // (mission)
    queryCache: '100MB', // (mission); the community chart reserves 1–8 GB
    queryTimeout: '1m', // Loki's own default
    maxQuerySeries: 500, // Loki's own default
    maxTails: 10, // Loki's own default
  },

  // From a day in the past, for a new install; later periods are only ever appended.
  storage: {
    schemaFrom: '2024-01-01',
    accessSecret: { s3: 'loki-s3', gcs: 'loki-gcs', azure: 'loki-azure' },
    compression: 'snappy',
  },

  persistence: { size: '50Gi', retainOnDelete: true },

  deployment: {
    mode: 'single',
    replicas: 1,
    replicationFactor: 1,
    clusterLabel: 'demanded',
    zoneAware: false,
    // As Loki's chart names them.
    joins: { service: 'loki-memberlist', podLabels: { 'app.kubernetes.io/part-of': 'memberlist' } },
  },

  auth: { tenant: 'spywatcher', write: 'promtail', read: 'grafana' },

  // Where `secretSource.type` is externalSecrets.
  secretSource: { storeKind: 'ClusterSecretStore', prefix: 'spywatcher-logs', refreshInterval: '1h' },

  gateway: {
    replicas: 1,
    maxConnections: 512,
    failedLoginsPerMinute: 10,
    expose: { maxConnections: 256 },
    tls: { secretName: 'gateway-tls', caSecretName: 'gateway-ca' },
  },

  grafana: {
    replicas: 1,
    login: {
      adminUser: 'admin',
      adminSecret: 'grafana-admin',
      oauthSecret: 'grafana-oauth',
      ldap: {
        port: 636,
        searchFilter: '(sAMAccountName=%s)', // Active Directory's; (uid=%s) elsewhere
        attributes: { username: 'sAMAccountName', email: 'mail', name: 'displayName', memberOf: 'memberOf' },
        bindSecret: 'grafana-ldap',
      },
    },
    database: { port: 5432, name: 'grafana', user: 'grafana', passwordSecret: 'grafana-database' },
    smtp: { port: 587, passwordSecret: 'grafana-smtp' },
    persistence: { size: '2Gi' },
    datasourcesSecret: 'grafana-datasources',
    dashboards: { title: 'Own' },
    // The kube-prometheus convention. The backend's /metrics, which the mission names here, is a scrape target, not a Prometheus.
    prometheus: { url: 'http://prometheus.monitoring.svc:9090', namespace: 'monitoring', port: 9090 },
  },

  agent: {
    type: 'promtail', // (mission)
    batchWait: '1s',
    batchSize: '1MB',
    containerLogMaxSize: '10Mi', // the kubelet's own default
    podLogsDirectory: '/var/log/pods', // the kubelet's own default
    dockerDirectory: '/var/lib/docker/containers', // Docker's own default
    positionsDirectory: {
      promtail: '/var/lib/spywatcher-logs/promtail',
      collector: '/var/lib/spywatcher-logs/collector',
    },
    queueSize: '512Mi',
    tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }], // logs are read on every node that runs pods
    files: '*.log',
    drop: [
      {
        name: 'health-checks',
        selector: '{level=~"info|debug"}', // a failing one stays
        patterns: [
          'kube-probe/',
          `"GET /${HEALTH}(?:\\?[^" ]*)? [^"]*" [23]`,
          `"HEAD /${HEALTH}(?:\\?[^" ]*)? [^"]*" [23]`,
          `"path":"/${HEALTH}"`,
        ],
        keep: 0,
      },
    ],
  },

  alerting: {
    interval: '1m', // (mission)
    configMaps: { label: 'loki_rule' }, // as the Loki chart’s sidecar has it
    thresholds: {
      errorsPerSecond: 10, // (mission)
      errorRateFactor: 3,
      failedLoginsByUser: 10,
      failedLoginsByAddress: 20,
      rateLimitViolations: 100,
      suspiciousActions: 0,
      refusedActions: 50,
      slowQueries: 20,
      slowQuery: '1s', // (mission)
      serverErrorPercent: 5,
      requestDuration: '2s',
      connectionFailures: 10,
      poolRefusals: 5,
      silence: '30m',
      redactedLines: 20,
    },
  },

  alertmanager: {
    replicas: 1,
    url: 'http://localhost:9093',
    smtpPort: 587,
    groupBy: ['alertname', 'tenant', 'severity'],
    groupWait: '30s', // Alertmanager's own defaults
    groupInterval: '5m',
    repeatInterval: '4h',
    retention: '120h',
    heartbeatInterval: '5m',
    opsgeniePriorities: { critical: 'P1', warning: 'P3', info: 'P5' },
    pushoverPriorities: { critical: 1, warning: 0, info: -1 }, // 2 would be repeated each minute
    persistence: { size: '1Gi' },
  },

  monitoring: {
    scrapeInterval: '30s',
    path: '/metrics',
    embedded: { retention: '15d', persistence: { size: '10Gi' } }, // the stack's own series take some 50 MB a day
    thresholds: {
      agentBehind: '10MB', // as much as the kubelet keeps of a container before it rotates
      volumeUsed: 0.8, // Loki refuses lines at 0.9
      volumeFullWithin: '24h',
      memoryUsed: 0.9,
      compactionOverdue: '3h', // retention.compactionInterval is minutes
      slowQuery: '10s',
      unauthorized: 20,
      serverErrors: 20,
      certificateExpiresWithin: '14d',
      canaryLatency: '10s',
    },
  },

  canary: { credential: 'canary', interval: '1s' }, // loki-canary's own interval

  // limits.memory of Loki also sets GOMEMLIMIT and the WAL replay ceiling.
  resources: {
    loki: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    compactor: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    gateway: { requests: { cpu: '50m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
    // Compiled, the expressions that find secrets take most of it: docs/figures.md.
    promtail: { requests: { cpu: '50m', memory: '160Mi' }, limits: { cpu: '500m', memory: '320Mi' } },
    collector: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '500m', memory: '320Mi' } },
    grafana: { requests: { cpu: '100m', memory: '192Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    alertmanager: { requests: { cpu: '20m', memory: '48Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
    prometheus: { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    canary: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
    proxy: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
  },

  images: {
    pullPolicy: 'IfNotPresent', // tags name one release
    loki: 'docker.io/grafana/loki:3.7.8',
    gateway: 'docker.io/nginxinc/nginx-unprivileged:1.29.4-alpine',
    promtail: 'docker.io/grafana/promtail:3.6.11', // the last published image line; upstream support has ended
    collector: 'docker.io/otel/opentelemetry-collector-contrib:0.149.0',
    grafana: 'docker.io/grafana/grafana:12.4.10', // why not 13: docs/decisions.md, 45
    alertmanager: 'docker.io/prom/alertmanager:v0.31.1', // the last one whose source holds its pages, so the one that the tests build
    prometheus: 'docker.io/prom/prometheus:v3.16.0',
    canary: 'docker.io/grafana/loki-canary:3.7.8',
  },

  network: {
    ipFamilies: ['IPv4'],
    policies: 'kubernetes',
    policiesElsewhere: false,
    ingressController: { type: 'pods', namespace: 'ingress-nginx' },
    monitoring: { namespace: 'monitoring' },
    caBundleKey: 'ca-certificates.crt', // trust-manager's own
    dns: { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' }, port: 53 },
    // Where the API server can be: private addresses only, because a NetworkPolicy cannot name it and must not open the internet.
    apiServer: {
      cidrs: {
        IPv4: ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'],
        IPv6: ['fc00::/7'],
      },
      ports: [443, 6443],
    },
  },

  deploy: { timeout: '10m' },
} as const;
