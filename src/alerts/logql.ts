/** What a LogQL expression asks for, without asking Loki. */
import { createRequire } from 'node:module';
import type * as Grammar from '@grafana/lezer-logql' with { 'resolution-mode': 'import' };
import type { SyntaxNode } from '@lezer/common' with { 'resolution-mode': 'import' };

/** One matcher of a stream selector. */
export interface StreamMatcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Expression {
  /** Texts that are no LogQL; nothing else is told where there is one. */
  readonly errors: readonly string[];
  /** Whether it has numbers as its result, and not lines. */
  readonly isMetric: boolean;
  readonly matchers: readonly StreamMatcher[];
  /** Names in filters, groupings and `unwrap` that the expression does not make itself. */
  readonly names: readonly string[];
  /** Whether a parser may make names that only a line knows: `| json`, `| logfmt`, `| unpack`. */
  readonly isOpen: boolean;
}

let loaded: typeof Grammar | undefined;

/** The grammar takes some 20 ms to load, and a stack without alerts needs none. Its CommonJS side has no types of its own. */
function grammar(): typeof Grammar {
  loaded ??= createRequire(__filename)('@grafana/lezer-logql') as typeof Grammar;
  return loaded;
}

/** Stacks have most of their rules in common, and several are rendered at once. */
const known = new Map<string, Expression>();

/** Parses an expression whose variables are filled in. */
export function parseExpression(expr: string): Expression {
  const parsed = known.get(expr) ?? parse(expr);
  known.set(expr, parsed);
  return parsed;
}

function parse(expr: string): Expression {
  const { parser, MetricExpr, Matcher, Identifier, Selector, LabelParser, LabelExtractionExpression, ...more } =
    grammar();
  const { LabelFormatMatcher, JsonExpressionParser, LogfmtParser, LogfmtExpressionParser, String: Quoted } = more;
  const errors: string[] = [];
  const matchers: StreamMatcher[] = [];
  const names: string[] = [];
  const made: string[] = [];
  let isMetric = false;
  let isOpen = false;
  const text = ({ from, to }: { readonly from: number; readonly to: number }): string => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter: ({ node, type }) => {
      if (type.isError) errors.push(text(node) || `at ${node.from}: ${expr.slice(node.from)}`);
      if (type.id === MetricExpr) isMetric = true;
      if (type.id === Matcher && within(node, Selector)) matchers.push(matcherOf(text(node)));
      if (type.id === LogfmtParser) isOpen = true;
      if (type.id === LabelParser) {
        if (/^(?:json|unpack)\b/.test(text(node))) isOpen = true;
        const pattern = node.getChild(Quoted);
        if (pattern !== null) made.push(...namedIn(text(pattern)));
      }
      if (type.id === LabelExtractionExpression || type.id === LabelFormatMatcher) {
        const name = node.getChild(Identifier);
        if (name !== null) made.push(text(name));
      }
      if (type.id === Identifier && !within(node, Selector)) {
        const of = node.parent?.type.id;
        const isMade = of === LabelFormatMatcher || of === LabelExtractionExpression;
        const isParser = of === JsonExpressionParser || of === LogfmtExpressionParser;
        if (!isMade && !isParser) names.push(text(node));
      }
    },
  });
  return {
    errors,
    isMetric,
    matchers,
    names: [...new Set(names)].filter((name) => !made.includes(name) && !name.startsWith('__')),
    isOpen,
  };
}

function matcherOf(written: string): StreamMatcher {
  const [, label = '', operator = '', quoted = ''] = /^\s*(\w+)\s*(=~|!~|!=|=)\s*(.*)$/s.exec(written) ?? [];
  return { label, operator, value: quoted.slice(1, -1) };
}

/** Groups of a regular expression, and fields of a pattern. */
function namedIn(pattern: string): readonly string[] {
  return [...pattern.matchAll(/\?P<(\w+)>|<([a-z]\w*)>/gi)].map(([, group, field]) => group ?? field ?? '');
}

function within(node: SyntaxNode, type: number): boolean {
  for (let parent = node.parent; parent !== null; parent = parent.parent) if (parent.type.id === type) return true;
  return false;
}
