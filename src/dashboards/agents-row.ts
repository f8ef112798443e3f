/** What the agents read, send and lose, and what waits at them. */
import type { AgentType, StackConfig } from '../config/schema';
import { AGENT_METRICS, QUEUE_NEARLY_FULL } from '../log-model/agent-metrics';
import { byValue, STATUS_CLASS_COLORS } from './colors';
import type { Row } from './layout';
import { byClass, metrics, perSecond, type ReadingsProps } from './metric-panels';
import { LINES_PER_SECOND, type SizedPanel } from './panels';
import { agentSeriesFor } from './stack-selectors';

/** The row of a stack's own dashboard. */
export function agentsRow(config: StackConfig): Row {
  const of = agentSeriesFor(config);
  const { sent, dropped, pushes, leftOut } = AGENT_METRICS[config.agent.type];
  return {
    title: 'Agents',
    panels: [
      metrics({
        title: 'Sent Lines',
        unit: LINES_PER_SECOND,
        series: [{ expr: perSecond(['instance'], of(sent)), legend: '{{instance}}' }],
      }),
      metrics({
        title: 'Dropped Lines',
        description: 'Lost: none, as long as all is well.',
        unit: LINES_PER_SECOND,
        style: 'bars',
        series: [
          {
            expr: perSecond(['instance', dropped.reason], of(dropped)),
            legend: `{{instance}} {{${dropped.reason}}}`,
          },
        ],
      }),
      ...OWN[config.agent.type].panels(config),
      metrics({
        title: 'Left Out by Rule',
        description: 'Lines that the drop rules leave out, by rule.',
        unit: LINES_PER_SECOND,
        series: [
          {
            expr: `label_replace(${perSecond([leftOut.rule], of(leftOut))}, "rule", "\${1}", "${leftOut.rule}", "${leftOut.prefix}(.*)")`,
            legend: '{{rule}}',
          },
        ],
      }),
      metrics({
        title: 'Pushes by Answer of the Gateway',
        unit: 'reqps',
        style: 'bars',
        colors: STATUS_CLASS_COLORS,
        series: [{ expr: byClass(of(pushes), pushes.status, pushes.noAnswer), legend: '{{class}}' }],
      }),
    ],
  };
}

/** The agent that has most to do, as a number that is small while all is well. */
export function furthestBehind(config: StackConfig): ReadingsProps {
  const { title, description, bytes } = OWN[config.agent.type].waiting(config);
  return {
    title,
    description,
    unit: 'bytes',
    series: [
      {
        expr: `max(${bytes})`,
        legend: 'furthest behind',
        thresholds: byValue('green', [config.monitoring.thresholds.agentBehind.bytes, 'orange']),
      },
    ],
  };
}

/** What one agent alone has. */
interface Own {
  /** Panels of what it reads, and of what waits. */
  readonly panels: (config: StackConfig) => readonly SizedPanel[];
  /** Bytes that wait at an agent. */
  readonly waiting: (config: StackConfig) => {
    readonly title: string;
    readonly description: string;
    readonly bytes: string;
  };
}

const PROMTAIL: Own = {
  panels: (config) => {
    const of = agentSeriesFor(config);
    const { fileBytes, readBytes } = AGENT_METRICS.promtail;
    return [
      metrics({
        title: 'Read Bytes',
        unit: 'Bps',
        series: [{ expr: perSecond(['instance'], of(readBytes)), legend: '{{instance}}' }],
      }),
      metrics({
        title: 'Not Read Yet by Agent',
        limit: config.monitoring.thresholds.agentBehind.bytes,
        description: 'Of all files that the agent follows.',
        unit: 'bytes',
        series: [{ expr: `sum by (instance) (${of(fileBytes)} - ${of(readBytes)})`, legend: '{{instance}}' }],
      }),
    ];
  },
  waiting: (config) => {
    const of = agentSeriesFor(config);
    const { fileBytes, readBytes } = AGENT_METRICS.promtail;
    return {
      title: 'Not Read Yet',
      description: 'Of the log file that an agent is furthest behind with.',
      bytes: `${of(fileBytes)} - ${of(readBytes)}`,
    };
  },
};

const COLLECTOR: Own = {
  panels: (config) => {
    const of = agentSeriesFor(config);
    const { read, queueSize, queueCapacity } = AGENT_METRICS.collector;
    return [
      metrics({
        title: 'Read Lines',
        description: 'Put together to records. They are in the queue, or delivered.',
        unit: LINES_PER_SECOND,
        series: [{ expr: perSecond(['instance'], of(read)), legend: '{{instance}}' }],
      }),
      metrics({
        title: 'Queue Used',
        limit: QUEUE_NEARLY_FULL,
        description: 'When the queue is full, lines wait in the containers’ log files.',
        unit: 'percentunit',
        series: [{ expr: `max by (instance) (${of(queueSize)} / ${of(queueCapacity)})`, legend: '{{instance}}' }],
      }),
    ];
  },
  waiting: (config) => ({
    title: 'Not Delivered Yet',
    description: 'In the queue of the agent that is furthest behind.',
    bytes: agentSeriesFor(config)(AGENT_METRICS.collector.queueSize),
  }),
};

const OWN: Readonly<Record<AgentType, Own>> = { promtail: PROMTAIL, collector: COLLECTOR };
