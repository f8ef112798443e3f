/** A rule in compressed time: the same question of the same lines, when minutes have become seconds. */
import { createRequire } from 'node:module';
import type * as Logql from '@grafana/lezer-logql' with { 'resolution-mode': 'import' };
import type { SyntaxNode } from '@lezer/common' with { 'resolution-mode': 'import' };
import { parseDuration } from '../config/units';
import type { Rule, RuleGroup } from './schema';

// The package has a CommonJS side too, but no types for it.
const { BytesRate, Duration, Offset, parser, Range, RangeAggregationExpr, RangeOp, Rate, RateCounter, UnwrapExpr } =
  createRequire(__filename)('@grafana/lezer-logql') as typeof Logql;

/** A part of the text, and what stands there instead. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * LogQL whose ranges and offsets are shorter by a factor. A rate stays what it is per second of the time before: it is
 * written as the count that it divides, divided by the uncompressed range. Durations in the lines (`duration > 1s`) are
 * the lines' own and stay.
 *
 * @throws Error where the text is no LogQL.
 */
export function compressLogql(expr: string, factor: number): string {
  const edits: Edit[] = [];
  let isAfterOffset = false;
  parser.parse(expr).iterate({
    enter: ({ node, type }) => {
      const text = expr.slice(node.from, node.to);
      // The grammar does not know an offset after a pipeline, which Loki does; all of it is still there as tokens.
      if (type.isError && !isOffset(text)) throw new Error(notLogql(expr, node));
      if (type.id === RangeAggregationExpr) edits.push(...perSecond(node, expr, factor));
      if (type.id === Duration && (isAfterOffset || node.parent?.type.id === Range)) {
        edits.push({ from: node.from, to: node.to, text: `${compressed(text, factor)}ms` });
      }
      if (type.id === Offset) isAfterOffset = true;
      if (type.id === Duration) isAfterOffset = false;
    },
  });
  return edits
    .sort((a, b) => b.from - a.from || b.to - a.to)
    .reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), expr);
}

const isOffset = (text: string): boolean => /^(?:offset|-?[\dhmsdwyµun.]+)$/.test(text.trim());

function notLogql(expr: string, { from, to }: SyntaxNode): string {
  return `not LogQL at character ${from + 1}: ${expr.slice(from, Math.max(to, from + 20)) || 'it ends too early'}`;
}

function perSecond(node: SyntaxNode, expr: string, factor: number): readonly Edit[] {
  const operation = node.getChild(RangeOp)?.firstChild;
  const range = descendant(node, Range);
  if (operation === null || operation === undefined || range === undefined) return [];
  const counted = descendant(node, UnwrapExpr) === undefined ? 'count_over_time' : 'sum_over_time';
  const seconds = milliseconds(expr.slice(range.from + 1, range.to - 1)) / 1000;
  const divided = (name: string, by: number): readonly Edit[] => [
    { from: node.from, to: operation.to, text: `(${name}` },
    { from: node.to, to: node.to, text: ` / ${by})` },
  ];
  switch (operation.type.id) {
    case Rate:
      return divided(counted, seconds);
    case BytesRate:
      return divided('bytes_over_time', seconds);
    case RateCounter:
      return divided('rate_counter', factor);
    default:
      return [];
  }
}

function descendant(node: SyntaxNode, type: number): SyntaxNode | undefined {
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const found = child.type.id === type ? child : descendant(child, type);
    if (found !== undefined) return found;
  }
  return undefined;
}

function milliseconds(text: string): number {
  const duration = parseDuration(text.trim());
  if (duration === undefined) throw new Error(`a range of ${text.trim()}: write it in whole ms, s, m, h, d or w`);
  return duration.milliseconds;
}

/** Loki's ranges know no part of a millisecond. */
function compressed(text: string, factor: number): number {
  return Math.max(1, Math.round(milliseconds(text) / factor));
}

/** What stands in the ruler's file of a rule; a recording rule is an alert there, of which the ruler tells the value. */
export function compressRule(rule: Rule, factor: number): Readonly<Record<string, unknown>> {
  const { alert, record, expr, labels, annotations, for: pending = 0 } = rule;
  return {
    alert: alert ?? record,
    expr: compressLogql(expr, factor),
    ...(pending === 0 ? {} : { for: `${Math.round(pending / factor)}ms` }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** How fast a group goes. */
export interface Pace {
  readonly factor: number;
  /** Milliseconds between two evaluations. */
  readonly interval: number;
}

/** A group in compressed time, with a rule behind all others. */
export function compressGroup(group: RuleGroup, { factor, interval }: Pace, last: object): object {
  const rules = group.rules.map((rule) => compressRule(rule, factor));
  return { groups: [{ ...groupHead(group, interval), rules: [...rules, last] }] };
}

/** The same group with that rule alone. */
export function emptyGroup(group: RuleGroup, interval: number, last: object): object {
  return { groups: [{ ...groupHead(group, interval), rules: [last] }] };
}

function groupHead({ name, limit }: RuleGroup, interval: number): object {
  return { name, interval: `${interval}ms`, ...(limit === undefined ? {} : { limit }) };
}
