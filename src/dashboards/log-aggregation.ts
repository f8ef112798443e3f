/** "Spywatcher - Log Aggregation": the main logging dashboard. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { StackConfig } from '../config/schema';
import { CLUSTER_LABEL, LABELS, LEVELS } from '../log-model';
import { backendRow } from './backend-row';
import { deploymentAnnotations } from './deployments';
import { LOKI_DATASOURCE, VARIABLES } from './explore';
import { frontendRow } from './frontend-row';
import { place } from './layout';
import { stream, type Streams, streamsShown } from './logql';
import { nginxRow } from './nginx-row';
import { overview } from './overview';
import { pgbouncerRow } from './pgbouncer-row';
import { postgresRow } from './postgres-row';
import { redisRow } from './redis-row';
import { requestRow } from './request-row';
import { securityRow } from './security-row';

export const LOG_AGGREGATION_UID = 'spywatcher-log-aggregation';

/** Matches no namespace: none is called so. */
const NONE = '-';

/** The dashboard as Grafana's JSON model. */
export function logAggregationDashboard({
  namespaces,
  cluster,
}: Pick<StackConfig, 'namespaces' | 'cluster'>): dashboard.Dashboard {
  const byCluster = cluster !== undefined;
  const streams = streamsShown(byCluster);
  const builder = new dashboard.DashboardBuilder('Spywatcher - Log Aggregation')
    .uid(LOG_AGGREGATION_UID)
    .tags(['spywatcher', 'logs'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser');
  if (byCluster) builder.withVariable(clusters());
  builder
    .withVariable(jobs(streams))
    .withVariable(
      new dashboard.CustomVariableBuilder('level')
        .label('Level')
        .values(LEVELS.join(','))
        .multi(true)
        .includeAll(true)
        .allValue('.*')
        .current({ text: 'All', value: '$__all', selected: true }),
    )
    .withVariable(ownLines(namespaces))
    .withVariable(new dashboard.TextBoxVariableBuilder('search').label('Search').defaultValue(''))
    .withVariable(new dashboard.TextBoxVariableBuilder('requestId').label('Request id').defaultValue(''))
    .annotation(deploymentAnnotations(streams));
  place(builder, overview(streams), [
    requestRow(streams),
    backendRow(streams),
    securityRow(streams),
    frontendRow(streams),
    postgresRow(streams),
    redisRow(streams),
    pgbouncerRow(streams),
    nginxRow(streams),
  ]);
  return builder.build();
}

/** The clusters to choose from. Lines without the label are of none of them, and shown with all of them. */
function clusters(): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(CLUSTER_LABEL)
    .label('Cluster')
    .datasource(LOKI_DATASOURCE)
    .query({ label: CLUSTER_LABEL, refId: CLUSTER_LABEL, stream: stream({ job: ['=~', '.+'] }), type: 1 })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all', selected: true });
}

/** The jobs to choose from. */
function jobs({ stream: shown }: Streams): dashboard.QueryVariableBuilder {
  return (
    new dashboard.QueryVariableBuilder('job')
      .label('Job')
      .datasource(LOKI_DATASOURCE)
      .query({
        label: LABELS.job,
        refId: 'job',
        stream: shown({ job: ['=~', '.+'], namespace: ['!~', VARIABLES.own] }),
        type: 1,
      })
      .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
      .multi(true)
      .includeAll(true)
      // As good as `.+`, whose plus would be a space in the URL of a link.
      .allValue('..*')
      .current({ text: 'All', value: '$__all', selected: true })
  );
}

/**
 * The variable for lines of the stack's own pods. Its value is an expression for the namespaces that are left out.
 *
 * Both namespaces are left out at first, unless applications may run there too (`namespaces.adopt`).
 */
function ownLines({ logging, agents, adopt }: StackConfig['namespaces']): dashboard.CustomVariableBuilder {
  const leftOut = { text: 'left out', value: `${logging}|${agents}` };
  const shown = { text: 'shown', value: NONE };
  return new dashboard.CustomVariableBuilder('own')
    .label('Stack’s own lines')
    .values([leftOut, shown].map(({ text, value }) => `${text} : ${value}`).join(','))
    .current({ ...(adopt ? shown : leftOut), selected: true });
}
