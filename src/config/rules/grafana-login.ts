import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

export const grafanaLoginRules: readonly Rule[] = [
  { reads: ['environment', 'grafana.login.ldap'], check: encryptedLdap },
  { reads: ['grafana.login.ldap'], check: ({ grafana }) => ldapPort(grafana.login.ldap) },
  { reads: ['grafana.login.oauth'], check: ({ grafana }) => oneRoleEach(grafana.login) },
  {
    reads: ['grafana.login.form', 'grafana.login.oauth', 'grafana.login.ldap'],
    check: ({ grafana }) => waysToLogIn(grafana.login),
  },
];

function encryptedLdap({ environment, grafana }: StackConfig): readonly Problem[] {
  return when(environment === 'prod' && grafana.login.ldap?.encryption === 'none', () =>
    problem(
      ['grafana', 'login', 'ldap', 'encryption'],
      'none',
      'prod sends passwords to its directory over TLS',
      'write tls (port 636) or startTls (port 389)',
    ),
  );
}

/** The usual port of the other encryption is refused: the connection would hang, or fail with an error of TLS. */
function ldapPort(ldap: StackConfig['grafana']['login']['ldap']): readonly Problem[] {
  const usual = { tls: 636, startTls: 389, none: 389 } as const;
  return ldap === undefined
    ? []
    : when(Object.values<number>(usual).includes(ldap.port) && ldap.port !== usual[ldap.encryption], () =>
        problem(
          ['grafana', 'login', 'ldap', 'port'],
          ldap.port,
          `not ${ldap.port} with encryption ${ldap.encryption}, whose port is ${usual[ldap.encryption]}`,
          ldap.port === 636
            ? `write port: 389, or encryption: tls`
            : `leave port out, for 636, or write encryption: startTls`,
        ),
      );
}

function oneRoleEach({ oauth }: StackConfig['grafana']['login']): readonly Problem[] {
  return (['github', 'google', 'generic'] as const).flatMap((name) => {
    const { admin = [], editor = [] } = oauth?.[name]?.roles ?? {};
    return editor.flatMap((entry, index) =>
      when(admin.includes(entry), () =>
        problem(
          ['grafana', 'login', 'oauth', name, 'roles', 'editor', index],
          entry,
          'one that roles.admin does not name',
          'remove it from one of the two',
        ),
      ),
    );
  });
}

/** Somebody must be able to log in, and each provider must say who. */
function waysToLogIn({ form, oauth, ldap }: StackConfig['grafana']['login']): readonly Problem[] {
  const providers = [oauth?.github, oauth?.google, oauth?.generic].filter((provider) => provider !== undefined);
  const { generic } = oauth ?? {};
  return [
    ...when(!form && providers.length === 0, () =>
      problem(
        ['grafana', 'login', 'form'],
        false,
        'true, where no OAuth provider is configured: nobody could log in',
        'set grafana.login.oauth, or remove grafana.login.form',
      ),
    ),
    ...when(!form && ldap !== undefined, () =>
      problem(
        ['grafana', 'login', 'form'],
        false,
        'true with LDAP: its users type their password there',
        'remove grafana.login.form or grafana.login.ldap',
      ),
    ),
    ...when(oauth !== undefined && providers.length === 0, () =>
      problem(
        ['grafana', 'login', 'oauth'],
        oauth,
        'at least one provider: github, google or generic',
        'name a provider, or remove grafana.login.oauth',
      ),
    ),
    ...when(
      generic?.type === 'oidc' &&
        generic.domains.length === 0 &&
        generic.groups.length === 0 &&
        generic.roles.others !== 'none',
      () =>
        problem(
          ['grafana', 'login', 'oauth', 'generic', 'groups'],
          [],
          'domains, groups, or roles.others: none; else everyone whom the provider knows may log in',
          'list groups or domains, or write roles: { others: none }',
        ),
    ),
    ...[['github', oauth?.github] as const, ['google', oauth?.google] as const, ['generic', generic] as const].flatMap(
      ([name, provider]) =>
        when(
          provider?.roles.others === 'none' && provider.roles.admin.length + provider.roles.editor.length === 0,
          () =>
            problem(
              ['grafana', 'login', 'oauth', name, 'roles', 'others'],
              'none',
              'viewer or editor, where roles names nobody: nobody could log in',
              'list somebody in roles.admin or roles.editor, or leave others out',
            ),
        ),
    ),
  ];
}
