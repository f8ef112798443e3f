/** The dashboard of the stack itself, as Grafana reads its JSON, and what it asks a Prometheus. */
import type { StackConfig } from '../../src/config';
import { loggingStackDashboard } from '../../src/dashboards/logging-stack';
import { isRow, type Panel, type RowPanel } from './logql';

/** A panel as far as these tests look at it. */
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

interface Model {
  readonly title: string;
  readonly uid: string;
  readonly panels: readonly (Panel | RowPanel)[];
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
