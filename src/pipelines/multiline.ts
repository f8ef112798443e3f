/** Records of several lines: stack traces, wrapped statements. */

/** How the lines of a source tell which of them belong together, in RE2, from a line's beginning. */
export type Lines =
  /** A record begins with a line like this. */
  | { readonly first: string }
  /** A line like this goes on with the record before. */
  | { readonly continuation: string };

/** Most lines of a record. */
export const MAX_LINES = 1000;

/** A text as {@link unlike} takes it, as classes of RE2. */
const classesOf = (text: string): readonly string[] =>
  Array.from(text, (character) => (character === '9' ? '0-9' : character));

/**
 * RE2 for what does not begin like any of some texts; it has no look-ahead that would say so.
 *
 * @param texts - characters are themselves, `9` is any digit. None begins with another one.
 * @param neither - characters that it must not begin with either, as in a class of RE2.
 */
export function unlike(texts: readonly string[], neither = ''): string {
  const complement = (rests: readonly (readonly string[])[], excluded: string): string => {
    const byFirst = Map.groupBy(
      rests.filter((rest) => rest.length > 0),
      ([first = '']) => first,
    );
    const alternatives = [...byFirst]
      .filter(([, same]) => same.every((rest) => rest.length > 1))
      .map(
        ([first, same]) =>
          `[${first}]${complement(
            same.map(([, ...rest]) => rest),
            '',
          )}`,
      );
    return `(?:$|[^${excluded}${[...byFirst.keys()].join('')}]${alternatives.map((text) => `|${text}`).join('')})`;
  };
  return complement(texts.map(classesOf), neither);
}
