import { formatPath, type Problem } from '../problem';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

export const authRules: readonly Rule[] = [
  {
    reads: ['environment', 'auth.loki.enabled'],
    check: ({ environment, auth }) =>
      when(environment === 'prod' && !auth.loki.enabled, () =>
        problem(['auth', 'loki', 'enabled'], false, 'prod asks for a credential', 'remove auth.loki.enabled: false'),
      ),
  },
  { reads: ['auth.loki'], check: ({ auth }) => uniqueNames(auth.loki) },
  { reads: ['auth.loki'], check: ({ auth }) => readableTenants(auth.loki) },
  {
    reads: ['auth.loki'],
    check: ({ auth: { loki } }) =>
      loki.enabled
        ? []
        : [
            ...loki.tenants.flatMap(({ erase }, index) =>
              when(erase.length > 0, () =>
                problem(
                  ['auth', 'loki', 'tenants', index, 'erase'],
                  erase,
                  'with auth.loki.enabled: nobody deletes lines without a credential',
                  'remove auth.loki.enabled: false, or the names',
                ),
              ),
            ),
            ...when(loki.crossTenantReaders.length > 0, () =>
              problem(
                ['auth', 'loki', 'crossTenantReaders'],
                loki.crossTenantReaders.map(({ name }) => name),
                'with auth.loki.enabled: without a credential everyone is the first tenant',
                'remove auth.loki.enabled: false, or the readers',
              ),
            ),
          ],
  },
  {
    reads: ['auth.loki', 'agent.credential', 'grafana.credential'],
    check: ({ auth, agent, grafana }) => {
      if (!auth.loki.enabled) return [];
      const write = auth.loki.tenants.flatMap((tenant) => tenant.write);
      const read = [
        ...auth.loki.tenants.flatMap((tenant) => tenant.read),
        ...auth.loki.crossTenantReaders.map(({ name }) => name),
      ];
      return [
        ...when(!write.includes(agent.credential), () =>
          problem(
            ['agent', 'credential'],
            agent.credential,
            `a write credential of a tenant (${write.join(', ')})`,
            'name one of these, or add it to auth.loki.tenants[].write',
          ),
        ),
        ...when(!read.includes(grafana.credential), () =>
          problem(
            ['grafana', 'credential'],
            grafana.credential,
            `a read credential of a tenant (${read.join(', ')})`,
            'name one of these, or add it to auth.loki.tenants[].read',
          ),
        ),
      ];
    },
  },
];

function uniqueNames({ tenants, crossTenantReaders }: StackConfig['auth']['loki']): readonly Problem[] {
  const seen = new Map<string, string>();
  const take = (path: readonly PropertyKey[], kind: string, name: string): readonly Problem[] => {
    const key = `${kind} ${name}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, formatPath(path));
    return when(first !== undefined, () =>
      problem(path, name, `a ${kind} is named once; this one is at ${first ?? ''}`, 'give each its own name'),
    );
  };
  return [
    ...tenants.flatMap((tenant, index) => [
      ...take(['auth', 'loki', 'tenants', index, 'name'], 'tenant', tenant.name),
      ...(['write', 'read', 'erase'] as const).flatMap((kind) =>
        tenant[kind].flatMap((name, at) => take(['auth', 'loki', 'tenants', index, kind, at], 'credential', name)),
      ),
    ]),
    ...crossTenantReaders.flatMap(({ name }, index) =>
      take(['auth', 'loki', 'crossTenantReaders', index, 'name'], 'credential', name),
    ),
  ];
}

/** A reader across tenants names tenants that exist, each once, and more than one. */
function readableTenants({ tenants, crossTenantReaders }: StackConfig['auth']['loki']): readonly Problem[] {
  const names = tenants.map(({ name }) => name);
  return crossTenantReaders.flatMap((reader, index) => [
    ...reader.tenants.flatMap((name, at) =>
      when(!names.includes(name) || reader.tenants.indexOf(name) < at, () =>
        problem(
          ['auth', 'loki', 'crossTenantReaders', index, 'tenants', at],
          name,
          `a tenant of auth.loki.tenants (${names.join(', ')}), each once`,
          'add the tenant there, or remove it here',
        ),
      ),
    ),
    ...when(reader.tenants.length === 1, () =>
      problem(
        ['auth', 'loki', 'crossTenantReaders', index, 'tenants'],
        reader.tenants,
        'two tenants or more',
        `add a tenant, or move ${reader.name} to the read credentials of ${reader.tenants[0] ?? ''}`,
      ),
    ),
  ]);
}
