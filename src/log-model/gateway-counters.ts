/** Metrics about the gateway that are the stack's own; the alerts ask for them. The agents count its access log. */
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

/** Whole days until the gateway's certificate ends; 0 once it has. The gateway itself tells it. */
export const GATEWAY_CERTIFICATE_DAYS = `${GATEWAY_COUNTER_PREFIX}certificate_remaining_days`;
