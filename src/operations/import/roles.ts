/** Grafana's `role_attribute_path`, an expression about the claims of a user → groups with roles. */

export interface Roles {
  /** Claim that lists the groups. */
  readonly claim: string;
  readonly admin: readonly string[];
  readonly editor: readonly string[];
  /** Groups that may look. */
  readonly viewer: readonly string[];
  /** Role of everyone else; undefined where the expression gives them none. */
  readonly others: 'viewer' | 'editor' | 'none' | undefined;
}

/** `contains(groups[*], 'admins') && 'Admin'` */
const OF_GROUP = /^\(?\s*contains\(\s*([\w."-]+?)(?:\[\*?\])?\s*,\s*'([^']+)'\s*\)\s*\)?\s*&&\s*'(\w+)'$/;
const OF_OTHERS: Readonly<Record<string, Roles['others']>> = { Viewer: 'viewer', Editor: 'editor', None: 'none' };

/** Undefined for an expression that is no list of groups with their roles. */
export function rolesOf(expression: string): Roles | undefined {
  const parts = expression.split('||').map((part) => part.trim());
  const groups = parts.map((part) => OF_GROUP.exec(part));
  const last = parts.at(-1) ?? '';
  const otherwise = /^'(\w*)'$/.exec(last)?.[1];
  const others = OF_OTHERS[otherwise ?? ''];
  if (others === undefined && otherwise !== undefined && otherwise !== '') return undefined;
  const known = groups.slice(0, otherwise === undefined ? groups.length : -1).map((match) => ({
    claim: (match?.[1] ?? '').replaceAll('"', ''),
    group: match?.[2] ?? '',
    role: match?.[3] ?? '',
  }));
  const claims = new Set(known.map(({ claim }) => claim));
  const [claim = ''] = claims;
  const roles = ['GrafanaAdmin', 'Admin', 'Editor', 'Viewer'];
  if (claims.size !== 1 || claim === '') return undefined;
  if (!known.every(({ role }) => roles.includes(role))) return undefined;
  const groupsWith = (...wanted: readonly string[]): readonly string[] =>
    known.filter(({ role }) => wanted.includes(role)).map(({ group }) => group);
  return {
    claim,
    admin: groupsWith('GrafanaAdmin', 'Admin'),
    editor: groupsWith('Editor'),
    viewer: groupsWith('Viewer'),
    others,
  };
}
