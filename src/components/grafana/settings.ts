/** Grafana's settings, as the environment variables that it reads them from. */
import { hasGrafanaMetrics, type StackConfig } from '../../config';
import { grafanaPath } from '../../config/derived/grafana-path';
import { METRICS_USER } from '../../secrets/authorization';
import { LDAP_FOLDER } from '../../secrets/ldap-config';

type GrafanaConfig = StackConfig['grafana'];
type Login = GrafanaConfig['login'];
type OAuth = NonNullable<Login['oauth']>;
type Roles<Entry> = {
  readonly admin: readonly Entry[];
  readonly editor: readonly Entry[];
  readonly others: 'viewer' | 'editor' | 'none';
};
type Settings = Readonly<Record<string, string>>;

const DISCORD = 'https://discord.com';
/** A year: what browsers' preload lists ask for at least. */
const HSTS_SECONDS = 31_536_000;

/** All settings, without secrets. */
export function grafanaSettings(config: Pick<StackConfig, 'grafana' | 'monitoring'>): Settings {
  const { url, login, database, smtp } = config.grafana;
  return {
    GF_SERVER_ROOT_URL: url,
    // Whatever is in front of it passes the path on as it is.
    ...(grafanaPath(config.grafana) === '' ? {} : { GF_SERVER_SERVE_FROM_SUB_PATH: 'true' }),
    GF_SECURITY_ADMIN_USER: login.adminUser,
    GF_SECURITY_COOKIE_SECURE: String(url.startsWith('https://')),
    GF_SECURITY_COOKIE_SAMESITE: 'lax',
    GF_SECURITY_DISABLE_GRAVATAR: 'true',
    GF_AUTH_ANONYMOUS_ENABLED: 'false',
    GF_AUTH_DISABLE_LOGIN_FORM: String(!login.form),
    // The API takes the same names and passwords as the form.
    GF_AUTH_BASIC_ENABLED: String(login.form),
    GF_AUTH_BASIC_PASSWORD_POLICY: 'true',
    // An address that a provider reports is no proof that it is the same person.
    GF_AUTH_OAUTH_ALLOW_INSECURE_EMAIL_LOOKUP: 'false',
    GF_USERS_ALLOW_SIGN_UP: 'false',
    // Each of these would show something to whoever has its address, without a login.
    GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
    GF_SNAPSHOTS_ENABLED: 'false',
    GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
    // The nginx beside Grafana has the password, and a port of its own.
    ...prefixed('GF_METRICS', {
      ENABLED: String(hasGrafanaMetrics(config)),
      ...(hasGrafanaMetrics(config) ? { BASIC_AUTH_USERNAME: METRICS_USER } : {}),
    }),
    GF_USERS_ALLOW_ORG_CREATE: 'false',
    GF_USERS_AUTO_ASSIGN_ORG_ROLE: 'Viewer',
    ...(login.oauth === undefined ? {} : oauthSettings(login.oauth)),
    ...(login.ldap === undefined
      ? {}
      : prefixed('GF_AUTH_LDAP', {
          ENABLED: 'true',
          CONFIG_FILE: `${LDAP_FOLDER}/ldap.toml`,
          ALLOW_SIGN_UP: 'true', // a user of the directory gets an account at the first login
          SKIP_ORG_ROLE_SYNC: 'false',
        })),
    ...databaseSettings(database),
    ...(smtp === undefined ? {} : smtpSettings(smtp, url)),
    // Nothing leaves the cluster: the NetworkPolicy would not let it.
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    // Grafana 13 would replace its bundled datasources at start, which the read-only root file system does not let it.
    GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
    // On by default in Grafana 13, where it takes hundreds of megabytes.
    GF_SERVER_ENABLE_GZIP: 'false',
    GF_LOG_MODE: 'console',
    GF_LOG_CONSOLE_FORMAT: 'json',
    // Or it would log every query, and in it whom somebody looked for.
    GF_LOG_FILTERS: 'tsdb.loki:warn',
  };
}

/**
 * `grafana.ini`: what has no environment variable. Grafana sends HSTS of its own only where it serves TLS itself; here the
 * Ingress or the Gateway in front of it does.
 */
export function grafanaIni({ url }: GrafanaConfig): string {
  const headers = url.startsWith('https://') ? [`Strict-Transport-Security = max-age=${HSTS_SECONDS}`] : [];
  return `${['[server.custom_response_headers]', ...headers].join('\n')}\n`;
}

function databaseSettings(database: GrafanaConfig['database']): Settings {
  if (database.type === 'sqlite') return {};
  return prefixed('GF_DATABASE', {
    TYPE: 'postgres',
    HOST: `${database.host}:${database.port}`,
    NAME: database.name,
    USER: database.user,
    SSL_MODE: database.sslMode,
  });
}

function smtpSettings(smtp: NonNullable<GrafanaConfig['smtp']>, url: string): Settings {
  return prefixed('GF_SMTP', {
    ENABLED: 'true',
    HOST: `${smtp.host}:${smtp.port}`,
    FROM_ADDRESS: smtp.from,
    EHLO_IDENTITY: new URL(url).hostname,
    STARTTLS_POLICY: 'MandatoryStartTLS',
    SKIP_VERIFY: 'false',
    ...(smtp.user === undefined ? {} : { USER: smtp.user }),
  });
}

function oauthSettings({ github, google, generic }: OAuth): Settings {
  return {
    ...(github === undefined
      ? {}
      : provider('GF_AUTH_GITHUB', github, hasOneOf(path(['groups']), github.roles), {
          SCOPES: list(['user:email', 'read:org']),
          ALLOWED_ORGANIZATIONS: list(github.organizations),
        })),
    ...(google === undefined
      ? {}
      : provider('GF_AUTH_GOOGLE', google, isOneOf('email', google.roles), {
          SCOPES: list(['openid', 'email', 'profile']),
          ALLOWED_DOMAINS: list(google.domains),
          ...(google.domains.length === 1 ? { HOSTED_DOMAIN: google.domains[0] ?? '' } : {}),
        })),
    ...(generic === undefined ? {} : genericSettings(generic)),
  };
}

function genericSettings(generic: NonNullable<OAuth['generic']>): Settings {
  if (generic.type === 'oidc') {
    return provider('GF_AUTH_GENERIC_OAUTH', generic, hasOneOf(path(generic.groupsClaim), generic.roles), {
      NAME: generic.name,
      AUTH_URL: generic.authUrl,
      TOKEN_URL: generic.tokenUrl,
      API_URL: generic.apiUrl,
      SCOPES: list(generic.scopes),
      GROUPS_ATTRIBUTE_PATH: `${path(generic.groupsClaim)}[*]`,
      LOGIN_ATTRIBUTE_PATH: 'preferred_username',
      ...(generic.domains.length === 0 ? {} : { ALLOWED_DOMAINS: list(generic.domains) }),
      ...(generic.groups.length === 0 ? {} : { ALLOWED_GROUPS: list(generic.groups) }),
    });
  }
  return provider('GF_AUTH_GENERIC_OAUTH', generic, isOneOf('sub', generic.roles), {
    NAME: 'Discord',
    AUTH_URL: `${DISCORD}/oauth2/authorize`,
    TOKEN_URL: `${DISCORD}/api/oauth2/token`,
    API_URL: `${DISCORD}/api/oauth2/userinfo`, // users/@me calls the id otherwise than OpenID Connect does
    SCOPES: list(['openid', 'identify', 'email', 'guilds']),
    LOGIN_ATTRIBUTE_PATH: 'preferred_username',
    NAME_ATTRIBUTE_PATH: 'nickname',
    // Guilds are a list of their own, and Grafana's word for such a list is teams.
    TEAMS_URL: `${DISCORD}/api/users/@me/guilds`,
    TEAM_IDS_ATTRIBUTE_PATH: '[*].id',
    TEAM_IDS: list(generic.guilds),
  });
}

/** What the settings of all providers have in common. */
function provider(
  prefix: string,
  { clientId, roles }: { readonly clientId: string; readonly roles: Roles<string> },
  rolePath: string,
  settings: Settings,
): Settings {
  return prefixed(prefix, {
    ENABLED: 'true',
    CLIENT_ID: clientId,
    ALLOW_SIGN_UP: 'true', // whoever is allowed in gets an account at the first login
    USE_PKCE: 'true',
    ROLE_ATTRIBUTE_PATH: rolePath,
    ROLE_ATTRIBUTE_STRICT: String(roles.others === 'none'),
    SKIP_ORG_ROLE_SYNC: 'false', // else whoever leaves a group keeps its role
    ALLOW_ASSIGN_GRAFANA_ADMIN: 'false',
    ...settings,
  });
}

/**
 * JMESPath to a role by the groups that the claim lists. Without the claim it is an error and not a lower role: Grafana then
 * looks into the next source (the token, the user's data, the teams), and takes Viewer or refuses in the end.
 */
function hasOneOf(claim: string, roles: Roles<string>): string {
  return roleExpression(roles, (entries) =>
    entries.map((entry) => `contains(${claim}[*], ${text(entry)})`).join(' || '),
  );
}

/** JMESPath to a role by the one value of `claim`. */
function isOneOf(claim: string, roles: Roles<string>): string {
  return roleExpression(roles, (entries) => `contains([${entries.map(text).join(', ')}], ${claim})`);
}

function roleExpression({ admin, editor, others }: Roles<string>, is: (entries: readonly string[]) => string): string {
  return [
    ...(admin.length === 0 ? [] : [`(${is(admin)}) && 'Admin'`]),
    ...(editor.length === 0 ? [] : [`(${is(editor)}) && 'Editor'`]),
    ...(others === 'none' ? [] : [others === 'editor' ? "'Editor'" : "'Viewer'"]),
  ].join(' || ');
}

/** The schema takes neither quotes nor backslashes in what stands in these. */
function text(value: string): string {
  return `'${value}'`;
}

/** Claims in claims, by their names, in quotes: in a name, a dot or a colon is a letter like any other. */
function path(claim: readonly string[]): string {
  return claim.map((name) => `"${name}"`).join('.');
}

/** A list as Grafana reads it with whatever stands in its entries. */
function list(entries: readonly string[]): string {
  return JSON.stringify(entries);
}

function prefixed(prefix: string, settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${prefix}_${name}`, value]));
}
