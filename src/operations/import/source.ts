/** A file that describes a running stack: a tree of values, each of which is accounted for. */
import { isMapping } from '../../config/mapping';

export type Path = readonly string[];

/** What becomes of a value. */
export type Outcome =
  /** It is in the stack file, or follows from it: below these keys. */
  | { readonly kind: 'taken'; readonly keys: readonly string[] }
  /** It is not needed here, and why. */
  | { readonly kind: 'left'; readonly why: string }
  /** It is a secret's value, which is given elsewhere; and where. */
  | { readonly kind: 'secret'; readonly where: string }
  /** Nothing here does what it does. */
  | { readonly kind: 'missing'; readonly why?: string };

/** A value that was found, and what became of it. */
export interface Entry {
  readonly path: string;
  readonly value: unknown;
  readonly outcome: Outcome;
}

/** What is made of the value at a path. */
export interface Row<Context> {
  /** Parts of the path, as a text with a dot between two of them where no part has a dot. `*` is any one part. */
  readonly from: string | Path;
  readonly read: (value: unknown, context: Context, path: Path) => Outcome;
}

export const taken = (...keys: readonly string[]): Outcome => ({ kind: 'taken', keys });
export const left = (why: string): Outcome => ({ kind: 'left', why });
export const secret = (where: string): Outcome => ({ kind: 'secret', where });
export const missing = (why?: string): Outcome => ({ kind: 'missing', ...(why === undefined ? {} : { why }) });

/** A row whose values are never needed. */
export const leaves = <Context>(why: string, ...paths: readonly string[]): readonly Row<Context>[] =>
  paths.map((from) => ({ from, read: () => left(why) }));

/** Rows of another file, whose root is at a path of this one. */
export function below<Context>(prefix: string | Path, rows: readonly Row<Context>[]): readonly Row<Context>[] {
  return rows.map(({ from, read }) => ({ from: [...partsOf(prefix), ...partsOf(from)], read }));
}

/**
 * Reads a tree from its root. A row gets a whole value, but for what has rows of its own further down. Without a row, a mapping is read key by
 * key, and anything else has no counterpart. What says nothing is not read: null, an empty mapping, list or text.
 */
export function readTree<Context>(root: unknown, rows: readonly Row<Context>[], context: Context): readonly Entry[] {
  const entries: Entry[] = [];
  const visit = (value: unknown, path: Path, around?: Row<Context>): void => {
    if (isNothing(value)) return;
    const row = rows.find(({ from }) => fits(partsOf(from), path)) ?? around;
    const hasInner = rows.some(({ from }) => isBelow(partsOf(from), path));
    if (isMapping(value) && (hasInner || row === undefined))
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key], row);
    else entries.push({ path: shown(path), value, outcome: row?.read(value, context, path) ?? missing() });
  };
  visit(root, []);
  return entries;
}

function isNothing(value: unknown): boolean {
  if (Array.isArray(value) || typeof value === 'string') return value.length === 0;
  return value === null || value === undefined || (isMapping(value) && Object.keys(value).length === 0);
}

export const partsOf = (from: string | Path): Path => (typeof from === 'string' ? from.split('.') : from);

/** Whether the parts begin with the path, letter for letter. */
function isBelow(parts: Path, path: Path): boolean {
  return parts.length > path.length && path.every((part, index) => parts[index] === part);
}

function fits(parts: Path, path: Path): boolean {
  return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index]);
}

/** A key with a dot is written so that one sees where it ends. */
const shown = (path: Path): string => path.map((part) => (part.includes('.') ? `"${part}"` : part)).join('.');
