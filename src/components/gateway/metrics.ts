/** The metrics on the gateway's second port: those of pods whose own port also has an API, and those of its certificate. */
import type { StackConfig } from '../../config';
import { alertmanagerPods } from '../kit/addresses';
import { GATEWAY } from '../kit/identity';
import { metricsPods } from '../loki/pods';
import { CERTIFICATE_METRIC } from './tls';

/** The path of the metrics of each pod. */
export function pathsOfGateway({
  deployment,
  alertmanager,
  gateway,
}: Pick<StackConfig, 'deployment' | 'alertmanager' | 'gateway'>): readonly {
  readonly path: string;
  readonly pod: string;
}[] {
  return [
    ...[...metricsPods(deployment), ...alertmanagerPods({ alertmanager })].map((pod) => ({
      pod,
      path: `/${pod}/metrics`,
    })),
    ...(gateway.tls === undefined ? [] : [{ pod: GATEWAY.name, path: CERTIFICATE_METRIC }]),
  ];
}
