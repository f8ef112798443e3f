/** Metrics about the gateway that are the stack's own; the alerts ask for them. The agents count its access log. */
export const GATEWAY_COUNTER_PREFIX = 'spywatcher_logs_gateway_';

/** Requests that are counted: their name in metrics, and their status as an expression of RE2. */
export const GATEWAY_COUNTERS = {
  unauthorized: { name: 'unauthorized', status: '401' },
  serverErrors: { name: 'server_errors', status: '5\\d\\d' },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly status: string }>>;

export type GatewayCounter = keyof typeof GATEWAY_COUNTERS;

/** The Collector has no counters of one's own: a filter counts what it takes out. No name of a drop rule has a slash. */
export const gatewayFilter = (counter: GatewayCounter): string => `filter/gateway/${GATEWAY_COUNTERS[counter].name}`;

/** A counter in PromQL. */
export interface CounterSeries {
  readonly metric: string;
  /** For the braces. */
  readonly matchers: readonly string[];
}

/** Promtail has a metric of its own for each. Of the Collector it is a series of a metric that all filters share. */
const SERIES = {
  promtail: (counter: GatewayCounter): CounterSeries => ({
    metric: `${GATEWAY_COUNTER_PREFIX}${GATEWAY_COUNTERS[counter].name}_total`,
    matchers: [],
  }),
  collector: (counter: GatewayCounter): CounterSeries => ({
    metric: 'otelcol_processor_filter_logs_filtered_total',
    matchers: [`filter="${gatewayFilter(counter)}"`],
  }),
};

/** A counter as an agent has it. */
export const gatewayCounter = (counter: GatewayCounter, agent: keyof typeof SERIES): CounterSeries =>
  SERIES[agent](counter);

/** Whole days until the gateway's certificate ends; 0 once it has. The gateway itself tells it. */
export const GATEWAY_CERTIFICATE_DAYS = `${GATEWAY_COUNTER_PREFIX}certificate_remaining_days`;
