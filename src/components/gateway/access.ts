/**
 * Who may do what at the gateway. A request meets these checks, in this order: the kind of credential that it names, the
 * password, and then the previous password. A request that fails all of them ends in `@refused`, which counts it by address.
 */
import { type AccessKind, credentials, type StackConfig } from '../../config';
import type { Directive } from '../kit/nginx';
import { onUnauthorized, refuseWhen } from './refusals';

/** Where the pod finds the htpasswd files. */
export const USERS = '/etc/nginx/users';

/** Variables that say what a request may do, and which tenant it belongs to. */
export function accessVariables(props: StackConfig): readonly Directive[] {
  return [
    ...(props.auth.loki.enabled ? [whoMayWhat(props)] : []),
    ['map', '$remote_user', '$tenant', tenantMap(props)],
  ];
}

/** Name of a credential → what it may do. An unknown name gets an empty value here, and its password refuses it later. */
function whoMayWhat(props: StackConfig): Directive {
  return [
    'map',
    '$remote_user',
    '$access',
    [['default', ''], ...credentials(props).map(({ name, kind }): Directive => [literal(name), kind])],
  ];
}

/** Name of a credential → X-Scope-OrgID. A reader across tenants has several. */
function tenantMap(props: StackConfig): readonly Directive[] {
  const { enabled, tenants } = props.auth.loki;
  if (!enabled) return [['default', tenants[0]?.name ?? '']];
  return [
    ['default', ''],
    ...credentials(props).map(({ name, tenants: names }): Directive => [literal(name), names.join('|')]),
  ];
}

/** The backslash makes any text a value: nginx' map has words of its own (default, include …). */
export function literal(name: string): string {
  return `\\${name}`;
}

/** Refuses what Loki does for one tenant only, such as a tail, to a reader across tenants. */
export const ONE_TENANT = refuseWhen('$tenant', '~', '[|]', 403);

/** Whose name counts at a port for clients. No password is checked for a name that does not. */
export interface Door {
  /** Refuses names that do not count at the client's address. */
  readonly elsewhere: readonly Directive[];
  /** Refuses names that do not count at all. */
  readonly unknown: Directive;
  /** Whether such a name is refused before anything else is said of it, such as its kind. */
  readonly hidesUnknown: boolean;
}

/** The door for clients in the cluster. It refuses a name that the config does not have, even where the file of passwords has it. */
export const INSIDE: Door = { elsewhere: [], unknown: refuseWhen('$tenant', '!~', '.', 401), hidesUnknown: false };

/** Refuses credentials of another kind, and wrong passwords. */
export function allowed(
  { auth }: StackConfig,
  kind: AccessKind,
  door: Door,
  previous = '@previous',
): readonly Directive[] {
  if (!auth.loki.enabled) return [];
  const others = (['write', 'read', 'erase'] as const).filter((other) => other !== kind);
  // The name alone decides here. No password is checked where it does not count, so none can be guessed there.
  const ofAnotherKind = refuseWhen('$access', '~', `^(?:${others.join('|')})$`, 403);
  const named = [onUnauthorized(previous), door.unknown];
  return [
    ...door.elsewhere,
    ...(door.hidesUnknown ? [...named, ofAnotherKind] : [ofAnotherKind, ...named]),
    ...checked('users'),
  ];
}

function checked(file: 'users' | 'previous'): readonly Directive[] {
  return [
    ['auth_basic', 'spywatcher-logs'],
    ['auth_basic_user_file', `${USERS}/${file}`],
  ];
}

/** Checks the previous password. `satisfy any` removes the challenge of the first check from the answer. */
export function checkedAgain(door: Door): readonly Directive[] {
  return [onUnauthorized('@refused'), door.unknown, ['satisfy', 'any'], ...checked('previous')];
}

/** The end of a request that failed both checks. */
export function refusedLocation({ gateway }: StackConfig): Directive {
  return [
    'location',
    '@refused',
    [
      ['limit_req', 'zone=refused', ...burst(gateway.failedLoginsPerMinute), 'nodelay'],
      onUnauthorized('@unauthorized'),
      ['try_files', '/none', '=401'],
    ],
  ];
}

function burst(perMinute: number): readonly string[] {
  return perMinute > 1 ? [`burst=${perMinute - 1}`] : [];
}
