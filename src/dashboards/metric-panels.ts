/** Panels of metrics, from the Prometheus datasource. Explore is in each panel's own menu. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder as PrometheusQuery } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Series, SizedPanel, TimeSeriesProps } from './panels';

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

/** A quantile of a histogram, by these labels. */
export function quantile(of: number, by: readonly string[], buckets: string): string {
  return `histogram_quantile(${of}, sum by (${['le', ...by].join(', ')}) (rate(${buckets}[${STEP}])))`;
}

function sumBy(labels: readonly string[]): string {
  return labels.length === 0 ? 'sum' : `sum by (${labels.join(', ')}) `;
}

/** Series over time, a third of the width by default. */
export function metrics({ series, unit = 'short', style = 'lines', ...props }: TimeSeriesProps): SizedPanel {
  const builder = new TimeseriesPanel().unit(unit).min(0);
  if (style === 'bars') builder.fillOpacity(30).stacking(stacked());
  return sized(builder, series, props, 'range');
}

/** The latest value of each series. */
export function latest({ series, unit = 'short', ...props }: Omit<TimeSeriesProps, 'style'>): SizedPanel {
  return sized(new StatPanel().unit(unit).noValue('none'), series, props, 'instant');
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
        const query = new PrometheusQuery().refId(String.fromCharCode(65 + index)).expr(expr);
        return (kind === 'range' ? query.range() : query.instant()).legendFormat(legend);
      }),
    );
  if (description !== undefined) builder.description(description);
  return { builder, width, height };
}
