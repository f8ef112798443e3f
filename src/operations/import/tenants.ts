/** Tenants of the Loki that runs. Lines stay with the tenant that they have. */
import { defaults } from '../../config/defaults';
import type { Found } from './found';

/** The tenant of a Loki that asks nobody who they are. */
const NOBODY = 'fake';

/** Adds tenants that are named somewhere, each once. */
export function nameTenants(found: Found, ...names: readonly string[]): void {
  found.tenants = [...new Set([...found.tenants, ...names])];
}

/** Writes every tenant that is known. */
export function addTenants({ draft, tenants, multiTenant, agentTenant }: Found): void {
  const { write, read } = defaults.auth;
  const first = agentTenant ?? tenants[0] ?? (multiTenant === false ? NOBODY : undefined);
  if (first === undefined) return;
  const others = tenants.filter((name) => name !== first);
  const all = [
    {
      name: first,
      write: [write],
      read: draft.get('canary') === undefined ? [read] : [read, defaults.canary.credential],
    },
    ...others.map((name) => ({ name, write: [`${name}-writer`], read: [`${name}-reader`] })),
  ];
  draft.set('auth.loki.tenants', all);
  if (draft.get('gateway.expose') !== undefined)
    draft.set(
      'gateway.expose.credentials',
      all.flatMap(({ write: names }) => names.map((name) => ({ name }))),
    );
}
