/** Deployments, as lines across every chart. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { ACTIONS, FIELDS, LABELS } from '../log-model';
import { LOKI_DATASOURCE, VARIABLES } from './explore';
import { is, stream } from './logql';

/** Records that say that something was deployed: docs/queries.md tells how a pipeline writes one. */
export const DEPLOYMENTS = `${stream({ job: ['=~', VARIABLES.job] })} ${is(FIELDS.action, ACTIONS.deployment)} | json`;

export function deploymentAnnotations(): dashboard.AnnotationQueryBuilder {
  return (
    new dashboard.AnnotationQueryBuilder()
      .name('Deployments')
      .datasource(LOKI_DATASOURCE)
      .enable(true)
      .iconColor('blue')
      // Grafana's Loki datasource reads these of the annotation itself; `target` is where other datasources have their query.
      .expr(DEPLOYMENTS)
      .titleFormat(`{{${LABELS.service}}}`)
      .textFormat(`{{${FIELDS.message}}}`)
      .tagKeys(LABELS.service)
      .target(new LokiQuery().refId('Deployments').expr(DEPLOYMENTS).queryType('range'))
  );
}
