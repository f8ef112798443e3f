/** Metrics on the gateway's second port: of pods whose own port has an API as well, and of its certificate. */
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
