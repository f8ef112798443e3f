/** Stack configs for tests: small ones, and one in which every option is set. */
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

/** Three replicas in a ring. */
export const HA = { deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 }, storage: S3 } as const;

/** What is wrong with a config; fails if nothing is. */
export function problemsOf(input: unknown): readonly Problem[] {
  return configError(() => parseStackConfig('test', input)).problems;
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

/** Every option is set, and to something else than its default. */
export const everything: Everything<StackConfigInput> = {
  environment: 'staging',
  namespaces: { logging: 'watch', agents: 'watch-agents' },
  retention: {
    period: '10d',
    streams: [{ selector: '{job="security"}', period: '90d', priority: 10 }],
    tenants: { audit: { period: '400d', streams: [{ selector: '{job="login"}', period: '500d', priority: 5 }] } },
    deleteDelay: '3h',
    compactionInterval: '20m',
  },
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
  },
  storage: {
    type: 's3',
    bucket: 'watch-logs',
    region: 'eu-west-1',
    endpoint: 'http://minio.storage.svc:9000',
    forcePathStyle: true,
    credentialsSecret: 'watch-bucket',
    egress: [{ cidr: '10.20.0.0/16', port: 9000 }],
  },
  persistence: { size: '40Gi', storageClass: 'fast', retainOnDelete: false },
  deployment: { mode: 'ha', replicas: 5, replicationFactor: 2 },
  auth: {
    loki: {
      enabled: true,
      tenants: [
        { name: 'app', write: ['shipper'], read: ['viewer'] },
        { name: 'audit', write: ['audit-shipper'], read: ['auditor'] },
      ],
    },
  },
  gateway: { replicas: 2 },
  grafana: {
    url: 'https://watch.example.com',
    login: { adminUser: 'owner', adminSecret: 'watch-admin' },
    credential: 'viewer',
    ingress: {
      className: 'internal',
      tls: { secretName: 'watch-tls', clusterIssuer: 'corporate' },
      annotations: { 'watch/team': 'watch' },
    },
    persistence: { size: '4Gi', storageClass: 'slow' },
    links: {
      sentry: 'https://sentry.example.com/organizations/watch/issues/?query={id}',
      traces: 'https://traces.example.com/trace/{id}?view=full',
    },
    datasources: { prometheus: { url: 'http://metrics.telemetry.svc:9091', namespace: 'telemetry', port: 9091 } },
  },
  agent: {
    credential: 'shipper',
    batchWait: '2s',
    batchSize: '512KB',
    positionsDirectory: '/var/lib/watch/positions',
    excludeNamespaces: ['kube-system', 'noise'],
    files: [
      { name: 'statements', job: 'postgres', format: 'postgres', directory: '/var/log/postgresql', files: '*.csv' },
    ],
    redact: [{ name: 'guild-invite', expression: 'discord\\.gg/(\\w+)' }],
    drop: [{ name: 'chatter', selector: '{job="redis", level="debug"}', patterns: ['Accepted'], keep: 0.5 }],
    tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'logs', effect: 'NoExecute' }],
  },
  resources: {
    loki: { requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: 3, memory: '2Gi' } },
    gateway: { requests: { cpu: '60m', memory: '48Mi' }, limits: { cpu: '1500m', memory: '96Mi' } },
    promtail: { requests: { cpu: '70m', memory: '64Mi' }, limits: { cpu: '600m', memory: '200Mi' } },
    grafana: { requests: { cpu: '80m', memory: '160Mi' }, limits: { cpu: '700m', memory: '320Mi' } },
  },
  images: {
    registry: 'registry.example.com/mirror',
    pullSecrets: ['mirror-login'],
    loki: 'docker.io/grafana/loki:3.7.1',
    gateway: 'docker.io/nginxinc/nginx-unprivileged:1.29.1-alpine',
    promtail: 'docker.io/grafana/promtail:3.6.1',
    grafana: 'docker.io/grafana/grafana:12.4.1',
  },
  network: {
    ingressController: { namespace: 'edge' },
    monitoring: { namespace: 'telemetry' },
    clients: [{ namespace: 'exports', podLabels: { app: 'exporter' } }],
    dns: { namespace: 'dns-system', podLabels: { app: 'coredns' }, cidrs: ['169.254.20.10/32'] },
    apiServer: { cidrs: ['10.0.0.1/32'], ports: [8443] },
  },
  deploy: { timeout: '5m', skipAwait: ['grafana'] },
};

/** {@link everything} as a config. */
export const everythingConfig = (): StackConfig => parseStackConfig('test', structuredClone(everything));
