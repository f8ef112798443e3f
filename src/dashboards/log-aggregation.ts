/** "Spywatcher - Log Aggregation": the main logging dashboard. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as common from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as LogsPanel } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { LABELS, LEVELS } from '../log-model';

/** uid of the Loki datasource that Grafana is provisioned with. */
export const LOKI_DATASOURCE_UID = 'loki';
export const LOG_AGGREGATION_UID = 'spywatcher-log-aggregation';

const datasource = { type: 'loki', uid: LOKI_DATASOURCE_UID };
const selected = `{${LABELS.job}=~"$job", ${LABELS.level}=~"$level"}`;
/** Lines without a level belong to the viewer too: `.*` matches the absent label. */
const searched = `${selected} |~ "(?i)$search"`;

/** The dashboard as Grafana's JSON model. */
export function logAggregationDashboard(): dashboard.Dashboard {
  return new dashboard.DashboardBuilder('Spywatcher - Log Aggregation')
    .uid(LOG_AGGREGATION_UID)
    .tags(['spywatcher', 'logs'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .withVariable(labelVariable('job', 'Job', LABELS.job))
    .withVariable(
      new dashboard.CustomVariableBuilder('level')
        .label('Level')
        .values(LEVELS.join(','))
        .multi(true)
        .includeAll(true)
        .allValue('.*')
        .current({ text: 'All', value: '$__all', selected: true }),
    )
    .withVariable(new dashboard.TextBoxVariableBuilder('search').label('Search').defaultValue(''))
    .withPanel(
      new TimeseriesPanel()
        .title('Log Volume by Level')
        .datasource(datasource)
        .gridPos({ x: 0, y: 0, w: 16, h: 8 })
        .drawStyle(common.GraphDrawStyle.Bars)
        .fillOpacity(60)
        .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
        .withTarget(
          query('A', `sum by (${LABELS.level}) (count_over_time(${searched} [$__auto]))`).legendFormat(
            `{{${LABELS.level}}}`,
          ),
        ),
    )
    .withPanel(
      ['error', 'warn', 'info'].reduce(
        (panel, level, index) =>
          panel.withTarget(
            query(
              String.fromCharCode(65 + index),
              `sum(count_over_time({${LABELS.job}=~"$job", ${LABELS.level}="${level}"} |~ "(?i)$search" [$__range]))`,
            )
              .queryType('instant')
              .legendFormat(level),
          ),
        new StatPanel().title('Log Counts by Level').datasource(datasource).gridPos({ x: 16, y: 0, w: 8, h: 8 }),
      ),
    )
    .withPanel(logs('Application Logs', searched, 8))
    .withPanel(logs('Security Logs', `{${LABELS.job}="security"} |~ "(?i)$search"`, 18))
    .withPanel(logs('Error Logs', `{${LABELS.job}=~"$job", ${LABELS.level}="error"} |~ "(?i)$search"`, 28))
    .build();
}

function labelVariable(name: string, label: string, loki: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ label: loki, refId: name, stream: '', type: 1 })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: 'All', value: '$__all', selected: true });
}

function logs(title: string, expr: string, y: number): LogsPanel {
  return new LogsPanel()
    .title(title)
    .datasource(datasource)
    .gridPos({ x: 0, y, w: 24, h: 10 })
    .showTime(true)
    .enableLogDetails(true)
    .wrapLogMessage(true)
    .sortOrder(common.LogsSortOrder.Descending)
    .withTarget(query('A', expr));
}

function query(refId: string, expr: string): LokiQuery {
  return new LokiQuery().refId(refId).expr(expr).queryType('range');
}
