/** Promtail's scrape configs: one for all pods, and one for all folders of log files. */
import { type Field, FORMATS, type Format, LABELS, STRUCTURED_METADATA } from '../log-model';
import { auto, python } from './auto';
import { podRelabelConfigs } from './discovery';
import { type DropRule, dropRules, ERASURE_NOT_ALLOWED, QUERIES_OF_LOKI, wordsOfCanary } from './drop-rules';
import { gatewayCounters } from './gateway';
import { isJson, isNotJson, jsonRecord } from './json';
import { withNextLine } from './multiline';
import { nginx } from './nginx';
import { pgbouncer } from './pgbouncer';
import type { Pipeline } from './pipeline';
import { postgres } from './postgres';
import { ANNOUNCING } from './records';
import { redact, type Redaction } from './redaction';
import { redis } from './redis';
import { FORMAT, ofFormats, type Stage, when } from './stage';
import { readNow } from './time';

export type { DropRule } from './drop-rules';
export type { Redaction } from './redaction';
export type { RelabelConfig, Stage } from './stage';

/** Every format's pipeline. */
export const PIPELINES: Readonly<Record<Format, Pipeline>> = { auto, python, postgres, redis, pgbouncer, nginx };

/** Log files on the node, or on a volume that the node has. */
export interface FileSource {
  /** Name of the source, for its mount. */
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
  const { excludeNamespaces, files, maxPartialLine, mountOf } = props;
  return [
    {
      job_name: 'pods',
      kubernetes_sd_configs: [{ role: 'pod' }],
      relabel_configs: podRelabelConfigs(excludeNamespaces),
      pipeline_stages: [
        withNextLine(ANNOUNCING),
        // A line without an end is cut, or it would take all memory.
        { cri: { max_partial_line_size: maxPartialLine, max_partial_line_size_truncate: true } },
        ...records(props, ORIGIN.pod),
        gatewayCounters(props.gatewayNamespace),
        ...dropRules([...ownDropRules(props), ...props.drop]),
        ONLY_LABELS,
      ],
    },
    ...(files.length === 0
      ? []
      : [
          {
            job_name: 'files',
            static_configs: files.map((source) => ({
              targets: ['localhost'],
              labels: {
                [LABELS.job]: source.job,
                [LABELS.service]: source.job,
                [LABELS.app]: source.job,
                [FORMAT]: source.format,
                __path__: `${mountOf(source)}/${source.files}`,
              },
            })),
            pipeline_stages: [readNow(), ...records(props, ORIGIN.filename), ...dropRules(props.drop), ONLY_LABELS],
          },
        ]),
  ];
}

/** Whatever a source comes up with: no other label makes a stream. */
const ONLY_LABELS: Stage = { labelallow: Object.values(LABELS) };

/**
 * From lines to redacted records. Promtail compiles every expression of every stage, so those of redaction, which are most of
 * them, stand once for all formats.
 */
function records({ redact: further, allow }: ScrapeProps, origin: string): readonly Stage[] {
  const redaction = redact({ further, allow });
  const keep = (fields: readonly Field[]): Stage => ({
    structured_metadata: Object.fromEntries([...fields, origin].map((field) => [field, field])),
  });
  const ofAny = [...jsonRecord(), keep(STRUCTURED_METADATA)];
  return [
    // JSON does not wait for a next line, and no line is taken for a part of it.
    when(
      [isJson],
      [
        ...redaction.json,
        ...byFormat(({ json, metadata }) => (json === undefined ? ofAny : [...json, keep(metadata)])),
      ],
    ),
    when(
      [isNotJson],
      [
        ...byFormat(({ together }) => together),
        ...redaction.text,
        ...byFormat(({ text, metadata }) => [...text, keep(metadata)]),
      ],
    ),
  ];
}

/** Stages for each format. Most sources declare none, so their lines go past those of all others at once. */
function byFormat(stagesOf: (pipeline: Pipeline) => readonly Stage[]): readonly Stage[] {
  const groups = [...Map.groupBy(FORMATS, (format) => JSON.stringify(stagesOf(PIPELINES[format]))).values()];
  const [common = [], ...others] = groups.map((formats) =>
    formats.slice(0, 1).map((format) => ofFormats(formats, stagesOf(PIPELINES[format]))),
  );
  return [...common, ofFormats(groups.slice(1).flat(), others.flat())];
}

/** Of the stack's own pods. */
function ownDropRules({ canaryNamespace }: ScrapeProps): readonly DropRule[] {
  return [
    QUERIES_OF_LOKI,
    ERASURE_NOT_ALLOWED,
    ...(canaryNamespace === undefined ? [] : [wordsOfCanary(canaryNamespace)]),
  ];
}
