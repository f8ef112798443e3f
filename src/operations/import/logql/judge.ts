/** Whether a query finds here what it found, and the query that does. */
import type { SyntaxNode } from '@lezer/common' with { 'resolution-mode': 'import' };
import { matcherOf } from '../../../alerts/logql-checks';
import { logqlGrammar, logqlTree, namedIn, parseExpression } from '../../../alerts/logql';
import { fulfils } from '../../../config/selector';
import { LABELS } from '../../../log-model';
import { type Change, changeOf, type Condition, namesLevels } from './condition';
import { counterpartOf, NEW_LABELS, type Origin } from './label-map';
import { fillVariables } from './variables';

export interface Judgement {
  readonly verdict:
    /** It finds what it found; a level finds all of its spellings. */
    | 'good'
    /** Another one does. */
    | 'rewrite'
    | 'nothing'
    /** It is no LogQL, at least not without the values of its variables. */
    | 'unreadable';
  /** The other one, where it could be made. */
  readonly rewritten?: string;
  readonly why: readonly string[];
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Every stream has it. */
const ANY_STREAM = `${LABELS.job}=~".+"`;

export function judge(query: string, origin: Origin): Judgement {
  const filled = fillVariables(query);
  const parsed = parseExpression(filled.text);
  const [error] = parsed.errors;
  if (error !== undefined)
    return { verdict: 'unreadable', why: [`it is no LogQL at: ${filled.restore(error).trim().slice(0, 60)}`] };
  if (parsed.matchers.length === 0 && filled.hasVariable(filled.text))
    return { verdict: 'unreadable', why: ['its selectors are in variables'] };
  const reader = new Reader(filled.text, filled.hasVariable, origin);
  reader.read();
  const why = [...new Set(reader.why)].map(filled.restore);
  if (reader.findsNothing) return { verdict: 'nothing', why };
  if (reader.edits.length === 0) return why.length === 0 ? { verdict: 'good', why } : { verdict: 'rewrite', why };
  const rewritten = edited(filled.text, reader.edits);
  const after = parseExpression(rewritten);
  const isLogql = after.errors.length === 0 && after.faults.length <= parsed.faults.length;
  return { verdict: 'rewrite', why, ...(isLogql ? { rewritten: filled.restore(rewritten) } : {}) };
}

function edited(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((after, { from, to, text: part }) => after.slice(0, from) + part + after.slice(to), text);
}

/** Goes through a query, and notes what has to change. */
class Reader {
  readonly edits: Edit[] = [];
  readonly why: string[] = [];
  findsNothing = false;
  private readonly grammar = logqlGrammar();

  constructor(
    private readonly query: string,
    private readonly hasVariable: (part: string) => boolean,
    private readonly origin: Origin,
  ) {}

  read(): void {
    const { Selector, Identifier, LabelName, Matcher, LabelFilter } = this.grammar;
    logqlTree(this.query).iterate({
      enter: ({ node, type }) => {
        if (type.id === Selector) {
          this.readSelector(node);
          return false;
        }
        if (type.id === Matcher && node.parent?.type.id === LabelFilter) {
          this.readFilter(node);
          return false;
        }
        if (type.id === Identifier || type.id === LabelName) this.readName(node);
        return true;
      },
    });
  }

  private readonly text = ({ from, to }: { readonly from: number; readonly to: number }): string =>
    this.query.slice(from, to);

  private conditionOf(node: SyntaxNode): Condition {
    const quoted = node.getChild(this.grammar.String);
    const text = quoted === null ? '""' : this.text(quoted);
    return { ...matcherOf(node, this.text, this.grammar), quoted: text, isVariable: this.hasVariable(text) };
  }

  private matchersIn(selector: SyntaxNode): readonly SyntaxNode[] {
    const matchers: SyntaxNode[] = [];
    selector.cursor().iterate(({ node, type }) => {
      if (type.id === this.grammar.Matcher) matchers.push(node);
    });
    return matchers;
  }

  private note({ why, findsNothing = false }: Pick<Change, 'why' | 'findsNothing'>): void {
    this.why.push(why);
    if (findsNothing) this.findsNothing = true;
  }

  /** A selector takes labels alone; what is beside the lines is filtered behind it. */
  private readSelector(node: SyntaxNode): void {
    const found = this.matchersIn(node).map((matcher) => {
      const condition = this.conditionOf(matcher);
      const change = this.hasVariable(condition.label) ? undefined : changeOf(condition, this.origin);
      return { condition, change, labels: change?.labels ?? [this.text(matcher)] };
    });
    const changes = found.flatMap(({ change }) => change ?? []);
    if (changes.length === 0) return;
    for (const change of changes) this.note(change);
    const matchers = found.flatMap(({ labels }) => labels);
    const filters = changes.flatMap((change) => change.filters);
    const demandsSome = found.some(({ condition, labels }) => labels.length > 0 && fulfils('', condition) !== true);
    // Loki takes no selector that every stream fulfils.
    const selector = `{${[...(demandsSome ? [] : [ANY_STREAM]), ...matchers].join(', ')}}`;
    const end = node.from + this.text(node).trimEnd().length;
    this.edits.push({ from: node.from, to: end, text: selector });
    if (filters.length > 0) this.filterBehind(node, end, filters);
  }

  /** A range may stand before the pipeline or behind it, but not within. */
  private filterBehind(selector: SyntaxNode, end: number, filters: readonly string[]): void {
    const text = filters.map((filter) => `| ${filter}`).join(' ');
    const { Range, PipelineExpr } = this.grammar;
    const pipeline = selector.parent?.getChild(PipelineExpr) ?? null;
    const range = selector.parent?.getChild(Range) ?? null;
    if (pipeline !== null && range !== null && range.from < pipeline.from)
      this.edits.push({ from: pipeline.from, to: pipeline.from, text: `${text} ` });
    else this.edits.push({ from: end, to: end, text: ` ${text}${/^[[\w|!]/.test(this.query.slice(end)) ? ' ' : ''}` });
  }

  /** A filter finds labels and what is beside the line alike, until a parser brings names of its own. */
  private readFilter(node: SyntaxNode): void {
    const condition = this.conditionOf(node);
    const name = node.getChild(this.grammar.Identifier);
    const { isOpen, made } = this.parsersBefore(node);
    if (name === null || made.includes(condition.label) || this.isOwn(condition.label)) return;
    if (isOpen && NEW_LABELS.includes(condition.label)) {
      if (condition.label === LABELS.level && namesLevels(condition)) return;
      this.edits.push({ from: name.from, to: name.to, text: `${condition.label}_extracted` });
      this.note({
        why: `\`${condition.label}\` is a label here: that of the line itself is \`${condition.label}_extracted\``,
      });
      return;
    }
    const counterpart = counterpartOf(condition.label, this.origin);
    if (counterpart.kind === 'metadata' && condition.label === counterpart.name) return;
    if (isOpen && counterpart.kind !== 'label') return;
    const change = changeOf(condition, this.origin);
    if (change === undefined) return;
    const instead = [...change.labels, ...change.filters];
    this.note({ why: change.why, findsNothing: change.findsNothing === true && !this.isAlternative(node) });
    if (instead.length > 0)
      this.edits.push({
        from: node.from,
        to: node.to,
        text: instead.length > 1 ? `(${instead.join(' and ')})` : (instead[0] ?? ''),
      });
  }

  /** Whether lines may come through another side of an `or`. */
  private isAlternative(node: SyntaxNode): boolean {
    for (let parent = node.parent; parent?.type.id === this.grammar.LabelFilter; parent = parent.parent)
      if (parent.getChild(this.grammar.Or) !== null) return true;
    return false;
  }

  /** A name elsewhere: in a grouping, `unwrap`, `keep`, `label_format`. */
  private readName(node: SyntaxNode): void {
    const name = this.text(node);
    const { Labels, LabelFormatMatcher, LabelExtractionExpression } = this.grammar;
    const of = node.parent?.type.id;
    if (of === LabelExtractionExpression || this.isOwn(name)) return;
    if (of === LabelFormatMatcher && node.parent?.firstChild?.from === node.from) return;
    const { isOpen, made } = this.parsersBefore(node);
    if (made.includes(name)) return;
    const counterpart = counterpartOf(name, this.origin);
    if (counterpart.kind === 'label' || (counterpart.kind === 'metadata' && !isOpen)) {
      if (counterpart.name === name) return;
      this.edits.push({ from: node.from, to: node.to, text: counterpart.name });
      this.why.push(`\`${name}\` is \`${counterpart.name}\` here`);
    } else if (counterpart.kind === 'none' && !isOpen && of === Labels) {
      this.edits.push(this.withoutName(node));
      this.why.push(`\`${name}\`: ${counterpart.instead}; groups are without it`);
    }
  }

  /** A name in a list is removed with one of the commas around it. */
  private withoutName({ from, to }: SyntaxNode): Edit {
    const [after = ''] = /^\s*,\s*/.exec(this.query.slice(to)) ?? [];
    const [before = ''] = after === '' ? (/,\s*$/.exec(this.query.slice(0, from)) ?? []) : [];
    return { from: from - before.length, to: to + after.length, text: '' };
  }

  private isOwn(name: string): boolean {
    return name.startsWith('__') || name.endsWith('_extracted') || this.hasVariable(name);
  }

  /** What has been made of the line before a part of the query: in its own pipeline, or in any for what stands outside of them. */
  private parsersBefore(node: SyntaxNode): { readonly isOpen: boolean; readonly made: readonly string[] } {
    const g = this.grammar;
    let pipeline: SyntaxNode | null = node;
    while (pipeline !== null && ![g.LogExpr, g.LogRangeExpr].includes(pipeline.type.id)) pipeline = pipeline.parent;
    const made: string[] = [];
    let isOpen = false;
    (pipeline ?? logqlTree(this.query).topNode).cursor().iterate(({ node: inner, type }) => {
      if (pipeline !== null && inner.from > node.from) return;
      if (type.id === g.LogfmtParser) isOpen = true;
      if (type.id === g.LabelParser) {
        if (/^(?:json|unpack)\b/.test(this.text(inner))) isOpen = true;
        const pattern = inner.getChild(g.String);
        if (pattern !== null) made.push(...namedIn(this.text(pattern)));
      }
      if (type.id === g.LabelExtractionExpression || type.id === g.LabelFormatMatcher) {
        const name = inner.getChild(g.Identifier);
        if (name !== null) made.push(this.text(name));
      }
    });
    return { isOpen, made };
  }
}
