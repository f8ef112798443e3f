/** Reads an nginx configuration back, by nginx's own rules for words, quotes and blocks. */

export interface NginxDirective {
  readonly words: readonly string[];
  readonly block: readonly NginxDirective[];
}

/** @throws Error where nginx would not read it either. */
export function parseNginx(text: string): readonly NginxDirective[] {
  const tokens = tokenize(text);
  let at = 0;
  const block = (nested: boolean): readonly NginxDirective[] => {
    const directives: NginxDirective[] = [];
    let words: string[] = [];
    for (;;) {
      const token = tokens[at++];
      if (token === undefined || token.mark === '}') {
        if (words.length > 0) throw new Error(`Unfinished directive: ${words.join(' ')}`);
        if ((token === undefined) === nested) throw new Error('Blocks do not match.');
        return directives;
      }
      if (token.mark === undefined) {
        words.push(token.word);
        continue;
      }
      if (words.length === 0) throw new Error(`Nothing before ${token.mark}`);
      directives.push({ words, block: token.mark === '{' ? block(true) : [] });
      words = [];
    }
  };
  return block(false);
}

type Token = { readonly mark: ';' | '{' | '}' } | { readonly mark?: undefined; readonly word: string };

function tokenize(text: string): readonly Token[] {
  const pattern = /\s+|#[^\n]*|([;{}])|"((?:[^"\\]|\\.)*)"|([^\s;{}"]+)/gy;
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const [, mark, quoted, bare] = match;
    if (mark === ';' || mark === '{' || mark === '}') tokens.push({ mark });
    else if (quoted !== undefined) tokens.push({ word: quoted.replace(/\\(["\\])/g, '$1') });
    else if (bare !== undefined) tokens.push({ word: bare });
  }
  return tokens;
}

/** Every directive of that name directly in a block. */
export function directives(block: readonly NginxDirective[], name: string): readonly NginxDirective[] {
  return block.filter(({ words }) => words[0] === name);
}

/** The one directive of that name directly in a block. */
export function directive(block: readonly NginxDirective[], name: string): NginxDirective {
  const found = directives(block, name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`Expected one ${name}, found ${found.length}.`);
  return only;
}
