/** Link `objects`: are the stack’s objects there, and as the stack file has them? */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import { dataOf, lokiRules } from '../observe/expected';
import { CILIUM_POLICY, LISTED_KINDS } from '../observe/look';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Findings, hint, type Link } from './finding';
import { applyTodo } from './todo';
import { linkOfWorkload } from './workloads';

/** Objects that are missing, and ConfigMaps that differ from the stack file. */
export function objectFindings(
  stack: string,
  expected: readonly KubernetesObject[],
  { objects }: StackState,
): Findings {
  const live = known(objects);
  if (live === undefined) return [];
  const rules = lokiRules(expected).configMaps;
  const kinds = [...LISTED_KINDS.namespaced, CILIUM_POLICY, ...LISTED_KINDS.cluster];
  return expected
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap((object): Findings => {
      const name = nameOf(object);
      const same = live.find((candidate) => nameOf(candidate) === name);
      const link = linkOf(object, rules);
      if (same === undefined)
        return [broken(link, `There is no ${name}.`, 'It was deleted, or never applied.', applyTodo(stack))];
      if (object.kind !== 'ConfigMap' || isDeepStrictEqual(dataOf(object), dataOf(same))) return [];
      return [
        hint(
          link,
          `${name} is not what the stack file makes.`,
          'The stack file was changed and not applied, or the object was changed by hand.',
          applyTodo(stack),
        ),
      ];
    });
}

function linkOf({ kind, metadata: { name } }: KubernetesObject, rules: readonly string[]): Link {
  if (kind === 'NetworkPolicy' || kind === CILIUM_POLICY) return 'network';
  if (rules.includes(name)) return 'rules';
  return /^(?:StatefulSet|Deployment|DaemonSet)$/.test(kind) ? linkOfWorkload(name) : 'objects';
}
