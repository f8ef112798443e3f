/** Which object of the stack a patch is of. */
import type { ApiObject } from 'cdk8s';
import type { Patch, Problem } from '../../src/config';
import { problem } from '../../src/config/rules/rule';
import { closest } from '../../src/config/suggest';

/** The object, or why there is none. */
export type Target = { readonly object: ApiObject } | { readonly problem: Problem };
type Path = readonly PropertyKey[];

/** The one object of this kind and name, and of this namespace where the patch names one. */
export function targetOf(objects: readonly ApiObject[], patch: Patch, at: Path): Target {
  const found = objects.filter(
    ({ kind, name, metadata }) =>
      kind === patch.kind &&
      name === patch.name &&
      (patch.namespace === undefined || metadata.namespace === patch.namespace),
  );
  const [object] = found;
  if (object === undefined) return { problem: unknownObject(objects, patch, at) };
  if (found.length > 1) return { problem: ambiguous(found, at) };
  return { object };
}

function unknownObject(objects: readonly ApiObject[], { kind, name, namespace }: Patch, at: Path): Problem {
  const kinds = [...new Set(objects.map((object) => object.kind))].sort();
  if (!kinds.includes(kind))
    return problem(
      [...at, 'kind'],
      kind,
      `a kind of which the stack has an object: ${kinds.join(', ')}`,
      suggestion(kind, kinds),
    );
  const same = objects.filter((object) => object.kind === kind);
  const names = [...new Set(same.map((object) => object.name))].sort();
  if (namespace !== undefined && names.includes(name))
    return problem(
      [...at, 'namespace'],
      namespace,
      `the namespace of ${kind} ${name}: ${namespacesOf(same.filter((object) => object.name === name)).join(', ')}`,
      'correct it, or leave it out',
    );
  return problem(
    [...at, 'name'],
    name,
    `the name of a ${kind} of this stack: ${names.join(', ')}`,
    suggestion(name, names),
  );
}

function suggestion(written: string, known: readonly string[]): string {
  const similar = closest(written, known);
  return similar === undefined ? 'remove the patch' : `did you mean ${similar}?`;
}

function ambiguous(found: readonly ApiObject[], at: Path): Problem {
  return problem(
    [...at, 'namespace'],
    undefined,
    `one object: this one is in ${namespacesOf(found).join(' and ')}`,
    'add its namespace',
  );
}

const namespacesOf = (objects: readonly ApiObject[]): readonly string[] =>
  objects.map(({ metadata }) => metadata.namespace ?? '(none)');
