/** What was found → a stack file with the fewest keys, and what is left to decide. */
import type { Problem } from '../../config/problem';
import type { Draft } from './draft';
import type { Found } from './found';
import { raiseBursts } from './limits';
import { addStorage } from './storage';
import { addTenants } from './tenants';

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
    raiseBursts(found);
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
