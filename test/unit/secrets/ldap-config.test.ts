import { ldapConfig, ldapConfigTemplate } from '../../../src/secrets/ldap-config';
import { configWith, everything } from '../../support/config';

const ldapOf = (changes: object = {}) => {
  const { ldap } = configWith({
    grafana: { login: { ldap: { ...everything.grafana.login.ldap, ...changes } } },
  }).grafana.login;
  if (ldap === undefined) throw new Error('Expected LDAP.');
  return ldap;
};

/** What stands after `key =`, for keys that a file has once. */
function entry(file: string, key: string): string {
  const lines = file.split('\n').filter((line) => line.startsWith(`${key} = `));
  expect(lines).toHaveLength(1);
  return lines.join('').slice(`${key} = `.length);
}

/** A basic string by TOML's grammar. What that has in common with JSON is read as JSON. */
function read(text: string): unknown {
  expect(text).toMatch(/^"(?:[^"\\\p{Cc}]|\\(?:["\\bfnrt]|u[0-9a-f]{4}))*"$/u);
  return JSON.parse(text);
}

/** Where Grafana puts in variables before it reads the file: in its pkg/setting/expanders.go. */
const VARIABLE = /\$(|__\w+)\{([^}]+)\}/;

test('given a directory, Grafana’s LDAP config is this file', () => {
  const groups = [
    { dn: 'cn=admins,dc=example,dc=com', role: 'admin' },
    { dn: 'cn=writers,dc=example,dc=com', role: 'editor' },
    { dn: 'cn=all,dc=example,dc=com', role: 'viewer' },
  ];
  expect(ldapConfig(ldapOf({ groups }), 'bind-password')).toBe(`[[servers]]
host = "ldap.example.com"
port = 389
use_ssl = true
start_tls = true
ssl_skip_verify = false
root_ca_cert = "/etc/grafana/ldap/ca.crt"
bind_dn = "cn=grafana,dc=example,dc=com"
search_filter = "(uid=%s)"
search_base_dns = ["ou=people,dc=example,dc=com"]
bind_password = "bind-password"

[servers.attributes]
username = "uid"
email = "email"
name = "cn"
member_of = "isMemberOf"

[[servers.group_mappings]]
group_dn = "cn=admins,dc=example,dc=com"
org_role = "Admin"

[[servers.group_mappings]]
group_dn = "cn=writers,dc=example,dc=com"
org_role = "Editor"

[[servers.group_mappings]]
group_dn = "cn=all,dc=example,dc=com"
org_role = "Viewer"
`);
});

test.each([
  ['tls', 'true', 'false'],
  ['startTls', 'true', 'true'],
  ['none', 'false', 'false'],
])('given encryption %s, use_ssl is %s and start_tls is %s', (encryption, ssl, startTls) => {
  const file = ldapConfig(ldapOf({ encryption, port: 3269, egress: [{ cidr: '10.30.0.5/32', port: 3269 }] }), 'x');
  expect([entry(file, 'use_ssl'), entry(file, 'start_tls')]).toEqual([ssl, startTls]);
});

test('given a certificate that everyone trusts, no CA is named, and it is checked all the same', () => {
  const file = ldapConfig(ldapOf({ privateCa: false }), 'x');
  expect(file).not.toContain('root_ca_cert');
  expect(entry(file, 'ssl_skip_verify')).toBe('false');
});

test.each([
  'quote " and apostrophe \'',
  'back\\slash and \\u0041',
  '# and = and [brackets]',
  'line\nbreak\r\nand\ttab',
  'null \u0000, bell \u0007, escape \u001b, delete \u007f',
  'Grüße, 日本, 🔑',
  '${HOME}',
  '$__env{HOME}',
  '$__file{/etc/passwd}',
  '$$ and {{ .bindPassword }}',
])('given the password %j, Grafana reads it as it is', (password) => {
  const file = ldapConfig(ldapOf(), password);
  expect(file).not.toMatch(VARIABLE);
  expect(read(entry(file, 'bind_password'))).toBe(password);
});

describe('given a file that the External Secrets operator fills in', () => {
  it('is the same but for the password, which the operator quotes in the same way', () => {
    const template = ldapConfigTemplate(ldapOf(), 'bindPassword');
    const expression = String.raw`{{ .bindPassword | toJson | replace "$" "\\u0024" }}`;
    expect(entry(template, 'bind_password')).toBe(expression);
    expect(template.replace(expression, () => '"x"')).toBe(ldapConfig(ldapOf(), 'x'));
  });

  it('has no other expression, whatever the names in the directory are', () => {
    const bindDn = 'cn={{ .bindPassword }},dc=example';
    const template = ldapConfigTemplate(ldapOf({ bindDn }), 'bindPassword');
    expect(template.match(/\{\{/g)).toHaveLength(1);
    expect(read(entry(template, 'bind_dn'))).toBe(bindDn);
  });
});
