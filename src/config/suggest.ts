/** "Did you mean": the known keys at a path of the config, and the one nearest to what was written. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { stackConfigSchema } from './schema';

interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly additionalProperties?: JsonSchemaNode | boolean;
  readonly items?: JsonSchemaNode;
  readonly anyOf?: readonly JsonSchemaNode[];
  readonly oneOf?: readonly JsonSchemaNode[];
}

/** Keys that may stand at `path`, from the JSON schema that editors use too. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let nodes: readonly JsonSchemaNode[] = [z.toJSONSchema(stackConfigSchema, { io: 'input' }) as JsonSchemaNode];
  for (const key of path) {
    nodes = nodes.flatMap(alternatives).flatMap((node) => {
      if (typeof key === 'number') return node.items === undefined ? [] : [node.items];
      const property = node.properties?.[String(key)];
      if (property !== undefined) return [property];
      return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
    });
  }
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: JsonSchemaNode): readonly JsonSchemaNode[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return inner.length === 0 ? [node] : inner.flatMap(alternatives);
}

/** The candidate within a third of its letters of what was written, or undefined. */
export function closest(written: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(written.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, best.candidate.length / 3) ? best.candidate : undefined;
}
