/** Namespaces that are there already, with what is not the stack's: its policies and its Pod Security level hold for all of it. */
import { ADOPT, PART_OF, STACK } from '../../components/kit/identity';
import type { KubernetesObject } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import type { Finding } from './finding';

/** Kinds by which one sees that a namespace is in use. */
const USES = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'];
/** How many are named. */
const SHOWN = 3;

/** A namespace of others that the config does not say to take over. One that is empty, or the stack's already, is nobody's but its. */
export function namespaceFindings(
  wanted: KubernetesObject,
  same: KubernetesObject | undefined,
  running: readonly KubernetesObject[],
): readonly Finding[] {
  if (wanted.kind !== 'Namespace' || same === undefined || isOfStack(same)) return [];
  if (wanted.metadata.annotations?.[ADOPT] === 'true') return [];
  const { name } = wanted.metadata;
  const others = running.filter(
    (object) => object.metadata.namespace === name && USES.includes(object.kind) && !isOfStack(object),
  );
  if (others.length === 0) return [];
  const level = wanted.metadata.labels?.['pod-security.kubernetes.io/enforce'] ?? '';
  const more = others.length - SHOWN;
  return [
    {
      path: nameOf(wanted),
      running: `${others.slice(0, SHOWN).map(nameOf).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
      wanted: `nothing talks there but what the stack’s policies list; Pod Security ${level}`,
      rule: 'a namespace of the stack’s own; in this one other things run, which would be cut off or refused',
      remedy: 'write other names in namespaces; or namespaces.adopt: true, if that is what they are to get',
      resizable: false,
      applicable: false,
    },
  ];
}

function isOfStack({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return labels[PART_OF] === STACK;
}
