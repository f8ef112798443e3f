/** Stages that count refused and failed requests of the gateway. */
import { GATEWAY_COUNTER_PREFIX, GATEWAY_COUNTERS, type GatewayCounter } from '../../log-model/gateway-counters';
import { gatewayLabels, lineOf } from '../gateway';
import { selector, type Stage, when } from './stage';

/** A counter that was not counted up for this long is forgotten; a pod's lines end with it. */
const FORGOTTEN_AFTER = '24h';

/** @param namespace - the gateway's. */
export function gatewayCounters(namespace: string): Stage {
  const matchers = gatewayLabels(namespace).map(([label, value]) => `${label}="${value}"`);
  return {
    match: {
      selector: selector([['|=', '"status":']], `{${matchers.join(',')}}`),
      stages: [
        counted('|=', 'unauthorized', 'Requests that were answered with 401.'),
        counted('|~', 'serverErrors', 'Requests that were answered with 5xx.'),
      ],
    },
  };
}

function counted(operator: '|=' | '|~', counter: GatewayCounter, description: string): Stage {
  return when(
    [[operator, lineOf(counter)]],
    [
      {
        metrics: {
          [`${GATEWAY_COUNTERS[counter].name}_total`]: {
            type: 'Counter',
            description,
            prefix: GATEWAY_COUNTER_PREFIX, // default promtail_custom_
            max_idle_duration: FORGOTTEN_AFTER, // default 5m
            config: { match_all: true, action: 'inc' },
          },
        },
      },
    ],
  );
}
