/** What was found → a stack file with the fewest keys, and what is left to decide. */
import type { Problem } from '../../config/problem';
import { defaults } from '../../config/defaults';
import type { Draft } from './draft';
import type { Found } from './found';
import { addStorage } from './storage';

/** The tenant of a Loki that asks nobody who they are. */
const NOBODY = 'fake';

export interface Assembled {
  readonly draft: Draft;
  /** What the stack file still lacks; it is not usable before. */
  readonly problems: readonly Problem[];
  /** What `environment: prod` demands beyond; empty where it is that already. */
  readonly forProd: readonly Problem[];
}

/** @param now - by which some lines have expired. */
export function assemble(found: Found, now: Date): Assembled {
  if (found.tableManagerRetention !== undefined && found.draft.get('retention.period') === undefined)
    found.put('retention.period', found.tableManagerRetention);
  if (!found.isAgentAlone) {
    addStorage(found, now);
    addDeployment(found);
    addTenants(found);
  }
  const { draft } = found;
  const staging = draft.problems();
  draft.set('environment', 'prod');
  const prod = draft.problems();
  if (prod.length > 0) draft.set('environment', 'staging');
  const known = new Set(staging.map(({ path, rule }) => `${path} ${rule}`));
  return {
    draft: draft.smallest(),
    problems: [...found.lacks, ...staging],
    forProd: prod.filter(({ path, rule }) => !known.has(`${path} ${rule}`)),
  };
}

function addDeployment({ draft, replicas = 1, replicationFactor }: Found): void {
  if (replicas <= 1) return;
  draft.set('deployment', {
    mode: 'ha',
    replicas: Math.max(replicas, 3),
    replicationFactor: replicationFactor ?? 3,
  });
}

/** Lines stay with the tenant that they have. */
function addTenants({ draft, tenants, multiTenant, agentTenant }: Found): void {
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
