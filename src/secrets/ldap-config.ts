/** Grafana's `ldap.toml`. It holds a password, so it is a Secret and no ConfigMap. */
import type { StackConfig } from '../config';
import { LDAP_FOLDER } from '../config/derived/grafana-settings';

type Ldap = NonNullable<StackConfig['grafana']['login']['ldap']>;

/** Key of the Secret, and name of the file. */
export const LDAP_FILE = 'ldap.toml';

const ROLES = { admin: 'Admin', editor: 'Editor', viewer: 'Viewer' } as const;

/** The whole file. Groups decide in their order; who is in none of them may not log in. */
export function ldapConfig(ldap: Ldap, bindPassword: string): string {
  return render(ldap, toml(bindPassword));
}

/** The same, with an expression of the External Secrets operator in the place of the password. */
export function ldapConfigTemplate(ldap: Ldap, property: string): string {
  return render(ldap, String.raw`{{ .${property} | toJson | replace "$" "\\u0024" }}`);
}

/**
 * A value as TOML. Strings, lists and numbers are written as in JSON, but for the delete character. Before the file is read
 * as TOML, Grafana replaces `${NAME}` and `$__env{NAME}` in all of it, and the operator `{{ }}`; so `$` and `{` are written
 * by their numbers.
 */
function toml(value: unknown): string {
  const byNumber = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[${\u007f]/g, byNumber);
}

function render(ldap: Ldap, bindPassword: string): string {
  const { attributes, encryption, groups } = ldap;
  const table = (name: string, entries: Readonly<Record<string, unknown>>): string =>
    [name, ...Object.entries(entries).map(([key, value]) => `${key} = ${toml(value)}`)].join('\n');
  const server = table('[[servers]]', {
    host: ldap.host,
    port: ldap.port,
    use_ssl: encryption !== 'none',
    start_tls: encryption === 'startTls',
    ssl_skip_verify: false,
    ...(ldap.privateCa ? { root_ca_cert: `${LDAP_FOLDER}/ca.crt` } : {}),
    bind_dn: ldap.bindDn,
    search_filter: ldap.searchFilter,
    search_base_dns: ldap.searchBaseDns,
  });
  return `${[
    `${server}\nbind_password = ${bindPassword}`,
    table('[servers.attributes]', {
      username: attributes.username,
      email: attributes.email,
      name: attributes.name,
      member_of: attributes.memberOf,
    }),
    ...groups.map(({ dn, role }) => table('[[servers.group_mappings]]', { group_dn: dn, org_role: ROLES[role] })),
  ].join('\n\n')}\n`;
}
