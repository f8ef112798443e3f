/** Templates of Go's text/template: whether Go can read one, without running it. */
import { type Action, actionsOf, type Token, TemplateError, Tokens } from './go-template-tokens';
import { type TemplateData, type Type, Types } from './go-template-types';
import { unquoted } from './go-text';

/** Names that a template may use. */
export interface TemplateNames {
  readonly functions: readonly string[];
  /** Variables that are there from the beginning, with their `$`. @default - none but `$` */
  readonly variables?: readonly string[];
  /** Templates that `template` may call, besides those that this one defines. @default - any */
  readonly templates?: readonly string[];
  /** What the template is filled from. @default - not known: any field may be there */
  readonly data?: TemplateData;
}

/** Functions that Go has itself. */
const BUILT_IN = 'and call html index slice js len not or print printf println urlquery eq ge gt le lt ne'.split(' ');

/** The reason why Go cannot read or fill the template; undefined if it can. */
export function templateFault(template: string, names: TemplateNames): string | undefined {
  try {
    const actions = actionsOf(template);
    new Reader(names, actions).read(actions);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.message;
  }
}

/** What an action can name: variables, and the type of `.`. */
interface Scope {
  readonly variables: readonly { readonly name: string; readonly type: Type }[];
  readonly dot: Type;
}

/** A part of the template that ends with `{{ end }}`. */
interface Block {
  readonly keyword: string;
  /** What can be named outside of it. */
  readonly outer: Scope;
  readonly hasElse: boolean;
}

const CONTROLS = ['if', 'with', 'range'];

class Reader {
  private readonly blocks: Block[] = [];
  private readonly functions: readonly string[];
  private readonly templates: readonly string[] | undefined;
  private readonly types: Types;
  /** Variables that get another value somewhere. Their types are not followed. */
  private readonly assigned: ReadonlySet<string>;
  private scope: Scope;

  constructor({ functions, variables = [], templates, data }: TemplateNames, actions: readonly Action[]) {
    this.types = new Types(data);
    this.functions = [...BUILT_IN, ...functions];
    this.templates = templates === undefined ? undefined : [...templates, ...actions.flatMap(definedIn)];
    this.assigned = new Set(actions.flatMap(assignedIn));
    this.scope = {
      variables: [{ name: '$', type: data?.type }, ...variables.map((name) => ({ name, type: undefined }))],
      dot: data?.type,
    };
  }

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
        this.blocks.push({ keyword, outer: this.scope, hasElse: false });
        this.enter(keyword, new Tokens(text, rest));
        return;
      case 'else': {
        this.otherwise(text, rest);
        return;
      }
      case 'end': {
        const block = this.blocks.pop();
        if (block === undefined || rest.length > 0) return refuse('nothing that ends');
        this.scope = block.outer;
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

  /** Reads the condition of a block, which may be its new `.`. */
  private enter(keyword: string, tokens: Tokens): void {
    const type = this.pipeline(tokens, keyword);
    if (keyword === 'with') this.scope = { ...this.scope, dot: type };
    if (keyword === 'range') this.scope = { ...this.scope, dot: this.types.ofMembers(type) };
  }

  private otherwise(text: string, rest: readonly Token[]): void {
    const block = this.blocks.at(-1);
    if (block === undefined || !CONTROLS.includes(block.keyword) || block.hasElse)
      throw new TemplateError(`nothing to be else to in ${text}`);
    this.scope = block.outer;
    const [keyword, ...condition] = rest;
    this.blocks[this.blocks.length - 1] = { ...block, hasElse: keyword === undefined };
    if (keyword === undefined) return;
    // `else if` is the else of an if, and `else with` that of a with.
    if (keyword.text !== block.keyword || block.keyword === 'range')
      throw new TemplateError(`cannot read ${keyword.text} in ${text}`);
    this.enter(block.keyword, new Tokens(text, condition));
  }

  private named(keyword: string, text: string, [name, ...rest]: readonly Token[]): void {
    if (name?.kind !== 'constant' || !/^["`]/.test(name.text)) throw new TemplateError(`no name in ${text}`);
    if (keyword === 'define' && (this.blocks.length > 0 || rest.length > 0))
      throw new TemplateError(`cannot define in ${text}`);
    const hasData = keyword === 'block' || (keyword === 'template' && rest.length > 0);
    const dot = hasData ? this.pipeline(new Tokens(text, rest), keyword) : undefined;
    if (keyword === 'template') {
      if (this.templates?.includes(unquoted(name.text) ?? '') === false)
        throw new TemplateError(`no template ${name.text} for ${text}`);
      return;
    }
    this.blocks.push({ keyword, outer: this.scope, hasElse: false });
    this.scope = { variables: [{ name: '$', type: dot }], dot };
  }

  /** Commands with `|` between them; variables may take the result. */
  private pipeline(tokens: Tokens, context: string): Type {
    const declared = this.declarations(tokens, context);
    const type = this.commands(tokens, context);
    if (tokens.peek() !== undefined) tokens.refuse('an unexpected part');
    if (context === 'range' && !this.types.hasMembers(type)) tokens.refuse(`${type ?? ''} has no members`);
    const member = context === 'range' ? this.types.ofMembers(type) : type;
    const types = declared.length > 1 ? [undefined, member] : [member];
    const before = this.scope.variables.slice(0, this.scope.variables.length - declared.length);
    const variables = declared.map((name, at) => ({ name, type: this.assigned.has(name) ? undefined : types[at] }));
    this.scope = { ...this.scope, variables: [...before, ...variables] };
    return type;
  }

  /** The variables that take the result. They are known from here on. */
  private declarations(tokens: Tokens, context: string): readonly string[] {
    const [first, second, third, fourth] = tokens.ahead(4);
    if (first?.kind !== 'variable') return [];
    const isDeclared = (token: Token | undefined): boolean => token?.kind === 'declare' || token?.kind === 'assign';
    if (isDeclared(second)) {
      tokens.skip(2);
      return this.declare(first.text);
    }
    if (second?.kind !== 'comma') return [];
    if (context !== 'range' || third?.kind !== 'variable' || !isDeclared(fourth)) return tokens.refuse('a comma');
    tokens.skip(4);
    return this.declare(first.text, third.text);
  }

  private declare(...names: readonly string[]): readonly string[] {
    const variables = names.map((name) => ({ name, type: undefined }));
    this.scope = { ...this.scope, variables: [...this.scope.variables, ...variables] };
    return names;
  }

  private commands(tokens: Tokens, context: string): Type {
    for (let stage = 1; ; stage += 1) {
      const first = tokens.peek();
      if (first === undefined || first.kind === 'close' || first.kind === 'pipe')
        return tokens.refuse(stage === 1 ? `no value for ${context}` : 'no command after |');
      if (stage > 1 && (first.kind === 'dot' || isConstant(first))) return tokens.refuse(`${first.text} is no command`);
      const type = this.operands(tokens);
      if (tokens.peek()?.kind !== 'pipe') return stage === 1 ? type : undefined;
      tokens.skip(1);
    }
  }

  /** @returns the type of the one operand; what a function returns is not known */
  private operands(tokens: Tokens): Type {
    const types: Type[] = [];
    for (;;) {
      const token = tokens.peek();
      if (token === undefined || token.kind === 'close' || token.kind === 'pipe')
        return types.length === 1 ? types[0] : undefined;
      if (types.length > 0 && !token.spaced) return tokens.refuse('no blank between two values');
      types.push(this.operand(tokens, token));
    }
  }

  private operand(tokens: Tokens, token: Token): Type {
    tokens.skip(1);
    let type = this.valueOf(tokens, token);
    for (let next = tokens.peek(); next?.kind === 'field' && !next.spaced; next = tokens.peek()) {
      if (isConstant(token) || token.kind === 'dot') tokens.refuse(`${token.text} has no fields`);
      tokens.skip(1);
      type = this.fieldOf(type, next, tokens);
    }
    return type;
  }

  private valueOf(tokens: Tokens, token: Token): Type {
    switch (token.kind) {
      case 'word':
        if (!isConstant(token) && !this.functions.includes(token.text)) tokens.refuse(`no function ${token.text}`);
        return undefined;
      case 'variable': {
        const variable = this.scope.variables.findLast(({ name }) => name === token.text);
        return variable === undefined ? tokens.refuse(`no variable ${token.text}`) : variable.type;
      }
      case 'open': {
        this.declarations(tokens, 'parentheses');
        const type = this.commands(tokens, 'parentheses');
        if (tokens.peek()?.kind !== 'close') tokens.refuse('no )');
        tokens.skip(1);
        return type;
      }
      case 'field':
        return this.fieldOf(this.scope.dot, token, tokens);
      case 'dot':
        return this.scope.dot;
      case 'constant':
        return undefined;
      default:
        return tokens.refuse(`an unexpected ${token.text}`);
    }
  }

  private fieldOf(type: Type, { text }: Token, tokens: Tokens): Type {
    const name = text.slice(1);
    return this.types.hasField(type, name)
      ? this.types.ofField(type, name)
      : tokens.refuse(`${type ?? ''} has no field ${name}`);
  }
}

/** The name of a template that an action defines. */
function definedIn({ tokens: [keyword, name] }: Action): readonly string[] {
  const defines = keyword?.kind === 'word' && (keyword.text === 'define' || keyword.text === 'block');
  const text = defines ? unquoted(name?.text ?? '') : undefined;
  return text === undefined ? [] : [text];
}

function assignedIn({ tokens }: Action): readonly string[] {
  return tokens.flatMap((token, at) => (tokens[at + 1]?.kind === 'assign' ? [token.text] : []));
}

function isConstant({ kind, text }: Token): boolean {
  return kind === 'constant' || (kind === 'word' && ['true', 'false', 'nil'].includes(text));
}
