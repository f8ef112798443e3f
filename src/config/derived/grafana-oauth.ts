/** Grafana's settings of OAuth providers: who may log in, and with which role. */
import type { StackConfig } from '../schema';
import { prefixed, type Settings } from './grafana-variables';

type OAuth = NonNullable<StackConfig['grafana']['login']['oauth']>;
type Roles<Entry> = {
  readonly admin: readonly Entry[];
  readonly editor: readonly Entry[];
  readonly others: 'viewer' | 'editor' | 'none';
};

const DISCORD = 'https://discord.com';

/** The settings of all configured providers. */
export function oauthSettings({ github, google, generic }: OAuth): Settings {
  return {
    ...(github === undefined
      ? {}
      : provider('GF_AUTH_GITHUB', github, hasOneOf(path(['groups']), github.roles), {
          SCOPES: list(['user:email', 'read:org']),
          ALLOWED_ORGANIZATIONS: list(github.organizations),
        })),
    ...(google === undefined
      ? {}
      : provider('GF_AUTH_GOOGLE', google, isOneOf('email', google.roles), {
          SCOPES: list(['openid', 'email', 'profile']),
          ALLOWED_DOMAINS: list(google.domains),
          ...(google.domains.length === 1 ? { HOSTED_DOMAIN: google.domains[0] ?? '' } : {}),
        })),
    ...(generic === undefined ? {} : genericSettings(generic)),
  };
}

function genericSettings(generic: NonNullable<OAuth['generic']>): Settings {
  if (generic.type === 'oidc') {
    return provider('GF_AUTH_GENERIC_OAUTH', generic, hasOneOf(path(generic.groupsClaim), generic.roles), {
      NAME: generic.name,
      AUTH_URL: generic.authUrl,
      TOKEN_URL: generic.tokenUrl,
      API_URL: generic.apiUrl,
      SCOPES: list(generic.scopes),
      GROUPS_ATTRIBUTE_PATH: `${path(generic.groupsClaim)}[*]`,
      LOGIN_ATTRIBUTE_PATH: 'preferred_username',
      ...(generic.domains.length === 0 ? {} : { ALLOWED_DOMAINS: list(generic.domains) }),
      ...(generic.groups.length === 0 ? {} : { ALLOWED_GROUPS: list(generic.groups) }),
    });
  }
  return provider('GF_AUTH_GENERIC_OAUTH', generic, isOneOf('sub', generic.roles), {
    NAME: 'Discord',
    AUTH_URL: `${DISCORD}/oauth2/authorize`,
    TOKEN_URL: `${DISCORD}/api/oauth2/token`,
    API_URL: `${DISCORD}/api/oauth2/userinfo`, // users/@me has another name for the id than OpenID Connect
    SCOPES: list(['openid', 'identify', 'email', 'guilds']),
    LOGIN_ATTRIBUTE_PATH: 'preferred_username',
    NAME_ATTRIBUTE_PATH: 'nickname',
    // Discord lists guilds at an address of its own. Grafana calls such a list teams.
    TEAMS_URL: `${DISCORD}/api/users/@me/guilds`,
    TEAM_IDS_ATTRIBUTE_PATH: '[*].id',
    TEAM_IDS: list(generic.guilds),
  });
}

/** Settings that all providers share. */
function provider(
  prefix: string,
  { clientId, roles }: { readonly clientId: string; readonly roles: Roles<string> },
  rolePath: string,
  settings: Settings,
): Settings {
  return prefixed(prefix, {
    ENABLED: 'true',
    CLIENT_ID: clientId,
    ALLOW_SIGN_UP: 'true', // an allowed user gets an account at the first login
    USE_PKCE: 'true',
    ROLE_ATTRIBUTE_PATH: rolePath,
    ROLE_ATTRIBUTE_STRICT: String(roles.others === 'none'),
    SKIP_ORG_ROLE_SYNC: 'false', // else a user who leaves a group keeps its role
    ALLOW_ASSIGN_GRAFANA_ADMIN: 'false',
    ...settings,
  });
}

/**
 * JMESPath from the groups of the claim to a role. A missing claim is an error, not a lower role: Grafana then asks its next
 * source (the token, the user's data, the teams). In the end it takes Viewer, or refuses.
 */
function hasOneOf(claim: string, roles: Roles<string>): string {
  return roleExpression(roles, (entries) =>
    entries.map((entry) => `contains(${claim}[*], ${text(entry)})`).join(' || '),
  );
}

/** JMESPath from the one value of `claim` to a role. */
function isOneOf(claim: string, roles: Roles<string>): string {
  return roleExpression(roles, (entries) => `contains([${entries.map(text).join(', ')}], ${claim})`);
}

function roleExpression({ admin, editor, others }: Roles<string>, is: (entries: readonly string[]) => string): string {
  return [
    ...(admin.length === 0 ? [] : [`(${is(admin)}) && 'Admin'`]),
    ...(editor.length === 0 ? [] : [`(${is(editor)}) && 'Editor'`]),
    ...(others === 'none' ? [] : [others === 'editor' ? "'Editor'" : "'Viewer'"]),
  ].join(' || ');
}

/** A text of JMESPath. The schema accepts neither quotes nor backslashes in it. */
function text(value: string): string {
  return `'${value}'`;
}

/** A path of claims. Quotes make dots and colons in a name ordinary letters. */
function path(claim: readonly string[]): string {
  return claim.map((name) => `"${name}"`).join('.');
}

/** A list in a notation that allows any character in its entries. */
function list(entries: readonly string[]): string {
  return JSON.stringify(entries);
}
