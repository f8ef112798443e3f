/** Counters that the agents keep of the gateway's access log; the alerts ask for them. */
export const GATEWAY_COUNTER_PREFIX = 'spywatcher_logs_gateway_';

export const GATEWAY_COUNTERS = {
  /** Requests that were answered with 401. */
  unauthorized: 'unauthorized_total',
  /** Requests that were answered with 5xx. */
  serverErrors: 'server_errors_total',
} as const;

/** Name of a counter's metric. */
export function gatewayCounter(counter: keyof typeof GATEWAY_COUNTERS): string {
  return `${GATEWAY_COUNTER_PREFIX}${GATEWAY_COUNTERS[counter]}`;
}
