/** Grafana's settings: who may log in, as what, and where secrets come from. */
import { search } from 'jmespath';
import { grafanaIni } from '../../../../src/components/grafana/ini';
import { secretSettings, settingsSecrets } from '../../../../src/components/grafana/secrets';
import { grafanaSettings } from '../../../../src/config/derived/grafana-settings';
import type { StackConfigInput } from '../../../../src/config';
import { configWith, everythingConfig, otherwise } from '../../../support/config';

type GrafanaInput = NonNullable<StackConfigInput['grafana']>;
type OAuthInput = NonNullable<NonNullable<GrafanaInput['login']>['oauth']>;

const settingsOf = (grafana: GrafanaInput) => grafanaSettings(configWith({ grafana }));
const withOAuth = (oauth: OAuthInput) => settingsOf({ login: { oauth } });
const all = grafanaSettings(everythingConfig());
const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
const DISCORD = otherwise.grafana.login.oauth.generic;

/**
 * The role that Grafana takes: the first of its sources for which the expression is a text. An error counts as nothing, and
 * Viewer or a refusal is what is left in the end.
 */
function roleOf(settings: Readonly<Record<string, string>>, provider: string, ...sources: readonly object[]): string {
  for (const source of sources) {
    try {
      const role: unknown = search(source, settings[`GF_AUTH_${provider}_ROLE_ATTRIBUTE_PATH`] ?? '');
      if (typeof role === 'string' && role !== '') return role;
    } catch {
      continue;
    }
  }
  return settings[`GF_AUTH_${provider}_ROLE_ATTRIBUTE_STRICT`] === 'true' ? 'refused' : 'Viewer';
}

describe('given no provider and no directory, one logs in by the form alone', () => {
  const settings = settingsOf({});

  it('which nobody signs up at', () => {
    expect(settings).toMatchObject({
      GF_AUTH_DISABLE_LOGIN_FORM: 'false',
      GF_AUTH_BASIC_ENABLED: 'true',
      GF_AUTH_BASIC_PASSWORD_POLICY: 'true',
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      GF_USERS_ALLOW_SIGN_UP: 'false',
    });
  });

  it('without which there is nothing to see: no public dashboard, no snapshot, no metrics', () => {
    expect(settings).toMatchObject({
      GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
      GF_SNAPSHOTS_ENABLED: 'false',
      GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
      // With a password, or the Ingress would show them to everybody.
      GF_METRICS_ENABLED: 'true',
      GF_METRICS_BASIC_AUTH_USERNAME: 'metrics',
    });
  });

  it('and no query stands in the log', () => {
    expect(settings['GF_LOG_FILTERS']).toBe('tsdb.loki:warn');
  });

  it('and nothing else is set', () => {
    expect(Object.keys(settings).filter((name) => /OAUTH_|GITHUB|GOOGLE|LDAP|SMTP|DATABASE/.test(name))).toEqual([
      'GF_AUTH_OAUTH_ALLOW_INSECURE_EMAIL_LOOKUP',
    ]);
  });
});

describe('given a form that is turned off, a password opens nothing', () => {
  it('neither the form nor the API', () => {
    expect(settingsOf({ login: { form: false, oauth: { generic: DISCORD } } })).toMatchObject({
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_AUTH_BASIC_ENABLED: 'false',
    });
  });
});

describe('given GitHub', () => {
  const teams = (...groups: string[]) => [{ login: 'octocat', id: 1 }, { groups }];

  it('members of the organisations may log in, as what their teams say', () => {
    expect(JSON.parse(all['GF_AUTH_GITHUB_ALLOWED_ORGANIZATIONS'] ?? '')).toEqual(['spywatcher']);
    expect(JSON.parse(all['GF_AUTH_GITHUB_SCOPES'] ?? '')).toContain('read:org');
    expect(roleOf(all, 'GITHUB', ...teams('@spywatcher/operators', '@spywatcher/developers'))).toBe('Admin');
    expect(roleOf(all, 'GITHUB', ...teams('@spywatcher/developers'))).toBe('Editor');
  });

  it('and with others: none, nobody else', () => {
    expect(roleOf(all, 'GITHUB', ...teams('@elsewhere/operators', '@spywatcher/operators-of-old'))).toBe('refused');
  });

  it('or with others, as that', () => {
    const settings = withOAuth({
      github: {
        clientId: 'c',
        organizations: ['a'],
        roles: { admin: ['@a/b', '@a/c'], others: 'editor' },
        egress: EGRESS,
      },
    });
    expect(roleOf(settings, 'GITHUB', ...teams('@a/c'))).toBe('Admin');
    expect(roleOf(settings, 'GITHUB', ...teams('@a/d'))).toBe('Editor');
    expect(roleOf(settings, 'GITHUB', ...teams())).toBe('Editor');
  });

  it('without roles everyone is a viewer', () => {
    const settings = withOAuth({ github: { clientId: 'c', organizations: ['a'], egress: EGRESS } });
    expect(roleOf(settings, 'GITHUB', ...teams('@a/b'))).toBe('Viewer');
  });
});

describe('given Google', () => {
  it('addresses of the domains may log in, as what the lists say', () => {
    expect(all).toMatchObject({
      GF_AUTH_GOOGLE_ALLOWED_DOMAINS: '["spywatcher.example"]',
      GF_AUTH_GOOGLE_HOSTED_DOMAIN: 'spywatcher.example',
    });
    expect(roleOf(all, 'GOOGLE', { email: 'owner@spywatcher.example' })).toBe('Admin');
    expect(roleOf(all, 'GOOGLE', { email: 'dev@spywatcher.example' })).toBe('Editor');
    expect(roleOf(all, 'GOOGLE', { email: 'else@spywatcher.example' })).toBe('Editor');
  });

  it('several domains have no hosted domain', () => {
    const settings = withOAuth({ google: { clientId: 'c', domains: ['a.example', 'b.example'], egress: EGRESS } });
    expect(settings).not.toHaveProperty('GF_AUTH_GOOGLE_HOSTED_DOMAIN');
    expect(settings['GF_AUTH_GOOGLE_ALLOWED_DOMAINS']).toBe('["a.example","b.example"]');
  });
});

describe('given an OpenID Connect provider', () => {
  it('its endpoints, groups and domains are those of the config', () => {
    expect(all).toMatchObject({
      GF_AUTH_GENERIC_OAUTH_NAME: 'Keycloak',
      GF_AUTH_GENERIC_OAUTH_CLIENT_ID: 'keycloak-client',
      GF_AUTH_GENERIC_OAUTH_AUTH_URL: 'https://id.example.com/auth',
      GF_AUTH_GENERIC_OAUTH_TOKEN_URL: 'https://id.example.com/token',
      GF_AUTH_GENERIC_OAUTH_API_URL: 'https://id.example.com/userinfo',
      GF_AUTH_GENERIC_OAUTH_SCOPES: '["openid","groups"]',
      GF_AUTH_GENERIC_OAUTH_ALLOWED_DOMAINS: '["example.com"]',
      GF_AUTH_GENERIC_OAUTH_ALLOWED_GROUPS: '["logs"]',
    });
    expect(search({ roles: ['a', 'b'] }, all['GF_AUTH_GENERIC_OAUTH_GROUPS_ATTRIBUTE_PATH'] ?? '')).toEqual(['a', 'b']);
  });

  it('roles are looked for in the token, then in the user’s data', () => {
    const token = { sub: '1', email: 'a@example.com' };
    expect(roleOf(all, 'GENERIC_OAUTH', { ...token, roles: ['logs-admins'] })).toBe('Admin');
    expect(roleOf(all, 'GENERIC_OAUTH', token, { ...token, roles: ['logs', 'logs-editors'] })).toBe('Editor');
    expect(roleOf(all, 'GENERIC_OAUTH', token, { ...token, roles: ['logs'] })).toBe('refused');
    expect(roleOf(all, 'GENERIC_OAUTH', token, token)).toBe('refused');
  });

  const withClaim = (groupsClaim: string | readonly string[]) =>
    withOAuth({
      generic: {
        type: 'oidc',
        name: 'A provider',
        clientId: 'c',
        authUrl: 'https://id.example.com/a',
        tokenUrl: 'https://id.example.com/t',
        apiUrl: 'https://id.example.com/u',
        groupsClaim,
        groups: ['Log Admins'],
        roles: { admin: ['Log Admins'] },
        egress: EGRESS,
      },
    });

  it.each([
    ['a name', 'groups', (groups: readonly string[]) => ({ groups })],
    [
      'a name with a colon, as Cognito has it',
      'cognito:groups',
      (groups: readonly string[]) => ({ 'cognito:groups': groups }),
    ],
    ['a path, as Keycloak has it', 'realm_access.roles', (roles: readonly string[]) => ({ realm_access: { roles } })],
    [
      'a path with hyphens',
      'resource_access.my-client.roles',
      (roles: readonly string[]) => ({ resource_access: { 'my-client': { roles } } }),
    ],
    [
      'a name with dots in a list, as Auth0 has it',
      ['https://example.com/groups'],
      (groups: readonly string[]) => ({ 'https://example.com/groups': groups }),
    ],
    [
      'a path of names with dots',
      ['example.com', 'roles'],
      (roles: readonly string[]) => ({ 'example.com': { roles } }),
    ],
  ])('a claim may be %s: whom it names gets the role, and nobody else', (_, claim, tokenWith) => {
    const settings = withClaim(claim);
    expect(roleOf(settings, 'GENERIC_OAUTH', tokenWith(['Log Admins']))).toBe('Admin');
    expect(roleOf(settings, 'GENERIC_OAUTH', tokenWith(['Others']))).toBe('Viewer');
    expect(search(tokenWith(['a', 'b']), settings['GF_AUTH_GENERIC_OAUTH_GROUPS_ATTRIBUTE_PATH'] ?? '')).toEqual([
      'a',
      'b',
    ]);
    expect(settings['GF_AUTH_GENERIC_OAUTH_ALLOWED_GROUPS']).toBe('["Log Admins"]');
    expect(settings).not.toHaveProperty('GF_AUTH_GENERIC_OAUTH_ALLOWED_DOMAINS');
  });
});

describe('given Discord', () => {
  const settings = withOAuth({ generic: DISCORD });

  it('members of the guilds may log in: Discord’s list of guilds is what Grafana compares', () => {
    const answer = [
      { id: '81384788765712384', name: 'Spywatcher', permissions: '2147483647' },
      { id: '1', name: 'x' },
    ];
    expect(settings['GF_AUTH_GENERIC_OAUTH_TEAMS_URL']).toBe('https://discord.com/api/users/@me/guilds');
    expect(search(answer, settings['GF_AUTH_GENERIC_OAUTH_TEAM_IDS_ATTRIBUTE_PATH'] ?? '')).toEqual([
      '81384788765712384',
      '1',
    ]);
    expect(settings['GF_AUTH_GENERIC_OAUTH_TEAM_IDS']).toBe('["81384788765712384"]');
    expect(JSON.parse(settings['GF_AUTH_GENERIC_OAUTH_SCOPES'] ?? '')).toEqual(
      expect.arrayContaining(['openid', 'email', 'guilds']),
    );
  });

  it('as what the list of their ids says', () => {
    expect(roleOf(settings, 'GENERIC_OAUTH', { sub: '81384788765712385' })).toBe('Admin');
    expect(roleOf(settings, 'GENERIC_OAUTH', { sub: '81384788765712386' })).toBe('Editor');
    expect(roleOf(settings, 'GENERIC_OAUTH', { sub: '81384788765712387' })).toBe('refused');
  });
});

test.each(['GITHUB', 'GOOGLE', 'GENERIC_OAUTH'])(
  '%s takes a role away again, and makes nobody server admin',
  (name) => {
    expect(all).toMatchObject({
      [`GF_AUTH_${name}_ENABLED`]: 'true',
      [`GF_AUTH_${name}_SKIP_ORG_ROLE_SYNC`]: 'false',
      [`GF_AUTH_${name}_ALLOW_ASSIGN_GRAFANA_ADMIN`]: 'false',
    });
  },
);

test('an address that two providers report does not make two people one', () => {
  expect(all['GF_AUTH_OAUTH_ALLOW_INSECURE_EMAIL_LOOKUP']).toBe('false');
});

describe('plugins', () => {
  const list = [
    { id: 'grafana-lokiexplore-app', version: '1.0.41' },
    { id: 'grafana-clock-panel', version: '2.1.8', url: 'https://plugins.example.com/clock.zip' },
  ];

  it('without any, Grafana downloads none, and nobody adds one', () => {
    expect(settingsOf({})).toMatchObject({
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
      GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
    });
    expect(settingsOf({})).not.toHaveProperty('GF_PATHS_PLUGINS');
  });

  it('to be downloaded are installed in their versions, and what Grafana would download by itself is not', () => {
    const settings = settingsOf({ plugins: { type: 'download', list, egress: EGRESS } });
    expect(settings).toMatchObject({
      GF_PLUGINS_PREINSTALL_DISABLED: 'false',
      GF_PLUGINS_PREINSTALL_SYNC:
        'grafana-lokiexplore-app@1.0.41,grafana-clock-panel@2.1.8@https://plugins.example.com/clock.zip',
      GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
      GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
    });
    const disabled = settings['GF_PLUGINS_DISABLE_PLUGINS']?.split(',');
    expect(disabled).toEqual(expect.arrayContaining(['grafana-pyroscope-app', 'grafana-metricsdrilldown-app']));
    expect(disabled).not.toContain('grafana-lokiexplore-app');
    // Or Grafana 12.4 would install nothing at all.
    expect(settings['GF_PLUGINS_PREINSTALL']).toBe('loki');
  });

  it('of an image are read from its folder', () => {
    expect(grafanaSettings(configWith(otherwise))).toMatchObject({
      GF_PATHS_PLUGINS: '/opt/grafana-plugins',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    });
  });
});

test('with LDAP the file of the Secret is read', () => {
  expect(all).toMatchObject({ GF_AUTH_LDAP_ENABLED: 'true', GF_AUTH_LDAP_CONFIG_FILE: '/etc/grafana/ldap/ldap.toml' });
});

test('with PostgreSQL its server, and how it is encrypted, are those of the config', () => {
  expect(all).toMatchObject({
    GF_DATABASE_TYPE: 'postgres',
    GF_DATABASE_HOST: 'db.databases.svc:5433',
    GF_DATABASE_NAME: 'watch',
    GF_DATABASE_USER: 'watcher',
    GF_DATABASE_SSL_MODE: 'require',
  });
});

test('mail goes out encrypted or not at all', () => {
  expect(all).toMatchObject({
    GF_SMTP_ENABLED: 'true',
    GF_SMTP_HOST: 'mail.example.com:2525',
    GF_SMTP_FROM_ADDRESS: 'logs@example.com',
    GF_SMTP_USER: 'watch',
    GF_SMTP_STARTTLS_POLICY: 'MandatoryStartTLS',
    GF_SMTP_SKIP_VERIFY: 'false',
    GF_SMTP_EHLO_IDENTITY: 'watch.example.com',
  });
});

test('browsers are told to come by https for a year, where that is how they come', () => {
  expect(grafanaIni(everythingConfig().grafana)).toMatch(
    /^\[server\.custom_response_headers\]\nStrict-Transport-Security = `max-age=31536000`\n/,
  );
  expect(grafanaIni(configWith().grafana)).not.toContain('Strict-Transport-Security');
});

test('further settings stand in the file, texts as they are, and each section once', () => {
  const settings = {
    'server.custom_response_headers': { 'X-Robots-Tag': 'none' },
    users: { default_theme: 'light', viewers_can_edit: false },
    'auth.jwt': { username_claim: 'sub; # not a comment \\', cache_ttl: 60 },
  };
  const url = 'https://logs.example.com';
  expect(grafanaIni(configWith({ grafana: { url, settings } }).grafana)).toBe(
    [
      '[server.custom_response_headers]\nStrict-Transport-Security = `max-age=31536000`\nX-Robots-Tag = `none`\n',
      '[users]\ndefault_theme = `light`\nviewers_can_edit = false\n',
      '[auth.jwt]\nusername_claim = `sub; # not a comment \\`\ncache_ttl = 60\n',
    ].join('\n'),
  );
});

describe('the secrets among the settings', () => {
  it('name files, each in the folder of its Secret', () => {
    expect(secretSettings(everythingConfig())).toEqual({
      GF_SECURITY_ADMIN_PASSWORD: '$__file{/etc/grafana/secrets/admin/password}',
      GF_SECURITY_SECRET_KEY: '$__file{/etc/grafana/secrets/admin/secretKey}',
      GF_METRICS_BASIC_AUTH_PASSWORD: '$__file{/etc/grafana/secrets/metrics/password}',
      GF_AUTH_GITHUB_CLIENT_SECRET: '$__file{/etc/grafana/secrets/oauth/github}',
      GF_AUTH_GOOGLE_CLIENT_SECRET: '$__file{/etc/grafana/secrets/oauth/google}',
      GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: '$__file{/etc/grafana/secrets/oauth/generic}',
      GF_DATABASE_PASSWORD: '$__file{/etc/grafana/secrets/database/password}',
      GF_SMTP_PASSWORD: '$__file{/etc/grafana/secrets/smtp/password}',
    });
    expect(settingsSecrets(everythingConfig()).map(({ name, secret }) => `${name} ← ${secret}`)).toEqual([
      'admin ← watch-admin',
      'metrics ← grafana-metrics',
      'gateway ← gateway-credential-viewer',
      'oauth ← watch-oauth',
      'database ← watch-database',
      'smtp ← watch-smtp',
      'datasources ← watch-datasources',
      'tenant-audit ← gateway-credential-auditor',
    ]);
  });

  it('are the admin’s and the datasource’s alone where nothing else is configured', () => {
    expect(settingsSecrets(configWith()).map(({ name }) => name)).toEqual(['admin', 'metrics', 'gateway']);
  });

  it('have no place for a mail password without a user', () => {
    const smtp = { host: 'mail.example.com', from: 'a@example.com', egress: [{ cidr: '10.0.0.1/32', port: 587 }] };
    expect(secretSettings(configWith({ grafana: { smtp } }))).not.toHaveProperty('GF_SMTP_PASSWORD');
    expect(settingsOf({ smtp })).not.toHaveProperty('GF_SMTP_USER');
  });
});
