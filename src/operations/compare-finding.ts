/** What must not be applied to what runs, and how an object is called in it. */
import type { KubernetesObject } from '../deploy/objects';

/** One difference between a rendered stack and what runs that must not be applied as it is. */
export interface Finding {
  /** Where: `StatefulSet logging/loki: spec.serviceName`. */
  readonly path: string;
  /** What runs. */
  readonly running: string;
  /** What was rendered. */
  readonly wanted: string;
  /** What must hold. */
  readonly rule: string;
  /** What to do instead. */
  readonly remedy: string;
  /** Whether `npm run resize` makes it so. */
  readonly resizable: boolean;
}

/** Kind, namespace and name, as people write them. */
export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
