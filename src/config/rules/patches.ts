import type { Problem } from '../problem';
import { isSecretVariable } from '../secret-settings';
import { problem, type Rule, when } from './rule';

/** What can be said of patches without the objects that they change. */
export const patchRules: readonly Rule[] = [
  {
    reads: ['patches'],
    check: ({ patches }) =>
      patches.flatMap(({ merge, json }, index) =>
        when((merge === undefined) === (json === undefined), () =>
          problem(
            ['patches', index],
            { ...(merge === undefined ? {} : { merge }), ...(json === undefined ? {} : { json }) },
            'either merge or json',
            merge === undefined ? 'add one of them' : 'write two patches',
          ),
        ),
      ),
  },
  {
    reads: ['patches'],
    check: ({ patches }) =>
      patches.flatMap(({ merge, json }, index) => [
        ...secrets(['patches', index, 'merge'], merge),
        ...secrets(['patches', index, 'json'], json),
      ]),
  },
];

/** Fields that name a Secret, or a place in one: `secretName`. */
const REFERENCE = /(?:Name|Ref|Path)$/;

/** @param name - what the value is called. @default - it has no name */
function secrets(path: readonly PropertyKey[], value: unknown, name = ''): readonly Problem[] {
  if (typeof value === 'string')
    return when(isSecretVariable(REFERENCE.test(name) ? '' : name, value), () => ({
      ...problem(
        path,
        undefined,
        'no secret: patches are rendered into manifests as they are',
        'remove it; a variable takes it from a Secret by valueFrom.secretKeyRef, in a patch with unsafe: true',
      ),
      received: '(not shown)',
    }));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    secrets([...path, Array.isArray(value) ? Number(key) : key], inner, key === 'value' ? nameBeside(value) : key),
  );
}

/** A variable of a container has its name beside the value, an operation the path that ends with it. */
function nameBeside(of: object): string {
  const { name, path } = of as { readonly name?: unknown; readonly path?: unknown };
  if (typeof name === 'string') return name;
  return typeof path === 'string' ? path.slice(path.lastIndexOf('/') + 1) : '';
}
