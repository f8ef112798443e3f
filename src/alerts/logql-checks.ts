/** Checks of LogQL that follows the grammar but that Loki refuses: its lexer, parser and pipelines have more rules. */
import { BlockList, isIP } from 'node:net';
import type * as Grammar from '@grafana/lezer-logql' with { 'resolution-mode': 'import' };
import type { SyntaxNode, Tree } from '@lezer/common' with { 'resolution-mode': 'import' };
import { fulfils, type Matcher } from '../config/selector';
import { isLogqlDuration, isPrometheusDuration } from '../syntax/go-duration';
import { templateFault } from '../syntax/go-template';
import { unquoted } from '../syntax/go-text';
import { re2, re2Fault } from '../syntax/re2';

/** The broken rule, and the remedy. */
export interface LogqlFault {
  readonly rule: string;
  readonly remedy: string;
}

/** Text of a node. */
export type TextOf = (node: { readonly from: number; readonly to: number }) => string;
type Check = (node: SyntaxNode, text: TextOf) => readonly LogqlFault[];

/** Words that Loki reads as its own wherever they stand, in any case. The grammar takes some of them as names. */
const KEYWORDS =
  'and bool by decolorize drop group_left group_right ignoring json keep label_format line_format logfmt of offset on or pattern regexp unless unpack unwrap variants without'.split(
    ' ',
  );
const NUMBER = /^(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const JSON_PATH = /^(?:[A-Za-z_]\w*|\["[^"\]]*"\]|\[\d{1,18}\])(?:\.[A-Za-z_]\w*|\["[^"\]]*"\]|\[\d{1,18}\])*$/;
const LOGFMT_KEY = /^(?:[A-Za-z_]\w*|"[^"\]]*")$/;

/** Range functions that need `unwrap`, those that must not have it, and those that may. */
const WITH_UNWRAP =
  'avg_over_time sum_over_time max_over_time min_over_time stddev_over_time stdvar_over_time quantile_over_time rate_counter first_over_time last_over_time'.split(
    ' ',
  );
const WITHOUT_UNWRAP = ['bytes_over_time', 'bytes_rate', 'count_over_time'];
const WITH_GROUPING =
  'avg_over_time stddev_over_time stdvar_over_time quantile_over_time max_over_time min_over_time first_over_time last_over_time'.split(
    ' ',
  );
const WITH_COUNT = ['topk', 'bottomk'];

/** Functions of `line_format` and `label_format`, besides Go's own. */
const LOGQL_FUNCTIONS =
  '__line__ __timestamp__ ToLower ToUpper Replace Trim TrimLeft TrimRight TrimPrefix TrimSuffix TrimSpace regexReplaceAll regexReplaceAllLiteral count urldecode urlencode bytes duration duration_seconds unixEpochMillis unixEpochNanos toDateInZone unixToTime alignLeft alignRight b64enc b64dec lower upper title trunc substr contains hasPrefix hasSuffix indent nindent replace repeat trim trimAll trimSuffix trimPrefix int float64 add sub mul div mod addf subf mulf divf max min maxf minf ceil floor round fromJson date toDate now unixEpoch default'.split(
    ' ',
  );

const fault = (rule: string, remedy: string): readonly LogqlFault[] => [{ rule, remedy }];
const NONE: readonly LogqlFault[] = [];

/** Everything that Loki would have against the expression, of which the grammar has made this tree. */
export function logqlFaults(expr: string, tree: Tree, grammar: typeof Grammar): readonly LogqlFault[] {
  const checks = checksOf(grammar);
  const text: TextOf = ({ from, to }) => expr.slice(from, to);
  const faults: LogqlFault[] = [];
  tree.iterate({ enter: ({ node, type }) => void faults.push(...(checks.get(type.id)?.(node, text) ?? NONE)) });
  return faults;
}

function checksOf(grammar: typeof Grammar): ReadonlyMap<number, Check> {
  const g = grammar;
  const strings = (node: SyntaxNode, text: TextOf): readonly string[] =>
    node.getChildren(g.String).map((child) => unquoted(text(child)) ?? '');
  return new Map<number, Check>([
    [g.String, (node, text) => (unquoted(text(node)) === undefined ? escapes(text(node)) : NONE)],
    [g.Identifier, (node, text) => identifier(text(node))],
    [g.Number, (node, text) => number(text(node))],
    [g.Duration, (node, text) => (node.parent?.type.id === g.Range ? NONE : duration(text(node)))],
    [g.Range, (node, text) => [...range(text(node)), ...offset(text({ from: node.to, to: Infinity }))]],
    [g.ParserFlag, (node, text) => flag(text(node), text({ from: node.to, to: node.to + 1 }))],
    [g.Selector, (node, text) => selector(node.getChild(g.Matchers), text, g)],
    [g.Matcher, (node, text) => matcher(matcherOf(node, text, g))],
    [g.LineFilter, (node, text) => lineFilter(node, text, g)],
    [g.OrFilter, (node, text) => lineFilter(node, text, g)],
    [
      g.LabelParser,
      (node, text) => [
        ...(node.getChild(g.Regexp) === null ? NONE : strings(node, text).flatMap(regexpParser)),
        ...(node.getChild(g.Pattern) === null ? NONE : strings(node, text).flatMap(patternParser)),
      ],
    ],
    [g.JsonExpressionParser, (node, text) => extractions(node, text, g, JSON_PATH, 'a path such as a.b[0]["c d"]')],
    [g.LogfmtExpressionParser, (node, text) => extractions(node, text, g, LOGFMT_KEY, 'a key such as status')],
    [g.LineFormatExpr, (node, text) => strings(node, text).flatMap(template)],
    [g.LabelFormatExpr, (node, text) => labelFormat(node, text, g)],
    [g.LabelFormatMatcher, (node, text) => strings(node, text).flatMap(template)],
    [g.IpLabelFilter, (node, text) => strings(node, text).flatMap(address)],
    [g.RangeAggregationExpr, (node, text) => rangeAggregation(node, text, g)],
    [g.VectorAggregationExpr, (node, text) => vectorAggregation(node, text, g)],
    [g.BinOpExpr, (node, text) => binary(node, text, g)],
    [g.LabelReplaceExpr, (node, text) => strings(node, text).slice(3).flatMap(expression)],
  ]);
}

const escapes = (quoted: string): readonly LogqlFault[] =>
  fault(
    'texts with escapes that Go knows',
    `replace ${quoted}; write a backslash twice, or put the text in backquotes`,
  );

const identifier = (name: string): readonly LogqlFault[] =>
  KEYWORDS.includes(name.toLowerCase())
    ? fault('names that are no words of LogQL', `replace ${name}; | label_format gives a label another name`)
    : NONE;

const number = (written: string): readonly LogqlFault[] =>
  NUMBER.test(written) && Number.isFinite(Number(written))
    ? NONE
    : fault('decimal numbers', `replace ${written}, for example with 0.5 or 1e6`);

const duration = (written: string): readonly LogqlFault[] =>
  isLogqlDuration(written) ? NONE : fault('durations', `replace ${written}, for example with 1h30m`);

const range = (written: string): readonly LogqlFault[] =>
  isPrometheusDuration(written.slice(1, -1))
    ? NONE
    : fault('ranges in whole numbers, larger units first', `replace ${written}, for example with [1h30m]`);

const offset = (after: string): readonly LogqlFault[] => {
  const [, written] = /^\s*offset\s+(-?\d[\w.µ]*)/i.exec(after) ?? [];
  return written === undefined ? NONE : duration(written);
};

/** Loki reads a flag until the next character that is neither a letter nor a hyphen. */
const flag = (written: string, after: string): readonly LogqlFault[] =>
  /[\p{L}-]/u.test(after) ? fault('flags with a blank behind them', `write ${written} and a blank`) : NONE;

const expression = (written: string): readonly LogqlFault[] => {
  const why = re2Fault(written);
  return why === undefined
    ? NONE
    : fault(`regular expressions in RE2 syntax; RE2 says: ${why}`, `replace ${written}; in backquotes, a \\ is one`);
};

const template = (written: string): readonly LogqlFault[] => {
  const why = templateFault(written, { functions: LOGQL_FUNCTIONS });
  return why === undefined ? NONE : fault(`templates that Go can read; ${why}`, 'write for example {{.status}}');
};

/** A matcher as label, operator and value. An unreadable text is reported for the text itself. */
export function matcherOf(node: SyntaxNode, text: TextOf, g: typeof Grammar): Matcher {
  const [label, quoted] = [node.getChild(g.Identifier), node.getChild(g.String)].map((part) =>
    part === null ? '' : text(part),
  );
  const operator = (
    [
      [g.Neq, '!='],
      [g.Re, '=~'],
      [g.Nre, '!~'],
    ] as const
  ).find(([type]) => node.getChild(type) !== null)?.[1];
  return { label: label ?? '', operator: operator ?? '=', value: unquoted(quoted ?? '') ?? '' };
}

function matcher({ operator, value }: Matcher): readonly LogqlFault[] {
  return operator === '=~' || operator === '!~' ? expression(value) : NONE;
}

/** A selector without such a matcher would select everything. */
function selector(matchers: SyntaxNode | null, text: TextOf, g: typeof Grammar): readonly LogqlFault[] {
  const all: SyntaxNode[] = [];
  matchers?.cursor().iterate(({ node, type }) => {
    if (type.id === g.Matcher) all.push(node);
  });
  return all.some((one) => fulfils('', matcherOf(one, text, g)) !== true)
    ? NONE
    : fault(
        'selectors with a matcher that a stream without the label does not fulfil',
        'write for example {job=~".+"} in place of {job=~".*"}',
      );
}

function lineFilter(node: SyntaxNode, text: TextOf, g: typeof Grammar): readonly LogqlFault[] {
  const written = node.getChild(g.String);
  if (written === null) return NONE; // of several with `or`, each is a filter of its own
  const value = unquoted(text(written)) ?? '';
  const operator = operatorOf(node, text, g);
  if (node.getChild(g.FilterOp) !== null) {
    const isOne = node.type.id === g.LineFilter && node.parent?.getChild(g.Or) === null;
    if (!isOne || (operator !== '|=' && operator !== '!='))
      return fault('ip(…) by itself, after |= or !=', 'write for example |= ip("10.0.0.0/8")');
    return address(value);
  }
  if (operator === '|~' || operator === '!~') return expression(value);
  return operator === '|>' || operator === '!>' ? patternFilter(value) : NONE;
}

/** The operator of a filter; in a list with `or`, it stands only before the first text. */
function operatorOf(node: SyntaxNode, text: TextOf, g: typeof Grammar): string {
  for (let at: SyntaxNode | null = node; at !== null; at = at.parent)
    for (let inner: SyntaxNode | null = at; inner !== null; inner = inner.getChild(g.LineFilter)) {
      const filter = inner.getChild(g.Filter);
      if (filter !== null) return text(filter);
    }
  return '';
}

function regexpParser(written: string): readonly LogqlFault[] {
  const read = re2(written);
  if (typeof read === 'string') return expression(written);
  return read.names.length > 0
    ? NONE
    : fault('a regexp parser with a named group', `name the groups of ${written}: (?P<status>[0-9]+)`);
}

const FIELD = /<[A-Za-z_]\w*>/g;
const fieldsOf = (pattern: string): readonly string[] => [...pattern.matchAll(FIELD)].map(([field]) => field);
const areNeighbours = (pattern: string): boolean => /<[A-Za-z_]\w*><[A-Za-z_]\w*>/.test(pattern);

function patternParser(pattern: string): readonly LogqlFault[] {
  const named = fieldsOf(pattern).filter((field) => field !== '<_>');
  return named.length > 0 && !areNeighbours(pattern) && new Set(named).size === named.length
    ? NONE
    : fault(
        'a pattern parser with a named field, each name once, and text between two fields',
        `replace ${pattern}, for example with <ip> - <_>`,
      );
}

function patternFilter(pattern: string): readonly LogqlFault[] {
  return fieldsOf(pattern).every((field) => field === '<_>') && !areNeighbours(pattern)
    ? NONE
    : fault(
        'a pattern filter with <_> alone, and text between two',
        `replace ${pattern}, for example with <_> error <_>`,
      );
}

function extractions(
  node: SyntaxNode,
  text: TextOf,
  g: typeof Grammar,
  form: RegExp,
  rule: string,
): readonly LogqlFault[] {
  const faults: LogqlFault[] = [];
  node.cursor().iterate(({ node: inner, type }) => {
    if (type.id !== g.LabelExtractionExpression) return;
    const written = inner.getChild(g.String);
    const path = written === null ? undefined : unquoted(text(written));
    if (path !== undefined && !form.test(path)) faults.push(...fault(rule, `replace ${path}`));
  });
  return faults;
}

function labelFormat(node: SyntaxNode, text: TextOf, g: typeof Grammar): readonly LogqlFault[] {
  const names: string[] = [];
  node.cursor().iterate(({ node: inner, type }) => {
    const name = type.id === g.LabelFormatMatcher ? inner.getChild(g.Identifier) : null;
    if (name !== null) names.push(text(name));
  });
  return new Set(names).size === names.length && !names.includes('__error__')
    ? NONE
    : fault('each label once in a label_format, and not __error__', 'write a second | label_format');
}

function address(pattern: string): readonly LogqlFault[] {
  return isAddresses(pattern)
    ? NONE
    : fault('an address, a CIDR or a range of addresses', `replace ${pattern}, for example with 10.0.0.0/8`);
}

function isAddresses(pattern: string): boolean {
  if (isIP(pattern) !== 0) return true;
  const [, base = '', bits = ''] = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(pattern) ?? [];
  if (isIP(base) !== 0) return Number(bits) <= (isIP(base) === 4 ? 32 : 128);
  const [from = '', to = '', ...more] = pattern.split('-');
  if (more.length > 0 || pattern.includes('%') || isIP(from) === 0 || isIP(from) !== isIP(to)) return false;
  try {
    new BlockList().addRange(from, to, isIP(from) === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false; // the end is before the beginning
  }
}

function rangeAggregation(node: SyntaxNode, text: TextOf, g: typeof Grammar): readonly LogqlFault[] {
  const operation = node.getChild(g.RangeOp);
  const name = operation === null ? '' : text(operation).toLowerCase();
  const isUnwrapped = holds(node, g.UnwrapExpr);
  return [
    ...(WITH_UNWRAP.includes(name) && !isUnwrapped
      ? fault(`${name} of numbers in the line`, 'add for example | unwrap duration before the range')
      : NONE),
    ...(WITHOUT_UNWRAP.includes(name) && isUnwrapped
      ? fault(`${name} of lines, without unwrap`, 'remove unwrap, or use sum_over_time')
      : NONE),
    ...((name === 'quantile_over_time') === (node.getChild(g.Number) === null)
      ? fault('a number as the first argument of quantile_over_time, and of no other range function', `look at ${name}`)
      : NONE),
    ...(node.getChild(g.Grouping) !== null && !WITH_GROUPING.includes(name)
      ? fault(`${name} without by and without`, `write for example sum by (job) (${name}(…))`)
      : NONE),
  ];
}

function vectorAggregation(node: SyntaxNode, text: TextOf, g: typeof Grammar): readonly LogqlFault[] {
  const operation = node.getChild(g.VectorOp);
  const name = operation === null ? '' : text(operation).toLowerCase();
  const argument = node.getChild(g.Number);
  const count = argument === null ? undefined : text(argument);
  const grouping = node.getChild(g.Grouping);
  return [
    ...((WITH_COUNT.includes(name) ? /^[1-9]\d{0,8}$/.test(count ?? '') : count === undefined)
      ? NONE
      : fault('a whole number above 0 as the first argument of topk and bottomk, and of no other', `look at ${name}`)),
    ...(name.startsWith('sort') && grouping?.getChild(g.Labels) !== null && grouping !== null
      ? fault('sort without by and without', `group before: ${name}(sum by (job) (…))`)
      : NONE),
  ];
}

function binary(node: SyntaxNode, text: TextOf, g: typeof Grammar): readonly LogqlFault[] {
  const sides = node.getChildren(g.Expr);
  const isSet = [g.And, g.Or, g.Unless].some((type) => node.getChild(type) !== null);
  return [
    ...(sides.some((side) => side.getChild(g.LogExpr) !== null)
      ? fault('numbers on both sides of an operator', 'count the lines: count_over_time({…} [5m])')
      : NONE),
    ...(isSet && sides.some((side) => isLiteral(side, g))
      ? fault('series on both sides of and, or and unless', `write vector(…) around ${sides.map(text).join(' or ')}`)
      : NONE),
  ];
}

/** A number, or what is reckoned of numbers alone. */
function isLiteral(node: SyntaxNode, g: typeof Grammar): boolean {
  if (node.type.id === g.LiteralExpr) return true;
  if (node.type.id === g.BinOpExpr) return node.getChildren(g.Expr).every((side) => isLiteral(side, g));
  const inner = node.firstChild;
  return (node.type.id === g.Expr || node.type.id === g.MetricExpr) && inner !== null && isLiteral(inner, g);
}

function holds(node: SyntaxNode, type: number): boolean {
  let isThere = false;
  node.cursor().iterate((inner) => void (isThere ||= inner.type.id === type));
  return isThere;
}
