/** Who may do what, written wrongly: each mistake is refused with its place and a way out, and nothing else is said. */
import { problemsOf } from '../../support/config';
import { EGRESS, OIDC } from './rules/rows';

type Row = readonly [given: string, input: object, path: string, remedy: string];
type LongRow = readonly [given: string, input: object, ...expected: (readonly [path: string, remedy: string])[]];

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

// Remedies.
const NAME = 'write for example spywatcher-logs';
const OTHER_NAME = 'leave it out, for its default, or write another name';
const TENANT = 'write for example spywatcher';
const REMOVE = 'remove it';
const FLAG = 'write true or false, without quotes';
const COUNT = 'write for example 3, without quotes';
const LIST = 'write each entry after a hyphen, or all of them in [ ]';
const KEYS = 'write its keys below it, or leave it out';
const CLIENT_ID = 'write for example 1234567890';
const TEAM = "write for example '@spywatcher/operators'";
const DOMAIN = 'write for example example.com';
const MAILBOX = 'write for example logs@example.com';
const DISCORD_ID = "write for example '81384788765712384'";
const CLAIM = 'write for example groups, realm_access.roles or [https://example.com/roles]';
const GROUP = 'write for example logs-admins';
const HTTPS = 'write for example https://host.example.com';
const SERVER = 'write for example ldap.example.com';
const DN = 'write for example cn=grafana,ou=services,dc=example,dc=com';
const DESTINATION = 'write for example { cidr: 203.0.113.0/24, port: 443 } or { namespace: databases, port: 5432 }';

/** What each problem says where and what to do; fails if a report shows what may be a secret. */
const advice = (input: object) => {
  const problems = problemsOf({ environment: 'dev', ...input });
  expect(JSON.stringify(problems)).not.toContain(SECRET);
  return problems.map(({ path, remedy }) => [path, remedy]);
};

const rows: readonly Row[] = [
  // Tenants and their credentials.
  ['auth that is switched by a word', loki({ enabled: 'yes' }), 'auth.loki.enabled', FLAG],
  ['no tenant', loki({ tenants: [] }), 'auth.loki.tenants', 'add an entry to auth.loki.tenants'],
  ['a tenant that is a name alone', loki({ tenants: ['spywatcher'] }), 'auth.loki.tenants[0]', KEYS],
  [
    'a tenant without a name',
    loki({ tenants: [{ write: ['promtail'], read: ['grafana'] }] }),
    TENANT_NAME,
    `add ${TENANT_NAME}; ${TENANT}`,
  ],
  ['a tenant that would be two', tenant({ name: 'a|b' }), TENANT_NAME, TENANT],
  ['a tenant that is the folder above', tenant({ name: '..' }), TENANT_NAME, TENANT],
  ['a tenant that is a folder in a folder', tenant({ name: 'a/b' }), TENANT_NAME, TENANT],
  ['a tenant that ends its header', tenant({ name: 'a\r\nX-Scope-OrgID: b' }), TENANT_NAME, TENANT],
  ['a tenant that is a variable of nginx', tenant({ name: '$http_x_tenant' }), TENANT_NAME, TENANT],
  ['a tenant that is nobody', tenant({ name: '' }), TENANT_NAME, TENANT],
  ['a tenant that is a number', tenant({ name: 7 }), TENANT_NAME, "put it in quotes: '7'"],
  ['a credential in capitals', tenant({ erase: ['Eraser'] }), 'auth.loki.tenants[0].erase[0]', NAME],
  [
    'a credential with a colon, which ends a user name',
    tenant({ write: ['promtail', 'a:b'] }),
    'auth.loki.tenants[0].write[1]',
    NAME,
  ],
  [
    'a credential that is a number',
    tenant({ read: ['grafana', 7] }),
    'auth.loki.tenants[0].read[1]',
    "put it in quotes: '7'",
  ],
  [
    'a credential with its password',
    tenant({ read: ['grafana', { name: 'people', password: SECRET }] }),
    'auth.loki.tenants[0].read[1]',
    NAME,
  ],
  ['a credential that is no list', tenant({ erase: 'eraser' }), 'auth.loki.tenants[0].erase', LIST],
  ['a password beside the credentials', tenant({ password: SECRET }), 'auth.loki.tenants[0].password', REMOVE],
  ['a kind of credential that there is not', tenant({ delete: ['eraser'] }), 'auth.loki.tenants[0].delete', REMOVE],
  [
    'an agent that pushes with what erases',
    { ...tenant({ erase: ['eraser'] }), agent: { credential: 'eraser' } },
    'agent.credential',
    'name one of these, or add it to auth.loki.tenants[].write',
  ],
  [
    'a Grafana that reads with what erases',
    { ...tenant({ erase: ['eraser'] }), grafana: { credential: 'eraser' } },
    'grafana.credential',
    'name one of these, or add it to auth.loki.tenants[].read',
  ],
  [
    'limits of one tenant without a unit',
    { limits: { tenants: { spywatcher: { ingestionRate: '15' } } } },
    'limits.tenants.spywatcher.ingestionRate',
    'write for example 15MB or 512Mi',
  ],
  [
    'no live tail at all',
    { limits: { tenants: { spywatcher: { maxTails: 0 } } } },
    'limits.tenants.spywatcher.maxTails',
    'write for example 512, without quotes',
  ],
  [
    'a limit that is misspelt',
    { limits: { tenants: { spywatcher: { maxTail: 1 } } } },
    'limits.tenants.spywatcher.maxTail',
    'did you mean limits.tenants.spywatcher.maxTails?',
  ],

  // Readers across tenants.
  [
    'a reader of no tenant',
    reader({ tenants: [] }),
    'auth.loki.crossTenantReaders[0].tenants',
    'add an entry to auth.loki.crossTenantReaders[0].tenants',
  ],
  ['a reader of whatever there is', reader({ tenants: '*' }), 'auth.loki.crossTenantReaders[0].tenants', LIST],
  [
    'a reader of two tenants in one name',
    reader({ tenants: ['spywatcher|audit', 'audit'] }),
    'auth.loki.crossTenantReaders[0].tenants[0]',
    TENANT,
  ],
  [
    'a reader of tenants by a wildcard',
    reader({ tenants: ['spywatcher', '*'] }),
    'auth.loki.crossTenantReaders[0].tenants[1]',
    'add the tenant there, or remove it here',
  ],
  ['a reader in capitals', reader({ name: 'Overseer' }), 'auth.loki.crossTenantReaders[0].name', NAME],
  [
    'a reader without a name',
    reader({ name: undefined }),
    'auth.loki.crossTenantReaders[0].name',
    'add auth.loki.crossTenantReaders[0].name; ' + NAME,
  ],
  ['a reader that also writes', reader({ write: true }), 'auth.loki.crossTenantReaders[0].write', REMOVE],
  [
    'an agent that pushes with what reads across tenants',
    { ...reader({}), agent: { credential: 'overseer' } },
    'agent.credential',
    'name one of these, or add it to auth.loki.tenants[].write',
  ],

  // The gateway.
  ['TLS that is switched on', { gateway: { tls: true } }, 'gateway.tls', KEYS],
  ['a key in the open', tls({ key: SECRET }), 'gateway.tls.key', REMOVE],
  ['a Secret with a name that is none', tls({ secretName: 'Gateway TLS' }), 'gateway.tls.secretName', NAME],
  ['an issuer without a name', tls({ clusterIssuer: '' }), 'gateway.tls.clusterIssuer', 'write for example cluster-ca'],
  [
    'a Secret that the agent’s credential has taken',
    tls({ caSecretName: 'gateway-credential-promtail' }),
    'gateway.tls.caSecretName',
    OTHER_NAME,
  ],
  ['no failed login at all', { gateway: { failedLoginsPerMinute: 0 } }, 'gateway.failedLoginsPerMinute', COUNT],
  ['failed logins in quotes', { gateway: { failedLoginsPerMinute: '10' } }, 'gateway.failedLoginsPerMinute', COUNT],

  // Where secrets come from.
  ['a source that is a word alone', { secretSource: 'existing' }, 'secretSource', KEYS],
  [
    'a source that there is not',
    { secretSource: { type: 'vault' } },
    'secretSource.type',
    'write pulumi, existing or externalSecrets',
  ],
  [
    'a source in other letters',
    { secretSource: { type: 'externalsecrets', store: 'vault' } },
    'secretSource.type',
    'did you mean externalSecrets?',
  ],
  [
    'a source without its store',
    { secretSource: { type: 'externalSecrets' } },
    'secretSource.store',
    'add secretSource.store; write for example vault',
  ],
  ['a store without a name', store({ store: '' }), 'secretSource.store', 'write for example vault'],
  [
    'a kind of store that there is not',
    store({ storeKind: 'VaultStore' }),
    'secretSource.storeKind',
    'write ClusterSecretStore or SecretStore',
  ],
  ['a prefix that is a variable', store({ prefix: '${TEAM}' }), 'secretSource.prefix', 'write for example teams/logs'],
  [
    'new values that nobody waits for',
    store({ refreshInterval: '0s' }),
    'secretSource.refreshInterval',
    'write for example 30d, 720h or 1h30m',
  ],
  ['a token of the store', store({ token: SECRET }), 'secretSource.token', REMOVE],
  [
    'a store beside Secrets of one’s own',
    { secretSource: { type: 'existing', store: 'vault' } },
    'secretSource.store',
    REMOVE,
  ],

  // Grafana’s login.
  ['a password in the open', login({ adminPassword: SECRET }), 'grafana.login.adminPassword', REMOVE],
  ['no first user', login({ adminUser: '' }), 'grafana.login.adminUser', 'write for example admin'],
  [
    'a first user that is a variable',
    login({ adminUser: '${HOME}' }),
    'grafana.login.adminUser',
    'write for example admin',
  ],
  ['a Secret in capitals', login({ adminSecret: 'Admin' }), 'grafana.login.adminSecret', NAME],
  [
    'a Secret of the gateway’s',
    oauth({ github: GITHUB, secret: 'gateway-credential-grafana' }),
    `${IN_OAUTH}.secret`,
    OTHER_NAME,
  ],
  ['a form that is switched by a word', login({ form: 'off' }), 'grafana.login.form', FLAG],
  ['anonymous access', login({ anonymous: true }), 'grafana.login.anonymous', REMOVE],
  ['a provider that there is not', oauth({ github: GITHUB, okta: {} }), `${IN_OAUTH}.okta`, REMOVE],

  // GitHub.
  [
    'GitHub for everyone',
    github({ organizations: [] }),
    `${IN_OAUTH}.github.organizations`,
    `add an entry to ${IN_OAUTH}.github.organizations`,
  ],
  [
    'GitHub without organisations',
    oauth({ github: without(GITHUB, 'organizations') }),
    `${IN_OAUTH}.github.organizations`,
    `add ${IN_OAUTH}.github.organizations`,
  ],
  [
    'an organisation by its URL',
    github({ organizations: ['https://github.com/spywatcher'] }),
    `${IN_OAUTH}.github.organizations[0]`,
    'write for example spywatcher, not its URL',
  ],
  [
    'a team without its organisation',
    github({ roles: { admin: ['operators'] } }),
    `${IN_OAUTH}.github.roles.admin[0]`,
    TEAM,
  ],
  [
    'a team that ends an expression',
    github({ roles: { editor: ["@a/b') || contains('"] } }),
    `${IN_OAUTH}.github.roles.editor[0]`,
    TEAM,
  ],
  [
    'everyone an administrator',
    github({ roles: { others: 'admin' } }),
    `${IN_OAUTH}.github.roles.others`,
    'write viewer, editor or none',
  ],
  ['a client secret in the open', github({ clientSecret: SECRET }), `${IN_OAUTH}.github.clientSecret`, REMOVE],
  ['a client id that is a variable', github({ clientId: '${CLIENT_ID}' }), `${IN_OAUTH}.github.clientId`, CLIENT_ID],
  [
    'a client id that is a number',
    github({ clientId: 1234567890 }),
    `${IN_OAUTH}.github.clientId`,
    "put it in quotes: '1234567890'",
  ],
  [
    'a provider that is nowhere',
    github({ egress: [] }),
    `${IN_OAUTH}.github.egress`,
    `add an entry to ${IN_OAUTH}.github.egress`,
  ],
  [
    'a provider by its name',
    github({ egress: [{ host: 'github.com', port: 443 }] }),
    `${IN_OAUTH}.github.egress[0]`,
    DESTINATION,
  ],
  [
    'a provider on every port',
    github({ egress: [{ cidr: '140.82.112.0/20' }] }),
    `${IN_OAUTH}.github.egress[0]`,
    DESTINATION,
  ],

  // Google.
  [
    'Google for everyone',
    google({ domains: [] }),
    `${IN_OAUTH}.google.domains`,
    `add an entry to ${IN_OAUTH}.google.domains`,
  ],
  ['a domain with a wildcard', google({ domains: ['*.example.com'] }), `${IN_OAUTH}.google.domains[0]`, DOMAIN],
  ['a domain that is a top-level one', google({ domains: ['com'] }), `${IN_OAUTH}.google.domains[0]`, DOMAIN],
  ['a domain that is an address', google({ domains: ['owner@example.com'] }), `${IN_OAUTH}.google.domains[0]`, DOMAIN],
  ['a domain in capitals', google({ domains: ['Example.com'] }), `${IN_OAUTH}.google.domains[0]`, DOMAIN],
  [
    'a domain in the place of an address',
    google({ roles: { admin: ['example.com'] } }),
    `${IN_OAUTH}.google.roles.admin[0]`,
    MAILBOX,
  ],
  [
    'a client secret of Google’s in the open',
    google({ clientSecret: SECRET }),
    `${IN_OAUTH}.google.clientSecret`,
    REMOVE,
  ],

  // Discord.
  [
    'a guild by its number, which YAML rounds',
    discord({ guilds: [81384788765712384] }),
    `${IN_OAUTH}.generic.guilds[0]`,
    DISCORD_ID,
  ],
  ['a guild by its name', discord({ guilds: ['Spywatcher'] }), `${IN_OAUTH}.generic.guilds[0]`, DISCORD_ID],
  [
    'an administrator by name',
    discord({ roles: { admin: ['owner#1234'] } }),
    `${IN_OAUTH}.generic.roles.admin[0]`,
    DISCORD_ID,
  ],
  [
    'Discord for everyone',
    discord({ guilds: [] }),
    `${IN_OAUTH}.generic.guilds`,
    `add an entry to ${IN_OAUTH}.generic.guilds`,
  ],
  [
    'Discord with an endpoint of OpenID Connect’s',
    discord({ authUrl: OIDC.authUrl }),
    `${IN_OAUTH}.generic.authUrl`,
    REMOVE,
  ],
  ['a bot’s token', discord({ botToken: SECRET }), `${IN_OAUTH}.generic.botToken`, REMOVE],

  // OpenID Connect.
  ['a kind of provider that there is not', oidc({ type: 'saml' }), `${IN_OAUTH}.generic.type`, 'write oidc or discord'],
  [
    'a provider without its kind',
    oauth({ generic: without(OIDC, 'type') }),
    `${IN_OAUTH}.generic.type`,
    `add ${IN_OAUTH}.generic.type: oidc or discord`,
  ],
  ['authUrl in clear', oidc({ authUrl: 'http://id.example.com/' }), `${IN_OAUTH}.generic.authUrl`, HTTPS],
  ['tokenUrl in clear', oidc({ tokenUrl: 'http://id.example.com/' }), `${IN_OAUTH}.generic.tokenUrl`, HTTPS],
  ['apiUrl in clear', oidc({ apiUrl: 'http://id.example.com/' }), `${IN_OAUTH}.generic.apiUrl`, HTTPS],
  [
    'an endpoint with a password',
    oidc({ apiUrl: `https://logs:${SECRET}@id.example.com/` }),
    `${IN_OAUTH}.generic.apiUrl`,
    HTTPS,
  ],
  ['an endpoint that is a path', oidc({ tokenUrl: '/token' }), `${IN_OAUTH}.generic.tokenUrl`, HTTPS],
  [
    'no endpoint for tokens',
    oauth({ generic: without(OIDC, 'tokenUrl') }),
    `${IN_OAUTH}.generic.tokenUrl`,
    `add ${IN_OAUTH}.generic.tokenUrl; ${HTTPS}`,
  ],
  ['no scope', oidc({ scopes: [] }), `${IN_OAUTH}.generic.scopes`, `add an entry to ${IN_OAUTH}.generic.scopes`],
  ['a claim that ends an expression', oidc({ groupsClaim: 'groups" || "' }), `${IN_OAUTH}.generic.groupsClaim`, CLAIM],
  [
    'a claim in a list that ends an expression',
    oidc({ groupsClaim: ['realm_access', 'groups" || "'] }),
    `${IN_OAUTH}.generic.groupsClaim`,
    CLAIM,
  ],
  // Taken for a path, it would be the claim `com/roles` of a claim `https://example`.
  [
    'a name with dots as text',
    oidc({ groupsClaim: 'https://example.com/roles' }),
    `${IN_OAUTH}.generic.groupsClaim`,
    CLAIM,
  ],
  ['a path with an empty name', oidc({ groupsClaim: 'realm_access..roles' }), `${IN_OAUTH}.generic.groupsClaim`, CLAIM],
  [
    'a group that ends an expression',
    oidc({ roles: { admin: ["a') || ('"] } }),
    `${IN_OAUTH}.generic.roles.admin[0]`,
    GROUP,
  ],
  ['a group on two lines', oidc({ groups: ['a\nb'] }), `${IN_OAUTH}.generic.groups[0]`, GROUP],
  ['a certificate that nobody checks', oidc({ tlsSkipVerify: true }), `${IN_OAUTH}.generic.tlsSkipVerify`, REMOVE],

  // LDAP.
  ['a directory by its URL', ldap({ host: 'ldaps://ldap.example.com' }), `${IN_LDAP}.host`, SERVER],
  [
    'a directory without a server',
    login({ ldap: without(LDAP, 'host') }),
    `${IN_LDAP}.host`,
    `add ${IN_LDAP}.host; ${SERVER}`,
  ],
  ['a port that is none', ldap({ port: 65_536 }), `${IN_LDAP}.port`, 'write for example 443'],
  [
    'an encryption in other letters',
    ldap({ encryption: 'starttls' }),
    `${IN_LDAP}.encryption`,
    'did you mean startTls?',
  ],
  ['a password of the directory in the open', ldap({ bindPassword: SECRET }), `${IN_LDAP}.bindPassword`, REMOVE],
  ['a name that is no distinguished one', ldap({ bindDn: 'grafana' }), `${IN_LDAP}.bindDn`, DN],
  [
    'nobody to search as',
    login({ ldap: without(LDAP, 'bindDn') }),
    `${IN_LDAP}.bindDn`,
    `add ${IN_LDAP}.bindDn; ${DN}`,
  ],
  [
    'a filter that finds everyone',
    ldap({ searchFilter: '(objectClass=person)' }),
    `${IN_LDAP}.searchFilter`,
    'write for example (sAMAccountName=%s)',
  ],
  [
    'no place to search',
    ldap({ searchBaseDns: [] }),
    `${IN_LDAP}.searchBaseDns`,
    `add an entry to ${IN_LDAP}.searchBaseDns`,
  ],
  ['a directory for everyone', ldap({ groups: [] }), `${IN_LDAP}.groups`, `add an entry to ${IN_LDAP}.groups`],
  ['a group of everyone', ldap({ groups: [{ dn: '*', role: 'viewer' }] }), `${IN_LDAP}.groups[0].dn`, DN],
  [
    'a group with a role in other letters',
    ldap({ groups: [{ dn: 'cn=a', role: 'Admin' }] }),
    `${IN_LDAP}.groups[0].role`,
    'did you mean admin?',
  ],
  [
    'a group without a role',
    ldap({ groups: [{ dn: 'cn=a' }] }),
    `${IN_LDAP}.groups[0].role`,
    `add ${IN_LDAP}.groups[0].role: admin, editor or viewer`,
  ],
  [
    'a directory at an address that is no network',
    ldap({ egress: [{ cidr: '10.0.0.5', port: 636 }] }),
    `${IN_LDAP}.egress[0]`,
    DESTINATION,
  ],
  ['a certificate of the directory that nobody checks', ldap({ skipVerify: true }), `${IN_LDAP}.skipVerify`, REMOVE],
  [
    'a Secret of the directory’s that the gateway has',
    ldap({ bindSecret: 'gateway-users' }),
    `${IN_LDAP}.bindSecret`,
    OTHER_NAME,
  ],

  // Grafana’s database and mail.
  ['a database that there is not', database({ type: 'mysql' }), 'grafana.database.type', 'write sqlite or postgres'],
  [
    'a server beside a file',
    { grafana: { database: { type: 'sqlite', host: 'db.example.com' } } },
    'grafana.database.host',
    REMOVE,
  ],
  [
    'a database without a server',
    { grafana: { database: without(DATABASE, 'host') } },
    'grafana.database.host',
    `add grafana.database.host; ${SERVER}`,
  ],
  ['a server with its port', database({ host: 'db.example.com:5432' }), 'grafana.database.host', SERVER],
  [
    'a database that is nowhere',
    { grafana: { database: without(DATABASE, 'egress') } },
    'grafana.database.egress',
    'add grafana.database.egress',
  ],
  ['a password of the database in the open', database({ password: SECRET }), 'grafana.database.password', REMOVE],
  [
    'a URL of the database, with its password',
    database({ url: `postgres://grafana:${SECRET}@db.example.com` }),
    'grafana.database.url',
    REMOVE,
  ],
  [
    'an encryption that may be none',
    database({ sslMode: 'prefer' }),
    'grafana.database.sslMode',
    'write disable, require or verify-full',
  ],
  [
    'a database that ends its setting',
    database({ name: 'grafana"; x' }),
    'grafana.database.name',
    'write for example grafana',
  ],
  [
    'a user that is a variable',
    database({ user: '$__file{/etc/passwd}' }),
    'grafana.database.user',
    'write for example grafana',
  ],
  ['a sender with a display name', smtp({ from: 'Logs <logs@example.com>' }), 'grafana.smtp.from', MAILBOX],
  [
    'mail from nobody',
    { grafana: { smtp: without(SMTP, 'from') } },
    'grafana.smtp.from',
    `add grafana.smtp.from; ${MAILBOX}`,
  ],
  ['a password of the mail server in the open', smtp({ password: SECRET }), 'grafana.smtp.password', REMOVE],
  ['mail in clear', smtp({ startTls: false }), 'grafana.smtp.startTls', REMOVE],

  // Ways in to Grafana.
  [
    'a password in Grafana’s URL',
    { grafana: { url: `https://admin:${SECRET}@logs.example.com` } },
    'grafana.url',
    HTTPS,
  ],
  ['an Ingress whose TLS is switched on', ingress({ tls: true }), 'grafana.ingress.tls', KEYS],
  [
    'an Ingress whose certificate has no name',
    ingress({ tls: {} }),
    'grafana.ingress.tls.secretName',
    `add grafana.ingress.tls.secretName; ${NAME}`,
  ],
  [
    'an Ingress with the gateway’s users for a certificate',
    ingress({ tls: { secretName: 'gateway-users' } }),
    'grafana.ingress.tls.secretName',
    OTHER_NAME,
  ],
  ['an Ingress with a host of its own', ingress({ host: 'grafana.example.com' }), 'grafana.ingress.host', REMOVE],
  [
    'a route to no Gateway',
    { grafana: { url: HOST, route: {} } },
    'grafana.route.gateway',
    'add grafana.route.gateway',
  ],
  [
    'a route without a listener, which would take plain HTTP as well',
    route({ listener: undefined }),
    'grafana.route.gateway.listener',
    `add grafana.route.gateway.listener; ${NAME}`,
  ],
  ['a route to a namespace that is none', route({ namespace: 'Edge' }), 'grafana.route.gateway.namespace', NAME],
];

test.each(rows)('given %s', (_, input, path, remedy) => {
  expect(advice(input)).toEqual([[path, remedy]]);
});

const severalAtOnce: readonly LongRow[] = [
  [
    'a client id in other letters',
    oauth({ github: { ...without(GITHUB, 'clientId'), clientID: 'c' } }),
    [`${IN_OAUTH}.github.clientId`, `add ${IN_OAUTH}.github.clientId; ${CLIENT_ID}`],
    [`${IN_OAUTH}.github.clientID`, `did you mean ${IN_OAUTH}.github.clientId?`],
  ],
  [
    'a directory of which nothing is said',
    login({ ldap: {} }),
    [`${IN_LDAP}.host`, `add ${IN_LDAP}.host; ${SERVER}`],
    [`${IN_LDAP}.bindDn`, `add ${IN_LDAP}.bindDn; ${DN}`],
    [`${IN_LDAP}.searchBaseDns`, `add ${IN_LDAP}.searchBaseDns`],
    [`${IN_LDAP}.groups`, `add ${IN_LDAP}.groups`],
    [`${IN_LDAP}.egress`, `add ${IN_LDAP}.egress`],
  ],
  [
    'the database’s password in the Secret of the first user',
    database({ passwordSecret: 'grafana-admin' }),
    ['grafana.login.adminSecret', OTHER_NAME],
    ['grafana.database.passwordSecret', OTHER_NAME],
  ],
  [
    'one Secret for the database and for mail',
    {
      grafana: {
        database: { ...DATABASE, passwordSecret: 'passwords' },
        smtp: { ...SMTP, user: 'logs', passwordSecret: 'passwords' },
      },
    },
    ['grafana.database.passwordSecret', OTHER_NAME],
    ['grafana.smtp.passwordSecret', OTHER_NAME],
  ],
];

test.each(severalAtOnce.map(([given, input, ...expected]) => ({ given, input, expected })))(
  'given $given, each mistake has its own advice',
  ({ input, expected }) => {
    expect(advice(input)).toEqual(expected);
  },
);
