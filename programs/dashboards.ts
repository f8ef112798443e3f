/** The dashboards as Grafana reads their JSON: panels, queries, and what it fills in for variables. */
import type { StackConfig } from '../src/config';
import { defaults } from '../src/config/defaults';
import { logAggregationDashboard } from '../src/dashboards/log-aggregation';
import { loggingStackDashboard } from '../src/dashboards/logging-stack';

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly queryType: string;
  readonly legendFormat?: string;
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly datasource: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly Target[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
}

export interface RowPanel {
  readonly id: number;
  readonly title: string;
  readonly type: 'row';
  readonly collapsed: boolean;
  readonly gridPos: Panel['gridPos'];
  readonly panels: readonly Panel[];
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: unknown;
  readonly allValue?: string;
  readonly includeAll?: boolean;
  readonly multi?: boolean;
  readonly current?: { readonly text: string; readonly value: string };
}

export interface Model {
  readonly title: string;
  readonly uid: string;
  readonly panels: readonly (Panel | RowPanel)[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
}

export interface Annotation {
  readonly name: string;
  readonly datasource: unknown;
  readonly expr: string;
  readonly titleFormat: string;
  readonly textFormat: string;
  readonly tagKeys: string;
  readonly target: Target;
}

/** As a stack with the default namespaces has it. */
export const model = JSON.parse(
  JSON.stringify(logAggregationDashboard({ namespaces: { ...defaults.namespaces, adopt: false } })),
) as Model;

export const isRow = (panel: Panel | RowPanel): panel is RowPanel => panel.type === 'row';
/** Rows apart: those of the top, then those of each row. */
export const panels: readonly Panel[] = model.panels.flatMap((panel) => (isRow(panel) ? panel.panels : [panel]));

/** What is selected on the dashboard. A list is of a variable with several values. */
export type Selection = Readonly<Record<string, string | readonly string[]>>;

/** The dashboard as it is opened, over the last hour. */
export const AT_FIRST: Selection = {
  job: '..*',
  level: '.*',
  own: `${defaults.namespaces.logging}|${defaults.namespaces.agents}`,
  search: '',
  requestId: 'abc123',
  __auto: '1m',
  __range: '3600s',
};

type Format = (value: string | readonly string[]) => string;

const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const joined = (value: string | readonly string[], by: string): string =>
  typeof value === 'string' ? value : value.join(by);

const FORMATS: Readonly<Record<string, Format>> = {
  raw: (value) => joined(value, ','),
  pipe: (value) => joined(value, '|'),
  percentencode: (value) => percentEncoded(typeof value === 'string' ? value : `{${value.join(',')}}`),
};

/** What Grafana's Loki datasource makes of a value that says no format. "All" is given as the text that stands for it. */
const ofLoki: Format = (value) =>
  typeof value === 'string'
    ? value.replaceAll("'", "\\\\'")
    : value
        .map((one) => one.replaceAll('\\', '\\\\\\\\').replaceAll(/[$^*{}[\]+?.()|]/g, '\\\\$&'))
        .map((one) => one.replaceAll("'", "\\\\'"))
        .join('|');

/** Fills in the variables of this selection; another one stays as it is. */
export function interpolate(text: string, selection: Selection, byDefault: Format = ofLoki): string {
  return text.replaceAll(
    /\$(\w+)|\$\{([\w.]+)(?::(\w+))?\}/g,
    (written: string, plain?: string, braced?: string, format?: string) => {
      const value = selection[plain ?? braced ?? ''];
      if (value === undefined) return written;
      const formatted = format === undefined ? byDefault : FORMATS[format];
      if (formatted === undefined) throw new Error(`Grafana has no format "${format ?? ''}" that this test knows`);
      return formatted(value);
    },
  );
}

/** The queries of the one pane that a link to Explore opens, and its time range. */
export function exploreOf(url: string): { readonly queries: readonly Target[]; readonly range: object } {
  const { pathname, searchParams } = new URL(url, 'http://grafana.test');
  if (pathname !== '/explore' || searchParams.get('schemaVersion') !== '1') throw new Error(`not of Explore: ${url}`);
  const [pane] = Object.values(JSON.parse(searchParams.get('panes') ?? '') as Record<string, ExplorePane>);
  if (pane === undefined) throw new Error(`no pane: ${url}`);
  return pane;
}

interface ExplorePane {
  readonly datasource: string;
  readonly queries: readonly Target[];
  readonly range: object;
}

// ---- the dashboard of the stack itself, which asks a Prometheus

/** A panel of metrics, as far as it is looked at. */
export interface MetricPanel extends Omit<Panel, 'targets'> {
  readonly targets: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly instant?: boolean;
    readonly range?: boolean;
  }[];
}

export interface MetricQuery {
  /** Where it stands. */
  readonly of: string;
  readonly expr: string;
  readonly instant: boolean;
}

/** The dashboard of a stack. */
export function stackModel(config: StackConfig): Model {
  return JSON.parse(JSON.stringify(loggingStackDashboard(config))) as Model;
}

/** Its panels, those of the top first. */
export function metricPanels(config: StackConfig): readonly MetricPanel[] {
  return stackModel(config).panels.flatMap((panel) => (isRow(panel) ? panel.panels : [panel]));
}

/** Every query of every panel, Grafana's variables not filled in. */
export function everyMetricQuery(config: StackConfig): readonly MetricQuery[] {
  return metricPanels(config).flatMap(({ title, targets }) =>
    targets.map(({ refId, expr, instant = false }) => ({ of: `panel "${title}" ${refId}`, expr, instant })),
  );
}

/** Fills in Grafana's variables of time. */
export function withTimes(
  expr: string,
  { rateInterval, range }: { readonly rateInterval: string; readonly range: string },
): string {
  return expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$__range', range);
}
