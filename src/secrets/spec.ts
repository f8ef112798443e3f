/** The Secrets of a stack as whoever has to make them is told: names and keys, never values. */
import type { StackConfig } from '../config';
import { secretRows, type StackSecret } from './table';

/** One Kubernetes Secret that a stack needs. */
export interface SecretSpec {
  /** Name of the Secret. */
  readonly name: string;
  /** Namespace that it must exist in. */
  readonly namespace: string;
  /** Who makes it: whom `secretSource` names, cert-manager, or whoever runs the cluster. */
  readonly madeBy: 'secretSource' | 'cert-manager' | 'operator';
  /** Which pods read it. */
  readonly readBy: string;
  /** Key in the Secret → what it holds. */
  readonly keys: Readonly<Record<string, string>>;
  /** Path of its name in the stack config; absent where the name is fixed. */
  readonly namedAt?: readonly string[];
}

/** Every Secret that must exist before the stack's pods can start, in a stable order. */
export function secretTable(config: StackConfig): readonly SecretSpec[] {
  return secretRows(config).map((secret) => {
    const { name, namespace, madeBy, keys, row } = secret;
    const { namedAt } = row.secret;
    return {
      name,
      namespace,
      madeBy,
      readBy: readersOf(secret),
      keys: Object.fromEntries(keys.map(({ key, holds }) => [key, holds])),
      ...(namedAt === undefined ? {} : { namedAt }),
    };
  });
}

/** `loki, compactor`; with the keys of each where not all read the same ones. */
export function readersOf({ keys }: StackSecret): string {
  const keysOf = new Map<string, readonly string[]>();
  for (const { key, readBy } of keys) {
    const readers = readBy.map(({ workload }) => workload).join(', ');
    keysOf.set(readers, [...(keysOf.get(readers) ?? []), key]);
  }
  const all = [...keysOf];
  return all.length === 1
    ? [...keysOf.keys()].join('')
    : all.map(([readers, own]) => `${readers}: ${own.join(', ')}`).join('; ');
}
