/** Promtail's scrape configs: of pods, and of folders of log files. */
import { type Field, FORMATS, type Format, LABELS, STRUCTURED_METADATA } from '../../log-model';
import { ownDropRules } from '../drop-rules';
import { ANNOUNCING } from '../records';
import type { ScrapeProps } from '../scrape-props';
import { FORMAT, ORIGIN } from '../sources';
import { auto, python } from './auto';
import { podRelabelConfigs } from './discovery';
import { asOfCri } from './docker';
import { dropRules } from './drop-rules';
import { extractStages } from './extract';
import { gatewayCounters } from './gateway';
import { isJson, isNotJson, jsonRecord } from './json';
import { withNextLine } from './multiline';
import { nginx } from './nginx';
import { ownLabels, ownRelabelConfigs } from './own-labels';
import { pgbouncer } from './pgbouncer';
import type { Pipeline } from './pipeline';
import { postgres } from './postgres';
import { redact, type RedactionStages } from './redaction';
import { redis } from './redis';
import { leaveOutBefore } from './since';
import { ofFormats, type Stage, when } from './stage';
import { readNow } from './time';

/** Every format's pipeline. */
export const PIPELINES: Readonly<Record<Format, Pipeline>> = { auto, python, postgres, redis, pgbouncer, nginx };

/**
 * Formats that are read by one scrape config. Promtail compiles every expression of each: one more takes some 15 MB. Formats
 * that share one cost each line a step for each of the others: a web server, which writes a line for each request, is alone.
 */
const SCRAPED_TOGETHER: readonly (readonly Format[])[] = [FORMATS.filter((format) => format !== 'nginx'), ['nginx']];

/** Promtail's scrape configs: its sources and their pipelines. */
export function scrapeConfigs(props: ScrapeProps): readonly Readonly<Record<string, unknown>>[] {
  const { gatewayNamespace, files, maxPartialLine, mountOf } = props;
  // Whatever a source comes up with: no other label makes a stream.
  const onlyLabels: Stage = { labelallow: props.streamLabels };
  // One object in all pipelines: the config file has it once, and refers to it.
  const redaction = redact({ further: props.redact, allow: props.allow });
  return [
    ...SCRAPED_TOGETHER.map((formats) => {
      const withOwnPods = formats.includes('auto');
      return {
        job_name: withOwnPods ? 'pods' : `pods-${formats.join('-')}`,
        // Equal in all of them, so that Promtail watches the API server once.
        kubernetes_sd_configs: [{ role: 'pod' }],
        relabel_configs: [...podRelabelConfigs(formats, props), ...ownRelabelConfigs(props.podLabels)],
        pipeline_stages: [
          ...(props.runtime === 'docker' ? asOfCri() : []),
          ...(withOwnPods ? [withNextLine(ANNOUNCING)] : []),
          // A line without an end is cut, or it would take all memory.
          { cri: { max_partial_line_size: maxPartialLine, max_partial_line_size_truncate: true } },
          ...leaveOutBefore(props.since),
          ...records(formats, redaction, ORIGIN.pod),
          ...(withOwnPods
            ? [
                ...(gatewayNamespace === undefined ? [] : [gatewayCounters(gatewayNamespace)]),
                ...dropRules(ownDropRules(props.canaryNamespace)),
              ]
            : []),
          ...ownLabels(props),
          ...extractStages(props.extract),
          ...dropRules(props.drop),
          onlyLabels,
        ],
      };
    }),
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
            pipeline_stages: [
              readNow(),
              ...records(
                FORMATS.filter((format) => files.some((source) => source.format === format)),
                redaction,
                ORIGIN.filename,
              ),
              ...ownLabels({ ...props, podLabels: [] }),
              ...extractStages(props.extract),
              ...dropRules(props.drop),
              onlyLabels,
            ],
          },
        ]),
  ];
}

/** From lines of some formats to redacted records. */
function records(formats: readonly Format[], redaction: RedactionStages, origin: string): readonly Stage[] {
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
        ...byFormat(formats, ({ json, metadata }) => (json === undefined ? ofAny : [...json, keep(metadata)])),
      ],
    ),
    when(
      [isNotJson],
      [
        ...byFormat(formats, ({ together }) => together),
        ...redaction.text,
        ...byFormat(formats, ({ text, metadata }) => [...text, keep(metadata)]),
      ],
    ),
  ];
}

/** Stages for each of some formats. Most sources are of the first one, so their lines go past those of all others at once. */
function byFormat(formats: readonly Format[], stagesOf: (pipeline: Pipeline) => readonly Stage[]): readonly Stage[] {
  const each = formats.map((format) => ({ format, its: stagesOf(PIPELINES[format]) }));
  const stages = [...Map.groupBy(each, ({ its }) => JSON.stringify(its)).values()].map((same) => ({
    same: same.map(({ format }) => format),
    its: same[0]?.its ?? [],
  }));
  const [first, ...others] = stages;
  if (first === undefined || others.length === 0) return first?.its ?? [];
  return [
    ofFormats(first.same, first.its),
    ofFormats(
      others.flatMap(({ same }) => same),
      others.length === 1 ? others.flatMap(({ its }) => its) : others.map(({ same, its }) => ofFormats(same, its)),
    ),
  ];
}
