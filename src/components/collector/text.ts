/** The text of the Collector's config file. */
import { stringify } from 'yaml';

/** Parts that are shorter are written as often as they are there: an alias would be no shorter, and hide them from readers. */
const LONG = 200;

/**
 * As YAML. Expressions are not wrapped, so that one can search for them. `kubectl apply` and others keep a copy of the object in an
 * annotation of at most 256 KiB: so the indent is small, and equal parts are written once.
 */
export function configText(config: Readonly<Record<string, unknown>>): string {
  return stringify(withSharedParts(config), { lineWidth: 0, indent: 1, indentSeq: false });
}

/** The same, in which equal parts are one object. YAML refers to an object that it has written before. */
function withSharedParts(config: unknown): unknown {
  const known = new Map<string, unknown>();
  const shared = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const text = JSON.stringify(value);
    const before = known.get(text);
    if (before !== undefined) return before;
    const own: unknown = Array.isArray(value)
      ? value.map(shared)
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shared(inner)]));
    if (text.length >= LONG) known.set(text, own);
    return own;
  };
  return shared(config);
}
