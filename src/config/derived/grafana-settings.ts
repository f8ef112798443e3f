/** Grafana's settings, as the environment variables that it reads them from, and those that have no variable. */
import type { StackConfig } from '../schema';
import { oauthSettings } from './grafana-oauth';
import { grafanaPath } from './grafana-path';
import { prefixed, type Settings } from './grafana-variables';
import { hasGrafanaMetrics } from './monitoring';

type GrafanaConfig = StackConfig['grafana'];

/** User that Grafana knows its scraper as. */
export const METRICS_USER = 'metrics';

/** Folder of Grafana’s LDAP config, and of the CA’s certificate. */
export const LDAP_FOLDER = '/etc/grafana/ldap';

/** A year: what browsers' preload lists ask for at least. */
const HSTS_SECONDS = 31_536_000;

/** All settings with a variable, without secrets. */
export function grafanaSettings(config: Pick<StackConfig, 'grafana' | 'monitoring'>): Settings {
  const { url, login, database, smtp } = config.grafana;
  return {
    GF_SERVER_ROOT_URL: url,
    // The Ingress or route passes the path on as it is.
    ...(grafanaPath(config.grafana) === '' ? {} : { GF_SERVER_SERVE_FROM_SUB_PATH: 'true' }),
    GF_SECURITY_ADMIN_USER: login.adminUser,
    GF_SECURITY_COOKIE_SECURE: String(url.startsWith('https://')),
    GF_SECURITY_COOKIE_SAMESITE: 'lax',
    GF_SECURITY_DISABLE_GRAVATAR: 'true',
    GF_AUTH_ANONYMOUS_ENABLED: 'false',
    GF_AUTH_DISABLE_LOGIN_FORM: String(!login.form),
    // The API accepts the same names and passwords as the form.
    GF_AUTH_BASIC_ENABLED: String(login.form),
    GF_AUTH_BASIC_PASSWORD_POLICY: 'true',
    // The same address at two providers does not prove that it is the same person.
    GF_AUTH_OAUTH_ALLOW_INSECURE_EMAIL_LOOKUP: 'false',
    GF_USERS_ALLOW_SIGN_UP: 'false',
    // Each of these would show something without a login, to anybody who has its address.
    GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
    GF_SNAPSHOTS_ENABLED: 'false',
    GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
    // The nginx beside Grafana knows the password. It has its own port.
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
    // The NetworkPolicy would stop these requests.
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    ...pluginSettings(config.grafana.plugins),
    // The stack file alone decides on plugins. Else an administrator of Grafana could add and remove some.
    GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
    // Grafana 13 would replace its bundled datasources at start, and fail on the read-only root file system.
    GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
    // It is on by default in Grafana 13, and takes hundreds of megabytes there.
    GF_SERVER_ENABLE_GZIP: 'false',
    GF_LOG_MODE: 'console',
    GF_LOG_CONSOLE_FORMAT: 'json',
    // Else the log would have every query, and in it whom somebody looked for.
    GF_LOG_FILTERS: 'tsdb.loki:warn',
  };
}

/**
 * Settings without a variable, by section, for `grafana.ini`. Grafana sends HSTS by itself only if it serves TLS. Here the
 * Ingress or the Gateway in front of it serves TLS.
 */
export function iniSettings({ url }: GrafanaConfig): Readonly<Record<string, Settings>> {
  return {
    'server.custom_response_headers': url.startsWith('https://')
      ? { 'Strict-Transport-Security': `max-age=${HSTS_SECONDS}` }
      : {},
  };
}

/** Apps that Grafana 12 and 13 download by themselves, in their latest version. */
const PREINSTALLED = [
  'grafana-advisor-app',
  'grafana-exploretraces-app',
  'grafana-lokiexplore-app',
  'grafana-metricsdrilldown-app',
  'grafana-pyroscope-app',
];

/**
 * Grafana installs the listed plugins before it provisions anything, and ends if it cannot. `preinstall_disabled` would turn
 * these off, too. So Grafana's own apps are disabled one by one.
 */
function pluginSettings(plugins: GrafanaConfig['plugins']): Settings {
  if (plugins?.type !== 'download')
    return prefixed('GF', {
      PLUGINS_PREINSTALL_DISABLED: 'true',
      ...(plugins === undefined ? {} : { PATHS_PLUGINS: plugins.directory }),
    });
  const listed = plugins.list.map(({ id }) => id);
  return prefixed('GF_PLUGINS', {
    PREINSTALL_DISABLED: 'false',
    PREINSTALL_SYNC: plugins.list
      .map(({ id, version, url }) => [id, version, ...(url === undefined ? [] : [url])].join('@'))
      .join(','),
    // Releases without grafana/grafana#120401 install none of the above if this list is empty. This one is built in.
    PREINSTALL: 'loki',
    DISABLE_PLUGINS: PREINSTALLED.filter((id) => !listed.includes(id)).join(','),
  });
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
