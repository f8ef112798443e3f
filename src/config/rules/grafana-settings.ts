import { grafanaSettings, iniSettings } from '../derived/grafana-settings';
import { variable } from '../derived/grafana-variables';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { holdsPassword, namesSecret } from '../secret-settings';
import { problem, type Rule, when } from './rule';

interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string | number | boolean;
  readonly path: readonly string[];
}

/** Settings that no stack file may write. */
interface Closed {
  readonly section: string;
  /** @default - every key of the section */
  readonly keys?: readonly string[];
  readonly rule: string;
  readonly remedy: string;
}

const REMOVE = 'remove it';

/** An option of the stack file also opens the way out, and keeps the secrets. */
const decidedBy = (place: string) => ({
  rule: `not set here: ${place} decides it`,
  remedy: `remove it, and set ${place}`,
});
const unsafe = (why: string) => ({ rule: `not set: ${why}`, remedy: REMOVE });

const IN_LOG = unsafe('the log would have every query, and in it whom somebody looked for');

/** Settings that are refused even where the stack does not set them. {@link ownVariables} are refused as well. */
const CLOSED: readonly Closed[] = [
  { section: 'database', ...decidedBy('grafana.database') },
  { section: 'smtp', ...decidedBy('grafana.smtp') },
  { section: 'metrics', ...decidedBy('monitoring.type') },
  { section: 'auth.github', ...decidedBy('grafana.login.oauth.github') },
  { section: 'auth.google', ...decidedBy('grafana.login.oauth.google') },
  { section: 'auth.generic_oauth', ...decidedBy('grafana.login.oauth.generic') },
  { section: 'auth.ldap', ...decidedBy('grafana.login.ldap') },
  { section: 'plugins', keys: ['preinstall', 'preinstall_sync'], ...decidedBy('grafana.plugins') },
  { section: 'server', keys: ['domain', 'serve_from_sub_path'], ...decidedBy('grafana.url') },
  { section: 'paths', ...unsafe('the folders of the pod are where its volumes are') },
  {
    section: 'server',
    keys: ['http_addr', 'http_port', 'protocol', 'socket'],
    ...unsafe('probes, Service and NetworkPolicy know the pod by http at port 3000'),
  },
  {
    section: 'DEFAULT',
    keys: ['app_mode'],
    ...unsafe('in any mode but production, Grafana loads plugins without a signature'),
  },
  { section: 'auth.proxy', ...unsafe('whoever reaches the pod would be whom a header names') },
  { section: 'auth.jwt', keys: ['url_login'], ...unsafe('a token in a URL stands in logs and histories') },
  {
    section: 'security',
    keys: ['allow_embedding'],
    ...unsafe('another site could show Grafana in a frame, and have people click in it'),
  },
  {
    section: 'security',
    keys: ['csrf_trusted_origins'],
    ...unsafe('another site could act as whoever is logged in'),
  },
  {
    section: 'security',
    keys: ['disable_brute_force_login_protection'],
    ...unsafe('anybody could guess passwords without end'),
  },
  {
    section: 'panels',
    keys: ['disable_sanitize_html'],
    ...unsafe('a script in a panel would act as whoever looks at it'),
  },
  { section: 'dataproxy', keys: ['logging'], ...IN_LOG },
  { section: 'server', keys: ['router_logging'], ...IN_LOG },
];

export const grafanaSettingRules: readonly Rule[] = [
  { reads: ['grafana.settings'], check: ({ grafana }) => settingsOf(grafana).flatMap(closed) },
  {
    reads: ['grafana', 'monitoring.type'],
    check: (config) => {
      const own = ownVariables(config);
      return settingsOf(config.grafana)
        .filter((setting) => closed(setting).length === 0)
        .flatMap(({ section, key, value, path }) =>
          when(own.has(variable(section, key)), () =>
            problem(path, value, 'not set: the stack sets it itself, and its value would count', REMOVE),
          ),
        );
    },
  },
];

function settingsOf({ settings }: StackConfig['grafana']): readonly Setting[] {
  return Object.entries(settings).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, value]) => ({ section, key, value, path: ['grafana', 'settings', section, key] })),
  );
}

function closed(setting: Setting): readonly Problem[] {
  const { key, value, path } = setting;
  if (isSecret(setting))
    return [
      {
        ...problem(
          path,
          undefined,
          'no secret: Grafana’s settings are a ConfigMap',
          'remove it; secrets of Grafana belong to grafana.login, grafana.database, grafana.smtp and grafana.datasources',
        ),
        received: '(not shown)',
      },
    ];
  const found = CLOSED.find((one) => isOf(one, setting));
  return [
    ...(found === undefined ? [] : [problem(path, value, found.rule, found.remedy)]),
    ...when(found === undefined && /skip_?verify/i.test(key) && value !== false, () =>
      problem(path, value, 'false: Grafana checks certificates', 'remove it; network.caBundle is for a CA of your own'),
    ),
  ];
}

/** A number is a secret only if its name ends like one: `api_key_max_seconds_to_live` is none. */
function isSecret({ key, value }: Setting): boolean {
  if (typeof value === 'number') return /(?:password|secret|token|key)$/i.test(key);
  return typeof value === 'string' && (namesSecret(key) || holdsPassword(value));
}

/** Compares variables: all spellings of a section and a key share one. */
function isOf({ section, keys }: Closed, setting: Setting): boolean {
  return keys === undefined
    ? variable(section, '') === variable(setting.section, '')
    : keys.some((key) => variable(section, key) === variable(setting.section, setting.key));
}

/** Variables that the stack sets with this config. */
function ownVariables(config: StackConfig): ReadonlySet<string> {
  const inFile = Object.entries(iniSettings(config.grafana)).flatMap(([section, settings]) =>
    Object.keys(settings).map((key) => variable(section, key)),
  );
  return new Set([...Object.keys(grafanaSettings(config)), ...inFile]);
}
