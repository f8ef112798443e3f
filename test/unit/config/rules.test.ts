/** One test for each rule that joins several fields: the smallest config that breaks it, and the nearest that does not. */
import type { StackConfigInput } from '../../../src/config';
import { configWith, HA, problemsOf, S3 } from '../../support/config';

type Input = Partial<StackConfigInput>;
type Row = readonly [rule: string, broken: Input, path: string, received: string, remedy: string, kept: Input];

const PROD: Input = {
  environment: 'prod',
  storage: S3,
  gateway: { tls: {} },
  grafana: { url: 'https://logs.example.com', ingress: { tls: { secretName: 'tls' } } },
};
type TenantInput = NonNullable<NonNullable<NonNullable<Input['auth']>['loki']>['tenants']>[number];
type GrafanaInput = NonNullable<Input['grafana']>;
type LoginInput = NonNullable<GrafanaInput['login']>;
const tenants = (...list: TenantInput[]): Input => ({ auth: { loki: { tenants: list } } });
const twoTenants = (crossTenantReaders: readonly { name: string; tenants: string[] }[]): Input => ({
  auth: { loki: { tenants: [SPYWATCHER, { name: 'audit' }], crossTenantReaders } },
});
const login = (differences: LoginInput): Input => ({ grafana: { login: differences } });
const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
const GITHUB = { clientId: 'c', organizations: ['spywatcher'], egress: EGRESS };
const OIDC = {
  type: 'oidc',
  name: 'Keycloak',
  clientId: 'c',
  authUrl: 'https://id.example.com/auth',
  tokenUrl: 'https://id.example.com/token',
  apiUrl: 'https://id.example.com/userinfo',
  groups: ['logs'],
  egress: EGRESS,
} as const;
const LDAP = {
  host: 'ldap.example.com',
  bindDn: 'cn=grafana,dc=example,dc=com',
  searchBaseDns: ['dc=example,dc=com'],
  groups: [{ dn: 'cn=logs,dc=example,dc=com', role: 'viewer' }],
  egress: [
    { cidr: '10.0.0.5/32', port: 636 },
    { cidr: '10.0.0.5/32', port: 389 },
  ],
} as const;
const POSTGRES = { type: 'postgres', host: 'db.example.com', egress: [{ cidr: '10.0.0.6/32', port: 5432 }] } as const;
const SMTP = { host: 'mail.example.com', from: 'a@example.com', egress: [{ cidr: '10.0.0.7/32', port: 587 }] };
const ROUTE = { gateway: { name: 'public', namespace: 'edge', listener: 'https' } };
const SPYWATCHER = { name: 'spywatcher', write: ['promtail'], read: ['grafana'] };

const SOURCE = { job: 'backend', directory: '/var/log/backend' };

const ENTRY = { github: '@spywatcher/operators', google: 'owner@example.com', generic: 'logs' } as const;

/** One provider with these roles. */
function providerWith(
  name: keyof typeof ENTRY,
  roles: { admin?: string[]; editor?: string[]; others?: 'none' },
): LoginInput['oauth'] {
  if (name === 'github') return { github: { ...GITHUB, roles } };
  if (name === 'google') return { google: { clientId: 'c', domains: ['example.com'], roles, egress: EGRESS } };
  return { generic: { ...OIDC, roles } };
}

const rows: readonly Row[] = [
  [
    'a name that no other entry has',
    {
      agent: {
        files: [
          { ...SOURCE, name: 'twice' },
          { ...SOURCE, name: 'twice' },
        ],
      },
    },
    'agent.files[1].name',
    '"twice"',
    'rename one of them',
    {
      agent: {
        files: [
          { ...SOURCE, name: 'once' },
          { ...SOURCE, name: 'twice' },
        ],
      },
    },
  ],
  [
    'a name that no other entry has',
    {
      agent: {
        drop: [
          { name: 'twice', selector: '{job="a"}' },
          { name: 'twice', selector: '{job="b"}' },
        ],
      },
    },
    'agent.drop[1].name',
    '"twice"',
    'rename one of them',
    { agent: { drop: [{ name: 'once', selector: '{job="a"}' }] } },
  ],
  [
    'matchers of labels that lines have: job, service, level, namespace, app, container, node',
    { agent: { drop: [{ name: 'rule', selector: '{job="a", requestId="b=c"}' }] } },
    'agent.drop[0].selector',
    String.raw`"{job=\"a\", requestId=\"b=c\"}"`,
    'replace requestId, or match the line with patterns',
    { agent: { drop: [{ name: 'rule', selector: '{job="a", level!~"x=y"}' }] } },
  ],
  [
    'filesystem storage is of one pod: with it, replicas is 1',
    { deployment: HA.deployment },
    'deployment.replicas',
    '3',
    'set storage.type to s3, or deployment.replicas to 1',
    HA,
  ],
  [
    'at most the number of replicas (1); above it every write fails',
    { deployment: { replicationFactor: 2 } },
    'deployment.replicationFactor',
    '2',
    'set deployment.replicationFactor to 1 or less, or deployment.replicas to 2',
    { deployment: { replicationFactor: 1 } },
  ],
  [
    'mode single has one replica',
    { storage: S3, deployment: { replicas: 3 } },
    'deployment.replicas',
    '3',
    'set deployment.mode to ha',
    HA,
  ],
  [
    'mode ha has at least 3 replicas: with 2, losing one stops all writes',
    { storage: S3, deployment: { mode: 'ha', replicas: 2 } },
    'deployment.replicas',
    '2',
    'set deployment.replicas to 3, or deployment.mode to single',
    { storage: S3, deployment: { mode: 'ha', replicas: 3 } },
  ],
  [
    'prod asks for a credential',
    { ...PROD, gateway: {}, auth: { loki: { enabled: false } } },
    'auth.loki.enabled',
    'false',
    'remove auth.loki.enabled: false',
    { auth: { loki: { enabled: false } } },
  ],
  [
    'prod serves Grafana over TLS',
    { ...PROD, grafana: { url: 'https://logs.example.com', ingress: {} } },
    'grafana.ingress.tls',
    '(missing)',
    'set grafana.ingress.tls.secretName, and clusterIssuer if cert-manager makes the certificate; or grafana.route',
    PROD,
  ],
  [
    'prod serves Grafana over TLS',
    { ...PROD, grafana: { url: 'https://logs.example.com' } },
    'grafana.ingress.tls',
    '(missing)',
    'set grafana.ingress.tls.secretName, and clusterIssuer if cert-manager makes the certificate; or grafana.route',
    PROD,
  ],
  [
    'a URL without path and query: Grafana has a host of its own',
    { grafana: { url: 'https://logs.example.com/grafana' } },
    'grafana.url',
    '"https://logs.example.com/grafana"',
    'write https://logs.example.com',
    { grafana: { url: 'https://logs.example.com' } },
  ],
  [
    'a URL without path and query: Grafana has a host of its own',
    { grafana: { url: 'https://logs.example.com:8443/?orgId=1' } },
    'grafana.url',
    '"https://logs.example.com:8443/?orgId=1"',
    'write https://logs.example.com:8443',
    { grafana: { url: 'https://logs.example.com:8443/' } },
  ],
  [
    'with an Ingress or a route, a URL with a host name',
    { grafana: { url: 'http://192.0.2.7', ingress: {} } },
    'grafana.url',
    '"http://192.0.2.7"',
    'write for example https://logs.example.com',
    { grafana: { url: 'http://192.0.2.7' } },
  ],
  [
    'in prod, and wherever Grafana is served over TLS, a URL with https',
    { ...PROD, grafana: { ...PROD.grafana, url: 'http://logs.example.com' } },
    'grafana.url',
    '"http://logs.example.com"',
    'write https://logs.example.com',
    { grafana: { url: 'http://logs.example.com', ingress: {} } },
  ],
  [
    'in prod, and wherever Grafana is served over TLS, a URL with https',
    { grafana: { url: 'http://logs.example.com', ingress: { tls: { secretName: 'tls' } } } },
    'grafana.url',
    '"http://logs.example.com"',
    'write https://logs.example.com',
    { grafana: { url: 'https://logs.example.com', ingress: { tls: { secretName: 'tls' } } } },
  ],
  [
    'in prod, and wherever Grafana is served over TLS, a URL with https',
    { grafana: { url: 'http://logs.example.com', route: ROUTE } },
    'grafana.url',
    '"http://logs.example.com"',
    'write https://logs.example.com',
    { grafana: { url: 'https://logs.example.com', route: ROUTE } },
  ],
  [
    'prod does not keep its only copy on one volume without consent',
    { ...PROD, storage: { type: 'filesystem' } },
    'storage.type',
    '"filesystem"',
    'set storage.type to s3, or storage.allowInProduction to true',
    { ...PROD, storage: { type: 'filesystem', allowInProduction: true } },
  ],
  [
    'at least ingestionRate (21MB)',
    { limits: { ingestionRate: '21MB' } },
    'limits.ingestionBurst',
    '"20MB"',
    'raise limits.ingestionBurst to 21MB or lower limits.ingestionRate',
    { limits: { ingestionRate: '20MB' } },
  ],
  [
    'at least perStreamRate (3MB)',
    { limits: { perStreamBurst: '2MB' } },
    'limits.perStreamBurst',
    '"2MB"',
    'raise limits.perStreamBurst to 3MB or lower limits.perStreamRate',
    { limits: { perStreamBurst: '3MB' } },
  ],
  [
    'at most ingestionRate (2MB)',
    { limits: { ingestionRate: '2MB' } },
    'limits.perStreamRate',
    '"3MB"',
    'lower limits.perStreamRate or raise limits.ingestionRate',
    { limits: { ingestionRate: '3MB' } },
  ],
  [
    'at most the bursts: a larger batch is refused for ever',
    { agent: { batchSize: '16MB' } },
    'agent.batchSize',
    '"16MB"',
    'lower agent.batchSize, or raise limits.ingestionBurst and limits.perStreamBurst',
    { agent: { batchSize: '15MB' } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { period: '23h' } },
    'retention.period',
    '"23h"',
    'write 24h or more',
    { retention: { period: '24h' } },
  ],
  [
    'a multiple of 1h',
    { retention: { period: '24h30m' } },
    'retention.period',
    '"1470m"',
    'write 25h',
    { retention: { period: '25h' } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { streams: [{ selector: '{a="b"}', period: '2h' }] } },
    'retention.streams[0].period',
    '"2h"',
    'write 24h or more',
    { retention: { streams: [{ selector: '{a="b"}', period: '24h' }] } },
  ],
  [
    'a multiple of 1h',
    { retention: { tenants: { spywatcher: { period: '25h1s' } } } },
    'retention.tenants.spywatcher.period',
    '"90001s"',
    'write 26h',
    { retention: { tenants: { spywatcher: { period: '25h' } } } },
  ],
  [
    'at least 24h: Loki deletes by whole index days',
    { retention: { tenants: { spywatcher: { period: '48h', streams: [{ selector: '{a="b"}', period: '1h' }] } } } },
    'retention.tenants.spywatcher.streams[0].period',
    '"1h"',
    'write 24h or more',
    { retention: { tenants: { spywatcher: { period: '48h' } } } },
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher)',
    { retention: { tenants: { audit: { period: '48h' } } } },
    'retention.tenants.audit',
    '"audit"',
    'add the tenant there, or remove its retention',
    { retention: { tenants: { audit: { period: '48h' } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  ],
  [
    'a tenant is named once; this one is at auth.loki.tenants[0].name',
    tenants(SPYWATCHER, { name: 'spywatcher' }),
    'auth.loki.tenants[1].name',
    '"spywatcher"',
    'give each its own name',
    tenants(SPYWATCHER, { name: 'audit' }),
  ],
  [
    'a credential is named once; this one is at auth.loki.tenants[0].write[0]',
    tenants(SPYWATCHER, { name: 'b', write: ['promtail'] }),
    'auth.loki.tenants[1].write[0]',
    '"promtail"',
    'give each its own name',
    tenants(SPYWATCHER, { name: 'b', write: ['b'] }),
  ],
  [
    'a credential is named once; this one is at auth.loki.tenants[0].write[0]',
    tenants({ ...SPYWATCHER, read: ['grafana', 'promtail'] }),
    'auth.loki.tenants[0].read[1]',
    '"promtail"',
    'give each its own name',
    tenants({ ...SPYWATCHER, read: ['grafana', 'people'] }),
  ],
  [
    'a write credential of a tenant (promtail)',
    { agent: { credential: 'shipper' } },
    'agent.credential',
    '"shipper"',
    'name one of these, or add it to auth.loki.tenants[].write',
    { agent: { credential: 'shipper' }, auth: { loki: { enabled: false } } },
  ],
  [
    'a write credential of a tenant (promtail)',
    { agent: { credential: 'grafana' } },
    'agent.credential',
    '"grafana"',
    'name one of these, or add it to auth.loki.tenants[].write',
    { agent: { credential: 'promtail' } },
  ],
  [
    'a read credential of a tenant (grafana)',
    { grafana: { credential: 'promtail' } },
    'grafana.credential',
    '"promtail"',
    'name one of these, or add it to auth.loki.tenants[].read',
    { grafana: { credential: 'grafana' } },
  ],
  [
    'a read credential of a tenant (grafana, overseer)',
    {
      ...twoTenants([{ name: 'overseer', tenants: ['spywatcher', 'audit'] }]),
      grafana: { credential: 'viewer' },
    },
    'grafana.credential',
    '"viewer"',
    'name one of these, or add it to auth.loki.tenants[].read',
    {
      ...twoTenants([{ name: 'overseer', tenants: ['spywatcher', 'audit'] }]),
      grafana: { credential: 'overseer' },
    },
  ],
  [
    'a namespace of its own: it is privileged, and namespaces.logging is not',
    { namespaces: { agents: 'logging' } },
    'namespaces.agents',
    '"logging"',
    'leave it out, for logging-agents',
    { namespaces: { agents: 'other' } },
  ],
  [
    'at most the limit',
    { resources: { grafana: { requests: { memory: '1Gi' } } } },
    'resources.grafana.requests.memory',
    '"1GB"',
    'raise resources.grafana.limits.memory',
    { resources: { grafana: { requests: { memory: '512Mi' } } } },
  ],
  [
    'at most the limit',
    { resources: { promtail: { requests: { cpu: '501m' } } } },
    'resources.promtail.requests.cpu',
    '"501m"',
    'raise resources.promtail.limits.cpu',
    { resources: { promtail: { requests: { cpu: '500m' } } } },
  ],
  [
    'at most half of Loki’s memory limit',
    { limits: { queryCache: '513MB' } },
    'limits.queryCache',
    '"513MB"',
    'lower limits.queryCache or raise resources.loki.limits.memory',
    { limits: { queryCache: '512MB' } },
  ],
  [
    'a multiple of 1MB: Loki counts the cache in whole megabytes',
    { limits: { queryCache: '1.5MB' } },
    'limits.queryCache',
    '"1536KB"',
    'write 2MB',
    { limits: { queryCache: '2MB' } },
  ],
  [
    'a name that no other Secret of the stack has',
    { grafana: { login: { adminSecret: 'gateway-users' } } },
    'grafana.login.adminSecret',
    '"gateway-users"',
    'leave it out, for its default, or write another name',
    { grafana: { login: { adminSecret: 'gateway-users' } }, auth: { loki: { enabled: false } } },
  ],
  [
    'a name that no other Secret of the stack has',
    { storage: { ...S3, credentialsSecret: 'gateway-credential-grafana' } },
    'storage.credentialsSecret',
    '"gateway-credential-grafana"',
    'leave it out, for its default, or write another name',
    { storage: { ...S3, credentialsSecret: 'gateway-credential-promtail' } },
  ],
  [
    'prod sends credentials and logs over TLS',
    { ...PROD, gateway: {} },
    'gateway.tls',
    '(missing)',
    'set gateway.tls.clusterIssuer if cert-manager makes the certificate, or gateway.tls.secretName',
    { ...PROD, gateway: { tls: { secretName: 'own' } } },
  ],
  [
    'at least 32: probes, a few agents and a dashboard take as many',
    { gateway: { maxConnections: 31 } },
    'gateway.maxConnections',
    '31',
    'write 32 or more, or leave it out',
    { gateway: { maxConnections: 32 } },
  ],
  [
    'with an Ingress or a route, a URL with a host name',
    { grafana: { url: 'https://192.0.2.7', route: ROUTE } },
    'grafana.url',
    '"https://192.0.2.7"',
    'write for example https://logs.example.com',
    { grafana: { url: 'https://logs.example.com', route: ROUTE } },
  ],
  [
    'one way to Grafana: an Ingress or a route',
    { grafana: { url: 'https://logs.example.com', route: ROUTE, ingress: {} } },
    'grafana.route',
    JSON.stringify(ROUTE),
    'remove grafana.ingress or grafana.route',
    { ...PROD, grafana: { url: 'https://logs.example.com', route: ROUTE } },
  ],
  [
    'prod sends passwords to its directory over TLS',
    { ...PROD, grafana: { ...PROD.grafana, login: { ldap: { ...LDAP, port: 389, encryption: 'none' } } } },
    'grafana.login.ldap.encryption',
    '"none"',
    'write tls (port 636) or startTls (port 389)',
    { ...PROD, grafana: { ...PROD.grafana, login: { ldap: LDAP } } },
  ],
  [
    'not 636 with encryption startTls, whose port is 389',
    login({ ldap: { ...LDAP, encryption: 'startTls' } }),
    'grafana.login.ldap.port',
    '636',
    'write port: 389, or encryption: tls',
    login({ ldap: { ...LDAP, encryption: 'startTls', port: 389 } }),
  ],
  [
    'not 636 with encryption none, whose port is 389',
    login({ ldap: { ...LDAP, encryption: 'none' } }),
    'grafana.login.ldap.port',
    '636',
    'write port: 389, or encryption: tls',
    login({ ldap: { ...LDAP, encryption: 'none', port: 389 } }),
  ],
  [
    'not 389 with encryption tls, whose port is 636',
    login({ ldap: { ...LDAP, port: 389 } }),
    'grafana.login.ldap.port',
    '389',
    'leave port out, for 636, or write encryption: startTls',
    login({ ldap: { ...LDAP, port: 1636, egress: [{ namespace: 'ldap', port: 3890 }] } }),
  ],
  [
    'an entry with port 636, that of its server',
    login({ ldap: { ...LDAP, egress: [{ cidr: '10.0.0.5/32', port: 389 }] } }),
    'grafana.login.ldap.egress',
    '[389]',
    'add { cidr: …, port: 636 }',
    login({ ldap: { ...LDAP, egress: [{ namespace: 'ldap', port: 1389 }] } }),
  ],
  [
    'an entry with port 5432, that of its server',
    { grafana: { database: { ...POSTGRES, egress: EGRESS } } },
    'grafana.database.egress',
    '[443]',
    'add { cidr: …, port: 5432 }',
    { grafana: { database: POSTGRES } },
  ],
  [
    'an entry with port 587, that of its server',
    { grafana: { smtp: { ...SMTP, egress: EGRESS } } },
    'grafana.smtp.egress',
    '[443]',
    'add { cidr: …, port: 587 }',
    { grafana: { smtp: SMTP } },
  ],
  [
    'an entry with port 8443, that of tokenUrl',
    login({ oauth: { generic: { ...OIDC, tokenUrl: 'https://id.example.com:8443/token' } } }),
    'grafana.login.oauth.generic.egress',
    '[443]',
    'add { cidr: …, port: 8443 }',
    login({ oauth: { generic: { ...OIDC, authUrl: 'https://id.example.com:8443/auth' } } }),
  ],
  [
    'an entry with port 8443, that of apiUrl',
    login({ oauth: { generic: { ...OIDC, apiUrl: 'https://id.example.com:8443/userinfo' } } }),
    'grafana.login.oauth.generic.egress',
    '[443]',
    'add { cidr: …, port: 8443 }',
    login({ oauth: { generic: { ...OIDC, egress: [{ namespace: 'identity', port: 8443 }] } } }),
  ],
  [
    'prod sends passwords and sessions to its database over TLS',
    { ...PROD, grafana: { ...PROD.grafana, database: { ...POSTGRES, sslMode: 'disable' } } },
    'grafana.database.sslMode',
    '"disable"',
    'leave it out, for verify-full, or write require',
    { grafana: { database: { ...POSTGRES, sslMode: 'disable' } } },
  ],
  [
    'prod sends passwords and sessions to its database over TLS',
    { ...PROD, grafana: { ...PROD.grafana, database: { ...POSTGRES, sslMode: 'disable' } } },
    'grafana.database.sslMode',
    '"disable"',
    'leave it out, for verify-full, or write require',
    { ...PROD, grafana: { ...PROD.grafana, database: { ...POSTGRES, sslMode: 'require' } } },
  ],
  [
    'with sqlite 1: its file is of one pod',
    { grafana: { replicas: 2 } },
    'grafana.replicas',
    '2',
    'set grafana.database.type to postgres, or grafana.replicas to 1',
    { grafana: { replicas: 2, database: POSTGRES } },
  ],
  [
    'true, where no OAuth provider is configured: nobody could log in',
    login({ form: false }),
    'grafana.login.form',
    'false',
    'set grafana.login.oauth, or remove grafana.login.form',
    login({ form: false, oauth: { github: GITHUB } }),
  ],
  [
    'true with LDAP: its users type their password there',
    login({ form: false, oauth: { github: GITHUB }, ldap: LDAP }),
    'grafana.login.form',
    'false',
    'remove grafana.login.form or grafana.login.ldap',
    login({ form: true, oauth: { github: GITHUB }, ldap: LDAP }),
  ],
  [
    'at least one provider: github, google or generic',
    login({ oauth: {} }),
    'grafana.login.oauth',
    '{"secret":"(not shown)"}',
    'name a provider, or remove grafana.login.oauth',
    login({ oauth: { github: GITHUB } }),
  ],
  [
    'domains, groups, or roles.others: none; else everyone whom the provider knows may log in',
    login({ oauth: { generic: { ...OIDC, groups: [] } } }),
    'grafana.login.oauth.generic.groups',
    '[]',
    'list groups or domains, or write roles: { others: none }',
    login({ oauth: { generic: { ...OIDC, groups: [], roles: { admin: ['logs'], others: 'none' } } } }),
  ],
  [
    'domains, groups, or roles.others: none; else everyone whom the provider knows may log in',
    login({ oauth: { generic: { ...OIDC, groups: [] } } }),
    'grafana.login.oauth.generic.groups',
    '[]',
    'list groups or domains, or write roles: { others: none }',
    login({ oauth: { generic: { ...OIDC, groups: [], domains: ['example.com'] } } }),
  ],
  ...(['github', 'google', 'generic'] as const).map((name): Row => [
    'viewer or editor, where roles names nobody: nobody could log in',
    login({ oauth: providerWith(name, { others: 'none' }) }),
    `grafana.login.oauth.${name}.roles.others`,
    '"none"',
    'list somebody in roles.admin or roles.editor, or leave others out',
    login({ oauth: providerWith(name, { others: 'none', admin: [ENTRY[name]] }) }),
  ]),
  ...(['github', 'google', 'generic'] as const).map((name): Row => [
    'one that roles.admin does not name',
    login({ oauth: providerWith(name, { admin: [ENTRY[name]], editor: [ENTRY[name]] }) }),
    `grafana.login.oauth.${name}.roles.editor[0]`,
    JSON.stringify(ENTRY[name]),
    'remove it from one of the two',
    login({ oauth: providerWith(name, { admin: [ENTRY[name]] }) }),
  ]),
  [
    'at most ingestionRate (1MB)',
    { limits: { tenants: { spywatcher: { ingestionRate: '1MB' } } } },
    'limits.tenants.spywatcher.perStreamRate',
    '"3MB"',
    'lower limits.tenants.spywatcher.perStreamRate or raise limits.tenants.spywatcher.ingestionRate',
    { limits: { tenants: { spywatcher: { ingestionRate: '1MB', perStreamRate: '1MB' } } } },
  ],
  [
    'at most ingestionRate (15MB)',
    { limits: { tenants: { spywatcher: { perStreamRate: '16MB', perStreamBurst: '16MB' } } } },
    'limits.tenants.spywatcher.perStreamRate',
    '"16MB"',
    'lower limits.tenants.spywatcher.perStreamRate or raise limits.tenants.spywatcher.ingestionRate',
    { limits: { tenants: { spywatcher: { perStreamRate: '15MB', perStreamBurst: '16MB' } } } },
  ],
  [
    'at least ingestionRate (30MB)',
    { limits: { tenants: { spywatcher: { ingestionRate: '30MB' } } } },
    'limits.tenants.spywatcher.ingestionBurst',
    '"20MB"',
    'raise limits.tenants.spywatcher.ingestionBurst to 30MB or lower limits.tenants.spywatcher.ingestionRate',
    { limits: { tenants: { spywatcher: { ingestionRate: '30MB', ingestionBurst: '30MB' } } } },
  ],
  [
    'at most the bursts of tenant spywatcher: a larger batch is refused for ever',
    { limits: { perStreamRate: '512KB', tenants: { spywatcher: { perStreamBurst: '768KB' } } } },
    'agent.batchSize',
    '"1MB"',
    'lower agent.batchSize, or raise the bursts of limits.tenants.spywatcher',
    {
      agent: { batchSize: '768KB' },
      limits: { perStreamRate: '512KB', tenants: { spywatcher: { perStreamBurst: '768KB' } } },
    },
  ],
  [
    'at most the bursts of tenant audit: a larger batch is refused for ever',
    {
      auth: { loki: { enabled: false, tenants: [{ name: 'audit' }, SPYWATCHER] } },
      limits: { perStreamRate: '512KB', tenants: { audit: { perStreamBurst: '768KB' } } },
    },
    'agent.batchSize',
    '"1MB"',
    'lower agent.batchSize, or raise the bursts of limits.tenants.audit',
    {
      auth: { loki: { tenants: [{ name: 'audit' }, SPYWATCHER] } },
      limits: { perStreamRate: '512KB', tenants: { audit: { perStreamBurst: '768KB' } } },
    },
  ],
  [
    'at most the bursts of tenant spywatcher: a larger batch is refused for ever',
    {
      limits: { tenants: { spywatcher: { ingestionRate: '3MB', ingestionBurst: '3MB' } } },
      agent: { batchSize: '4MB' },
    },
    'agent.batchSize',
    '"4MB"',
    'lower agent.batchSize, or raise the bursts of limits.tenants.spywatcher',
    {
      limits: { tenants: { spywatcher: { ingestionRate: '3MB', ingestionBurst: '4MB' } } },
      agent: { batchSize: '4MB' },
    },
  ],
  [
    'at least perStreamRate (3MB)',
    { limits: { tenants: { spywatcher: { perStreamBurst: '2MB' } } } },
    'limits.tenants.spywatcher.perStreamBurst',
    '"2MB"',
    'raise limits.tenants.spywatcher.perStreamBurst to 3MB or lower limits.tenants.spywatcher.perStreamRate',
    { limits: { tenants: { spywatcher: { perStreamBurst: '3MB' } } } },
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher)',
    { limits: { tenants: { audit: { maxTails: 2 } } } },
    'limits.tenants.audit',
    '"audit"',
    'add the tenant there, or remove its limits',
    { limits: { tenants: { audit: { maxTails: 2 } } }, ...tenants(SPYWATCHER, { name: 'audit' }) },
  ],
  [
    'a credential is named once; this one is at auth.loki.tenants[0].read[0]',
    tenants({ ...SPYWATCHER, erase: ['grafana'] }),
    'auth.loki.tenants[0].erase[0]',
    '"grafana"',
    'give each its own name',
    tenants({ ...SPYWATCHER, erase: ['eraser'] }),
  ],
  [
    'a credential is named once; this one is at auth.loki.tenants[0].read[0]',
    twoTenants([{ name: 'grafana', tenants: ['spywatcher', 'audit'] }]),
    'auth.loki.crossTenantReaders[0].name',
    '"grafana"',
    'give each its own name',
    twoTenants([{ name: 'overseer', tenants: ['spywatcher', 'audit'] }]),
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher, audit), each once',
    twoTenants([{ name: 'overseer', tenants: ['spywatcher', 'other'] }]),
    'auth.loki.crossTenantReaders[0].tenants[1]',
    '"other"',
    'add the tenant there, or remove it here',
    twoTenants([{ name: 'overseer', tenants: ['audit', 'spywatcher'] }]),
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher, audit), each once',
    twoTenants([{ name: 'overseer', tenants: ['audit', 'audit'] }]),
    'auth.loki.crossTenantReaders[0].tenants[1]',
    '"audit"',
    'add the tenant there, or remove it here',
    twoTenants([{ name: 'overseer', tenants: ['audit', 'spywatcher'] }]),
  ],
  [
    'two tenants or more',
    twoTenants([{ name: 'overseer', tenants: ['audit'] }]),
    'auth.loki.crossTenantReaders[0].tenants',
    '["audit"]',
    'add a tenant, or move overseer to the read credentials of audit',
    tenants(SPYWATCHER, { name: 'audit', read: ['overseer'] }),
  ],
  [
    'with auth.loki.enabled: nobody deletes lines without a credential',
    { auth: { loki: { enabled: false, tenants: [{ ...SPYWATCHER, erase: ['eraser'] }] } } },
    'auth.loki.tenants[0].erase',
    '["eraser"]',
    'remove auth.loki.enabled: false, or the names',
    tenants({ ...SPYWATCHER, erase: ['eraser'] }),
  ],
  [
    'with auth.loki.enabled: without a credential everyone is the first tenant',
    {
      auth: {
        loki: {
          enabled: false,
          tenants: [SPYWATCHER, { name: 'audit' }],
          crossTenantReaders: [{ name: 'overseer', tenants: ['spywatcher', 'audit'] }],
        },
      },
    },
    'auth.loki.crossTenantReaders',
    '["overseer"]',
    'remove auth.loki.enabled: false, or the readers',
    twoTenants([{ name: 'overseer', tenants: ['spywatcher', 'audit'] }]),
  ],
  [
    'matchers of labels that lines have: job, service, level, namespace, app, container, node',
    { agent: { drop: [{ name: 'a', selector: '{userId="1"}' }] } },
    'agent.drop[0].selector',
    '"{userId=\\"1\\"}"',
    'replace userId, or match the line with patterns',
    { agent: { drop: [{ name: 'a', selector: '{job="1"}' }] } },
  ],
  [
    'a name that no other Secret of the stack has',
    { gateway: { tls: { secretName: 'gateway-users' } } },
    'gateway.tls.secretName',
    '"gateway-users"',
    'leave it out, for its default, or write another name',
    { gateway: { tls: { caSecretName: 'gateway-users' } } },
  ],
];

test.each(rows)('%s', (rule, broken, path, received, remedy, kept) => {
  expect(problemsOf({ environment: 'dev', ...broken })).toEqual([{ path, received, rule, remedy }]);
  expect(() => configWith(kept)).not.toThrow();
});

describe('given a stack for prod that has no more than its environment', () => {
  it('asks for TLS, https and durable storage, all at once', () => {
    expect(problemsOf({ environment: 'prod' }).map(({ path }) => path)).toEqual([
      'gateway.tls',
      'grafana.ingress.tls',
      'grafana.url',
      'storage.type',
    ]);
  });
});

describe('given one name for the two Secrets that a stack’s owner names', () => {
  it('says so of both', () => {
    const input = {
      environment: 'dev',
      grafana: { login: { adminSecret: 'same' } },
      storage: { ...S3, credentialsSecret: 'same' },
    };
    expect(problemsOf(input).map(({ path }) => path)).toEqual([
      'grafana.login.adminSecret',
      'storage.credentialsSecret',
    ]);
  });
});

describe('given limits of all tenants that contradict each other', () => {
  test.each([
    ['a burst', { ingestionRate: '21MB' }, 'limits.ingestionBurst'],
    ['the rate of a stream', { ingestionRate: '2MB' }, 'limits.perStreamRate'],
  ])('says so of %s once, and not of each tenant that says nothing about it', (_, wrong, path) => {
    const limits = { ...wrong, tenants: { spywatcher: { maxTails: 1 } } };
    expect(problemsOf({ environment: 'dev', limits }).map((problem) => problem.path)).toEqual([path]);
  });
});
