/**
 * An expression of the stack file, so that what its groups capture can be replaced and the rest of the match kept: `replace_pattern`
 * keeps only what a group captures. So the text around the groups is put into groups as well.
 */

/** A part of an expression, as RE2 reads it. */
interface Atom {
  readonly text: string;
  /** Text of the quantifier behind it. */
  readonly quantifier: string;
  /** Of a group: the text after its bracket, `?:` for instance; and its content. */
  readonly group?: { readonly opening: string; readonly branches: readonly (readonly Atom[])[] };
  /** Changes how the rest of its group is read: `(?i)`. */
  readonly flags?: true;
}

/** An expression whose groups are its whole match, one after the other. */
export interface Segments {
  readonly expression: string;
  /** Of each group, whether it is secret. */
  readonly secret: readonly boolean[];
}

/**
 * @param expression - valid RE2. Without a group, its whole match is secret. A group that is repeated is secret with all of its
 * repetitions, and with what is between them.
 */
export function segments(expression: string): Segments {
  const branches = new Reader(expression).branches();
  const secret: boolean[] = [];
  if (!branches.some(hasCapture)) return { expression: `(${expression})`, secret: [true] };
  return { expression: branches.map((branch) => written(branch, secret)).join('|'), secret };
}

/** A branch with all of it in groups. @param secret - gets an entry for each group. */
function written(branch: readonly Atom[], secret: boolean[]): string {
  let result = '';
  let kept = '';
  const flush = (): void => {
    if (kept === '') return;
    result += `(${kept})`;
    secret.push(false);
    kept = '';
  };
  for (const atom of branch) {
    if (atom.flags !== true && !hasCapture([atom])) {
      kept += atom.text + atom.quantifier;
      continue;
    }
    flush();
    if (atom.group === undefined) {
      result += atom.text;
    } else if (isCapture(atom) || !['', '?', '??'].includes(atom.quantifier)) {
      result += `((?:${isCapture(atom) ? plain(atom.group.branches) : withoutCaptures(atom)})${atom.quantifier})`;
      secret.push(true);
    } else {
      const inner = atom.group.branches.map((each) => written(each, secret)).join('|');
      result += `(${atom.group.opening}${inner})${atom.quantifier}`;
    }
  }
  flush();
  return result;
}

const isCapture = ({ group }: Atom): boolean => group !== undefined && !/^\?[a-zA-Z-]*:/.test(group.opening);

function hasCapture(branch: readonly Atom[]): boolean {
  return branch.some((atom) => isCapture(atom) || (atom.group?.branches.some(hasCapture) ?? false));
}

function plain(all: readonly (readonly Atom[])[]): string {
  return all.map((branch) => branch.map((atom) => withoutCaptures(atom) + atom.quantifier).join('')).join('|');
}

function withoutCaptures({ text, group, ...atom }: Atom): string {
  if (group === undefined) return text;
  return `(${isCapture({ text, group, ...atom }) ? '?:' : group.opening}${plain(group.branches)})`;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  branches(): readonly (readonly Atom[])[] {
    const found: Atom[][] = [[]];
    while (this.at < this.text.length && this.text[this.at] !== ')') {
      if (this.text[this.at] === '|') {
        this.at += 1;
        found.push([]);
      } else {
        found.at(-1)?.push(this.atom());
      }
    }
    return found;
  }

  private atom(): Atom {
    const flags = this.take(/\(\?[a-zA-Z-]+\)/y);
    if (flags !== '') return { text: flags, quantifier: '', flags: true };
    if (this.take(/\(/y) !== '') {
      const start = this.at;
      const opening = this.take(/\?(?:[a-zA-Z-]*:|P?<\w+>)/y);
      const inner = this.branches();
      this.at += 1;
      const text = `(${this.text.slice(start, this.at)}`;
      return { text, quantifier: this.quantifier(), group: { opening, branches: inner } };
    }
    const text = this.take(
      /\\Q[^]*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\x[0-9A-Fa-f]{2}|\\[0-7]{1,3}|\\[^]|\[\^?\]?(?:\[:\^?\w+:\]|\\[pPx]\{[^}]*\}|\\[^]|[^\]\\])*\]|[^]/uy,
    );
    return { text, quantifier: this.quantifier() };
  }

  private quantifier(): string {
    return this.take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
  }

  private take(expression: RegExp): string {
    expression.lastIndex = this.at;
    const [found = ''] = expression.exec(this.text) ?? [];
    this.at += found.length;
    return found;
  }
}
