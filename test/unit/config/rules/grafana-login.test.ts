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
  {
    rule: 'prod sends passwords to its directory over TLS',
    broken: { ...PROD, grafana: { ...PROD.grafana, login: { ldap: { ...LDAP, port: 389, encryption: 'none' } } } },
    path: 'grafana.login.ldap.encryption',
    received: '"none"',
    remedy: 'write tls (port 636) or startTls (port 389)',
    kept: { ...PROD, grafana: { ...PROD.grafana, login: { ldap: LDAP } } },
  },
  {
    rule: 'not 636 with encryption startTls, whose port is 389',
    broken: login({ ldap: { ...LDAP, encryption: 'startTls' } }),
    path: 'grafana.login.ldap.port',
    received: '636',
    remedy: 'write port: 389, or encryption: tls',
    kept: login({ ldap: { ...LDAP, encryption: 'startTls', port: 389 } }),
  },
  {
    rule: 'not 636 with encryption none, whose port is 389',
    broken: login({ ldap: { ...LDAP, encryption: 'none' } }),
    path: 'grafana.login.ldap.port',
    received: '636',
    remedy: 'write port: 389, or encryption: tls',
    kept: login({ ldap: { ...LDAP, encryption: 'none', port: 389 } }),
  },
  {
    rule: 'not 389 with encryption tls, whose port is 636',
    broken: login({ ldap: { ...LDAP, port: 389 } }),
    path: 'grafana.login.ldap.port',
    received: '389',
    remedy: 'leave port out, for 636, or write encryption: startTls',
    kept: login({ ldap: { ...LDAP, port: 1636, egress: [{ namespace: 'ldap', port: 3890 }] } }),
  },
  {
    rule: 'true, where no OAuth provider is configured: nobody could log in',
    broken: login({ form: false }),
    path: 'grafana.login.form',
    received: 'false',
    remedy: 'set grafana.login.oauth, or remove grafana.login.form',
    kept: login({ form: false, oauth: { github: GITHUB } }),
  },
  {
    rule: 'true with LDAP: its users type their password there',
    broken: login({ form: false, oauth: { github: GITHUB }, ldap: LDAP }),
    path: 'grafana.login.form',
    received: 'false',
    remedy: 'remove grafana.login.form or grafana.login.ldap',
    kept: login({ form: true, oauth: { github: GITHUB }, ldap: LDAP }),
  },
  {
    rule: 'at least one provider: github, google or generic',
    broken: login({ oauth: {} }),
    path: 'grafana.login.oauth',
    received: '{"secret":"(not shown)"}',
    remedy: 'name a provider, or remove grafana.login.oauth',
    kept: login({ oauth: { github: GITHUB } }),
  },
  {
    rule: 'domains, groups, or roles.others: none; else everyone whom the provider knows may log in',
    broken: login({ oauth: { generic: { ...OIDC, groups: [] } } }),
    path: 'grafana.login.oauth.generic.groups',
    received: '[]',
    remedy: 'list groups or domains, or write roles: { others: none }',
    kept: login({ oauth: { generic: { ...OIDC, groups: [], roles: { admin: ['logs'], others: 'none' } } } }),
  },
  {
    rule: 'domains, groups, or roles.others: none; else everyone whom the provider knows may log in',
    broken: login({ oauth: { generic: { ...OIDC, groups: [] } } }),
    path: 'grafana.login.oauth.generic.groups',
    received: '[]',
    remedy: 'list groups or domains, or write roles: { others: none }',
    kept: login({ oauth: { generic: { ...OIDC, groups: [], domains: ['example.com'] } } }),
  },
  ...(['github', 'google', 'generic'] as const).map((name): Row => ({
    rule: 'viewer or editor, where roles names nobody: nobody could log in',
    broken: login({ oauth: providerWith(name, { others: 'none' }) }),
    path: `grafana.login.oauth.${name}.roles.others`,
    received: '"none"',
    remedy: 'list somebody in roles.admin or roles.editor, or leave others out',
    kept: login({ oauth: providerWith(name, { others: 'none', admin: [ENTRY[name]] }) }),
  })),
  ...(['github', 'google', 'generic'] as const).map((name): Row => ({
    rule: 'one that roles.admin does not name',
    broken: login({ oauth: providerWith(name, { admin: [ENTRY[name]], editor: [ENTRY[name]] }) }),
    path: `grafana.login.oauth.${name}.roles.editor[0]`,
    received: JSON.stringify(ENTRY[name]),
    remedy: 'remove it from one of the two',
    kept: login({ oauth: providerWith(name, { admin: [ENTRY[name]] }) }),
  })),
]);
