/**
 * YAML that has one meaning. Pulumi and Loki read YAML with Go's yaml.v3, which knows more numbers, times and merges than
 * YAML 1.2 has. A text that the two read differently is a fault, even if it is valid.
 */
import { isUtf8 } from 'node:buffer';
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  visit,
} from 'yaml';

/** A place where a text is not YAML, or has more than one meaning. */
export interface YamlFault {
  /** `line 4, column 12`. */
  readonly position: string;
  /** Path of the value or key; empty for the whole text. */
  readonly path: readonly (string | number)[];
  /** The ambiguous part: a `value`, a `key`, or, for one of the two readers, the whole `text`. */
  readonly affects: 'value' | 'key' | 'text';
  /** The value, as it was written; it may be a secret. */
  readonly written?: string;
  readonly rule: string;
  readonly remedy: string;
}

/** The value of a text, as far as it can be read, and all of its faults. */
export interface YamlText {
  /** Undefined if the text is not YAML. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
}

/** A rule, and the remedy. */
export type Advice = Pick<YamlFault, 'rule' | 'remedy'>;
type NodeAdvice = Pick<YamlFault, 'affects' | 'rule' | 'remedy'>;

/** A file's bytes as YAML. */
export function readYaml(bytes: Uint8Array): YamlText {
  const text = decode(bytes);
  return typeof text === 'string' ? parseYaml(text) : { value: undefined, faults: [{ ...WHOLE, ...text }] };
}

const WHOLE = { position: 'the whole file', path: [], affects: 'text' } as const;

/** Characters that Go's YAML does not accept in a text, or that, alone, end a line for it. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;

/** A file's bytes as text, or why they are none. */
export function decode(bytes: Uint8Array): string | Advice {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16 || !isUtf8(bytes))
    return { rule: `text in UTF-8${isUtf16 ? '; this is UTF-16' : ''}`, remedy: 'save the file as UTF-8' };
  const text = new TextDecoder().decode(bytes);
  if (!CONTROL.test(text)) return text;
  return { rule: 'text without control characters', remedy: 'remove them; an editor shows them as ^@ or <0085>' };
}

/** A text as YAML. */
export function parseYaml(text: string): YamlText {
  const lines = new LineCounter();
  // Merges are read, although they are refused, so that they do not hide other faults.
  const document = parseDocument(text, { lineCounter: lines, merge: true, logLevel: 'error' });
  const locate: Locate = (offset) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  if (document.errors.length > 0)
    return {
      value: undefined,
      faults: document.errors.map(({ code, pos: [from] }) => ({
        ...WHOLE,
        position: locate(from),
        ...syntaxAdvice(code),
      })),
    };
  const faults = [...directiveFaults(text), ...nodeFaults(document, text, locate)];
  try {
    return { value: document.toJS(), faults };
  } catch (error) {
    // The error comes from aliases that multiply, or from merges, which are faults already.
    if (faults.length === 0 && !(error instanceof ReferenceError)) throw error;
    return { value: undefined, faults: faults.length > 0 ? faults : [{ ...WHOLE, ...ALIASES }] };
  }
}

const ALIASES: Advice = { rule: 'at most 100 uses of aliases', remedy: 'write out what they stand for' };

const SYNTAX: Readonly<Record<string, Advice>> = {
  DUPLICATE_KEY: { rule: 'YAML: each key stands once in its mapping', remedy: 'remove one of the two' },
  MULTIPLE_DOCS: { rule: 'YAML: one document in a file', remedy: 'remove the line --- and what does not belong here' },
  TAB_AS_INDENT: { rule: 'YAML: lines are indented by spaces', remedy: 'replace the tab by spaces' },
  BAD_INDENT: {
    rule: 'YAML: what belongs together is indented equally, and what is inside of [ ] or { } more than its key',
    remedy: 'check the spaces at the beginning of the line',
  },
};

/** The parser's own message may quote the line, and the line may hold a secret: only what kind of fault it is. */
function syntaxAdvice(code: string): Advice {
  return (
    SYNTAX[code] ?? {
      rule: `YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
      remedy: 'look for a missing colon, quote or space; put text in quotes that holds any of : # { [ * & ! | > % @',
    }
  );
}

/** `%YAML 1.1` gives words like `yes` another meaning. */
function directiveFaults(text: string): readonly YamlFault[] {
  return /^%/.test(text)
    ? [{ ...WHOLE, position: 'line 1, column 1', rule: 'YAML without directives', remedy: 'remove the line with %' }]
    : [];
}

const MERGE: NodeAdvice = {
  affects: 'key',
  rule: 'YAML without merges (<<): not every program reads them',
  remedy: 'write the keys out, or give each section an alias of its own',
};
const TAG: NodeAdvice = {
  affects: 'value',
  rule: 'a value without a tag (!…): programs read them differently',
  remedy: 'remove the tag; put text in quotes',
};
const ALIAS: NodeAdvice = {
  affects: 'text',
  rule: 'an alias (*name) of an anchor (&name) that stands before it; names are letters, digits, - and _',
  remedy: 'put text that begins with * or & in quotes',
};
const KEY: NodeAdvice = { affects: 'key', rule: 'a key is text', remedy: 'put the key in quotes' };
const UNCLEAR: NodeAdvice = {
  affects: 'value',
  rule: `text, or a number that all programs read alike: decimal, without leading zeros and _, at most ${Number.MAX_SAFE_INTEGER}`,
  remedy: 'put it in quotes if it is text or a day; otherwise write the number plainly',
};
const IN_FLOW: NodeAdvice = {
  affects: 'text',
  rule: 'inside of [ ] and { }, text without quotes holds no ?, begins with no :, and a key ends with a colon and a blank',
  remedy: 'put it in quotes',
};
const BLOCK: NodeAdvice = {
  affects: 'value',
  rule: 'a block of text (| or >) begins with its first line, indented by spaces: programs read others differently',
  remedy: 'remove what is before it, or put the text in quotes',
};
const ESCAPE: NodeAdvice = {
  affects: 'text',
  rule: 'an escape that all programs read: not \\/, and no half of a character (\\ud83d)',
  remedy: 'write the character itself',
};

/** Texts that one of the two readers takes for a number or a time. */
const NUMBER_OR_TIME =
  /^(?:[-+]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.[\d_]+)(?:[eE][-+]?\d+)?|\.inf|\.nan)|\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?)$/i;
/** A number that both read, and take for the same. */
const DECIMAL = /^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Whether a text without quotes means the same to both. */
function isClear(plain: string): boolean {
  if (!NUMBER_OR_TIME.test(plain)) return true;
  const value = Number(plain);
  return DECIMAL.test(plain) && Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Offset in the text → where that is, for people. */
type Locate = (offset: number) => string;

function nodeFaults(document: Document, text: string, locate: Locate): readonly YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, (_, node, ancestors) => {
    if (!isNode(node)) return undefined;
    const parent = ancestors.at(-1);
    const written = text.slice(...(node.range ?? [0, 0])).trimEnd();
    const isKnown = !isAlias(node) || isResolved(node, document, ancestors);
    const isBroken = ancestors.some(isFlow) && breaksInFlow(node, text);
    const advice = isKnown ? (nodeAdvice(node, written, parent) ?? (isBroken ? IN_FLOW : undefined)) : ALIAS;
    const path = pathOf([...ancestors, node]);
    if (advice !== undefined) faults.push({ position: locate(node.range?.[0] ?? 0), path, written, ...advice });
    // Else nothing of the text could be read.
    return isKnown ? undefined : new Scalar(null);
  });
  return faults;
}

function nodeAdvice(node: Node, written: string, parent: unknown): NodeAdvice | undefined {
  if (isPair(parent) && parent.key === node) {
    if (keyText(node) === MERGE_KEY) return MERGE;
    if (!isScalar(node) || node.value === null) return KEY;
    if (typeof node.value !== 'string' && keyText(node) !== written) return KEY;
  }
  if (isAlias(node)) return undefined;
  if (node.tag !== undefined) return TAG;
  const { anchor } = node;
  if (anchor !== undefined && !ANCHOR.test(anchor)) return ALIAS;
  if (!isScalar(node)) return undefined;
  if (node.type === Scalar.PLAIN) return isClear(written) ? undefined : UNCLEAR;
  if (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL)
    return /^\s/.test(String(node.value)) ? BLOCK : undefined;
  return node.type === Scalar.QUOTE_DOUBLE && OTHER_ESCAPE.test(written) ? ESCAPE : undefined;
}

function isFlow(node: unknown): boolean {
  return isCollection(node) && node.flow === true;
}

/** Go's reader ends a plain text there, or does not end it where YAML 1.2 does. */
function breaksInFlow(node: Node, text: string): boolean {
  if (!isScalar(node) || node.type !== Scalar.PLAIN) return false;
  const [from, end] = node.range ?? [0, 0];
  return /^:|\?/.test(text.slice(from, end)) || /^:[[\]{},]/.test(text.slice(end, end + 2));
}

/** Names that Go's reader takes. */
const ANCHOR = /^[\w-]+$/;
const OTHER_ESCAPE = /(?<!\\)(?:\\\\)*\\(?:\/|u[dD][89a-fA-F])/;

function isResolved(alias: Alias, document: Document, ancestors: readonly unknown[]): boolean {
  const target = alias.resolve(document);
  return ANCHOR.test(alias.source) && target !== undefined && !ancestors.includes(target);
}

/** The key of a merge, also in quotes: Go's reader ignores the quotes. */
const MERGE_KEY = '<<';

function keyText(key: unknown): string {
  if (!isScalar(key)) return '?';
  const { value } = key;
  if (typeof value === 'symbol') return MERGE_KEY;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Keys and indices on the way to the last of these nodes. */
function pathOf(nodes: readonly unknown[]): YamlFault['path'] {
  return nodes.flatMap((node, depth): YamlFault['path'] => {
    if (isPair(node)) return [keyText(node.key)];
    return isSeq(node) && depth < nodes.length - 1 ? [node.items.indexOf(nodes[depth + 1])] : [];
  });
}
