/** The kinds of panels that the dashboard has. Each links to Explore with its own queries. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as LogsPanel } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { type ExploreQuery, exploreUrl, LOKI_DATASOURCE } from './explore';

/** Columns of Grafana's grid. */
export const COLUMNS = 24;

/** A panel and the room it takes. */
export interface SizedPanel {
  readonly builder: PlacedBuilder;
  /** Columns of {@link COLUMNS}. */
  readonly width: number;
  /** Rows of 30 pixels. */
  readonly height: number;
}

interface PlacedBuilder extends Builder<dashboard.Panel> {
  id(id: number): this;
  gridPos(position: dashboard.GridPos): this;
}

/** A query and how its series are called. */
export interface Series {
  readonly expr: string;
  readonly legend: string;
}

export interface PanelProps {
  readonly title: string;
  /** Explanation, shown at its title. @default - nothing */
  readonly description?: string;
  /** @default 24 */
  readonly width?: number;
  /** @default 8 */
  readonly height?: number;
}

export interface SeriesProps extends PanelProps {
  readonly series: readonly Series[];
}

export interface TimeSeriesProps extends SeriesProps {
  /** Grafana's id of the unit. @default short */
  readonly unit?: string;
  /** `bars` are stacked: counts that add up. @default lines */
  readonly style?: 'bars' | 'lines';
}

export interface LogsProps extends PanelProps {
  readonly expr: string;
}

/** Lines, newest first. */
export function logs({ expr, height = 10, ...props }: LogsProps): SizedPanel {
  const builder = new LogsPanel()
    .showTime(true)
    .enableLogDetails(true)
    .wrapLogMessage(true)
    .sortOrder(common.LogsSortOrder.Descending);
  return panel(builder, { ...props, height }, [{ expr, legend: '' }], 'range');
}

/** Series over time. */
export function timeSeries({ series, unit = 'short', style = 'lines', ...props }: TimeSeriesProps): SizedPanel {
  const builder = new TimeseriesPanel().unit(unit).min(0);
  if (style === 'bars')
    builder
      .drawStyle(common.GraphDrawStyle.Bars)
      .fillOpacity(60)
      .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  return panel(builder, props, series, 'range');
}

/** One number for each series, over the whole time range. */
export function numbers({ series, ...props }: SeriesProps): SizedPanel {
  return panel(new StatPanel(), props, series, 'instant');
}

/** A bar for each series, longest first, over the whole time range. */
export function ranking({ series, width = 8, ...props }: SeriesProps): SizedPanel {
  const builder = new BarGaugePanel()
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .min(0)
    .noValue('none');
  return panel(builder, { ...props, width }, series, 'instant');
}

type AnyPanel = LogsPanel | TimeseriesPanel | StatPanel | BarGaugePanel;

function panel(
  builder: AnyPanel,
  { title, description, width = COLUMNS, height = 8 }: PanelProps,
  series: readonly Series[],
  queryType: ExploreQuery['queryType'],
): SizedPanel {
  const queries = series.map(({ expr }, index) => ({ refId: String.fromCharCode(65 + index), expr, queryType }));
  builder
    .title(title)
    .datasource(LOKI_DATASOURCE)
    .targets(
      queries.map(({ refId, expr }, index) => {
        const target = new LokiQuery().refId(refId).expr(expr).queryType(queryType);
        const { legend = '' } = series[index] ?? {};
        return legend === '' ? target : target.legendFormat(legend);
      }),
    )
    .links([
      new dashboard.DashboardLinkBuilder('Explore')
        .type(dashboard.DashboardLinkType.Link)
        .url(exploreUrl({ queries }))
        .targetBlank(true),
    ]);
  if (description !== undefined) builder.description(description);
  return { builder, width, height };
}
