/** Makes an agent's figures from two samples of its metrics, by the names that the agent has for them. Pure. */
import type { AgentType } from '../../config';
import {
  AGENT_METRICS,
  type AgentMetric,
  type AgentMetrics,
  LOKI_EXPORTER,
  sendsToLoki,
} from '../../log-model/agent-metrics';
import { growth, type Page, secondsBetween } from './figures';
import { type Sample, samplesOf, sum, sumBy } from './metrics';
import type { AgentFigures } from './state';

/** A status that no answer has. */
const NO_ANSWER = '-1';

type Own = Pick<
  AgentFigures,
  'waitingBytes' | 'waitingGrowth' | 'queueBytes' | 'notQueued' | 'notQueuedGrowing' | 'targets'
>;

/** By `agent.type`. The third argument is the gateway's host, by which its answers are told from those of further destinations. */
export const AGENT_FIGURES: Readonly<Record<AgentType, (first: Page, last: Page, gateway?: string) => AgentFigures>> = {
  promtail: (first, last) => {
    const { targets } = AGENT_METRICS.promtail;
    const waitingBytes = unreadBytes(last.samples);
    return figures(AGENT_METRICS.promtail, first, last, {
      waitingBytes,
      waitingGrowth: waitingBytes - unreadBytes(first.samples),
      notQueued: 0,
      notQueuedGrowing: false,
      targets: total(last, targets),
    });
  },
  collector: (first, last, gateway) => {
    const { queueSize, queueCapacity, notQueued, openFiles } = AGENT_METRICS.collector;
    return figures(
      AGENT_METRICS.collector,
      first,
      last,
      {
        waitingBytes: total(last, queueSize),
        waitingGrowth: total(last, queueSize) - total(first, queueSize),
        queueBytes: total(last, queueCapacity),
        notQueued: total(last, notQueued),
        notQueuedGrowing: grown(first, last, notQueued) > 0,
        targets: total(last, openFiles),
      },
      gateway,
    );
  },
};

/** What is measured alike. Series that are missing have nothing to count yet. */
function figures(
  { sent, dropped, pushes }: AgentMetrics,
  first: Page,
  last: Page,
  own: Own,
  gateway?: string,
): AgentFigures {
  const ofGateway = ({ at, samples }: Page): Page => ({
    at,
    samples: samples.filter(({ labels: { [pushes.host ?? '']: host = gateway } }) => host === gateway),
  });
  const answers = (page: Page): Readonly<Record<string, number>> => by(ofGateway(page), pushes, pushes.status);
  const before = answers(first);
  return {
    sent: total(last, sent),
    sentPerSecond: grown(first, last, sent) / secondsBetween(first, last),
    dropped: nonZero(by(last, dropped, dropped.reason)),
    droppedGrowing: grown(first, last, dropped) > 0,
    ...own,
    recentAnswers: nonZero(
      Object.fromEntries(
        Object.entries(answers(last)).map(([status, count]) => [
          status === pushes.noAnswer ? NO_ANSWER : status,
          count - (before[status] ?? 0),
        ]),
      ),
    ),
  };
}

/** A file that was just rotated is shorter than what was read of it. */
function unreadBytes(samples: readonly Sample[]): number {
  const { fileBytes, readBytes } = AGENT_METRICS.promtail;
  const read = sumBy(samples, readBytes.name, 'path');
  return samplesOf(samples, fileBytes.name).reduce(
    (bytes, { labels, value }) => bytes + Math.max(0, value - (read[labels['path'] ?? ''] ?? 0)),
    0,
  );
}

/** The series of a metric, without those of other destinations than Loki. */
function seriesOf({ samples }: Page, { name }: AgentMetric): readonly Sample[] {
  return samplesOf(samples, name).filter(({ labels: { exporter = LOKI_EXPORTER } }) => sendsToLoki(exporter));
}

function total(page: Page, metric: AgentMetric): number {
  return sum(seriesOf(page, metric), metric.name) ?? 0;
}

function grown(first: Page, last: Page, metric: AgentMetric): number {
  return growth(seriesOf(first, metric), seriesOf(last, metric), metric.name);
}

function by(page: Page, metric: AgentMetric, label: string): Readonly<Record<string, number>> {
  return sumBy(seriesOf(page, metric), metric.name, label);
}

function nonZero(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
