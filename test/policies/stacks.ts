/** Stacks that only the tests of policies have. */
import { variant } from '../../programs/rendered-stack';
import type { StackConfigInput } from '../../src/config';

const EVERYTHING: StackConfigInput = {
  environment: 'staging',
  monitoring: {
    type: 'embedded',
    targets: [
      {
        job: 'backend',
        host: 'backend.spywatcher.svc',
        port: 3001,
        egress: [{ namespace: 'spywatcher', podLabels: { app: 'backend' }, port: 3001 }],
      },
    ],
  },
  deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 },
  storage: {
    type: 's3',
    bucket: 'logs',
    region: 'eu-central-1',
    egress: ['52.219.0.0/16', '3.5.136.0/22'].map((cidr) => ({ cidr, port: 443 })),
  },
  network: {
    proxy: {
      https: 'http://proxy.example.com:3128',
      noProxy: ['10.0.0.0/8'],
      egress: [{ cidr: '198.51.100.70/32', port: 3128 }],
    },
  },
  gateway: {
    expose: {
      type: 'route',
      host: 'push.example.com',
      gateway: { name: 'public', namespace: 'ingress-nginx', listener: 'https' },
      credentials: [{ name: 'promtail' }],
    },
  },
  grafana: {
    url: 'https://logs.example.com',
    replicas: 2,
    login: {
      oauth: {
        github: { clientId: 'c', organizations: ['spywatcher'], egress: [{ cidr: '140.82.112.0/20', port: 443 }] },
        generic: {
          type: 'oidc',
          name: 'Keycloak',
          clientId: 'c',
          authUrl: 'https://id.example.com/auth',
          tokenUrl: 'https://id.example.com/token',
          apiUrl: 'https://id.example.com/userinfo',
          groups: ['logs'],
          egress: [{ namespace: 'identity', podLabels: { app: 'keycloak' }, port: 8443 }],
        },
      },
      ldap: {
        host: 'ldap.example.com',
        bindDn: 'cn=grafana,dc=example,dc=com',
        searchBaseDns: ['dc=example,dc=com'],
        groups: [{ dn: 'cn=logs,dc=example,dc=com', role: 'viewer' }],
        egress: [{ cidr: '198.51.100.5/32', port: 636 }],
      },
    },
    database: {
      type: 'postgres',
      host: 'db.databases.svc',
      egress: [{ namespace: 'databases', podLabels: { app: 'postgres' }, port: 5432 }],
    },
    smtp: { host: 'mail.example.com', from: 'logs@example.com', egress: [{ cidr: '198.51.100.25/32', port: 587 }] },
    datasources: {
      tempo: {
        url: 'http://tempo.tracing.svc:3200',
        egress: [{ namespace: 'tracing', podLabels: { app: 'tempo' }, port: 3200 }],
      },
    },
    plugins: {
      type: 'download',
      list: [{ id: 'grafana-lokiexplore-app', version: '1.0.41', url: 'https://plugins.example.com/lokiexplore.zip' }],
      egress: [{ cidr: '198.51.100.61/32', port: 443 }],
    },
    route: { gateway: { name: 'public', namespace: 'ingress-nginx', listener: 'https' } },
  },
  alertmanager: {
    type: 'embedded',
    replicas: 2,
    heartbeat: { egress: [{ cidr: '198.51.100.43/32', port: 443 }] },
    receivers: [
      { name: 'channel', type: 'discord', egress: [{ cidr: '162.159.128.0/19', port: 443 }] },
      { name: 'group', type: 'telegram', chatId: -1, egress: [{ cidr: '149.154.160.0/20', port: 443 }] },
      { name: 'bot', type: 'webhook', egress: [{ namespace: 'bots', podLabels: { app: 'alert-bot' }, port: 8088 }] },
      {
        name: 'mail',
        type: 'email',
        to: ['team@example.com'],
        from: 'alerts@example.com',
        host: 'mail.example.com',
        egress: [{ cidr: '198.51.100.25/32', port: 587 }],
      },
    ],
    routes: [{ receiver: 'bot', continue: true }, { receiver: 'group', continue: true }, { receiver: 'mail' }],
  },
};

/** Everything that Grafana and Alertmanager may be configured with, and Loki in a ring. */
export const withEverything = variant('a stack with every login, a database and mail', EVERYTHING);

export const withEverythingByCilium = variant('the same with Cilium’s policies', {
  ...EVERYTHING,
  network: { policies: 'cilium' },
});

export const byCilium = variant('a stack with Cilium’s policies, proxy and DNS on the node', {
  environment: 'staging',
  gateway: {
    expose: {
      type: 'ingress',
      host: 'push.example.com',
      className: 'cilium',
      credentials: [{ name: 'promtail' }],
    },
  },
  grafana: { url: 'https://logs.example.com', ingress: { className: 'cilium' } },
  network: {
    policies: 'cilium',
    ingressController: { type: 'cilium' },
    clients: [{ namespace: 'tools', podLabels: { app: 'logcli' } }, { cidr: '192.0.2.32/28' }],
    dns: { cidrs: ['169.254.20.10/32'] },
  },
});

export const withRecordingRules = variant('a stack with recording rules', {
  environment: 'dev',
  alerting: { recording: [{ record: 'job:log_lines:rate5m', expr: 'sum by (job) (rate({job=~".+"}[5m]))' }] },
});

export const withServerInCluster = variant('a stack whose bucket is in the cluster, and which joins another ring', {
  environment: 'dev',
  deployment: {
    ...{ mode: 'ha', replicas: 3, replicationFactor: 3, clusterLabel: 'accepted' },
    joins: { namespace: 'loki' },
  },
  storage: {
    type: 's3',
    bucket: 'logs',
    region: 'us-east-1',
    endpoint: 'http://minio.storage.svc:9000',
    egress: [{ namespace: 'storage', podLabels: { app: 'minio' }, port: 9000 }],
  },
});

export const onGoogle = variant('a single Loki on Google Cloud Storage, by its workload identity', {
  environment: 'dev',
  storage: {
    type: 'gcs',
    bucket: 'logs',
    access: { type: 'workloadIdentity' },
    egress: ['52.219.0.0/16', '3.5.136.0/22'].map((cidr) => ({ cidr, port: 443 })),
  },
});
