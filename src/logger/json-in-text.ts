/** JSON in the middle of a text. */

/** How often a text is looked through in all. Brackets may be open to its end time and again. */
const MAX_LOOKS = 3;

/** Where there may be JSON objects and lists in a text, one after another. */
export function* jsonIn(text: string): Generator<{ readonly start: number; readonly end: number }> {
  let position = 0;
  for (let left = MAX_LOOKS * text.length; left > 0;) {
    const offset = text.slice(position).search(/[[{]/);
    if (offset < 0) return;
    const start = position + offset;
    const end = endOfJson(text, start);
    if (end !== undefined) yield { start, end };
    position = end ?? start + 1;
    left -= (end ?? text.length) - start;
  }
}

/** Where the brackets that open at a place are closed. */
function endOfJson(text: string, start: number): number | undefined {
  const brackets = /["[\]{}]|\\./gs;
  brackets.lastIndex = start;
  let depth = 0;
  let quoted = false;
  for (let match = brackets.exec(text); match !== null; match = brackets.exec(text)) {
    const [found] = match;
    if (found === '"') quoted = !quoted;
    else if (quoted || found.startsWith('\\')) continue;
    else depth += found === '{' || found === '[' ? 1 : -1;
    if (depth === 0) return match.index + 1;
  }
  return undefined;
}
