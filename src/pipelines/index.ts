/** Promtail's scrape configs: one for the pods of each format, and one for each folder of log files. */
import { FORMATS, type Format, LABELS } from '../log-model';
import { auto, python } from './auto';
import { podRelabelConfigs } from './discovery';
import { type DropRule, dropRules, ERASURE_NOT_ALLOWED, QUERIES_OF_LOKI, wordsOfCanary } from './drop-rules';
import { gatewayCounters } from './gateway';
import { withNextLine } from './multiline';
import { nginx } from './nginx';
import { pgbouncer } from './pgbouncer';
import type { Pipeline } from './pipeline';
import { postgres } from './postgres';
import { redact, type Redaction, type RedactionStages } from './redaction';
import { redis } from './redis';
import type { Stage } from './stage';
import { readNow } from './time';

export type { DropRule } from './drop-rules';
export type { Redaction } from './redaction';
export type { RelabelConfig, Stage } from './stage';

/** Every format's pipeline. */
export const PIPELINES: Readonly<Record<Format, Pipeline>> = { auto, python, postgres, redis, pgbouncer, nginx };

/** Log files on the node, or on a volume that the node has. */
export interface FileSource {
  /** Name of the source, for mount and scrape config. */
  readonly name: string;
  readonly job: string;
  readonly format: Format;
  /** Folder on the node. */
  readonly directory: string;
  /** Glob below it. */
  readonly files: string;
}

export interface ScrapeProps {
  readonly excludeNamespaces: readonly string[];
  readonly files: readonly FileSource[];
  readonly redact: readonly Redaction[];
  /** Names of fields that are kept although they sound like secrets. */
  readonly allow: readonly string[];
  readonly drop: readonly DropRule[];
  /** Namespace of the gateway, whose refusals are counted. */
  readonly gatewayNamespace: string;
  /** Namespace of the canary. @default - there is none */
  readonly canaryNamespace?: string;
  /** Longest piece that is kept of a line that never ends, in bytes. */
  readonly maxPartialLine: number;
  /** Where the agent sees the folder of a file source. */
  readonly mountOf: (source: FileSource) => string;
}

/** Says which pod a line is from, and which file. Many values: no labels. */
const ORIGIN = { pod: 'pod', filename: 'filename' } as const;

/** What Promtail reads, and what it does with it. */
export function scrapeConfigs(props: ScrapeProps): readonly Readonly<Record<string, unknown>>[] {
  // One object in every pipeline: the config file has it once, and refers to it.
  const redaction = redact({ further: props.redact, allow: props.allow });
  return [
    ...FORMATS.map((format) => ({
      job_name: `pods-${format}`,
      // Equal in all of them, so that Promtail watches the API server once.
      kubernetes_sd_configs: [{ role: 'pod' }],
      relabel_configs: podRelabelConfigs(format, props.excludeNamespaces),
      pipeline_stages: [
        ...(PIPELINES[format].announcing === undefined ? [] : [withNextLine(PIPELINES[format].announcing)]),
        // A line without an end is cut, or it would take all memory.
        { cri: { max_partial_line_size: props.maxPartialLine, max_partial_line_size_truncate: true } },
        ...recordStages(
          PIPELINES[format],
          redaction,
          // The gateway's lines are JSON.
          format === 'auto' ? [gatewayCounters(props.gatewayNamespace)] : [],
          format === 'auto' ? [...ownDropRules(props), ...props.drop] : props.drop,
          ORIGIN.pod,
        ),
      ],
    })),
    ...props.files.map((source) => ({
      job_name: `files-${source.name}`,
      static_configs: [
        {
          targets: ['localhost'],
          labels: {
            [LABELS.job]: source.job,
            [LABELS.service]: source.job,
            [LABELS.app]: source.job,
            __path__: `${props.mountOf(source)}/${source.files}`,
          },
        },
      ],
      pipeline_stages: [
        readNow(),
        ...recordStages(PIPELINES[source.format], redaction, [], props.drop, ORIGIN.filename),
      ],
    })),
  ];
}

/** Of the stack's own pods: they say nothing of their format, and so are `auto`. */
function ownDropRules({ canaryNamespace }: ScrapeProps): readonly DropRule[] {
  return [
    QUERIES_OF_LOKI,
    ERASURE_NOT_ALLOWED,
    ...(canaryNamespace === undefined ? [] : [wordsOfCanary(canaryNamespace)]),
  ];
}

function recordStages(
  pipeline: Pipeline,
  redaction: RedactionStages,
  counters: readonly Stage[],
  drop: readonly DropRule[],
  origin: string,
): readonly Stage[] {
  return [
    ...pipeline.stages(redaction),
    { structured_metadata: Object.fromEntries([...pipeline.metadata, origin].map((field) => [field, field])) },
    ...counters,
    ...dropRules(drop),
    // Whatever a source comes up with: no other label makes a stream.
    { labelallow: Object.values(LABELS) },
  ];
}
