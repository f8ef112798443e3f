/** The kinds of panels that the dashboard has. Each links to Explore with its own queries. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as LogsPanel } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { anyIs, type Color, fixed, NEUTRAL } from './colors';
import { type ExploreQuery, exploreUrl, LOKI_DATASOURCE } from './explore';
import { mostFrequent } from './logql';

/** Columns of Grafana's grid. */
export const COLUMNS = 24;

/** Unit of lines per second. Grafana's own unit of counts says `c/s`. */
export const LINES_PER_SECOND = 'suffix:lines/s';
/** Unit of anything else that is counted. */
export const PER_SECOND = 'suffix:/s';

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

/** A count: how it is called, and its colour. */
export interface Count extends Series {
  /** A colour that it always has, or one that it has from 1 on, being green without any. */
  readonly color: Color | { readonly any: Color };
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

export interface CountsProps extends PanelProps {
  readonly series: readonly Count[];
}

export interface TimeSeriesProps extends SeriesProps {
  /** Grafana's id of the unit. @default short */
  readonly unit?: string;
  /** `bars` are stacked: counts that add up. @default lines */
  readonly style?: 'bars' | 'lines';
  /** Colours of series, by their name. @default - as Grafana gives them out */
  readonly colors?: Readonly<Record<string, Color>>;
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
export function timeSeries({
  series,
  unit = 'short',
  style = 'lines',
  colors = {},
  ...props
}: TimeSeriesProps): SizedPanel {
  const builder = chart(unit, colors);
  if (style === 'bars')
    builder
      .drawStyle(common.GraphDrawStyle.Bars)
      .fillOpacity(60)
      .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  return panel(builder, props, series, 'range');
}

/**
 * One number for each series, over the whole time range; 0 where there is nothing.
 *
 * Of an instant query Grafana's Loki datasource makes a table, which no legend reaches: names and colours are given to the
 * column of each query.
 */
export function counts({ series, ...props }: CountsProps): SizedPanel {
  const builder = new StatPanel().unit('short').decimals(0);
  series.forEach(({ legend, color }, index) =>
    builder.overrideByQuery(refIdOf(index), [
      { id: 'displayName', value: legend },
      ...(typeof color === 'string'
        ? [{ id: 'color', value: fixed(color).build() }]
        : [{ id: 'thresholds', value: anyIs(color.any).build() }]),
    ]),
  );
  const orZero = series.map((one) => ({ ...one, expr: `${one.expr} or vector(0)` }));
  return panel(builder, props, orZero, 'instant');
}

export interface RankingProps extends PanelProps {
  /** Labels whose values are counted, in alphabetical order, as Loki's table has them. They name a bar. */
  readonly by: readonly string[];
  /** Query of the lines. */
  readonly lines: string;
}

/** The most frequent values of these labels over the whole time range: a bar for each, the longest first. */
export function ranking({ by, lines, width = 8, ...props }: RankingProps): SizedPanel {
  const builder = new BarGaugePanel()
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    // Each row of the table, not its last one.
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(true).calcs([]))
    .colorScheme(fixed(NEUTRAL))
    // Grafana gives a bar that is alone no name of its own. The columns of the table are the time, the labels and the number.
    .displayName(by.map((_, index) => `\${__cell_${index + 1}}`).join(' '))
    .min(0)
    .noValue('none');
  return panel(builder, { ...props, width }, [{ expr: mostFrequent(by, lines), legend: '' }], 'instant');
}

/** A chart from 0 on, with its legend, and with colours for series of these names. */
export function chart(unit: string, colors: Readonly<Record<string, Color>>): TimeseriesPanel {
  // The SDK leaves the legend out.
  const legend = new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true);
  const builder = new TimeseriesPanel().unit(unit).min(0).legend(legend);
  for (const [name, color] of Object.entries(colors))
    builder.overrideByName(name, [{ id: 'color', value: fixed(color).build() }]);
  return builder;
}

/** Letter of a panel's query. */
export function refIdOf(index: number): string {
  return String.fromCharCode(65 + index);
}

type AnyPanel = LogsPanel | TimeseriesPanel | StatPanel | BarGaugePanel;

function panel(
  builder: AnyPanel,
  { title, description, width = COLUMNS, height = 8 }: PanelProps,
  series: readonly Series[],
  queryType: ExploreQuery['queryType'],
): SizedPanel {
  const queries = series.map(({ expr }, index) => ({ refId: refIdOf(index), expr, queryType }));
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
