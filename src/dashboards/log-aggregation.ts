/** "Spywatcher - Log Aggregation": the main logging dashboard. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { StackConfig } from '../config/schema';
import { LABELS, LEVELS } from '../log-model';
import { BACKEND_ROW } from './backend-row';
import { deploymentAnnotations } from './deployments';
import { LOKI_DATASOURCE, VARIABLES } from './explore';
import { FRONTEND_ROW } from './frontend-row';
import { place } from './layout';
import { stream } from './logql';
import { NGINX_ROW } from './nginx-row';
import { OVERVIEW } from './overview';
import { PGBOUNCER_ROW } from './pgbouncer-row';
import { POSTGRES_ROW } from './postgres-row';
import { REDIS_ROW } from './redis-row';
import { REQUEST_ROW } from './request-row';
import { SECURITY_ROW } from './security-row';

export const LOG_AGGREGATION_UID = 'spywatcher-log-aggregation';

/** Streams of the jobs to choose from. */
const NOT_HIDDEN = stream({ job: ['=~', '.+'], namespace: ['!~', VARIABLES.own] });

/** Matches no namespace: none is called so. */
const NONE = '-';

/** The dashboard as Grafana's JSON model. */
export function logAggregationDashboard({ namespaces }: Pick<StackConfig, 'namespaces'>): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder('Spywatcher - Log Aggregation')
    .uid(LOG_AGGREGATION_UID)
    .tags(['spywatcher', 'logs'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .withVariable(
      new dashboard.QueryVariableBuilder('job')
        .label('Job')
        .datasource(LOKI_DATASOURCE)
        .query({ label: LABELS.job, refId: 'job', stream: NOT_HIDDEN, type: 1 })
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        // As good as `.+`, whose plus would be a space in the URL of a link.
        .allValue('..*')
        .current({ text: 'All', value: '$__all', selected: true }),
    )
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
    .annotation(deploymentAnnotations());
  place(builder, OVERVIEW, [
    REQUEST_ROW,
    BACKEND_ROW,
    SECURITY_ROW,
    FRONTEND_ROW,
    POSTGRES_ROW,
    REDIS_ROW,
    PGBOUNCER_ROW,
    NGINX_ROW,
  ]);
  return builder.build();
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
