/** What the tests of the rules share: their form, and parts of configs. */
import type { StackConfigInput } from '../../../../src/config';
import { configWith, problemsOf } from '../../../support/config';

export { PROD } from '../../../support/config';

export type Input = Partial<StackConfigInput>;
type TenantInput = NonNullable<NonNullable<NonNullable<Input['auth']>['loki']>['tenants']>[number];
type GrafanaInput = NonNullable<Input['grafana']>;
export type LoginInput = NonNullable<GrafanaInput['login']>;
/** A rule, what breaks it, what is said of that, and what keeps it. */
export interface Row {
  readonly rule: string;
  /** The smallest config that breaks the rule. */
  readonly broken: Input;
  readonly path: string;
  readonly received: string;
  readonly remedy: string;
  /** The nearest config that keeps the rule. */
  readonly kept: Input;
}

/** One test for each row. */
export function testRules(rows: readonly Row[]): void {
  test.each(rows)('$rule', ({ rule, broken, path, received, remedy, kept }) => {
    expect(problemsOf({ environment: 'dev', ...broken })).toEqual([{ path, received, rule, remedy }]);
    expect(() => configWith(kept)).not.toThrow();
  });
}

export const tenants = (...list: TenantInput[]): Input => ({ auth: { loki: { tenants: list } } });
export const login = (differences: LoginInput): Input => ({ grafana: { login: differences } });
export const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
export const OIDC = {
  type: 'oidc',
  name: 'Keycloak',
  clientId: 'c',
  authUrl: 'https://id.example.com/auth',
  tokenUrl: 'https://id.example.com/token',
  apiUrl: 'https://id.example.com/userinfo',
  groups: ['logs'],
  egress: EGRESS,
} as const;
export const LDAP = {
  host: 'ldap.example.com',
  bindDn: 'cn=grafana,dc=example,dc=com',
  searchBaseDns: ['dc=example,dc=com'],
  groups: [{ dn: 'cn=logs,dc=example,dc=com', role: 'viewer' }],
  egress: [
    { cidr: '10.0.0.5/32', port: 636 },
    { cidr: '10.0.0.5/32', port: 389 },
  ],
} as const;
export const SPYWATCHER = { name: 'spywatcher', write: ['promtail'], read: ['grafana'] };
