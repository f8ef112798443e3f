/** Queries in dashboards, rule files and ConfigMaps: every mapping with an `expr`, and variables of dashboards. */
import { parseAllDocuments } from 'yaml';
import { isMapping } from '../../../config/mapping';

/** A query as it was found. */
export interface FoundQuery {
  /** Panel and query, alert or variable, for people. */
  readonly where: string;
  readonly expr: string;
  /** What its datasource or its resource says of its language; undefined where nothing does. */
  readonly language: 'logql' | 'other' | undefined;
  /** The label whose values a variable lists; then the expression is a selector, or empty. */
  readonly listed?: string;
}

/** A file's text as trees. @throws Error that says where it cannot be read. */
export function treesOf(text: string): readonly unknown[] {
  const json = jsonOf(text);
  if (json !== undefined) return [json];
  return parseAllDocuments(text, { logLevel: 'error', uniqueKeys: false }).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(error.message.split('\n')[0] ?? '');
    return document.toJS({ maxAliasCount: 1000 }) as unknown;
  });
}

/** Tabs, which JSON may be indented by, are none of YAML. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is known around a value. */
interface Around {
  readonly names: readonly string[];
  readonly language: FoundQuery['language'];
}

export function queriesOf(tree: unknown): readonly FoundQuery[] {
  const found: FoundQuery[] = [];
  const visit = (value: unknown, around: Around): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, around);
    if (!isMapping(value)) return;
    const language = languageOf(value) ?? around.language;
    const names = [...around.names, ...namesOf(value)];
    const where = names.slice(-2).join(', ') || 'a query';
    const { expr } = value;
    if (typeof expr === 'string' && expr.trim() !== '') found.push({ where, expr: expr.trim(), language });
    const variable = variableOf(value);
    if (variable !== undefined) found.push({ where, language, ...variable });
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'string') visitText(key, inner, { names, language });
      else visit(inner, { names, language });
    }
  };
  /** ConfigMaps and other resources have files as texts. */
  const visitText = (key: string, text: string, around: Around): void => {
    if (!FILE.test(key) || !/\bexpr\b/.test(text)) return;
    for (const inner of treesOf(text)) visit(inner, { ...around, names: [...around.names, key] });
  };
  visit(tree, { names: [], language: undefined });
  return found;
}

/** Keys of texts that are files of their own: by their endings, and as Grafana's operator has dashboards. */
const FILE = /\.(?:json|ya?ml|rules|txt)$|^json$/i;

/** Keys by which people know a part of a file, in the order in which they are shown. */
const NAMES = ['title', 'alert', 'record', 'name', 'refId'];

function namesOf(value: Readonly<Record<string, unknown>>): readonly string[] {
  const key = NAMES.find((one) => typeof value[one] === 'string' && value[one] !== '');
  return key === undefined ? [] : [`${key === 'title' || key === 'name' ? '' : `${key} `}${String(value[key])}`];
}

/** Kinds of resources that have rules in one language. */
const KINDS: Readonly<Record<string, FoundQuery['language']>> = {
  PrometheusRule: 'other',
  LokiRule: 'logql',
  AlertingRule: 'logql',
  RecordingRule: 'logql',
};

function languageOf(value: Readonly<Record<string, unknown>>): FoundQuery['language'] {
  const { datasource, datasourceUid, group, kind, apiVersion } = value;
  if (typeof kind === 'string' && typeof apiVersion === 'string') return KINDS[kind];
  // The second model of dashboards has a query's type as its group.
  if (typeof group === 'string' && kind === 'DataQuery') return ofName(group);
  if (typeof datasourceUid === 'string') return ofName(datasourceUid);
  if (typeof datasource === 'string') return ofName(datasource);
  if (!isMapping(datasource)) return undefined;
  const { type, uid } = datasource;
  return ofName(type) ?? ofName(uid);
}

/** A variable, or a word for several at once, says nothing. */
function ofName(name: unknown): FoundQuery['language'] {
  if (typeof name !== 'string' || name === '' || /[$[]|^--|^(?:datasource|grafana|mixed|__expr__)$/i.test(name))
    return undefined;
  if (/loki/i.test(name)) return 'logql';
  return /prom|mimir|thanos|victoria|tempo|elastic|influx|sql|cloudwatch|graphite|testdata|jaeger/i.test(name)
    ? 'other'
    : undefined;
}

const LABEL_VALUES = /^label_values\(\s*(?:(\{.*\})\s*,\s*)?([\w-]+)\s*\)$/s;

/** A variable that lists the values of a label: as a call, or as an object of Loki's editor. */
function variableOf({
  type,
  query,
}: Readonly<Record<string, unknown>>): Pick<FoundQuery, 'expr' | 'listed'> | undefined {
  if (type !== 'query') return undefined;
  if (typeof query === 'string') {
    const [, selector = '', listed] = LABEL_VALUES.exec(query.trim()) ?? [];
    return listed === undefined ? undefined : { expr: selector, listed };
  }
  if (!isMapping(query) || typeof query['label'] !== 'string' || query['label'] === '') return undefined;
  const stream = query['stream'];
  return { expr: typeof stream === 'string' ? stream : '', listed: query['label'] };
}
