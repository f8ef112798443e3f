/** What an agent's config is rendered from, whichever agent it is. */
import type { Format } from '../log-model';
import type { DropRule } from './drop-rules';
import type { Redaction } from './redaction';

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

/** A label of pods that their lines have too: as a label with one of some values, or beside the line. */
export type PodLabel = {
  /** In Loki. */
  readonly name: string;
  readonly podLabel: string;
} & ({ readonly type: 'label'; readonly values: readonly string[] } | { readonly type: 'metadata' });

/** A field of lines that becomes a label with one of some values. */
export interface ExtractedLabel extends ExtractedField {
  readonly values: readonly string[];
}

/** A field of lines that is kept beside them. */
export interface ExtractedField {
  /** In Loki. */
  readonly name: string;
  /** Its key, keys with dots between them, or its group. */
  readonly from: string;
}

/** What is taken out of lines of some streams, besides what every line is asked for. */
export type Extract = {
  /** Stream selector, matchers only. */
  readonly selector: string;
  readonly labels: readonly ExtractedLabel[];
  readonly metadata: readonly ExtractedField[];
} & ({ readonly type: 'json' | 'logfmt' } | { readonly type: 'regex'; readonly expression: string });

/** How a container runtime writes the lines of pods: as the CRI says it, or as Docker's log driver json-file. */
export type RuntimeFormat = 'cri' | 'docker';

/** What is read, and what is done with its lines. */
export interface ScrapeProps {
  /** Moment before which lines are left out, `2027-03-01T12:00:00Z`. @default - none is */
  readonly since?: string | undefined;
  readonly runtime: RuntimeFormat;
  readonly excludeNamespaces: readonly string[];
  /** Labels that every line has. */
  readonly labels: Readonly<Record<string, string>>;
  readonly podLabels: readonly PodLabel[];
  readonly extract: readonly Extract[];
  /** All labels that a stream may have. */
  readonly streamLabels: readonly string[];
  readonly files: readonly FileSource[];
  readonly redact: readonly Redaction[];
  /** Names of fields that are kept although they sound like secrets. */
  readonly allow: readonly string[];
  readonly drop: readonly DropRule[];
  /** Namespace of the gateway, whose refusals are counted. @default - it is not in this cluster */
  readonly gatewayNamespace?: string;
  /** Namespace of the canary. @default - there is none */
  readonly canaryNamespace?: string;
  /** Longest piece that is kept of a line that never ends, in bytes. */
  readonly maxPartialLine: number;
  /** The folder of a file source in the agent's pod. */
  readonly mountOf: (source: FileSource) => string;
}
