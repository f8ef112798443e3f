/** "Did you mean": the known keys at a path of the config, those that are refused by name, and the one nearest to what was written. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import type { RuleParams } from './scalars/base';
import { valueAt } from './problem';
import { stackConfigSchema } from './schema';

interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly additionalProperties?: JsonSchemaNode | boolean;
  /** Of a mapping with some keys only: its keys. */
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly items?: JsonSchemaNode;
  readonly anyOf?: readonly JsonSchemaNode[];
  readonly oneOf?: readonly JsonSchemaNode[];
  readonly const?: unknown;
  /** Keys that are refused, each with what is said of it. */
  readonly refused?: Readonly<Record<string, RuleParams>>;
}

/** Keys that may stand at `path` of this input, from the JSON schema that editors use too. */
export function knownKeys(path: readonly PropertyKey[], input: unknown): readonly string[] {
  const keys = nodesAt(path, input).flatMap((node) => [
    ...Object.keys(node.properties ?? {}),
    ...(node.propertyNames?.enum ?? []),
  ]);
  return [...new Set(keys)];
}

/** What the schema says of a key that must not stand at `path`; nothing of a key that nobody knows. */
export function refusedKey(path: readonly PropertyKey[], key: string, input: unknown): RuleParams | undefined {
  return nodesAt(path, input)
    .map(({ refused = {} }) => (Object.hasOwn(refused, key) ? refused[key] : undefined))
    .find((said) => said !== undefined);
}

/** The mappings of the schema that the value at `path` may be. */
function nodesAt(path: readonly PropertyKey[], input: unknown): readonly JsonSchemaNode[] {
  let nodes: readonly JsonSchemaNode[] = [z.toJSONSchema(stackConfigSchema, { io: 'input' }) as JsonSchemaNode];
  path.forEach((key, depth) => {
    nodes = applicable(nodes, valueAt(input, path.slice(0, depth))).flatMap((node) => {
      if (typeof key === 'number') return node.items === undefined ? [] : [node.items];
      const property = node.properties?.[String(key)];
      if (property !== undefined) return [property];
      return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
    });
  });
  return applicable(nodes, valueAt(input, path));
}

/** The alternatives whose fixed properties (`type: s3`) are those of the value; all of them if none has the value's. */
function applicable(nodes: readonly JsonSchemaNode[], value: unknown): readonly JsonSchemaNode[] {
  const all = nodes.flatMap(alternatives);
  const fitting = all.filter(({ properties = {} }) =>
    Object.entries(properties).every(
      ([key, property]) => property.const === undefined || property.const === valueAt(value, [key]),
    ),
  );
  return fitting.length === 0 ? all : fitting;
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
