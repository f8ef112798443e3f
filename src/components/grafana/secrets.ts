/**
 * Grafana's secrets are files, and its settings name these. The environment holds no value: every process of the container can
 * read it.
 */
import { credentialSecretName, datasourceKey, SECRET_NAMES, type StackConfig } from '../../config';
import { secretRows } from '../../secrets/table';

/** A Secret whose keys Grafana reads as files. */
export interface SettingsSecret {
  /** Name of its volume and of its folder. */
  readonly name: string;
  readonly secret: string;
  /** Key → its setting; undefined if a datasource names the file. */
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/** Secrets with settings, in the order of their volumes. */
const SETTINGS_SECRETS = [
  {
    name: 'admin',
    secret: SECRET_NAMES.admin,
    settings: { password: 'GF_SECURITY_ADMIN_PASSWORD', secretKey: 'GF_SECURITY_SECRET_KEY' },
  },
  { name: 'metrics', secret: SECRET_NAMES.metrics, settings: { password: 'GF_METRICS_BASIC_AUTH_PASSWORD' } },
  { name: 'gateway', secret: SECRET_NAMES.grafanaCredential, settings: { password: undefined } },
  {
    name: 'oauth',
    secret: SECRET_NAMES.oauth,
    settings: {
      github: 'GF_AUTH_GITHUB_CLIENT_SECRET',
      google: 'GF_AUTH_GOOGLE_CLIENT_SECRET',
      generic: 'GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET',
    },
  },
  { name: 'database', secret: SECRET_NAMES.database, settings: { password: 'GF_DATABASE_PASSWORD' } },
  { name: 'smtp', secret: SECRET_NAMES.smtp, settings: { password: 'GF_SMTP_PASSWORD' } },
] as const;

/** The Secrets that the stack has, with their names, and the settings of their keys. */
export function settingsSecrets(config: StackConfig): readonly SettingsSecret[] {
  const rows = secretRows(config);
  const ofSettings = SETTINGS_SECRETS.flatMap(({ name, secret, settings }) => {
    const found = rows.find(({ row }) => row.secret === secret);
    if (found === undefined) return [];
    const own = Object.entries(settings).filter(([setting]) => found.keys.some(({ key }) => key === setting));
    return [{ name, secret: found.name, settings: Object.fromEntries(own) }];
  });
  return [...ofSettings, ...datasourceSecrets(config)];
}

/** Secrets that only datasources name. */
function datasourceSecrets(config: StackConfig): readonly SettingsSecret[] {
  const { tenants } = config.grafana.datasources;
  const kept = secretRows(config).find(({ row }) => row.secret === SECRET_NAMES.datasources);
  return [
    ...(kept === undefined
      ? []
      : [
          {
            name: DATASOURCES,
            secret: kept.name,
            settings: Object.fromEntries(kept.keys.map(({ key }) => [key, undefined])),
          },
        ]),
    ...(config.auth.loki.enabled ? tenants : []).map(({ uid, credential }) => ({
      name: tenantFolder(uid),
      secret: credentialSecretName(credential),
      settings: { password: undefined },
    })),
  ];
}

const DATASOURCES = 'datasources';
const tenantFolder = (uid: string): string => `tenant-${uid}`;

/** Folder with a folder for each {@link SettingsSecret}. */
export const SECRETS = '/etc/grafana/secrets';

/** The contents of a file, in Grafana's notation. Grafana reads it when it starts, without blanks around it. */
const contentsOf = (name: string, key: string): string => `$__file{${SECRETS}/${name}/${key}}`;

/** Grafana's password at the gateway, for the datasource. */
export const GATEWAY_PASSWORD = contentsOf('gateway', 'password');

/** A secret setting of a datasource. */
export const datasourceSecret = (uid: string, setting: string): string =>
  contentsOf(DATASOURCES, datasourceKey(uid, setting));

/** The password that a further Loki datasource has at the gateway. */
export const tenantPassword = (uid: string): string => contentsOf(tenantFolder(uid), 'password');

/** Settings that are secrets, each with the name of its file. */
export function secretSettings(config: StackConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settingsSecrets(config).flatMap(({ name, settings }) =>
      Object.entries(settings).flatMap(([key, setting]) =>
        setting === undefined ? [] : [[setting, contentsOf(name, key)] as const],
      ),
    ),
  );
}
