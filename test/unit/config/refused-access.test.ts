/** Who may do what, written wrongly: each mistake is refused with its place and a way out, and nothing else is said. */
import type { Problem } from '../../../src/config';
import { problemsOf, refusals } from '../../support/config';
import { followed } from '../../support/remedies';
import { EGRESS, OIDC } from './rules/rows';

interface Row {
  readonly given: string;
  readonly input: object;
  readonly path: string;
  /** What is advised and written then, where that is left to the reader. */
  readonly then?: { readonly advice: RegExp; readonly input: object };
}

/** Stands where a secret was written in the open; no report may show it. */
const SECRET = 'hunter2';

const GITHUB = { clientId: 'c', organizations: ['spywatcher'], egress: EGRESS };
const GOOGLE = { clientId: 'c', domains: ['example.com'], egress: EGRESS };
const DISCORD = { type: 'discord', clientId: '112233445566778899', guilds: ['81384788765712384'], egress: EGRESS };
const LDAP = {
  host: 'ldap.example.com',
  bindDn: 'cn=grafana,dc=example,dc=com',
  searchBaseDns: ['dc=example,dc=com'],
  groups: [{ dn: 'cn=logs,dc=example,dc=com', role: 'viewer' }],
  egress: [{ cidr: '10.0.0.5/32', port: 636 }],
};
const DATABASE = { type: 'postgres', host: 'db.example.com', egress: [{ cidr: '10.0.0.6/32', port: 5432 }] };
const SMTP = { host: 'mail.example.com', from: 'a@example.com', egress: [{ cidr: '10.0.0.7/32', port: 587 }] };
const ROUTE = { name: 'public', namespace: 'edge', listener: 'https' };
const HOST = 'https://logs.example.com';

const loki = (differences: object) => ({ auth: { loki: differences } });
const tenant = (differences: object) =>
  loki({ tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'], ...differences }] });
const reader = (differences: object) =>
  loki({
    tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'] }, { name: 'audit' }],
    crossTenantReaders: [{ name: 'overseer', tenants: ['spywatcher', 'audit'], ...differences }],
  });
const tls = (differences: object) => ({ gateway: { tls: differences } });
const store = (differences: object) => ({ secretSource: { type: 'externalSecrets', store: 'vault', ...differences } });
const login = (differences: object) => ({ grafana: { login: differences } });
const oauth = (differences: object) => login({ oauth: differences });
const github = (differences: object) => oauth({ github: { ...GITHUB, ...differences } });
const google = (differences: object) => oauth({ google: { ...GOOGLE, ...differences } });
const discord = (differences: object) => oauth({ generic: { ...DISCORD, ...differences } });
const oidc = (differences: object) => oauth({ generic: { ...OIDC, ...differences } });
const ldap = (differences: object) => login({ ldap: { ...LDAP, ...differences } });
const database = (differences: object) => ({ grafana: { database: { ...DATABASE, ...differences } } });
const smtp = (differences: object) => ({ grafana: { smtp: { ...SMTP, ...differences } } });
const ingress = (differences: object) => ({ grafana: { url: HOST, ingress: differences } });
const route = (differences: object) => ({ grafana: { url: HOST, route: { gateway: { ...ROUTE, ...differences } } } });

/** A copy without one key. */
const without = (object: object, key: string): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

const IN_OAUTH = 'grafana.login.oauth';
const IN_LDAP = 'grafana.login.ldap';
const TENANT_NAME = 'auth.loki.tenants[0].name';

/** The problems of a config; fails if a report shows what may be a secret. */
const reported = (input: object): readonly Problem[] => {
  const problems = problemsOf({ environment: 'dev', ...input });
  expect(JSON.stringify(problems)).not.toContain(SECRET);
  return problems;
};

const rows: readonly Row[] = [
  // Tenants and their credentials.
  { given: 'auth that is switched by a word', input: loki({ enabled: 'yes' }), path: 'auth.loki.enabled' },
  { given: 'no tenant', input: loki({ tenants: [] }), path: 'auth.loki.tenants' },
  {
    given: 'a tenant that is a name alone',
    input: loki({ tenants: ['spywatcher'] }),
    path: 'auth.loki.tenants[0]',
    then: { advice: /keys below it/, input: tenant({}) },
  },
  {
    given: 'a tenant without a name',
    input: loki({ tenants: [{ write: ['promtail'], read: ['grafana'] }] }),
    path: TENANT_NAME,
  },
  { given: 'a tenant that would be two', input: tenant({ name: 'a|b' }), path: TENANT_NAME },
  { given: 'a tenant that is the folder above', input: tenant({ name: '..' }), path: TENANT_NAME },
  { given: 'a tenant that is a folder in a folder', input: tenant({ name: 'a/b' }), path: TENANT_NAME },
  { given: 'a tenant that ends its header', input: tenant({ name: 'a\r\nX-Scope-OrgID: b' }), path: TENANT_NAME },
  { given: 'a tenant that is a variable of nginx', input: tenant({ name: '$http_x_tenant' }), path: TENANT_NAME },
  { given: 'a tenant that is nobody', input: tenant({ name: '' }), path: TENANT_NAME },
  { given: 'a tenant that is a number', input: tenant({ name: 7 }), path: TENANT_NAME },
  { given: 'a credential in capitals', input: tenant({ erase: ['Eraser'] }), path: 'auth.loki.tenants[0].erase[0]' },
  {
    given: 'a credential with a colon, which ends a user name',
    input: tenant({ write: ['promtail', 'a:b'] }),
    path: 'auth.loki.tenants[0].write[1]',
  },
  {
    given: 'a credential that is a number',
    input: tenant({ read: ['grafana', 7] }),
    path: 'auth.loki.tenants[0].read[1]',
  },
  {
    given: 'a credential with its password',
    input: tenant({ read: ['grafana', { name: 'people', password: SECRET }] }),
    path: 'auth.loki.tenants[0].read[1]',
  },
  { given: 'a credential that is no list', input: tenant({ erase: 'eraser' }), path: 'auth.loki.tenants[0].erase' },
  {
    given: 'a password beside the credentials',
    input: tenant({ password: SECRET }),
    path: 'auth.loki.tenants[0].password',
  },
  {
    given: 'a kind of credential that there is not',
    input: tenant({ delete: ['eraser'] }),
    path: 'auth.loki.tenants[0].delete',
  },
  {
    given: 'an agent that pushes with what erases',
    input: { ...tenant({ erase: ['eraser'] }), agent: { credential: 'eraser' } },
    path: 'agent.credential',
    then: {
      advice: /name one of these.*\.write$/,
      input: { ...tenant({ erase: ['eraser'] }), agent: { credential: 'promtail' } },
    },
  },
  {
    given: 'a Grafana that reads with what erases',
    input: { ...tenant({ erase: ['eraser'] }), grafana: { credential: 'eraser' } },
    path: 'grafana.credential',
    then: {
      advice: /name one of these.*\.read$/,
      input: { ...tenant({ erase: ['eraser'] }), grafana: { credential: 'grafana' } },
    },
  },
  {
    given: 'limits of one tenant without a unit',
    input: { limits: { tenants: { spywatcher: { ingestionRate: '15' } } } },
    path: 'limits.tenants.spywatcher.ingestionRate',
  },
  {
    given: 'no live tail at all',
    input: { limits: { tenants: { spywatcher: { maxTails: 0 } } } },
    path: 'limits.tenants.spywatcher.maxTails',
  },
  {
    given: 'a limit that is misspelt',
    input: { limits: { tenants: { spywatcher: { maxTail: 1 } } } },
    path: 'limits.tenants.spywatcher.maxTail',
  },

  // Readers across tenants.
  { given: 'a reader of no tenant', input: reader({ tenants: [] }), path: 'auth.loki.crossTenantReaders[0].tenants' },
  {
    given: 'a reader of whatever there is',
    input: reader({ tenants: '*' }),
    path: 'auth.loki.crossTenantReaders[0].tenants',
    then: { advice: /each entry/, input: reader({}) },
  },
  {
    given: 'a reader of two tenants in one name',
    input: reader({ tenants: ['spywatcher|audit', 'audit'] }),
    path: 'auth.loki.crossTenantReaders[0].tenants[0]',
  },
  {
    given: 'a reader of tenants by a wildcard',
    input: reader({ tenants: ['spywatcher', '*'] }),
    path: 'auth.loki.crossTenantReaders[0].tenants[1]',
    then: { advice: /add the tenant/, input: reader({}) },
  },
  { given: 'a reader in capitals', input: reader({ name: 'Overseer' }), path: 'auth.loki.crossTenantReaders[0].name' },
  {
    given: 'a reader without a name',
    input: reader({ name: undefined }),
    path: 'auth.loki.crossTenantReaders[0].name',
  },
  { given: 'a reader that also writes', input: reader({ write: true }), path: 'auth.loki.crossTenantReaders[0].write' },
  {
    given: 'an agent that pushes with what reads across tenants',
    input: { ...reader({}), agent: { credential: 'overseer' } },
    path: 'agent.credential',
    then: { advice: /name one of these.*\.write$/, input: { ...reader({}), agent: { credential: 'promtail' } } },
  },

  // The gateway.
  { given: 'TLS that is switched on', input: { gateway: { tls: true } }, path: 'gateway.tls' },
  { given: 'a key in the open', input: tls({ key: SECRET }), path: 'gateway.tls.key' },
  {
    given: 'a Secret with a name that is none',
    input: tls({ secretName: 'Gateway TLS' }),
    path: 'gateway.tls.secretName',
  },
  { given: 'an issuer without a name', input: tls({ clusterIssuer: '' }), path: 'gateway.tls.clusterIssuer' },
  {
    given: 'a Secret that the agent’s credential has taken',
    input: tls({ caSecretName: 'gateway-credential-promtail' }),
    path: 'gateway.tls.caSecretName',
  },
  {
    given: 'no failed login at all',
    input: { gateway: { failedLoginsPerMinute: 0 } },
    path: 'gateway.failedLoginsPerMinute',
  },
  {
    given: 'failed logins in quotes',
    input: { gateway: { failedLoginsPerMinute: '10' } },
    path: 'gateway.failedLoginsPerMinute',
  },

  // Where secrets come from.
  { given: 'a source that is a word alone', input: { secretSource: 'existing' }, path: 'secretSource' },
  { given: 'a source that there is not', input: { secretSource: { type: 'vault' } }, path: 'secretSource.type' },
  {
    given: 'a source in other letters',
    input: { secretSource: { type: 'externalsecrets', store: 'vault' } },
    path: 'secretSource.type',
  },
  {
    given: 'a source without its store',
    input: { secretSource: { type: 'externalSecrets' } },
    path: 'secretSource.store',
  },
  { given: 'a store without a name', input: store({ store: '' }), path: 'secretSource.store' },
  {
    given: 'a kind of store that there is not',
    input: store({ storeKind: 'VaultStore' }),
    path: 'secretSource.storeKind',
  },
  { given: 'a prefix that is a variable', input: store({ prefix: '${TEAM}' }), path: 'secretSource.prefix' },
  {
    given: 'new values that nobody waits for',
    input: store({ refreshInterval: '0s' }),
    path: 'secretSource.refreshInterval',
  },
  { given: 'a token of the store', input: store({ token: SECRET }), path: 'secretSource.token' },
  {
    given: 'a store beside Secrets of one’s own',
    input: { secretSource: { type: 'existing', store: 'vault' } },
    path: 'secretSource.store',
  },

  // Grafana’s login.
  { given: 'a password in the open', input: login({ adminPassword: SECRET }), path: 'grafana.login.adminPassword' },
  { given: 'no first user', input: login({ adminUser: '' }), path: 'grafana.login.adminUser' },
  { given: 'a first user that is a variable', input: login({ adminUser: '${HOME}' }), path: 'grafana.login.adminUser' },
  { given: 'a Secret in capitals', input: login({ adminSecret: 'Admin' }), path: 'grafana.login.adminSecret' },
  {
    given: 'a Secret of the gateway’s',
    input: oauth({ github: GITHUB, secret: 'gateway-credential-grafana' }),
    path: `${IN_OAUTH}.secret`,
  },
  { given: 'a form that is switched by a word', input: login({ form: 'off' }), path: 'grafana.login.form' },
  { given: 'anonymous access', input: login({ anonymous: true }), path: 'grafana.login.anonymous' },
  { given: 'a provider that there is not', input: oauth({ github: GITHUB, okta: {} }), path: `${IN_OAUTH}.okta` },

  // GitHub.
  { given: 'GitHub for everyone', input: github({ organizations: [] }), path: `${IN_OAUTH}.github.organizations` },
  {
    given: 'GitHub without organisations',
    input: oauth({ github: without(GITHUB, 'organizations') }),
    path: `${IN_OAUTH}.github.organizations`,
  },
  {
    given: 'an organisation by its URL',
    input: github({ organizations: ['https://github.com/spywatcher'] }),
    path: `${IN_OAUTH}.github.organizations[0]`,
  },
  {
    given: 'a team without its organisation',
    input: github({ roles: { admin: ['operators'] } }),
    path: `${IN_OAUTH}.github.roles.admin[0]`,
  },
  {
    given: 'a team that ends an expression',
    input: github({ roles: { editor: ["@a/b') || contains('"] } }),
    path: `${IN_OAUTH}.github.roles.editor[0]`,
  },
  {
    given: 'everyone an administrator',
    input: github({ roles: { others: 'admin' } }),
    path: `${IN_OAUTH}.github.roles.others`,
  },
  {
    given: 'a client secret in the open',
    input: github({ clientSecret: SECRET }),
    path: `${IN_OAUTH}.github.clientSecret`,
  },
  {
    given: 'a client id that is a variable',
    input: github({ clientId: '${CLIENT_ID}' }),
    path: `${IN_OAUTH}.github.clientId`,
  },
  {
    given: 'a client id that is a number',
    input: github({ clientId: 1234567890 }),
    path: `${IN_OAUTH}.github.clientId`,
  },
  { given: 'a provider that is nowhere', input: github({ egress: [] }), path: `${IN_OAUTH}.github.egress` },
  {
    given: 'a provider by its name',
    input: github({ egress: [{ host: 'github.com', port: 443 }] }),
    path: `${IN_OAUTH}.github.egress[0]`,
  },
  {
    given: 'a provider on every port',
    input: github({ egress: [{ cidr: '140.82.112.0/20' }] }),
    path: `${IN_OAUTH}.github.egress[0].port`,
  },

  // Google.
  { given: 'Google for everyone', input: google({ domains: [] }), path: `${IN_OAUTH}.google.domains` },
  {
    given: 'a domain with a wildcard',
    input: google({ domains: ['*.example.com'] }),
    path: `${IN_OAUTH}.google.domains[0]`,
  },
  {
    given: 'a domain that is a top-level one',
    input: google({ domains: ['com'] }),
    path: `${IN_OAUTH}.google.domains[0]`,
  },
  {
    given: 'a domain that is an address',
    input: google({ domains: ['owner@example.com'] }),
    path: `${IN_OAUTH}.google.domains[0]`,
  },
  { given: 'a domain in capitals', input: google({ domains: ['Example.com'] }), path: `${IN_OAUTH}.google.domains[0]` },
  {
    given: 'a domain in the place of an address',
    input: google({ roles: { admin: ['example.com'] } }),
    path: `${IN_OAUTH}.google.roles.admin[0]`,
  },
  {
    given: 'a client secret of Google’s in the open',
    input: google({ clientSecret: SECRET }),
    path: `${IN_OAUTH}.google.clientSecret`,
  },

  // Discord.
  {
    given: 'a guild by its number, which YAML rounds',
    input: discord({ guilds: [81384788765712384] }),
    path: `${IN_OAUTH}.generic.guilds[0]`,
  },
  { given: 'a guild by its name', input: discord({ guilds: ['Spywatcher'] }), path: `${IN_OAUTH}.generic.guilds[0]` },
  {
    given: 'an administrator by name',
    input: discord({ roles: { admin: ['owner#1234'] } }),
    path: `${IN_OAUTH}.generic.roles.admin[0]`,
  },
  { given: 'Discord for everyone', input: discord({ guilds: [] }), path: `${IN_OAUTH}.generic.guilds` },
  {
    given: 'Discord with an endpoint of OpenID Connect’s',
    input: discord({ authUrl: OIDC.authUrl }),
    path: `${IN_OAUTH}.generic.authUrl`,
  },
  { given: 'a bot’s token', input: discord({ botToken: SECRET }), path: `${IN_OAUTH}.generic.botToken` },

  // OpenID Connect.
  { given: 'a kind of provider that there is not', input: oidc({ type: 'saml' }), path: `${IN_OAUTH}.generic.type` },
  {
    given: 'a provider without its kind',
    input: oauth({ generic: without(OIDC, 'type') }),
    path: `${IN_OAUTH}.generic.type`,
  },
  {
    given: 'authUrl in clear',
    input: oidc({ authUrl: 'http://id.example.com/' }),
    path: `${IN_OAUTH}.generic.authUrl`,
  },
  {
    given: 'tokenUrl in clear',
    input: oidc({ tokenUrl: 'http://id.example.com/' }),
    path: `${IN_OAUTH}.generic.tokenUrl`,
  },
  { given: 'apiUrl in clear', input: oidc({ apiUrl: 'http://id.example.com/' }), path: `${IN_OAUTH}.generic.apiUrl` },
  {
    given: 'an endpoint with a password',
    input: oidc({ apiUrl: `https://logs:${SECRET}@id.example.com/` }),
    path: `${IN_OAUTH}.generic.apiUrl`,
  },
  { given: 'an endpoint that is a path', input: oidc({ tokenUrl: '/token' }), path: `${IN_OAUTH}.generic.tokenUrl` },
  {
    given: 'no endpoint for tokens',
    input: oauth({ generic: without(OIDC, 'tokenUrl') }),
    path: `${IN_OAUTH}.generic.tokenUrl`,
  },
  { given: 'no scope', input: oidc({ scopes: [] }), path: `${IN_OAUTH}.generic.scopes` },
  {
    given: 'a claim that ends an expression',
    input: oidc({ groupsClaim: 'groups" || "' }),
    path: `${IN_OAUTH}.generic.groupsClaim`,
  },
  {
    given: 'a claim in a list that ends an expression',
    input: oidc({ groupsClaim: ['realm_access', 'groups" || "'] }),
    path: `${IN_OAUTH}.generic.groupsClaim`,
  },
  // Taken for a path, it would be the claim `com/roles` of a claim `https://example`.
  {
    given: 'a name with dots as text',
    input: oidc({ groupsClaim: 'https://example.com/roles' }),
    path: `${IN_OAUTH}.generic.groupsClaim`,
  },
  {
    given: 'a path with an empty name',
    input: oidc({ groupsClaim: 'realm_access..roles' }),
    path: `${IN_OAUTH}.generic.groupsClaim`,
  },
  {
    given: 'a group that ends an expression',
    input: oidc({ roles: { admin: ["a') || ('"] } }),
    path: `${IN_OAUTH}.generic.roles.admin[0]`,
  },
  { given: 'a group on two lines', input: oidc({ groups: ['a\nb'] }), path: `${IN_OAUTH}.generic.groups[0]` },
  {
    given: 'a certificate that nobody checks',
    input: oidc({ tlsSkipVerify: true }),
    path: `${IN_OAUTH}.generic.tlsSkipVerify`,
  },

  // LDAP.
  { given: 'a directory by its URL', input: ldap({ host: 'ldaps://ldap.example.com' }), path: `${IN_LDAP}.host` },
  { given: 'a directory without a server', input: login({ ldap: without(LDAP, 'host') }), path: `${IN_LDAP}.host` },
  {
    given: 'a port that is none',
    input: ldap({ port: 65_536 }),
    path: `${IN_LDAP}.port`,
    then: { advice: /for example \d+$/, input: ldap({ port: 636 }) },
  },
  {
    given: 'an encryption in other letters',
    input: ldap({ encryption: 'starttls' }),
    path: `${IN_LDAP}.encryption`,
    then: {
      advice: /did you mean startTls/,
      input: ldap({ encryption: 'startTls', port: 389, egress: [{ cidr: '10.0.0.5/32', port: 389 }] }),
    },
  },
  {
    given: 'a password of the directory in the open',
    input: ldap({ bindPassword: SECRET }),
    path: `${IN_LDAP}.bindPassword`,
  },
  { given: 'a name that is no distinguished one', input: ldap({ bindDn: 'grafana' }), path: `${IN_LDAP}.bindDn` },
  { given: 'nobody to search as', input: login({ ldap: without(LDAP, 'bindDn') }), path: `${IN_LDAP}.bindDn` },
  {
    given: 'a filter that finds everyone',
    input: ldap({ searchFilter: '(objectClass=person)' }),
    path: `${IN_LDAP}.searchFilter`,
  },
  { given: 'no place to search', input: ldap({ searchBaseDns: [] }), path: `${IN_LDAP}.searchBaseDns` },
  { given: 'a directory for everyone', input: ldap({ groups: [] }), path: `${IN_LDAP}.groups` },
  {
    given: 'a group of everyone',
    input: ldap({ groups: [{ dn: '*', role: 'viewer' }] }),
    path: `${IN_LDAP}.groups[0].dn`,
  },
  {
    given: 'a group with a role in other letters',
    input: ldap({ groups: [{ dn: 'cn=a', role: 'Admin' }] }),
    path: `${IN_LDAP}.groups[0].role`,
  },
  { given: 'a group without a role', input: ldap({ groups: [{ dn: 'cn=a' }] }), path: `${IN_LDAP}.groups[0].role` },
  {
    given: 'a directory at an address that is no network',
    input: ldap({ egress: [{ cidr: '10.0.0.5', port: 636 }] }),
    path: `${IN_LDAP}.egress[0].cidr`,
  },
  {
    given: 'a certificate of the directory that nobody checks',
    input: ldap({ skipVerify: true }),
    path: `${IN_LDAP}.skipVerify`,
  },
  {
    given: 'a Secret of the directory’s that the gateway has',
    input: ldap({ bindSecret: 'gateway-users' }),
    path: `${IN_LDAP}.bindSecret`,
  },

  // Grafana’s database and mail.
  { given: 'a database that there is not', input: database({ type: 'mysql' }), path: 'grafana.database.type' },
  {
    given: 'a server beside a file',
    input: { grafana: { database: { type: 'sqlite', host: 'db.example.com' } } },
    path: 'grafana.database.host',
  },
  {
    given: 'a database without a server',
    input: { grafana: { database: without(DATABASE, 'host') } },
    path: 'grafana.database.host',
  },
  { given: 'a server with its port', input: database({ host: 'db.example.com:5432' }), path: 'grafana.database.host' },
  {
    given: 'a database that is nowhere',
    input: { grafana: { database: without(DATABASE, 'egress') } },
    path: 'grafana.database.egress',
  },
  {
    given: 'a password of the database in the open',
    input: database({ password: SECRET }),
    path: 'grafana.database.password',
  },
  {
    given: 'a URL of the database, with its password',
    input: database({ url: `postgres://grafana:${SECRET}@db.example.com` }),
    path: 'grafana.database.url',
  },
  { given: 'an encryption that may be none', input: database({ sslMode: 'prefer' }), path: 'grafana.database.sslMode' },
  {
    given: 'a database that ends its setting',
    input: database({ name: 'grafana"; x' }),
    path: 'grafana.database.name',
  },
  {
    given: 'a user that is a variable',
    input: database({ user: '$__file{/etc/passwd}' }),
    path: 'grafana.database.user',
  },
  {
    given: 'a sender with a display name',
    input: smtp({ from: 'Logs <logs@example.com>' }),
    path: 'grafana.smtp.from',
  },
  { given: 'mail from nobody', input: { grafana: { smtp: without(SMTP, 'from') } }, path: 'grafana.smtp.from' },
  {
    given: 'a password of the mail server in the open',
    input: smtp({ password: SECRET }),
    path: 'grafana.smtp.password',
  },
  { given: 'mail in clear', input: smtp({ startTls: false }), path: 'grafana.smtp.startTls' },

  // Ways in to Grafana.
  {
    given: 'a password in Grafana’s URL',
    input: { grafana: { url: `https://admin:${SECRET}@logs.example.com` } },
    path: 'grafana.url',
  },
  { given: 'an Ingress whose TLS is switched on', input: ingress({ tls: true }), path: 'grafana.ingress.tls' },
  {
    given: 'an Ingress whose certificate has no name',
    input: ingress({ tls: {} }),
    path: 'grafana.ingress.tls.secretName',
  },
  {
    given: 'an Ingress with the gateway’s users for a certificate',
    input: ingress({ tls: { secretName: 'gateway-users' } }),
    path: 'grafana.ingress.tls.secretName',
    then: { advice: /another name/, input: ingress({ tls: { secretName: 'grafana-tls' } }) },
  },
  {
    given: 'an Ingress with a host of its own',
    input: ingress({ host: 'grafana.example.com' }),
    path: 'grafana.ingress.host',
  },
  { given: 'a route to no Gateway', input: { grafana: { url: HOST, route: {} } }, path: 'grafana.route.gateway' },
  {
    given: 'a route without a listener, which would take plain HTTP as well',
    input: route({ listener: undefined }),
    path: 'grafana.route.gateway.listener',
  },
  {
    given: 'a route to a namespace that is none',
    input: route({ namespace: 'Edge' }),
    path: 'grafana.route.gateway.namespace',
  },
];

test.each(rows)('given $given, it alone is refused, and the remedy helps', ({ input, path, then }) => {
  const problems = reported(input);
  expect(problems.map((problem) => problem.path)).toEqual([path]);
  if (then !== undefined) expect(problems[0]?.remedy).toMatch(then.advice);
  const ways = then === undefined ? problems.flatMap((problem) => followed(input, problem)) : [then.input];
  if (ways.length > 0) expect(ways.map(refusals)).toContainEqual([]);
});

const severalAtOnce: readonly (Omit<Row, 'path'> & {
  readonly paths: readonly string[];
  /** What only its writer knows. */
  readonly left?: readonly string[];
})[] = [
  {
    given: 'a client id in other letters',
    input: oauth({ github: { ...without(GITHUB, 'clientId'), clientID: 'c' } }),
    paths: [`${IN_OAUTH}.github.clientId`, `${IN_OAUTH}.github.clientID`],
  },
  {
    given: 'a directory of which nothing is said',
    input: login({ ldap: {} }),
    paths: [
      `${IN_LDAP}.host`,
      `${IN_LDAP}.bindDn`,
      `${IN_LDAP}.searchBaseDns`,
      `${IN_LDAP}.groups`,
      `${IN_LDAP}.egress`,
    ],
    left: [`${IN_LDAP}.searchBaseDns`, `${IN_LDAP}.groups`, `${IN_LDAP}.egress`],
  },
  {
    given: 'the database’s password in the Secret of the first user',
    input: database({ passwordSecret: 'grafana-admin' }),
    paths: ['grafana.login.adminSecret', 'grafana.database.passwordSecret'],
  },
  {
    given: 'one Secret for the database and for mail',
    input: {
      grafana: {
        database: { ...DATABASE, passwordSecret: 'passwords' },
        smtp: { ...SMTP, user: 'logs', passwordSecret: 'passwords' },
      },
    },
    paths: ['grafana.database.passwordSecret', 'grafana.smtp.passwordSecret'],
  },
];

test.each(severalAtOnce)('given $given, each mistake is refused, and all remedies together help', (row) => {
  const problems = reported(row.input);
  expect(problems.map(({ path }) => path)).toEqual(row.paths);
  const helped = problems.reduce((input, problem) => followed(input, problem)[0] ?? input, row.input);
  expect(refusals(helped).map(({ path }) => path)).toEqual(row.left ?? []);
});
