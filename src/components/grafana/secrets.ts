/**
 * Secrets that Grafana reads: files, and settings that name them. So no value is in its environment, which every process of the
 * container could read.
 */
import {
  credentialSecretName,
  GRAFANA_METRICS_SECRET,
  hasGrafanaMetrics,
  oauthProviders,
  type StackConfig,
} from '../../config';

/** A Secret that Grafana reads the keys of as files. */
export interface SettingsSecret {
  /** Name of its volume and of its folder. */
  readonly name: string;
  readonly secret: string;
  /** Key → the setting that it holds. @default - of `password`, none: the datasource names the file */
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/** The Secrets that settings come from. */
export function settingsSecrets(
  config: Pick<StackConfig, 'grafana' | 'auth' | 'monitoring' | 'environment'>,
): readonly SettingsSecret[] {
  const { grafana, auth } = config;
  const { login, database, smtp } = grafana;
  const { oauth } = login;
  const one = (name: string, secret: string, settings: SettingsSecret['settings']): SettingsSecret => ({
    name,
    secret,
    settings,
  });
  return [
    one('admin', login.adminSecret, {
      password: 'GF_SECURITY_ADMIN_PASSWORD',
      secretKey: 'GF_SECURITY_SECRET_KEY',
    }),
    ...(hasGrafanaMetrics(config)
      ? [one('metrics', GRAFANA_METRICS_SECRET, { password: 'GF_METRICS_BASIC_AUTH_PASSWORD' })]
      : []),
    ...(auth.loki.enabled
      ? [one(GATEWAY_SECRET, credentialSecretName(grafana.credential), { password: undefined })]
      : []),
    ...(oauth === undefined
      ? []
      : [
          one(
            'oauth',
            oauth.secret,
            Object.fromEntries(oauthProviders(oauth).map((provider) => [provider, CLIENT_SECRETS[provider]])),
          ),
        ]),
    ...(database.type === 'sqlite'
      ? []
      : [one('database', database.passwordSecret, { password: 'GF_DATABASE_PASSWORD' })]),
    ...(smtp?.user === undefined ? [] : [one('smtp', smtp.passwordSecret, { password: 'GF_SMTP_PASSWORD' })]),
  ];
}

const CLIENT_SECRETS = {
  github: 'GF_AUTH_GITHUB_CLIENT_SECRET',
  google: 'GF_AUTH_GOOGLE_CLIENT_SECRET',
  generic: 'GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET',
} as const;

/** Folder with a folder for each {@link SettingsSecret}. */
export const SECRETS = '/etc/grafana/secrets';
const GATEWAY_SECRET = 'gateway';

/** Grafana's word for the contents of a file; it reads it itself, when it starts, without blanks around it. */
const contentsOf = (name: string, key: string): string => `$__file{${SECRETS}/${name}/${key}}`;

/** Grafana's password at the gateway, for the datasource. */
export const GATEWAY_PASSWORD = contentsOf(GATEWAY_SECRET, 'password');

/** Settings that are secrets: of each the file that holds it. */
export function secretSettings(config: Parameters<typeof settingsSecrets>[0]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settingsSecrets(config).flatMap(({ name, settings }) =>
      Object.entries(settings).flatMap(([key, setting]) =>
        setting === undefined ? [] : [[setting, contentsOf(name, key)] as const],
      ),
    ),
  );
}
