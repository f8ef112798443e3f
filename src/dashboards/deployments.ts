/** Deployments, as lines across every chart. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { ACTIONS, FIELDS, LABELS } from '../log-model';
import { LOKI_DATASOURCE, VARIABLES } from './explore';
import { is, type Streams } from './logql';

/** Records that say that something was deployed: docs/queries.md tells how a pipeline writes one. */
const deployments = ({ stream }: Streams): string =>
  `${stream({ job: ['=~', VARIABLES.job] })} ${is(FIELDS.action, ACTIONS.deployment)} | json`;

export function deploymentAnnotations(streams: Streams): dashboard.AnnotationQueryBuilder {
  const expr = deployments(streams);
  return (
    new dashboard.AnnotationQueryBuilder()
      .name('Deployments')
      .datasource(LOKI_DATASOURCE)
      .enable(true)
      .iconColor('blue')
      // Grafana's Loki datasource reads these of the annotation itself; `target` is where other datasources have their query.
      .expr(expr)
      .titleFormat(`{{${LABELS.service}}}`)
      .textFormat(`{{${FIELDS.message}}}`)
      .tagKeys(LABELS.service)
      .target(new LokiQuery().refId('Deployments').expr(expr).queryType('range'))
  );
}
