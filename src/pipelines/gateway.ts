/** Lines of the gateway's access log that are counted: nginx has no metrics of refused and failed requests. */
import { LABELS } from '../log-model';
import { GATEWAY_COUNTERS, type GatewayCounter } from '../log-model/gateway-counters';

/** Labels of the gateway's lines. @param namespace - the gateway's. */
export function gatewayLabels(namespace: string): readonly (readonly [label: string, value: string])[] {
  return [
    [LABELS.app, 'gateway'],
    [LABELS.namespace, namespace],
  ];
}

/** RE2 for a line that is counted. */
export function lineOf(counter: GatewayCounter): string {
  return `"status":${GATEWAY_COUNTERS[counter].status},`;
}
