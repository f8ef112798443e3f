import { z } from 'zod';
import { defaults } from '../defaults';
import {
  claim,
  distinguishedName,
  dnsLabel,
  domain,
  email,
  githubOrganization,
  githubTeam,
  host,
  ldapFilter,
  port,
  settingText,
  snowflake,
  url,
} from '../scalars';
import { egressOf } from './shared';

const others = () =>
  z
    .enum(['viewer', 'editor', 'none'])
    .default('viewer')
    .describe('Role of everyone else who may log in; `none` lets only those in that are listed here.');

const clientId = () =>
  settingText('a client id', "'1234567890'").describe('Id of the OAuth application. Its secret is a secret.');

const github = z.strictObject({
  clientId: clientId(),
  organizations: z.array(githubOrganization()).min(1).describe('Organisations whose members may log in.'),
  roles: z
    .strictObject({
      admin: z.array(githubTeam()).default([]).describe('Teams whose members are administrators.'),
      editor: z.array(githubTeam()).default([]).describe('Teams whose members may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('GitHub'),
});

const google = z.strictObject({
  clientId: clientId(),
  domains: z.array(domain()).min(1).describe('Domains of Google Workspace whose users may log in.'),
  roles: z
    .strictObject({
      admin: z.array(email()).default([]).describe('Addresses of the administrators.'),
      editor: z.array(email()).default([]).describe('Addresses of those who may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('Google'),
});

const discord = z.strictObject({
  type: z.literal('discord').describe('Discord, by membership in a guild.'),
  clientId: clientId(),
  guilds: z.array(snowflake()).min(1).describe('Guilds whose members may log in.'),
  roles: z
    .strictObject({
      admin: z.array(snowflake()).default([]).describe('User ids of the administrators.'),
      editor: z.array(snowflake()).default([]).describe('User ids of those who may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('Discord'),
});

const group = () => settingText('a group', 'logs-admins');

const oidc = z.strictObject({
  type: z.literal('oidc').describe('Any OpenID Connect provider.'),
  name: settingText('a name', 'Keycloak').describe('What the button says.'),
  clientId: clientId(),
  authUrl: url('https').describe('Authorization endpoint.'),
  tokenUrl: url('https').describe('Token endpoint.'),
  apiUrl: url('https').describe('Userinfo endpoint.'),
  scopes: z
    .array(settingText('a scope', 'openid'))
    .min(1)
    .default(['openid', 'profile', 'email'])
    .describe('Scopes that are asked for.'),
  groupsClaim: claim()
    .prefault('groups')
    .describe(
      'Claim that lists the user’s groups: a name, or a path such as `realm_access.roles`. A name with dots stands in a list.',
    ),
  domains: z.array(domain()).default([]).describe('Domains of addresses that may log in; any without one.'),
  groups: z.array(group()).default([]).describe('Groups of which a user has to be in one; any without one.'),
  roles: z
    .strictObject({
      admin: z.array(group()).default([]).describe('Groups whose members are administrators.'),
      editor: z.array(group()).default([]).describe('Groups whose members may edit.'),
      others: others(),
    })
    .prefault({}),
  egress: egressOf('the provider'),
});

const oauth = z.strictObject({
  github: github.optional().describe('GitHub.'),
  google: google.optional().describe('Google.'),
  generic: z
    .discriminatedUnion('type', [oidc, discord])
    .optional()
    .describe('Another provider. Grafana has a place for one.'),
  secret: dnsLabel()
    .default(defaults.grafana.login.oauthSecret)
    .describe('Secret in the logging namespace with the client secret of each provider, under the provider’s name.'),
});

const ldap = z.strictObject({
  host: host().describe('Its server.'),
  port: port().default(defaults.grafana.login.ldap.port).describe('Port there.'),
  encryption: z
    .enum(['tls', 'startTls', 'none'])
    .default('tls')
    .describe('`tls` from the first byte (port 636), or `startTls` (port 389).'),
  bindDn: distinguishedName().describe('Who Grafana searches as. Its password is a secret.'),
  bindSecret: dnsLabel()
    .default(defaults.grafana.login.ldap.bindSecret)
    .describe(
      'Secret in the logging namespace with keys `ldap.toml`, Grafana’s whole LDAP config, and `ca.crt` where `privateCa` is set.',
    ),
  privateCa: z
    .boolean()
    .default(false)
    .describe(
      'Whether the server’s certificate comes from a CA of your own, which is the key `ca.crt` of `bindSecret`.',
    ),
  searchBaseDns: z.array(distinguishedName()).min(1).describe('Where users are looked for.'),
  searchFilter: ldapFilter()
    .default(defaults.grafana.login.ldap.searchFilter)
    .describe('How a user is found; `%s` is the name that was typed.'),
  attributes: z
    .strictObject({
      username: settingText('an attribute', 'uid')
        .default(defaults.grafana.login.ldap.attributes.username)
        .describe('Attribute with the login name.'),
      email: settingText('an attribute', 'mail')
        .default(defaults.grafana.login.ldap.attributes.email)
        .describe('Attribute with the address.'),
      name: settingText('an attribute', 'cn')
        .default(defaults.grafana.login.ldap.attributes.name)
        .describe('Attribute with the name that is shown.'),
      memberOf: settingText('an attribute', 'memberOf')
        .default(defaults.grafana.login.ldap.attributes.memberOf)
        .describe('Attribute with the groups.'),
    })
    .prefault({}),
  groups: z
    .array(
      z.strictObject({
        dn: distinguishedName().describe('The group.'),
        role: z.enum(['admin', 'editor', 'viewer']).describe('Role of its members; the first group that fits decides.'),
      }),
    )
    .min(1)
    .describe('Groups that may log in. Nobody else may.'),
  egress: egressOf('the server'),
});

/** The password of a first user, and the other ways to log in. */
export const login = z.strictObject({
  adminUser: settingText('a user', 'admin')
    .default(defaults.grafana.login.adminUser)
    .describe('First user. Its password is a secret, and counts at the first start only.'),
  adminSecret: dnsLabel()
    .default(defaults.grafana.login.adminSecret)
    .describe('Secret in the logging namespace with keys `password` and `secretKey`.'),
  form: z.boolean().default(true).describe('Whether one may log in with name and password. LDAP needs it.'),
  oauth: oauth.optional().describe('Login by a provider.'),
  ldap: ldap.optional().describe('Login by an LDAP directory.'),
});
