/** Stack configs that nobody would write by hand: every key of the schema with values at its bounds, and far beyond them. */
import fc from 'fast-check';
import { type JsonSchema, stackConfigJsonSchema } from '../../src/docs/stack-file-schema';

type Path = readonly (string | number)[];

/** Another value: at one place of a config, or at all places that have the same name or port, and have to keep it. */
export interface Edit {
  readonly paths: readonly Path[];
  readonly value: unknown;
}

/** A place of a config that a value can be written to, and what the schema says of it. */
export interface Place {
  readonly path: Path;
  readonly schema: JsonSchema;
}

/** The config with the edits, which leave the one that is given as it is. */
export function edited(base: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce<unknown>(
    (config, { paths, value }) => paths.reduce((changed, path) => withValue(changed, path, value), config),
    structuredClone(base),
  );
}

function withValue(at: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = withValue(childOf(at, key), rest, value);
  if (typeof key === 'string') return { ...(isRecord(at) ? at : {}), [key]: inner };
  // An edit before may have made the list shorter.
  return Array.isArray(at) ? at.map((entry: unknown, index) => (index === key ? inner : entry)) : at;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function childOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string | number, unknown>>)[key]
    : undefined;
}

/** Types whose values are named in one place of a config, and meant in another. */
const SHARED = ['DNS label', 'tenant id', 'port'];

/** An edit of each place, with a value of the generator's; what is named in several places is renamed in all of them. */
export function editsOf(
  base: unknown,
  samples: ReadonlyMap<string, readonly string[]>,
): readonly (readonly [key: string, edits: fc.Arbitrary<Edit>])[] {
  const places = placesOf(base);
  const valueAt = ({ path }: Place): unknown => path.reduce<unknown>(childOf, base);
  return places.map((place) => {
    const { title = '' } = place.schema;
    const value = SHARED.includes(title) ? valueAt(place) : undefined;
    const same = places.filter(
      (other) => value !== undefined && other.schema.title === title && valueAt(other) === value,
    );
    const paths = (same.length === 0 ? [place] : same).map(({ path }) => path);
    return [keyOf(place.path), valuesFor(place.schema, samples).map((given) => ({ paths, value: given }))];
  });
}

/** A path without the numbers of entries: what the reference calls it. */
const keyOf = (path: Path): string => path.map((part) => (typeof part === 'number' ? '[]' : part)).join('.');

/** Every place that the schema knows, in this config: of a list or a mapping that has entries, each of them too. */
export function placesOf(
  base: unknown,
  schema: JsonSchema = stackConfigJsonSchema(),
  path: Path = [],
): readonly Place[] {
  const here: Place = { path, schema };
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) {
    const chosen = alternatives.filter((one) => describes(one, base));
    const [only] = chosen;
    const inner = base !== undefined && chosen.length === 1 && only !== undefined ? placesOf(base, only, path) : [];
    return [here, ...inner.filter((place) => place.path.length > path.length)];
  }
  if (schema.items !== undefined) {
    const { items } = schema;
    const entries = Array.isArray(base) ? base : [];
    return [here, ...entries.flatMap((entry, index) => placesOf(entry, items, [...path, index]))];
  }
  if (schema.properties !== undefined) {
    const { properties, required = [] } = schema;
    // Without a part that it cannot be without, it is written as a whole.
    if (path.length > 0 && base === undefined && required.length > 0) return [here];
    return Object.entries(properties).flatMap(([key, inner]) => placesOf(childOf(base, key), inner, [...path, key]));
  }
  if (typeof schema.additionalProperties === 'object') {
    const { additionalProperties } = schema;
    const entries = isRecord(base) ? Object.entries(base) : [];
    return [here, ...entries.flatMap(([key, entry]) => placesOf(entry, additionalProperties, [...path, key]))];
  }
  return schema.const === undefined ? [here] : [];
}

/** Whether this alternative is the value's: its fixed fields (`type: s3`) say so. */
function describes({ properties = {}, type }: JsonSchema, value: unknown): boolean {
  if (type !== 'object') return !isRecord(value);
  return (
    isRecord(value) &&
    Object.keys(value).every((key) => Object.hasOwn(properties, key)) &&
    Object.entries(properties).every(([key, { const: fixed }]) => fixed === undefined || fixed === value[key])
  );
}

/** Whole texts that one reader or another takes for something else. */
const HOSTILE = [
  ...['', ' ', '-', '.', '..', '/', '*', '~', '%', '%s', '@', '#', ';', '|', ',', ':', '=', '!', '&', '<a>', '`id`'],
  ...['null', 'true', 'yes', '0', '1e3', '0x1F', '010', '.inf', '2024-01-01', '1_000', 'NaN', '<<', '__proto__'],
  ...['constructor', 'toString', 'Fast SSD', 'my_logs', 'app kubernetes', 'kubernetes.io/a', 'k8s.io/a b', 'a/b/c'],
  ...[
    '$HOME',
    '${HOME}',
    '$__file{/etc/passwd}',
    '$__env{HOME}',
    '{{ .x }}',
    '{{ template "x" . }}',
    '%(x)s',
    '$$',
    '$1',
  ],
  ...['"', "'", '\\', '\\n', '";', "' or ''='", '#!', '}', '{', '[', ']', '(', ')', '[a', '{a', 'a\\', '[z-a]', '**'],
  ...[
    'ä',
    'é',
    'Ω',
    '日本',
    '😀',
    '\u0000',
    '\u0007',
    '\u007F',
    '\u0085',
    '\u00A0',
    '\u200B',
    '\u2028',
    '\uD800',
    '\uFEFF',
  ],
  ...[
    '\n',
    '\r',
    '\t',
    'a\nb',
    'a\r\nb',
    'a\tb',
    ' a',
    'a ',
    'a b',
    'A',
    'a_b',
    'a..b',
    '-a',
    'a-',
    'a.',
    '.a',
    'a--b',
  ],
];
const LENGTHS = [57, 58, 62, 63, 64, 127, 128, 149, 150, 151, 252, 253, 254, 255, 256, 1024, 4097];
/** Amounts at the edges of their readers' integers. */
const AMOUNTS: Readonly<Record<string, readonly string[]>> = {
  duration: [
    '1ms',
    '999ms',
    '1s',
    '90s',
    '1h1d',
    '5s5s',
    '1ms1w',
    '1500d',
    '36500d',
    '36501d',
    '106751d',
    '106752d',
    '999999999w',
  ],
  time: ['0s', '1s', '5s5s', '1h1d', '36500d', '106752d', '99999999999999999999s'],
  size: [
    '1B',
    '3B',
    '1023B',
    '1025B',
    '0.5Ki',
    '1.5MB',
    '1Ti',
    '100Ti',
    '101Ti',
    '9000Ti',
    '9999999999Ti',
    '123456789B',
  ],
  CPU: ['1m', '999m', '1001m', '0.001', '1000', '1001', '99999999999999999999', '9007199254740993m'],
};
const NUMBERS = [
  ...[
    -1, 0, 0.001, 0.1, 0.5, 0.999, 1, 1.5, 2, 3, 31, 32, 33, 99, 100, 101, 1000, 1001, 1023, 1024, 1025, 65_535, 65_536,
  ],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e15, 1e19, 1e21, 1e300, 1e-7, 5e-324],
];

/** Values of every kind for a place; `samples` are good values of each type, by the type's name. */
export function valuesFor(schema: JsonSchema, samples: ReadonlyMap<string, readonly string[]>): fc.Arbitrary<unknown> {
  const values = (inner: JsonSchema): fc.Arbitrary<unknown> => valuesFor(inner, samples);
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(values));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.oneof(fc.constantFrom(...NUMBERS), fc.integer({ min: 1, max: 5_000 }));
    case 'array':
      return lists(values(schema.items ?? {}));
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? fc.dictionary(texts({ title: 'key' }, samples), values(schema.additionalProperties), {
            minKeys: 1,
            maxKeys: 3,
          })
        : objects(schema, values);
    default:
      return texts(schema, samples);
  }
}

/** Lists, and those with an entry twice. */
function lists(entries: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.array(entries, { maxLength: 3 }),
    entries.map((entry) => [entry, entry]),
  );
}

function objects(
  { properties = {}, required = [] }: JsonSchema,
  values: (schema: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, values(schema)]));
  return fc.record(fields, { requiredKeys: [...required] });
}

function texts(
  { title = 'text', pattern }: JsonSchema,
  samples: ReadonlyMap<string, readonly string[]>,
): fc.Arbitrary<string> {
  const known = samples.get(title) ?? [];
  const good = known.length === 0 ? ['a', 'logs', 'a.b-c'] : known;
  return fc.oneof(
    { arbitrary: fc.constantFrom(...good), weight: 2 },
    { arbitrary: bent(fc.constantFrom(...good)), weight: 3 },
    { arbitrary: fc.constantFrom(...HOSTILE), weight: 2 },
    ...(AMOUNTS[title] === undefined ? [] : [{ arbitrary: fc.constantFrom(...AMOUNTS[title]), weight: 3 }]),
    ...(typeof pattern === 'string' ? matching(pattern).map((arbitrary) => ({ arbitrary, weight: 2 })) : []),
  );
}

/** A good text with something hostile in it, in another case, or as long as somebody's bound. */
function bent(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.oneof(
    fc.tuple(texts, fc.constantFrom(...HOSTILE), at).map(([text, part, share]) => {
      const index = Math.round(share * text.length);
      return text.slice(0, index) + part + text.slice(index);
    }),
    fc.tuple(texts, fc.constantFrom(...LENGTHS), at).map(([text, length, share]) => {
      const index = Math.round(share * text.length);
      const fill = text[index] ?? 'a';
      return text.slice(0, index) + fill.repeat(Math.max(0, length - text.length)) + text.slice(index);
    }),
    texts.map((text) => text.toUpperCase()),
    texts.map((text) => text + text),
  );
}

const generators = new Map<string, readonly fc.Arbitrary<string>[]>();

/** Texts of a pattern; of its look-aheads nothing is known, so some are refused. To make a generator takes its time. */
function matching(pattern: string): readonly fc.Arbitrary<string>[] {
  const known = generators.get(pattern) ?? generatorOf(pattern);
  generators.set(pattern, known);
  return known;
}

function generatorOf(pattern: string): readonly fc.Arbitrary<string>[] {
  const consuming = pattern.replaceAll(/\(\?[=!](?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, '');
  try {
    return [fc.stringMatching(new RegExp(consuming, 'u'))];
  } catch {
    return [];
  }
}

/** Good texts of every type, as configs have them at their places. */
export function samplesOf(configs: readonly unknown[]): ReadonlyMap<string, readonly string[]> {
  const samples = new Map<string, string[]>();
  for (const config of configs)
    for (const { path, schema } of placesOf(config)) {
      const value = path.reduce<unknown>(childOf, config) ?? schema.default;
      if (typeof value === 'string') {
        const title = schema.title ?? 'text';
        samples.set(title, [...(samples.get(title) ?? []), value]);
      }
    }
  return samples;
}
