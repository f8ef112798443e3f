/** The schema of Kubernetes objects in `charts/patches/api-schema.json`, made from what a real API server tells of itself. */

type Json = Readonly<Record<string, unknown>>;

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

export interface ApiSchema {
  /** `apps/v1/Deployment` → its definition. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, Json>>;
}

/**
 * Types and fields of these kinds, without texts.
 *
 * @param documentOf - OpenAPI document of a group and version, as `/openapi/v3/<path>` has it
 */
export async function apiSchema(
  kinds: readonly { readonly apiVersion: string; readonly kind: string }[],
  documentOf: (path: string) => Promise<unknown>,
): Promise<ApiSchema> {
  const found = new Map<string, string>();
  const definitions = new Map<string, Json>();
  for (const { apiVersion, kind } of kinds) {
    const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const document = (await documentOf(group === '' ? `api/${apiVersion}` : `apis/${apiVersion}`)) as OpenApi;
    const { schemas } = document.components;
    const [name] = Object.entries(schemas).find(([, schema]) => isOf(schema, group, version ?? '', kind)) ?? [];
    if (name === undefined) throw new Error(`the API server has no schema of ${apiVersion}/${kind}`);
    found.set(`${apiVersion}/${kind}`, name);
    take(name, schemas, definitions);
  }
  return { kinds: sorted(found), definitions: sorted(definitions) };
}

function isOf(schema: Json, group: string, version: string, kind: string): boolean {
  const said = schema['x-kubernetes-group-version-kind'];
  if (!Array.isArray(said)) return false;
  return said.some((one: unknown) => {
    const { group: of, version: in_, kind: called } = one as Readonly<Record<string, string>>;
    return of === group && in_ === version && called === kind;
  });
}

function take(name: string, schemas: OpenApi['components']['schemas'], definitions: Map<string, Json>): void {
  const schema = schemas[name];
  if (definitions.has(name) || schema === undefined) return;
  const needed = new Set<string>();
  definitions.set(name, {});
  definitions.set(name, reduced(schema, needed) as Json);
  for (const other of needed) take(other, schemas, definitions);
}

/** Words of JSON schema that say something of fields and types. */
const KEPT = [
  ...['type', 'enum', 'pattern', 'required', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
  ...['minProperties', 'maxProperties', 'oneOf', 'anyOf', 'allOf', 'not', 'items'],
];

const REF = '#/components/schemas/';

function reduced(node: unknown, needed: Set<string>): unknown {
  if (Array.isArray(node)) return node.map((inner: unknown) => reduced(inner, needed));
  if (typeof node !== 'object' || node === null) return node;
  const schema: Json = { ...node };
  const { $ref, properties, additionalProperties: entries, nullable } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.slice(REF.length);
    needed.add(name);
    return { $ref: `#/definitions/${name}` };
  }
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const kept = KEPT.filter((key) => key in schema).map((key) => [key, reduced(schema[key], needed)] as const);
  const isEither = schema['x-kubernetes-int-or-string'] === true;
  const fields =
    typeof properties === 'object' && properties !== null
      ? Object.entries(properties).map(([key, inner]) => [key, reduced(inner, needed)] as const)
      : undefined;
  return {
    ...Object.fromEntries(kept),
    ...(isEither ? { type: ['integer', 'string'] } : {}),
    ...(nullable === true && typeof schema['type'] === 'string' ? { type: [schema['type'], 'null'] } : {}),
    ...(fields === undefined ? {} : { properties: Object.fromEntries(fields) }),
    // The server is asked to be strict: a field that the type does not have is refused.
    ...(typeof entries === 'object'
      ? { additionalProperties: reduced(entries, needed) }
      : fields !== undefined && schema['type'] === 'object' && !isOpen
        ? { additionalProperties: false }
        : {}),
  };
}

const sorted = <T>(map: ReadonlyMap<string, T>): Readonly<Record<string, T>> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

/** As the file has it: a line for each definition. */
export function schemaText({ kinds, definitions }: ApiSchema): string {
  const lines = (entries: object): string =>
    Object.entries(entries)
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{\n  "kinds": {\n${lines(kinds)}\n  },\n  "definitions": {\n${lines(definitions)}\n  }\n}\n`;
}
