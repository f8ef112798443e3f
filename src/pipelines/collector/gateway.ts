/**
 * Counts refused and failed requests in the lines of the gateway's access log: nginx has no metrics of them. The gateway's records
 * are copied to a pipeline with a filter for each counter, and the copies end there. A filter counts what it takes out.
 */
import { LABELS } from '../../log-model';
import { GATEWAY_COUNTERS, type GatewayCounter, gatewayFilter } from '../../log-model/gateway-counters';
import { all, BODY, literal, matches } from './ottl';

type Component = Readonly<Record<string, unknown>>;

/** @param namespace - the gateway's. */
export function gatewayCounters(namespace: string): {
  /** Condition of the gateway's records: asked once for each source. The router reads paths without the name of what they are in. */
  readonly condition: string;
  readonly filters: Readonly<Record<string, Component>>;
} {
  const counters = Object.keys(GATEWAY_COUNTERS) as GatewayCounter[];
  const isOf = (label: string, value: string): string => `attributes[${literal(label)}] == ${literal(value)}`;
  return {
    condition: all([isOf(LABELS.app, 'gateway'), isOf(LABELS.namespace, namespace)]),
    filters: Object.fromEntries(counters.map((counter) => [gatewayFilter(counter), takesOut(counter)])),
  };
}

function takesOut(counter: GatewayCounter): Component {
  const condition = matches(BODY, `"status":${GATEWAY_COUNTERS[counter].status},`);
  return { error_mode: 'silent', log_conditions: [{ context: 'log', conditions: [condition] }] };
}
