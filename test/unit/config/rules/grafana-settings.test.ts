import { secretSettings } from '../../../../src/components/grafana/secrets';
import { parseStackConfig } from '../../../../src/config';
import { grafanaSettings } from '../../../../src/config/derived/grafana-settings';
import { everything, otherwise, refusals } from '../../../support/config';
import { type Input, type Row, testRules } from './rows';

type Value = string | number | boolean;

const setting = (section: string, key: string, value: Value): Input => ({
  grafana: { settings: { [section]: { [key]: value } } },
});
/** A setting that is refused, and why. */
const refused = (
  section: string,
  key: string,
  value: Value,
  rule: string,
  remedy = 'remove it',
  kept: Input = setting('users', 'default_theme', 'light'),
): Row => ({
  rule,
  broken: setting(section, key, value),
  path: `grafana.settings.${section}.${key}`,
  received: JSON.stringify(value),
  remedy,
  kept,
});
const decided = (section: string, key: string, place: string): Row =>
  refused(section, key, 'a', `not set here: ${place} decides it`, `remove it, and set ${place}`);
const IN_LOG = 'not set: the log would have every query, and in it whom somebody looked for';
const SECRET = {
  rule: 'no secret: Grafana’s settings are a ConfigMap',
  received: '(not shown)',
  remedy:
    'remove it; secrets of Grafana belong to grafana.login, grafana.database, grafana.smtp and grafana.datasources',
};

testRules([
  decided('database', 'max_open_conn', 'grafana.database'),
  decided('smtp', 'from_name', 'grafana.smtp'),
  decided('metrics', 'enabled', 'monitoring.type'),
  decided('auth.github', 'enabled', 'grafana.login.oauth.github'),
  decided('auth.google', 'enabled', 'grafana.login.oauth.google'),
  decided('auth.generic_oauth', 'enabled', 'grafana.login.oauth.generic'),
  decided('auth.ldap', 'enabled', 'grafana.login.ldap'),
  decided('plugins', 'preinstall', 'grafana.plugins'),
  decided('plugins', 'preinstall_sync', 'grafana.plugins'),
  decided('server', 'domain', 'grafana.url'),
  decided('server', 'serve_from_sub_path', 'grafana.url'),
  refused('paths', 'data', '/data', 'not set: the folders of the pod are where its volumes are'),
  refused(
    'server',
    'http_port',
    8080,
    'not set: probes, Service and NetworkPolicy know the pod by http at port 3000',
    'remove it',
    setting('server', 'read_timeout', '1m'),
  ),
  refused(
    'DEFAULT',
    'app_mode',
    'development',
    'not set: in any mode but production, Grafana loads plugins without a signature',
    'remove it',
    setting('DEFAULT', 'instance_name', 'logs'),
  ),
  refused('auth.proxy', 'enabled', true, 'not set: whoever reaches the pod would be whom a header names'),
  refused(
    'auth.jwt',
    'url_login',
    true,
    'not set: a token in a URL stands in logs and histories',
    'remove it',
    setting('auth.jwt', 'enabled', true),
  ),
  refused(
    'security',
    'allow_embedding',
    true,
    'not set: another site could show Grafana in a frame, and have people click in it',
    'remove it',
    setting('security', 'content_security_policy', true),
  ),
  refused('security', 'csrf_trusted_origins', 'a.example', 'not set: another site could act as whoever is logged in'),
  refused(
    'security',
    'disable_brute_force_login_protection',
    true,
    'not set: anybody could guess passwords without end',
  ),
  refused('panels', 'disable_sanitize_html', true, 'not set: a script in a panel would act as whoever looks at it'),
  refused('dataproxy', 'logging', true, IN_LOG, 'remove it', setting('dataproxy', 'timeout', 60)),
  refused('server', 'router_logging', true, IN_LOG),
  refused('users', 'allow_sign_up', true, 'not set: the stack sets it itself, and its value would count'),
  refused('auth.anonymous', 'enabled', true, 'not set: the stack sets it itself, and its value would count'),
  refused(
    'plugins',
    'app_tls_skip_verify_insecure',
    true,
    'false: Grafana checks certificates',
    'remove it; network.caBundle is for a CA of your own',
    setting('plugins', 'app_tls_skip_verify_insecure', false),
  ),
  { ...refused('rendering', 'renderer_token', 'abc', ''), ...SECRET },
  { ...refused('rendering', 'renderer_token', 1234, ''), ...SECRET },
  { ...refused('remote_cache', 'connstr', 'addr=cache:6379,password=abc', ''), ...SECRET },
  { ...refused('auth.azuread', 'token_url', 'https://me:abc@id.example.com/token', ''), ...SECRET },
]);

test('a setting of the file that the stack sets itself is refused, in any spelling that HTTP takes for the same', () => {
  const header = (name: string, url: string) =>
    refusals({
      grafana: { url, settings: { 'server.custom_response_headers': { [name]: 'max-age=1' } } },
    });
  expect(header('strict-transport-security', 'https://logs.example.com')).toMatchObject([
    { path: 'grafana.settings.server.custom_response_headers.strict-transport-security' },
  ]);
  expect(header('X-Robots-Tag', 'https://logs.example.com')).toEqual([]);
});

test('names and numbers that only sound like a secret are taken', () => {
  const settings = {
    auth: { api_key_max_seconds_to_live: 3600, token_rotation_interval_minutes: 10 },
    users: { password_hint: 'the one of the directory' },
    'auth.azuread': { token_url: 'https://id.example.com/token' },
  };
  expect(refusals({ grafana: { settings } })).toEqual([]);
});

/** Sections with a dot or an underscore in their names, which a variable does not show. */
const SECTIONS = [
  ...['auth.generic_oauth', 'auth.anonymous', 'auth.github', 'auth.google', 'auth.basic', 'auth.ldap'],
  ...['public_dashboards', 'log.console', 'server', 'security', 'snapshots', 'analytics', 'database'],
  ...['plugins', 'metrics', 'users', 'paths', 'smtp', 'auth', 'news', 'log'],
];

/** `GF_AUTH_LDAP_ENABLED` → `['auth.ldap', 'enabled']`. */
function placeOf(variable: string): readonly [section: string, key: string] {
  const section = SECTIONS.find((one) => variable.startsWith(`GF_${one.replace('.', '_').toUpperCase()}_`));
  if (section === undefined) throw new Error(`no section is known that ${variable} could be of`);
  return [section, variable.slice(`GF_${section}_`.length).toLowerCase()];
}

describe('whatever the stack sets', () => {
  const stacks = [everything, otherwise].map((input) => {
    const config = parseStackConfig('test', structuredClone(input));
    return [input, Object.keys({ ...grafanaSettings(config), ...secretSettings(config) })] as const;
  });

  /** How many problems one setting is in a stack. */
  const problemsIn = (input: Input, name: string): number => {
    const [section, key] = placeOf(name);
    return refusals({ ...input, grafana: { ...input.grafana, settings: { [section]: { [key]: 'x' } } } }).length;
  };

  test.each(stacks.flatMap(([input, names]) => names.map((name) => [name, input] as const)))(
    '%s is refused in a stack file',
    (name, input) => {
      expect(problemsIn(input, name)).toBe(1);
    },
  );

  it('for an option is refused without the option, too: the option decides', () => {
    const names = new Set(stacks.flatMap(([, own]) => own));
    const taken = [...names].filter((name) => problemsIn({ grafana: { url: 'https://logs.example.com' } }, name) === 0);
    // Of a stack without plugins the file may disable some that Grafana has built in.
    expect(taken).toEqual(['GF_PLUGINS_DISABLE_PLUGINS']);
  });
});
