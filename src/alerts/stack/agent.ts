/** Alerts on the agents: what they drop, cannot deliver, or have not delivered yet. */
import type { AgentType, StackConfig } from '../../config/schema';
import { type Duration, formatDuration } from '../../config/units';
import { AGENT_METRICS, FURTHER_DESTINATIONS, QUEUE_NEARLY_FULL } from '../../log-model/agent-metrics';
import { agentSeries, grown } from './promql';
import type { RulesOf } from './config';

export const agentRules: RulesOf = (config) => {
  const of = agentSeries(config);
  const { sent, dropped, pushes, retries } = AGENT_METRICS[config.agent.type];
  const { whereItWaits, waiting } = OWN[config.agent.type];
  return [
    {
      name: 'AgentDropsLines',
      expr: `sum by (instance, ${dropped.reason}) (${grown(of(dropped), '5m')}) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'An agent drops lines',
      description: `The agent {{ $labels.instance }} has dropped {{ printf "%.0f" $value }} lines in five minutes: {{ $labels.${dropped.reason} }}.`,
    },
    {
      name: 'AgentCannotDeliver',
      expr:
        `sum by (instance) (increase(${of(retries)}[5m])) > 0` +
        ` unless sum by (instance) (increase(${of(sent)}[5m])) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'An agent tries in vain to deliver what it has read',
      description: `The agent {{ $labels.instance }} has tried {{ printf "%.0f" $value }} times in five minutes and delivered nothing. ${whereItWaits}`,
    },
    {
      name: 'AgentUnauthorized',
      expr: `sum by (instance, ${pushes.status}) (${grown(of(pushes, `${pushes.status}=~"401|403"`), '5m')}) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'The gateway refuses an agent’s credential, and the agent drops what it cannot deliver',
      description: `The gateway has answered {{ printf "%.0f" $value }} pushes of the agent {{ $labels.instance }} with {{ $labels.${pushes.status} }} in five minutes.`,
    },
    ...waiting(config),
  ];
};

/** What is not delivered waits in the log files that Promtail has not read. */
const behindWithFiles: RulesOf = (config) => {
  const of = agentSeries(config);
  const { fileBytes, readBytes } = AGENT_METRICS.promtail;
  return [
    {
      name: 'AgentBehind',
      expr: `max by (instance, path) (${of(fileBytes)} - ${of(readBytes)}) > ${config.monitoring.thresholds.agentBehind.bytes}`,
      for: '10m',
      severity: 'warning',
      summary: 'An agent is behind with a log file',
      description:
        'The agent {{ $labels.instance }} has {{ $value | humanize1024 }}B of {{ $labels.path }} still to read.',
    },
  ];
};

/** What is not delivered waits in the Collector's queue, and once that is full, in the log files as well. */
const behindWithQueue: RulesOf = (config) => {
  const of = agentSeries(config);
  const { sent, queueSize, queueCapacity } = AGENT_METRICS.collector;
  const waits = of(queueSize);
  const patience = formatDuration(patienceOf(config));
  // Each tenant of the agent has a queue.
  const hasTenants = config.agent.tenants.length > 0;
  const by = hasTenants ? 'instance, exporter' : 'instance';
  const queue = hasTenants ? 'queue of {{ $labels.exporter }}' : 'queue';
  return [
    {
      name: 'AgentBehind',
      expr: `max by (${by}) (${waits}) > ${config.monitoring.thresholds.agentBehind.bytes}`,
      for: '10m',
      severity: 'warning',
      summary: 'An agent is behind with what it has read',
      description: `The agent {{ $labels.instance }} has {{ $value | humanize1024 }}B in its ${queue} that it has not delivered.`,
    },
    {
      name: 'AgentQueueNearlyFull',
      expr: `max by (${by}) (${waits} / ${of(queueCapacity)}) >= ${QUEUE_NEARLY_FULL}`,
      for: '1m',
      severity: 'critical',
      summary:
        'An agent’s queue is nearly full; when it is full, lines wait in log files until the kubelet rotates them away',
      description: `The ${queue} of the agent {{ $labels.instance }} is {{ $value | humanizePercentage }} full.`,
    },
    {
      name: 'AgentQueueTooOld',
      // The agent was there all the time. One that has just started does not know how old its queue is.
      expr:
        `max by (${by}) (${waits} and ${waits} offset ${patience} and min_over_time(${waits}[${patience}]) > 0)` +
        ` unless sum by (${by}) (${grown(of(sent), patience)}) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'What an agent has in its queue will soon be too old for Loki',
      description: `The agent {{ $labels.instance }} has delivered nothing for ${patience}, and {{ $value | humanize1024 }}B are in its ${queue}. Loki refuses lines that are older than ${formatDuration(config.limits.rejectOldSamplesAfter)}.`,
    },
  ];
};

/** What further destinations miss, which no line in Loki does. */
const furtherDestinations: RulesOf = (config) => {
  if (config.agent.also.length === 0) return [];
  const of = agentSeries(config);
  const { refused, notQueued, waiting } = FURTHER_DESTINATIONS;
  const lost = [refused, notQueued].map((metric) => `sum by (instance, exporter) (${grown(of(metric), '5m')}) > 0`);
  return [
    {
      name: 'FurtherDestinationLosesLines',
      expr: lost.join(' or '),
      for: '0s',
      severity: 'warning',
      summary: 'A further destination of the agents misses lines; Loki has them',
      description:
        'The agent {{ $labels.instance }} has dropped {{ printf "%.0f" $value }} lines for {{ $labels.exporter }} in five minutes.',
    },
    {
      name: 'FurtherDestinationBehind',
      expr: `max by (instance, exporter) (${of(waiting)}) > ${config.monitoring.thresholds.agentBehind.bytes}`,
      for: '10m',
      severity: 'warning',
      summary: 'A further destination of the agents does not take lines as fast as they come',
      description:
        'The agent {{ $labels.instance }} has {{ $value | humanize1024 }}B in the queue of {{ $labels.exporter }}. What does not fit is dropped for it.',
    },
  ];
};

/** Half of the time that Loki takes old lines for. The stack's own Prometheus has to know as much of the past. */
function patienceOf({ limits, monitoring }: StackConfig): Duration {
  const all = [
    limits.rejectOldSamplesAfter,
    ...(monitoring.type === 'embedded' ? [monitoring.embedded.retention] : []),
  ];
  return { milliseconds: Math.floor(Math.min(...all.map(({ milliseconds }) => milliseconds)) / 2) };
}

/** What differs from agent to agent. */
const OWN: Readonly<Record<AgentType, { readonly whereItWaits: string; readonly waiting: RulesOf }>> = {
  promtail: {
    whereItWaits: 'What it has not read stays on its node until the kubelet rotates it away.',
    waiting: behindWithFiles,
  },
  collector: {
    whereItWaits: 'What it has read is in its queue on the node’s disk.',
    waiting: (config) => [...behindWithQueue(config), ...furtherDestinations(config)],
  },
};
