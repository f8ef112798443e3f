/** A template of Go's text/template as tokens. */
import { unquoted } from './go-text';

/** An error that keeps Go from reading a template. */
export class TemplateError extends Error {}

export type TokenKind =
  'word' | 'variable' | 'field' | 'dot' | 'constant' | 'pipe' | 'open' | 'close' | 'declare' | 'assign' | 'comma';

/** A part of an action. `spaced` says whether a blank stands before it. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly spaced: boolean;
}

/** The tokens of one action, `{{ … }}`. */
export interface Action {
  readonly text: string;
  readonly tokens: readonly Token[];
}

const OPEN = '{{';
const COMMENT = /\{\{(?:-[ \t\r\n])?\/\*(?:(?!\*\/).)*\*\/(?:[ \t\r\n]-)?\}\}/sy;
const SPACE = /[ \t\r\n]+/y;
/** After a word, a field or a variable. */
const ENDS = String.raw`(?=[ \t\r\n.,|:()]|\}\}|$)`;
const KINDS: readonly (readonly [TokenKind, RegExp])[] = [
  ['constant', /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`|'(?:[^'\\\n]|\\[^\n])+'/y],
  [
    'constant',
    new RegExp(
      String.raw`[+-]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)${ENDS}`,
      'y',
    ),
  ],
  ['field', new RegExp(String.raw`\.[\p{L}_][\p{L}\p{Nd}_]*${ENDS}`, 'uy')],
  ['dot', new RegExp(String.raw`\.${ENDS}`, 'y')],
  ['variable', new RegExp(String.raw`\$(?:[\p{L}\p{Nd}_]*)${ENDS}`, 'uy')],
  ['word', new RegExp(String.raw`[\p{L}_][\p{L}\p{Nd}_]*${ENDS}`, 'uy')],
  ['declare', /:=/y],
  ['assign', /=/y],
  ['pipe', /\|/y],
  ['comma', /,/y],
  ['open', /\(/y],
  ['close', /\)/y],
];

/**
 * The actions of a template, in their order.
 *
 * @throws TemplateError where one has no end, or a part that Go does not know.
 */
export function actionsOf(template: string): readonly Action[] {
  const actions: Action[] = [];
  for (let at = template.indexOf(OPEN); at >= 0; at = template.indexOf(OPEN, at)) {
    const comment = taken(COMMENT, template, at);
    if (comment !== undefined) {
      at += comment.length;
      continue;
    }
    const { end, tokens } = readAction(template, at);
    actions.push({ text: template.slice(at, end), tokens });
    at = end;
  }
  return actions;
}

function readAction(template: string, from: number): { readonly end: number; readonly tokens: readonly Token[] } {
  const tokens: Token[] = [];
  let at = from + OPEN.length + (/^-[ \t\r\n]/.test(template.slice(from + OPEN.length)) ? 1 : 0);
  for (;;) {
    const spaces = taken(SPACE, template, at)?.length ?? 0;
    at += spaces;
    const end = taken(spaces > 0 ? /-?\}\}/y : /\}\}/y, template, at);
    if (end !== undefined) return { end: at + end.length, tokens };
    const token = readToken(template, at, spaces > 0);
    if (token === undefined)
      throw new TemplateError(
        at >= template.length
          ? `no end of ${template.slice(from).trim()}`
          : `cannot read ${template.slice(at, at + 10)} in ${template.slice(from, from + 40)}`,
      );
    tokens.push(token);
    at += token.text.length;
  }
}

function readToken(template: string, at: number, spaced: boolean): Token | undefined {
  for (const [kind, expression] of KINDS) {
    const text = taken(expression, template, at);
    if (text !== undefined)
      return /^["`]/.test(text) && unquoted(text) === undefined ? undefined : { kind, text, spaced };
  }
  return undefined;
}

function taken(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}

/** Those of an action that are not read yet. */
export class Tokens {
  private next = 0;

  constructor(
    private readonly action: string,
    private readonly tokens: readonly Token[],
  ) {}

  peek(): Token | undefined {
    return this.tokens[this.next];
  }

  ahead(count: number): readonly Token[] {
    return this.tokens.slice(this.next, this.next + count);
  }

  skip(count: number): void {
    this.next += count;
  }

  refuse(why: string): never {
    throw new TemplateError(`${why} in ${this.action}`);
  }
}
