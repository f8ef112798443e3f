/** The gateway's credentials: who may do what, in which tenants. */
import type { StackConfig } from './schema';

/** What a credential may do. */
export type AccessKind = 'write' | 'read' | 'erase';

/** A credential, what it may do, and of which tenants. */
export interface Credential {
  readonly name: string;
  readonly kind: AccessKind;
  /** One, or several for a reader across tenants. */
  readonly tenants: readonly string[];
}

/** All credentials: write, read, erase, then the readers across tenants, each in the order of the config. */
export function credentials({ auth }: Pick<StackConfig, 'auth'>): readonly Credential[] {
  const { tenants, crossTenantReaders } = auth.loki;
  return [
    ...(['write', 'read', 'erase'] as const).flatMap((kind) =>
      tenants.flatMap((tenant) => tenant[kind].map((name) => ({ name, kind, tenants: [tenant.name] }))),
    ),
    ...crossTenantReaders.map(({ name, tenants: names }) => ({ name, kind: 'read' as const, tenants: names })),
  ];
}
