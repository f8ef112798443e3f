/** The matchers, names and faults of a LogQL expression, found without Loki. */
import type * as Grammar from '@grafana/lezer-logql' with { 'resolution-mode': 'import' };
import type { SyntaxNode, Tree } from '@lezer/common' with { 'resolution-mode': 'import' };
import type { Matcher } from '../config/selector';
import { type LogqlFault, logqlFaults, matcherOf, type TextOf } from './logql-checks';

export interface Expression {
  /** Texts that are not LogQL. If there is one, nothing else is reported. */
  readonly errors: readonly string[];
  /** Faults that Loki would report although the expression follows the grammar. */
  readonly faults: readonly LogqlFault[];
  /** Whether its result is numbers, and not lines. */
  readonly isMetric: boolean;
  readonly matchers: readonly Matcher[];
  /** Names in filters, groupings and `unwrap` that the expression does not make itself. */
  readonly names: readonly string[];
  /** Whether a parser may make names that only a line knows: `| json`, `| logfmt`, `| unpack`. */
  readonly isOpen: boolean;
}

let loaded: typeof Grammar | undefined;

/** The grammar takes some 20 ms to load, and a stack without alerts needs none. Its CommonJS side has no types of its own. */
export function logqlGrammar(): typeof Grammar {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when there is something to parse, and still bundled
  loaded ??= require('@grafana/lezer-logql') as typeof Grammar;
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

const OFFSET = /(?<=\])\s*offset\s+-?\d[\w.µ]*/gi;

/** The tree of an expression, with the positions of its text. */
export function logqlTree(expr: string): Tree {
  // The grammar does not know an offset after `unwrap` with a pipeline, which Loki does; the check of the range reads it.
  return logqlGrammar().parser.parse(expr.replace(OFFSET, (offset) => ' '.repeat(offset.length)));
}

function parse(expr: string): Expression {
  const logql = logqlGrammar();
  const { MetricExpr, Matcher, Identifier, Selector, LabelParser, LabelExtractionExpression, ...more } = logql;
  const { LabelFormatMatcher, JsonExpressionParser, LogfmtParser, LogfmtExpressionParser, String: Quoted } = more;
  const errors: string[] = [];
  const matchers: Matcher[] = [];
  const names: string[] = [];
  const made: string[] = [];
  let isMetric = false;
  let isOpen = false;
  const text: TextOf = ({ from, to }) => expr.slice(from, to);
  const tree = logqlTree(expr);
  tree.iterate({
    enter: ({ node, type }) => {
      if (type.isError) errors.push(text(node) || `at ${node.from}: ${expr.slice(node.from)}`);
      if (type.id === MetricExpr) isMetric = true;
      if (type.id === Matcher && within(node, Selector)) matchers.push(matcherOf(node, text, logql));
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
    faults: errors.length > 0 ? [] : logqlFaults(expr, tree, logql),
    isMetric,
    matchers,
    names: [...new Set(names)].filter((name) => !made.includes(name) && !name.startsWith('__')),
    isOpen,
  };
}

/** Groups of a regular expression, and fields of a pattern. */
export function namedIn(pattern: string): readonly string[] {
  return [...pattern.matchAll(/\?P<(\w+)>|<([a-z]\w*)>/gi)].map(([, group, field]) => group ?? field ?? '');
}

function within(node: SyntaxNode, type: number): boolean {
  for (let parent = node.parent; parent !== null; parent = parent.parent) if (parent.type.id === type) return true;
  return false;
}
