/** What a patch has changed: every value that was added, taken out or made another one. */

/**
 * Places of the differing values, as keys. Entries of a list with names (containers, volumes, variables) go by their name, so
 * that one more does not make others of those behind it.
 */
export function differences(
  before: unknown,
  after: unknown,
  at: readonly string[] = [],
): readonly (readonly string[])[] {
  const [old, now] = [entriesOf(before), entriesOf(after)];
  if (old === undefined && now === undefined) return before === after ? [] : [at];
  // A list that becomes a mapping, or an empty one that is taken out, is a difference by itself.
  const own = (old?.size ?? 0) + (now?.size ?? 0) === 0 && JSON.stringify(before) !== JSON.stringify(after) ? [at] : [];
  const keys = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...own, ...[...keys].flatMap((key) => differences(old?.get(key), now?.get(key), [...at, key]))];
}

function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const names = value.map(nameOf);
  const isNamed = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  return new Map(value.map((entry: unknown, index) => [(isNamed ? names[index] : undefined) ?? String(index), entry]));
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { name } = entry as { readonly name?: unknown };
  return typeof name === 'string' ? name : undefined;
}
