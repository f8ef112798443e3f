/** What both kinds of patches make of an object: JSON merge patches (RFC 7396), and operations of JSON patches (RFC 6902). */
import { JsonPatch } from 'cdk8s';
import type { Patch, Problem } from '../../src/config';
import { formatReceived } from '../../src/config/problem';
import { problem } from '../../src/config/rules/rule';
import { differences } from './differences';
import { keysOf, pointerOf, valueOf } from './pointer';

/** The object with a merge patch. */
export function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMapping = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map<string, unknown>(isMapping ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch))
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value));
  return Object.fromEntries(result);
}

type Operation = NonNullable<Patch['json']>[number];
type Path = readonly PropertyKey[];

/** The object with the operations of a JSON patch; or the first one that cannot be. */
export function operated(
  before: unknown,
  operations: readonly Operation[],
  at: Path,
): { readonly value: unknown } | { readonly problem: Problem } {
  let value = before;
  for (const [index, operation] of operations.entries()) {
    // Looked for first: cdk8s would pass over it.
    const found = obstacle(value, operation, [...at, index]);
    if (found !== undefined) return { problem: found };
    value = JsonPatch.apply(structuredClone(value), cdk8sPatch(operation));
  }
  return { value };
}

function cdk8sPatch(operation: Operation): JsonPatch {
  switch (operation.op) {
    case 'add':
    case 'replace':
    case 'test':
      return JsonPatch[operation.op](operation.path, operation.value);
    case 'move':
    case 'copy':
      return JsonPatch[operation.op](operation.from, operation.path);
    case 'remove':
      return JsonPatch.remove(operation.path);
  }
}

function obstacle(root: unknown, operation: Operation, at: Path): Problem | undefined {
  switch (operation.op) {
    case 'add':
      return noRoom(root, operation.path, [...at, 'path']);
    case 'remove':
    case 'replace':
      return nothing(root, operation.op, operation.path, [...at, 'path']);
    case 'move':
    case 'copy':
      return (
        nothing(root, operation.op, operation.from, [...at, 'from']) ??
        intoItself(operation, [...at, 'path']) ??
        noRoom(root, operation.path, [...at, 'path'])
      );
    case 'test':
      return nothing(root, operation.op, operation.path, [...at, 'path']) ?? another(root, operation, at);
  }
}

/** A place without a value, of which there is nothing to be taken, replaced or compared. */
function nothing(root: unknown, op: string, pointer: string, at: Path): Problem | undefined {
  if (valueOf(root, keysOf(pointer)) !== undefined) return undefined;
  return problem(at, pointer, `a place of the object that has a value, for ${op}`, nearest(root, pointer));
}

/** A place that is in no mapping or list, or behind the end of a list. */
function noRoom(root: unknown, pointer: string, at: Path): Problem | undefined {
  const keys = keysOf(pointer);
  const parent = valueOf(root, keys.slice(0, -1));
  if (typeof parent !== 'object' || parent === null)
    return problem(at, pointer, 'a place in a mapping or list that the object has', nearest(root, pointer));
  if (Array.isArray(parent) && !isPlace(keys.at(-1) ?? '', parent.length))
    return problem(at, pointer, `a place of the list: 0 to ${parent.length}, or - for its end`, 'correct it');
  return undefined;
}

const isPlace = (key: string, length: number): boolean =>
  key === '-' || (/^(?:0|[1-9]\d*)$/.test(key) && Number(key) <= length);

function intoItself({ op, from, path }: Extract<Operation, { readonly from: string }>, at: Path): Problem | undefined {
  if (op === 'copy' || !path.startsWith(`${from}/`)) return undefined;
  return problem(at, path, 'a place outside of what is moved', 'move it elsewhere, or copy it');
}

function another(
  root: unknown,
  { path, value }: Extract<Operation, { readonly op: 'test' }>,
  at: Path,
): Problem | undefined {
  const found = valueOf(root, keysOf(path));
  if (differences(found, value).length === 0) return undefined;
  return problem(
    [...at, 'value'],
    value,
    `what the object has there: ${formatReceived(found)}`,
    'look whether the patch still means the same, and correct it',
  );
}

/** How far the object has the place, and what follows there. */
function nearest(root: unknown, pointer: string): string {
  const keys = keysOf(pointer);
  const known = keys.findIndex((_, index) => valueOf(root, keys.slice(0, index + 1)) === undefined);
  const end = valueOf(root, keys.slice(0, known));
  const next = typeof end === 'object' && end !== null ? Object.keys(end).join(', ') : 'nothing';
  return `the object has ${pointerOf(keys.slice(0, known)) || 'at its top'}: ${next}`;
}
