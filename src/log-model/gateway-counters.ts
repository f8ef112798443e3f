/** Metrics about the gateway that are the stack's own; the alerts ask for them. The agents count its access log. */
import { type AgentMetric, FILTERED, GATEWAY_FILTERS } from './agent-metrics';

export const GATEWAY_COUNTER_PREFIX = 'spywatcher_logs_gateway_';

/** Requests that are counted: their name in metrics, and their status as an expression of RE2. */
export const GATEWAY_COUNTERS = {
  unauthorized: { name: 'unauthorized', status: '401' },
  serverErrors: { name: 'server_errors', status: '5\\d\\d' },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly status: string }>>;

export type GatewayCounter = keyof typeof GATEWAY_COUNTERS;

/** The Collector has no counters of one's own: a filter counts what it takes out. */
export const gatewayFilter = (counter: GatewayCounter): string => `${GATEWAY_FILTERS}${GATEWAY_COUNTERS[counter].name}`;

/** Promtail has a metric of its own for each. Of the Collector it is a series of a metric that all filters share. */
const SERIES = {
  promtail: (counter: GatewayCounter): AgentMetric => ({
    name: `${GATEWAY_COUNTER_PREFIX}${GATEWAY_COUNTERS[counter].name}_total`,
    matchers: [],
  }),
  collector: (counter: GatewayCounter): AgentMetric => ({
    name: FILTERED,
    matchers: [`filter="${gatewayFilter(counter)}"`],
  }),
};

/** A counter as an agent has it. */
export const gatewayCounter = (counter: GatewayCounter, agent: keyof typeof SERIES): AgentMetric =>
  SERIES[agent](counter);

/** Whole days until the gateway's certificate ends; 0 once it has. The gateway itself tells it. */
export const GATEWAY_CERTIFICATE_DAYS = `${GATEWAY_COUNTER_PREFIX}certificate_remaining_days`;
