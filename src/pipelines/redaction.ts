/**
 * The second line of defence, for sources that do not use the logger: the log model's secrets as an agent looks for them, in
 * which order, behind which texts, in RE2.
 *
 * Expressions are slow in Go, some 20 MB/s each; whether a line contains a text is a thousand times faster to tell. So an
 * expression sees only lines that contain one of its triggers, and most lines see none.
 */
import { type Format, NAME_SPELLINGS, REDACTED, type SecretPattern } from '../log-model';

/** An expression of the stack to redact besides those of the log model. */
export interface Redaction {
  readonly name: string;
  /** RE2; its capture groups are redacted, or the whole match if it has none. */
  readonly expression: string;
}

/** Formats some of whose lines may be logfmt. In others, what looks like it is a statement or a request. */
export const WITH_PAIRS: readonly Format[] = ['auto', 'python', 'redis'];
/** Separator of pairs during redaction: no pattern crosses it. It is doubled because one may be a match's end. */
export const SEPARATOR = '\f\f';

/** Patterns that are looked for behind the same texts, of which a line contains one. None: all lines are looked at. */
export interface Searched {
  readonly triggers: readonly string[];
  readonly groups: readonly {
    /** Looked for besides the triggers. */
    readonly contains: readonly string[];
    readonly patterns: readonly SecretPattern[];
  }[];
}

/**
 * Patterns that are looked for alike, in their order. Each step hands a line on to the next one, which costs more than to look
 * for a text. So a line with an address in it, or with a name, passes few others.
 */
const TIERS: readonly ((pattern: SecretPattern) => boolean)[] = [
  ({ kind }) => kind === 'password in a URL',
  ({ kind, exact }) => kind !== 'password in a URL' && kind !== 'e-mail address' && exact !== NAME_SPELLINGS,
  ({ exact }) => exact === NAME_SPELLINGS,
  ({ kind }) => kind === 'e-mail address',
];

/** The tiers of some patterns, and what is in each of them. */
export function searchOrder(patterns: readonly SecretPattern[]): readonly (readonly Searched[])[] {
  return TIERS.map((belongs) =>
    sameTexts(patterns.filter(belongs), ({ exact }) => exact).map(([triggers, same]) => ({
      triggers,
      groups: sameTexts(same, ({ contains }) => contains).map(([contains, within]) => ({ contains, patterns: within })),
    })),
  );
}

function sameTexts(
  patterns: readonly SecretPattern[],
  textsOf: (pattern: SecretPattern) => readonly string[] | undefined,
): readonly (readonly [texts: readonly string[], patterns: readonly SecretPattern[]])[] {
  const groups = Map.groupBy(patterns, (pattern) => JSON.stringify(textsOf(pattern) ?? []));
  return [...groups.values()].map((group) => [spellings(group.flatMap((pattern) => textsOf(pattern) ?? [])), group]);
}

/** Texts that lines are searched for. A text that contains another one is redundant. */
export function spellings(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
    .filter((text, _index, all) => !all.some((other) => other !== text && text.includes(other)))
    .sort();
}

/** A pattern in RE2, without capture groups; what it lacks is undefined. */
export interface Expressions {
  readonly flags: string;
  readonly unless: string | undefined;
  readonly before: string;
  readonly keep: string | undefined;
  readonly secret: string;
  readonly after: string | undefined;
  readonly replacement: string;
}

export function expressionsOf(pattern: SecretPattern): Expressions {
  const { unless, before, keep, secret, after, replacement = REDACTED, caseSensitive = false } = pattern;
  // Bounds protect JavaScript's backtracking; RE2 needs no protection, and is slower with them.
  const unbounded = (text: string): string =>
    text.replace(/\{0,(?:8|\d\d+)\}/g, '*').replace(/\{1,(?:8|\d\d+)\}/g, '+');
  const optional = (text: string | undefined): string | undefined => (text === undefined ? text : unbounded(text));
  return {
    flags: caseSensitive ? '' : '(?i)',
    unless: optional(unless),
    before: unbounded(before),
    keep: optional(keep),
    secret: unbounded(secret),
    after: optional(after),
    replacement,
  };
}
