/** What an agent reads, whichever program it is. */
import type { StackConfig } from '../../config';
import { hasAgentsAlone } from '../../config/derived/components';
import { fixedLabels, streamLabels } from '../../config/derived/stream-labels';
import type { FileSource, ScrapeProps } from '../../pipelines/scrape-props';

/** Parts of a line are joined up to this multiple of the longest line, so that its JSON is complete when it is parsed. */
const PARTIAL_LINES = 8;

/** Path at which the agent sees a folder of log files. */
export const mountOf = ({ name }: Pick<FileSource, 'name'>): string => `/logs/${name}`;

/** The stack's sources and rules, for the pipelines. */
export function scrapeProps(config: StackConfig): ScrapeProps {
  const { components, namespaces, agent, limits, canary } = config;
  return {
    ...agent,
    labels: fixedLabels(config),
    streamLabels: streamLabels(config),
    runtime: agent.containerRuntime.type,
    ...(hasAgentsAlone({ components }) ? {} : { gatewayNamespace: namespaces.logging }),
    ...(canary === undefined ? {} : { canaryNamespace: namespaces.logging }),
    maxPartialLine: PARTIAL_LINES * limits.maxLineSize.bytes,
    mountOf,
  };
}
