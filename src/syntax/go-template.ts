/** Templates of Go's text/template: whether Go can read one, without running it. */
import { type Action, actionsOf, type Token, TemplateError } from './go-template-tokens';

/** Names that a template may use. */
export interface TemplateNames {
  readonly functions: readonly string[];
  /** Variables that are there from the beginning, with their `$`. @default - none but `$` */
  readonly variables?: readonly string[];
}

/** Functions that Go has itself. */
const BUILT_IN = 'and call html index slice js len not or print printf println urlquery eq ge gt le lt ne'.split(' ');

/** The reason why Go cannot read the template; undefined if it can. */
export function templateFault(template: string, { functions, variables = [] }: TemplateNames): string | undefined {
  try {
    new Reader([...BUILT_IN, ...functions], ['$', ...variables]).read(actionsOf(template));
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.message;
  }
}

/** A part of the template that ends with `{{ end }}`. */
interface Block {
  readonly keyword: string;
  /** How many variables there are outside of it. */
  readonly outer: readonly string[];
  readonly hasElse: boolean;
}

const CONTROLS = ['if', 'with', 'range'];

class Reader {
  private readonly blocks: Block[] = [];

  constructor(
    private readonly functions: readonly string[],
    private variables: readonly string[],
  ) {}

  read(actions: readonly Action[]): void {
    for (const action of actions) this.action(action);
    const open = this.blocks.at(-1);
    if (open !== undefined) throw new TemplateError(`no {{ end }} of {{ ${open.keyword} }}`);
  }

  private action({ text, tokens }: Action): void {
    const [first, ...rest] = tokens;
    const refuse = (why: string): never => {
      throw new TemplateError(`${why} in ${text}`);
    };
    const keyword = first?.kind === 'word' ? first.text : '';
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        this.blocks.push({ keyword, outer: this.variables, hasElse: false });
        {
          this.pipeline(new Tokens(text, rest), keyword);
          return;
        }
      case 'else': {
        this.otherwise(text, rest);
        return;
      }
      case 'end': {
        const block = this.blocks.pop();
        if (block === undefined || rest.length > 0) return refuse('nothing that ends');
        this.variables = block.outer;
        return undefined;
      }
      case 'break':
      case 'continue':
        return rest.length > 0 || !this.blocks.some((block) => block.keyword === 'range')
          ? refuse(`${keyword} outside of range`)
          : undefined;
      case 'template':
      case 'define':
      case 'block': {
        this.named(keyword, text, rest);
        return;
      }
      default: {
        this.pipeline(new Tokens(text, tokens), 'command');
        return;
      }
    }
  }

  private otherwise(text: string, rest: readonly Token[]): void {
    const block = this.blocks.at(-1);
    if (block === undefined || !CONTROLS.includes(block.keyword) || block.hasElse)
      throw new TemplateError(`nothing to be else to in ${text}`);
    this.variables = block.outer;
    const [keyword, ...condition] = rest;
    this.blocks[this.blocks.length - 1] = { ...block, hasElse: keyword === undefined };
    if (keyword === undefined) return;
    // `else if` is the else of an if, and `else with` that of a with.
    if (keyword.text !== block.keyword || block.keyword === 'range')
      throw new TemplateError(`cannot read ${keyword.text} in ${text}`);
    this.pipeline(new Tokens(text, condition), block.keyword);
  }

  private named(keyword: string, text: string, [name, ...rest]: readonly Token[]): void {
    if (name?.kind !== 'constant' || !/^["`]/.test(name.text)) throw new TemplateError(`no name in ${text}`);
    if (keyword === 'define' && (this.blocks.length > 0 || rest.length > 0))
      throw new TemplateError(`cannot define in ${text}`);
    if (keyword === 'block' || (keyword === 'template' && rest.length > 0))
      this.pipeline(new Tokens(text, rest), keyword);
    if (keyword === 'template') return;
    this.blocks.push({ keyword, outer: this.variables, hasElse: false });
    this.variables = ['$'];
  }

  /** Commands with `|` between them; a variable may take the result. */
  private pipeline(tokens: Tokens, context: string): void {
    this.declarations(tokens, context);
    this.commands(tokens, context);
    if (tokens.peek() !== undefined) tokens.refuse('an unexpected part');
  }

  private declarations(tokens: Tokens, context: string): void {
    const [first, second, third, fourth] = tokens.ahead(4);
    if (first?.kind !== 'variable') return;
    const isDeclared = (token: Token | undefined): boolean => token?.kind === 'declare' || token?.kind === 'assign';
    if (isDeclared(second)) {
      tokens.skip(2);
      this.variables = [...this.variables, first.text];
    } else if (second?.kind === 'comma') {
      if (context !== 'range' || third?.kind !== 'variable' || !isDeclared(fourth)) return tokens.refuse('a comma');
      tokens.skip(4);
      this.variables = [...this.variables, first.text, third.text];
    }
  }

  private commands(tokens: Tokens, context: string): void {
    for (let stage = 1; ; stage += 1) {
      const first = tokens.peek();
      if (first === undefined || first.kind === 'close' || first.kind === 'pipe')
        return tokens.refuse(stage === 1 ? `no value for ${context}` : 'no command after |');
      if (stage > 1 && (first.kind === 'dot' || isConstant(first))) return tokens.refuse(`${first.text} is no command`);
      this.operands(tokens);
      if (tokens.peek()?.kind !== 'pipe') return undefined;
      tokens.skip(1);
    }
  }

  private operands(tokens: Tokens): void {
    for (let isFirst = true; ; isFirst = false) {
      const token = tokens.peek();
      if (token === undefined || token.kind === 'close' || token.kind === 'pipe') return;
      if (!isFirst && !token.spaced) return tokens.refuse('no blank between two values');
      this.operand(tokens, token);
    }
  }

  private operand(tokens: Tokens, token: Token): void {
    tokens.skip(1);
    switch (token.kind) {
      case 'word':
        if (!isConstant(token) && !this.functions.includes(token.text)) tokens.refuse(`no function ${token.text}`);
        break;
      case 'variable':
        if (!this.variables.includes(token.text)) tokens.refuse(`no variable ${token.text}`);
        break;
      case 'open':
        this.declarations(tokens, 'parentheses');
        this.commands(tokens, 'parentheses');
        if (tokens.peek()?.kind !== 'close') tokens.refuse('no )');
        tokens.skip(1);
        break;
      case 'field':
      case 'dot':
      case 'constant':
        break;
      default:
        tokens.refuse(`an unexpected ${token.text}`);
    }
    for (let next = tokens.peek(); next?.kind === 'field' && !next.spaced; next = tokens.peek()) {
      if (isConstant(token) || token.kind === 'dot') tokens.refuse(`${token.text} has no fields`);
      tokens.skip(1);
    }
  }
}

function isConstant({ kind, text }: Token): boolean {
  return kind === 'constant' || (kind === 'word' && ['true', 'false', 'nil'].includes(text));
}

/** Those of an action that are not read yet. */
class Tokens {
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
