/**
 * Counts refused and failed requests of the gateway. Its records are copied to a pipeline with a filter for each counter, and the
 * copies end there. A filter counts what it takes out.
 */
import { GATEWAY_COUNTERS, type GatewayCounter, gatewayFilter } from '../../log-model/gateway-counters';
import { gatewayLabels, lineOf } from '../gateway';
import { all, BODY, filter, literal, matches } from './ottl';

/** @param namespace - the gateway's. */
export function gatewayCounters(namespace: string): {
  /** Condition of the gateway's records: asked once for each source. The router reads paths without the name of what they are in. */
  readonly condition: string;
  readonly filters: Readonly<Record<string, ReturnType<typeof filter>>>;
} {
  const counters = Object.keys(GATEWAY_COUNTERS) as GatewayCounter[];
  return {
    condition: all(
      gatewayLabels(namespace).map(([label, value]) => `attributes[${literal(label)}] == ${literal(value)}`),
    ),
    filters: Object.fromEntries(
      counters.map((counter) => [gatewayFilter(counter), filter([matches(BODY, lineOf(counter))])]),
    ),
  };
}
