/** Globs of files as the agent reads them (doublestar): `*` and `?` within a folder, `**` through folders, `[…]`, `{a,b}`. */

/** A letter that both of two classes may hold is looked for among these, and in the classes' own letters. */
const LETTERS = Array.from({ length: 0x7e - 0x20 }, (_, index) => String.fromCharCode(0x21 + index));

/** One letter, or any number of them. */
interface Token {
  readonly accepts: (letter: string) => boolean;
  readonly repeats: boolean;
  /** Letters that it names. @default - none */
  readonly letters?: readonly string[];
}

const inFolder = (letter: string): boolean => letter !== '/';
const anywhere = (): boolean => true;

/** Whether one path can match both. */
export function globsOverlap(one: string, other: string): boolean {
  const others = alternatives(other).map(tokensOf);
  return alternatives(one).some((glob) => {
    const tokens = tokensOf(glob);
    return others.some((candidate) => overlap(tokens, candidate));
  });
}

/** Without braces; and `**` between slashes may also be nothing. */
function alternatives(glob: string): readonly string[] {
  const braces = /^(.*?)\{([^{}]*)\}(.*)$/.exec(glob);
  if (braces !== null) {
    const [, before = '', inner = '', after = ''] = braces;
    return inner.split(',').flatMap((choice) => alternatives(`${before}${choice}${after}`));
  }
  const through = /^(.*?\/)\*\*\/(.*)$/.exec(glob);
  if (through === null) return [glob];
  const [, before = '', after = ''] = through;
  return alternatives(after).flatMap((rest) => [`${before}${rest}`, `${before}\0/${rest}`]);
}

function tokensOf(glob: string): readonly Token[] {
  const parts = glob.replace(/\/\*\*$/, '/\0').match(/\*+|\[[^\]]+\]|./g) ?? [];
  return parts.map((part): Token => {
    if (part === '\0') return { accepts: anywhere, repeats: true };
    if (part.startsWith('*')) return { accepts: inFolder, repeats: true };
    if (part === '?') return { accepts: inFolder, repeats: false };
    return part.length === 1 ? literal(part) : letterClass(part.slice(1, -1));
  });
}

const literal = (part: string): Token => ({ accepts: (letter) => letter === part, repeats: false, letters: [part] });

/** Letters and ranges of them, or all but these. A range whose end comes first has no letter. */
function letterClass(inner: string): Token {
  const isNegated = /^[!^]/.test(inner);
  const ranges = [...inner.slice(isNegated ? 1 : 0).matchAll(/\\?(.)-\\?(.)|\\?(.)/gs)].map(
    ([, first = '', last = '', only = '']) => (only === '' ? ([first, last] as const) : ([only, only] as const)),
  );
  return {
    accepts: (letter) =>
      inFolder(letter) && isNegated !== ranges.some(([first, last]) => first <= letter && letter <= last),
    repeats: false,
    letters: ranges.flat(),
  };
}

function overlap(one: readonly Token[], other: readonly Token[]): boolean {
  const known = new Map<string, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    const found = known.get(key) ?? look(i, j);
    known.set(key, found);
    return found;
  };
  const look = (i: number, j: number): boolean => {
    const [a, b] = [one[i], other[j]];
    if (a === undefined && b === undefined) return true;
    if (a?.repeats === true && from(i + 1, j)) return true;
    if (b?.repeats === true && from(i, j + 1)) return true;
    if (a === undefined || b === undefined || (a.repeats && b.repeats)) return false;
    const letters = [...LETTERS, ...(a.letters ?? []), ...(b.letters ?? [])];
    if (!letters.some((letter) => a.accepts(letter) && b.accepts(letter))) return false;
    return from(a.repeats ? i : i + 1, b.repeats ? j : j + 1);
  };
  return from(0, 0);
}
