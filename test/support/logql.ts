/** Every LogQL query that Grafana has, and what each asks for by name. */
import { createRequire } from 'node:module';
import type * as Logql from '@grafana/lezer-logql' with { 'resolution-mode': 'import' };
import type { SyntaxNode } from '@lezer/common' with { 'resolution-mode': 'import' };
import { datasources } from '../../src/components/grafana/datasources';
import { SAVED_QUERIES } from '../../src/dashboards/saved-queries';
import { exploreOf, interpolate, model, panels } from '../../programs/dashboards';
import { everythingConfig } from './config';

// The package has a CommonJS side too, but no types for it.
const {
  Identifier,
  JsonExpressionParser,
  LabelExtractionExpression,
  LabelFormatMatcher,
  LabelParser,
  Matcher,
  ...logql
} = createRequire(__filename)('@grafana/lezer-logql') as typeof Logql;
const { MetricExpr, parser, Selector, String: LogqlString } = logql;

// ---- every query that there is

export interface NamedQuery {
  /** Where it stands. */
  readonly of: string;
  readonly expr: string;
  readonly queryType: string;
}

export interface ProvisionedField {
  readonly name: string;
  readonly matcherType: string;
  readonly matcherRegex: string;
  readonly url: string;
}

/** What Grafana keeps of text in a provisioning file: `$$` is a `$`. */
export const provisioned = (text: string): string => text.replaceAll('$$', () => '$');

/** The Loki datasource's derived fields, as Grafana has them once it is provisioned. */
export function derivedFieldsOf(config = everythingConfig()): readonly ProvisionedField[] {
  const { datasources: all } = datasources(config) as {
    readonly datasources: readonly { readonly jsonData?: { readonly derivedFields?: readonly ProvisionedField[] } }[];
  };
  return (all[0]?.jsonData?.derivedFields ?? []).map((field) => ({
    ...field,
    matcherRegex: provisioned(field.matcherRegex),
    url: provisioned(field.url),
  }));
}

/** A derived field's URL as Grafana follows it from a line with this value. */
export const followed = ({ url }: ProvisionedField, value: string): string =>
  interpolate(url, { '__value.raw': value, __from: '1700000000000', __to: '1700003600000' });

/** Every query of every panel, annotation, variable, derived field and saved query, variables not filled in. */
export function everyQuery(): readonly NamedQuery[] {
  return [
    ...panels.flatMap(({ title, targets }) =>
      targets.map(({ refId, expr, queryType }) => ({ of: `panel "${title}" ${refId}`, expr, queryType })),
    ),
    ...model.annotations.list.map(({ name, expr }) => ({ of: `annotation "${name}"`, expr, queryType: 'range' })),
    ...derivedFieldsOf()
      .filter(({ url }) => url.startsWith('/explore'))
      .flatMap((field) =>
        exploreOf(followed(field, 'abc123')).queries.map(({ expr, queryType }) => ({
          of: `derived field ${field.name}`,
          expr,
          queryType,
        })),
      ),
    ...SAVED_QUERIES.map(({ title, expr }) => ({ of: `saved query "${title}"`, expr, queryType: 'range' })),
  ];
}

// ---- what a query is made of

/** Names that a query asks for, and where it could find them. */
export interface Names {
  /** Texts that are no LogQL. */
  readonly errors: readonly string[];
  /** It counts or measures: one line with an error fails it. */
  readonly isMetric: boolean;
  /** Values that the selectors ask `job` for, with their operator. */
  readonly jobs: readonly (readonly [operator: string, value: string])[];
  readonly labels: readonly string[];
  /** Asked for beside labels and structured metadata: in a JSON line, after `| json`. */
  readonly parsed: readonly string[];
  /** Asked for where the line was not parsed: of labels or structured metadata. */
  readonly unparsed: readonly string[];
  /** Made by the query itself, with a regular expression or a template. */
  readonly made: readonly string[];
}

/** Parses a query whose variables are filled in. */
export function namesOf(expr: string): Names {
  const errors: string[] = [];
  const metrics: string[] = [];
  const jobs: (readonly [string, string])[] = [];
  const labels: string[] = [];
  const made: string[] = [];
  const used: string[] = [];
  const parsers: string[] = [];
  const text = ({ from, to }: { readonly from: number; readonly to: number }): string => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter: (reference) => {
      const { node, type } = reference;
      if (type.id === MetricExpr) metrics.push(text(node));
      if (type.isError) errors.push(text(node) || `at ${node.from}: ${expr.slice(node.from)}`);
      if ((type.id === LabelParser && text(node) === 'json') || type.id === JsonExpressionParser)
        parsers.push(text(node));
      if (type.id === LabelParser || type.id === LabelExtractionExpression || type.id === LabelFormatMatcher)
        made.push(...madeBy(node, text));
      if (type.id === Identifier && !isMade(node)) {
        if (within(node, Selector)) labels.push(text(node));
        else used.push(text(node));
      }
      if (type.id === Matcher && within(node, Selector) && text(node).startsWith('job')) {
        const [, operator = '', value = ''] = /^job\s*(=~|=)\s*"(.*)"$/.exec(text(node)) ?? [];
        jobs.push([operator, value]);
      }
    },
  });
  // What comes in a template is asked for as well.
  used.push(...[...expr.matchAll(/\{\{[^}]*?\.(\w+)[^}]*\}\}/g)].map(([, name = '']) => name));
  const asked = used.filter((name) => !made.includes(name) && name !== '__error__');
  return {
    errors,
    isMetric: metrics.length > 0,
    jobs,
    labels,
    parsed: parsers.length > 0 ? asked : [],
    unparsed: parsers.length > 0 ? [] : asked,
    made,
  };
}

function madeBy(node: SyntaxNode, text: (node: SyntaxNode) => string): readonly string[] {
  if (node.type.id === LabelParser) {
    const expression = node.getChild(LogqlString);
    if (expression === null) return [];
    return [...text(expression).matchAll(/\?P<(\w+)>|<([a-z]\w*)>/gi)].map(
      ([, group, pattern]) => group ?? pattern ?? '',
    );
  }
  const name = node.getChild(Identifier);
  return name === null ? [] : [text(name)];
}

const isMade = (node: SyntaxNode): boolean =>
  node.parent?.type.id === LabelFormatMatcher || node.parent?.type.id === LabelExtractionExpression;

function within(node: SyntaxNode, type: number): boolean {
  for (let parent = node.parent; parent !== null; parent = parent.parent) if (parent.type.id === type) return true;
  return false;
}
