/** The Collector's receivers, processors and pipelines, from a file's line to a record for Loki. */
import { LABELS, MEASURES, POD_LABELS, STRUCTURED_METADATA } from '../../log-model';
import { ownDropRules } from '../drop-rules';
import type { ScrapeProps } from '../scrape-props';
import { ORIGIN } from '../sources';
import { dropFilters } from './drop-rules';
import { extractedLabels, extractGroups } from './extract';
import { gatewayCounters } from './gateway';
import { exactIds, jsonRecords, plainMetadata } from './json';
import { literal, ofFormat, set, TIME, transform, type Group } from './ottl';
import { PROGRAMS } from './programs';
import { fileReceiver, PATH } from './receivers';
import { redact } from './redaction';
import {
  NAMESPACE_NAME,
  NODE_VARIABLE,
  placeLabels,
  POD_NAME,
  POD_UID,
  podLabel,
  podLabels,
  podOfPath,
} from './source';
import { leaveOutBefore } from './since';
import { type Components, type Pipelines, podReceivers, type TenantExporter, waysToLoki } from './tenants';
import { textRecords } from './text';

export type { TenantExporter } from './tenants';

/** A part of the Collector's config file. */
export interface CollectorPipelines {
  readonly receivers: Components;
  readonly processors: Components;
  readonly connectors: Components;
  /** Without the one that sends. */
  readonly exporters: Components;
  /** `service.pipelines` */
  readonly pipelines: Pipelines;
}

export interface CollectorProps extends ScrapeProps {
  /** Extension that keeps what was read. */
  readonly storage: string;
  /** Component that sends the records. */
  readonly exporter: string;
  /** Namespaces whose records other components send instead. */
  readonly tenants: readonly TenantExporter[];
  /** Components that send them elsewhere as well. */
  readonly furtherExporters: readonly string[];
}

const ROUTING = 'routing/redaction';
const REDACTED = 'forward/redacted';
const ALSO = { connector: 'forward/also', processor: 'batch/also', pipeline: 'logs/also' } as const;
const GATEWAY = 'logs/gateway';
/** Where records go that are copies. */
const NOWHERE = 'nop';

/**
 * Records go through three pipelines: `logs/pods` and `logs/files-…` give them their labels and look for what may be secret, `logs/…`
 * redacts those that are suspect, and `logs/records` reads their level, time and metadata. `logs/loki…` send
 * to Loki where some namespaces have a tenant of their own. `logs/also` is where further destinations begin.
 */
export function collectorPipelines(props: CollectorProps): CollectorPipelines {
  const { files, mountOf, furtherExporters } = props;
  const redaction = redact(props.redact, props.allow);
  const drops = dropFilters([...ownDropRules(props.canaryNamespace), ...props.drop]);
  const before = leaveOutBefore(props.since);
  const extracted = extractors(props.extract);
  const gateway = props.gatewayNamespace === undefined ? undefined : gatewayCounters(props.gatewayNamespace);
  const pods = podReceivers(props);
  const ways = waysToLoki(props.exporter, props.tenants);
  const sources = files.map((source) => ({ name: `file_log/${source.name}`, source }));
  return {
    receivers: {
      ...pods,
      ...Object.fromEntries(sources.map(({ name, source }) => [name, fileReceiver(source, mountOf(source), props)])),
    },
    connectors: {
      [ROUTING]: {
        error_mode: 'silent',
        default_pipelines: ['logs/records'],
        table: [
          ...(gateway === undefined
            ? []
            : [{ context: 'resource', condition: gateway.condition, action: 'copy', pipelines: [GATEWAY] }]),
          ...redaction.routes.map(({ name, condition }) => ({
            context: 'log',
            condition,
            pipelines: [`logs/${name}`],
          })),
        ],
      },
      [REDACTED]: {},
      ...ways.connectors,
      ...(furtherExporters.length === 0 ? {} : { [ALSO.connector]: {} }),
    },
    exporters: gateway === undefined ? {} : { [NOWHERE]: {} },
    processors: {
      ...before.lines,
      'transform/path': transform([podOfPath(PATH)]),
      k8s_attributes: podMetadata(props),
      'transform/pods': transform([podLabels(props), ...redaction.suspects]),
      ...(files.length === 0 ? {} : { 'transform/files': transform([...fileLabels(props), ...redaction.suspects]) }),
      ...Object.fromEntries(redaction.routes.map(({ name, groups }) => [`transform/${name}`, transform(groups)])),
      'transform/records': transform([...redaction.further, ...records()]),
      // The level and the claimed job are of a record; labels in Loki are of its source.
      groupbyattrs: { keys: [LABELS.level, LABELS.job] },
      ...(files.length === 0 ? {} : before.records),
      ...extracted,
      ...drops,
      ...gateway?.filters,
      'transform/labels': transform(onlyKnown(props)),
      ...(furtherExporters.length === 0 ? {} : { [ALSO.processor]: PASSES_NO_ERROR_BACK }),
    },
    pipelines: {
      'logs/pods': {
        receivers: Object.keys(pods),
        processors: [...Object.keys(before.lines), 'transform/path', 'k8s_attributes', 'transform/pods'],
        exporters: [ROUTING],
      },
      ...(files.length === 0
        ? {}
        : {
            'logs/files': {
              receivers: sources.map(({ name }) => name),
              processors: ['transform/files'],
              exporters: [ROUTING],
            },
          }),
      ...Object.fromEntries(
        redaction.routes.map(({ name }) => [
          `logs/${name}`,
          { receivers: [ROUTING], processors: [`transform/${name}`], exporters: [REDACTED] },
        ]),
      ),
      ...(gateway === undefined
        ? {}
        : { [GATEWAY]: { receivers: [ROUTING], processors: Object.keys(gateway.filters), exporters: [NOWHERE] } }),
      'logs/records': {
        receivers: [ROUTING, REDACTED],
        processors: [
          'transform/records',
          ...(files.length === 0 ? [] : Object.keys(before.records)),
          'groupbyattrs',
          ...Object.keys(extracted),
          ...Object.keys(drops),
          'transform/labels',
        ],
        exporters: [ways.first, ...(furtherExporters.length === 0 ? [] : [ALSO.connector])],
      },
      ...ways.pipelines,
      ...(furtherExporters.length === 0
        ? {}
        : {
            [ALSO.pipeline]: {
              receivers: [ALSO.connector],
              processors: [ALSO.processor],
              exporters: furtherExporters,
            },
          }),
    },
  };
}

/**
 * A destination whose queue is full answers with an error. If that came back to the receiver, it would send the same lines again, to
 * Loki too, and read no further. This processor hands on each batch at once, and tells no one before it what became of it.
 */
const PASSES_NO_ERROR_BACK = { timeout: 0, send_batch_size: 0 };

/** Processors that take fields out of lines, and put those among the labels that are labels. */
function extractors(rules: ScrapeProps['extract']): Components {
  const labels = extractedLabels(rules);
  return {
    ...(rules.length === 0 ? {} : { 'transform/extract': transform(extractGroups(rules)) }),
    ...(labels.length === 0 ? {} : { 'groupbyattrs/extract': { keys: labels } }),
  };
}

/** Metadata of the pods of this node. */
function podMetadata({ podLabels: own }: Pick<ScrapeProps, 'podLabels'>): Readonly<Record<string, unknown>> {
  const read = [...Object.values<string>(POD_LABELS), ...own.map((one) => one.podLabel)];
  const from = (name: string): object => ({ from: 'resource_attribute', name });
  return {
    filter: { node_from_env_var: NODE_VARIABLE },
    // Until it knows its pods, it would send lines without their labels.
    wait_for_metadata: true,
    extract: {
      metadata: [POD_UID, POD_NAME, NAMESPACE_NAME],
      labels: [...new Set(read)].map((key) => ({ key, from: 'pod', tag_name: podLabel(key) })),
    },
    pod_association: [
      { sources: [from(POD_UID)] },
      // The kubelet names a static pod's directory after the hash of its manifest, not after the mirror pod's uid.
      { sources: [from(POD_NAME), from(NAMESPACE_NAME)] },
    ],
  };
}

/** The labels of a file's source are in its receiver. */
function fileLabels(props: Pick<ScrapeProps, 'labels'>): readonly Group[] {
  return [
    { statements: placeLabels(props) },
    {
      statements: [
        // When it was read.
        set(TIME, 'log.observed_time_unix_nano', `${TIME} == 0`),
      ],
    },
  ];
}

function records(): readonly Group[] {
  return [
    ...jsonRecords(ofFormat('auto', 'python', 'redis', 'pgbouncer')),
    ...textRecords(ofFormat('auto', 'python')),
    ...PROGRAMS,
    ...plainMetadata(),
    ...exactIds(),
  ];
}

/** Whatever a source comes up with: no other label makes a stream, and nothing else is kept beside the line. */
function onlyKnown({ streamLabels, podLabels: own, extract }: ScrapeProps): readonly Group[] {
  const extracted = extract.flatMap(({ metadata }) => metadata.map(({ name }) => name));
  const beside = own.flatMap(({ type, name }) => (type === 'metadata' ? [name] : []));
  const keep = (map: string, names: readonly string[]): string =>
    `keep_keys(${map}, [${names.map((name) => literal(name)).join(', ')}])`;
  return [
    {
      statements: [keep('resource.attributes', [...streamLabels, ORIGIN.pod, ...beside])],
    },
    {
      statements: [
        keep('log.attributes', [...STRUCTURED_METADATA, ...MEASURES, ORIGIN.filename, ...extracted]),
        // Loki would keep it beside the line.
        'set(log.observed_time_unix_nano, 0)',
      ],
    },
  ];
}
