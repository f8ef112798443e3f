import { EGRESS, LDAP, login, type LoginInput, OIDC, PROD, type Row, testRules } from './rows';

const GITHUB = { clientId: 'c', organizations: ['spywatcher'], egress: EGRESS };
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

testRules([
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
]);
