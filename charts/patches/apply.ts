/** Patches of the stack file: each is checked, and applied to its object after all objects are made. */
import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Patch, Problem, StackConfig } from '../../src/config';
import { problem } from '../../src/config/rules/rule';
import { schemaFaults } from './api-schema';
import { differences } from './differences';
import { merged, operated } from './operations';
import { rulingOf } from './places';
import { keysOf, pointerOf, valueOf } from './pointer';
import { targetOf } from './target';

/**
 * Changes the objects below a construct, in the order of the patches.
 *
 * @returns what is wrong with the patches. A wrong one changes nothing.
 */
export function applyPatches(scope: IConstruct, { patches }: Pick<StackConfig, 'patches'>): readonly Problem[] {
  const objects = scope.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
  return patches.flatMap((patch, index) => applied(objects, patch, ['patches', index]));
}

type Path = readonly PropertyKey[];

function applied(objects: readonly ApiObject[], patch: Patch, at: Path): readonly Problem[] {
  const found = targetOf(objects, patch, at);
  if ('problem' in found) return [found.problem];
  const { object } = found;
  const before = plain(object.toJson());
  const changed =
    patch.merge === undefined
      ? operated(before, patch.json ?? [], [...at, 'json'])
      : { value: merged(before, patch.merge) };
  if ('problem' in changed) return [changed.problem];
  const after = plain(changed.value);
  const problems = checked(before, after, patch, at);
  // Not by addJsonPatch: cdk8s changes the object before it writes names and quantities as Kubernetes has them.
  if (problems.length === 0) object.toJson = () => after;
  return problems;
}

/** Without objects of cdk8s, which has some for quantities, and without any that the stack file has, which are frozen. */
const plain = (object: unknown): unknown => JSON.parse(JSON.stringify(object));

/** Nothing changed, something that must not, or something that the API server would not take. */
function checked(before: unknown, after: unknown, { kind, name, unsafe }: Patch, at: Path): readonly Problem[] {
  const places = differences(before, after).map(pointerOf);
  if (places.length === 0)
    return [
      problem(at, `${kind} ${name}`, 'a patch that changes something: the object is so already', 'remove the patch'),
    ];
  const never = reasonsOf('never', kind, places);
  if (never.length > 0)
    return never.map(({ why, remedy = 'remove it from the patch', of }) =>
      problem(at, listed(of), `changed by no patch: ${why}`, remedy),
    );
  const faults = schemaFaults(after);
  // Of a field that the API does not have, nobody can say whether it is safe.
  const known = places.filter((place) => !faults.some((fault) => `${place}/`.startsWith(`${fault.place}/`)));
  const consent = reasonsOf('consent', kind, known);
  if (unsafe && faults.length + consent.length === 0)
    return [problem([...at, 'unsafe'], true, 'consent only where it is needed', 'remove unsafe')];
  return [
    ...faults.map(({ place, rule }) =>
      problem(
        at,
        valueOf(after, keysOf(place)),
        `${place || kind}: ${rule}`,
        'correct it; kubectl explain has the fields',
      ),
    ),
    ...(unsafe ? [] : consent).map(
      ({ why, remedy = 'remove it from the patch, or set unsafe: true and know why', of }) =>
        problem(at, listed(of), `changed with unsafe: true alone: ${why}`, remedy),
    ),
  ];
}

/** The first of them: a container that goes has a hundred. */
function listed(places: readonly string[]): string {
  const first = places.slice(0, 2).join(', ');
  return places.length > 2 ? `${first} and ${places.length - 2} more` : first;
}

interface Reason {
  readonly why: string;
  readonly remedy?: string;
  /** The places that it is said of. */
  readonly of: readonly string[];
}

/** Why these places are not changed as one likes, each reason once. */
function reasonsOf(asked: 'never' | 'consent', kind: string, places: readonly string[]): readonly Reason[] {
  const reasons = new Map<string, Reason>();
  for (const place of places) {
    const ruling = rulingOf(kind, place);
    if (ruling.ruling !== asked) continue;
    const { why, remedy } = ruling;
    const of = [...(reasons.get(why)?.of ?? []), place];
    reasons.set(why, { why, ...(remedy === undefined ? {} : { remedy }), of });
  }
  return [...reasons.values()];
}
