/** Panels of metrics, from the Prometheus datasource. Explore is in each panel's own menu. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder as PrometheusQuery } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { byValue, fixed, NEUTRAL } from './colors';
import { chart, refIdOf, type Series, type SizedPanel, type TimeSeriesProps } from './panels';

/** uid of the Prometheus datasource that Grafana is provisioned with. */
export const PROMETHEUS_DATASOURCE_UID = 'prometheus';
const PROMETHEUS_DATASOURCE = { type: 'prometheus', uid: PROMETHEUS_DATASOURCE_UID } as const;

/** Long enough for a rate at every resolution. */
const STEP = '$__rate_interval';

/** Growth of a counter per second, summed over all series by these labels. */
export function perSecond(by: readonly string[], series: string): string {
  return `${sumBy(by)}(rate(${series}[${STEP}]))`;
}

/** Growth of a counter in the time range of the dashboard. */
export function inRange(by: readonly string[], series: string): string {
  return `${sumBy(by)}(increase(${series}[$__range]))`;
}

/**
 * Requests per second by the class of their answer. A class without any would be an edge, red if it is 5xx, on the areas of the others.
 *
 * @param status - label with the status.
 * @param noAnswer - its value where no answer came. @default - there is always one
 */
export function byClass(requests: string, status: string, noAnswer?: string): string {
  const classes = `label_replace(rate(${requests}[${STEP}]), "class", "\${1}xx", "${status}", "(.).*")`;
  const all =
    noAnswer === undefined ? classes : `label_replace(${classes}, "class", "no answer", "${status}", "${noAnswer}")`;
  return `sum by (class) (${all}) > 0`;
}

/** A quantile of a histogram, by these labels. */
export function quantile(of: number, by: readonly string[], buckets: string): string {
  return `histogram_quantile(${of}, sum by (${['le', ...by].join(', ')}) (rate(${buckets}[${STEP}])))`;
}

/** A result, or one 0 where there is none, whose label says so: Grafana would show "No data". */
export function orNone(label: string, expr: string): string {
  return `${expr} or on() label_replace(vector(0), "${label}", "none", "", "")`;
}

function sumBy(labels: readonly string[]): string {
  return labels.length === 0 ? 'sum' : `sum by (${labels.join(', ')}) `;
}

export interface MetricsProps extends TimeSeriesProps {
  /** A line is drawn there: what lies above it is an alert's. @default - none */
  readonly limit?: number;
}

/** Series over time, a third of the width by default. */
export function metrics({
  series,
  unit = 'short',
  style = 'lines',
  colors = {},
  limit,
  ...props
}: MetricsProps): SizedPanel {
  const builder = chart(unit, colors);
  if (limit !== undefined)
    builder
      .thresholds(byValue('text', [limit, 'red']))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  if (style === 'bars') builder.fillOpacity(30).stacking(stacked());
  return sized(builder, series, props, 'range');
}

/** A series, and its colours by value. */
export interface Reading extends Series {
  /** @default - one colour, whatever the value is */
  readonly thresholds?: dashboard.ThresholdsConfigBuilder;
}

export interface ReadingsProps extends Omit<TimeSeriesProps, 'style' | 'colors' | 'series'> {
  readonly series: readonly Reading[];
  /** What is shown where there is no series. @default none */
  readonly noValue?: string;
}

/** The latest value of each series. */
export function latest({ series, unit = 'short', noValue = 'none', ...props }: ReadingsProps): SizedPanel {
  const builder = new StatPanel()
    .unit(unit)
    .noValue(noValue)
    .colorScheme(fixed(NEUTRAL))
    // By itself Grafana does not name a single one.
    .textMode(common.BigValueTextMode.ValueAndName);
  series.forEach(({ thresholds }, index) => {
    if (thresholds === undefined) return;
    const color = new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds).build();
    builder.overrideByQuery(refIdOf(index), [
      { id: 'color', value: color },
      { id: 'thresholds', value: thresholds.build() },
    ]);
  });
  return sized(builder, series, props, 'instant');
}

function stacked(): common.StackingConfigBuilder {
  return new common.StackingConfigBuilder().mode(common.StackingMode.Normal);
}

function sized(
  builder: TimeseriesPanel | StatPanel,
  series: readonly Series[],
  { title, description, width = 8, height = 8 }: Omit<TimeSeriesProps, 'series'>,
  kind: 'range' | 'instant',
): SizedPanel {
  builder
    .title(title)
    .datasource(PROMETHEUS_DATASOURCE)
    .targets(
      series.map(({ expr, legend }, index) => {
        const query = new PrometheusQuery().refId(refIdOf(index)).expr(expr);
        return (kind === 'range' ? query.range() : query.instant()).legendFormat(legend);
      }),
    );
  if (description !== undefined) builder.description(description);
  return { builder, width, height };
}
