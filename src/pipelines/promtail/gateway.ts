/** Counts refused and failed requests in the lines of the gateway's access log: nginx has no metrics of them. */
import { LABELS } from '../../log-model';
import { GATEWAY_COUNTER_PREFIX, GATEWAY_COUNTERS, type GatewayCounter } from '../../log-model/gateway-counters';
import { selector, type Stage, when } from './stage';

/** A counter that was not counted up for this long is forgotten; a pod's lines end with it. */
const FORGOTTEN_AFTER = '24h';

/** @param namespace - the gateway's. */
export function gatewayCounters(namespace: string): Stage {
  return {
    match: {
      selector: selector([['|=', '"status":']], `{${LABELS.app}="gateway",${LABELS.namespace}="${namespace}"}`),
      stages: [
        counted('|=', 'unauthorized', 'Requests that were answered with 401.'),
        counted('|~', 'serverErrors', 'Requests that were answered with 5xx.'),
      ],
    },
  };
}

function counted(operator: '|=' | '|~', counter: GatewayCounter, description: string): Stage {
  const { name, status } = GATEWAY_COUNTERS[counter];
  return when(
    [[operator, `"status":${status},`]],
    [
      {
        metrics: {
          [`${name}_total`]: {
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
