/** The pipeline of pods' stdout and stderr: from the kubelet's file to a labelled record. */
import { FIELDS, LABELS, LEVEL_ALIASES, LEVELS, POD_LABELS, STRUCTURED_METADATA } from '../log-model';

/** One Promtail stage: its name and its settings. */
export type Stage = Readonly<Record<string, unknown>>;
/** One Prometheus-style relabelling step. */
export type RelabelConfig = Readonly<Record<string, unknown>>;

const POD = '__meta_kubernetes_pod_';

/**
 * Which pods are collected, and the labels they start with.
 *
 * @param excludeNamespaces - namespaces whose pods are not collected.
 */
export function podRelabelConfigs(excludeNamespaces: readonly string[]): readonly RelabelConfig[] {
  const appLabels = [POD_LABELS.app, POD_LABELS.legacyApp];
  return [
    ...(excludeNamespaces.length === 0
      ? []
      : [{ source_labels: ['__meta_kubernetes_namespace'], regex: excludeNamespaces.join('|'), action: 'drop' }]),
    { source_labels: ['__meta_kubernetes_namespace'], target_label: LABELS.namespace },
    { source_labels: [`${POD}container_name`], target_label: LABELS.container },
    { source_labels: [`${POD}node_name`], target_label: LABELS.node },
    // Not a label in Loki: kept while lines of one pod are put together, then moved to structured metadata.
    { source_labels: [`${POD}name`], target_label: 'pod' },
    firstOf(LABELS.app, [...appLabels.map(podLabel), `${POD}container_name`]),
    firstOf(LABELS.service, [...appLabels.map(podLabel), `${POD}container_name`]),
    firstOf(LABELS.job, [POD_LABELS.job, ...appLabels].map(podLabel).concat(`${POD}container_name`)),
    {
      source_labels: ['__meta_kubernetes_namespace', `${POD}name`, `${POD}uid`, `${POD}container_name`],
      separator: ';',
      regex: '([^;]+);([^;]+);([^;]+);([^;]+)',
      replacement: '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
      target_label: '__path__',
    },
    // The kubelet names a static pod's directory after the hash of its manifest, not after the mirror pod's uid.
    {
      source_labels: [
        '__meta_kubernetes_namespace',
        `${POD}name`,
        `${POD}annotation_kubernetes_io_config_hash`,
        `${POD}container_name`,
      ],
      separator: ';',
      regex: '([^;]+);([^;]+);([^;]+);([^;]+)',
      replacement: '/var/log/pods/${1}_${2}_${3}/${4}/*.log',
      target_label: '__path__',
    },
  ];
}

/** From a line of the kubelet's file to a record. */
export function podStages(): readonly Stage[] {
  return [
    { cri: {} },
    // A line that starts with white space goes on with the one before: stack traces, wrapped statements.
    { multiline: { firstline: '^\\S', max_wait_time: '500ms', max_lines: 1000 } },
    {
      match: {
        selector: `{${LABELS.namespace}=~".+"} |~ "^\\\\s*\\\\{"`,
        stages: [
          {
            json: {
              expressions: Object.fromEntries(
                [FIELDS.level, FIELDS.timestamp, ...STRUCTURED_METADATA].map((field) => [field, `"${field}"`]),
              ),
              drop_malformed: false,
            },
          },
          { template: { source: FIELDS.timestamp, template: timestampTemplate() } },
          { timestamp: { source: FIELDS.timestamp, format: 'RFC3339Nano', action_on_failure: 'skip' } },
          { template: { source: LABELS.level, template: levelTemplate() } },
          { labels: { [LABELS.level]: '' } },
          { structured_metadata: Object.fromEntries(STRUCTURED_METADATA.map((field) => [field, ''])) },
        ],
      },
    },
    { structured_metadata: { pod: '' } },
    { labeldrop: ['filename', 'stream', 'pod'] },
  ];
}

/**
 * How far a record's own time may be from the moment the container runtime wrote it. Loki refuses a line that is an hour
 * behind its stream, older than `reject_old_samples_max_age` or ten minutes ahead, and a refused line is lost.
 */
const SECONDS_BEHIND = 1800;
const SECONDS_AHEAD = 300;

/** A believable timestamp → itself; any other → nothing, so that the container runtime's stays. */
function timestampTemplate(): string {
  const seconds = (value: string): string => `(unixEpoch (toDate "2006-01-02T15:04:05Z07:00" ${value}))`;
  return `{{ $ahead := sub ${seconds('.Value')} ${seconds('.time')} }}{{ if and (ge $ahead -${SECONDS_BEHIND}) (le $ahead ${SECONDS_AHEAD}) }}{{ .Value }}{{ end }}`;
}

/** Any spelling of a level → one of the log model's; an unknown one → nothing, so that it makes no stream of its own. */
function levelTemplate(): string {
  const cases = LEVELS.map((level) => {
    const spellings = Object.keys(LEVEL_ALIASES).filter((alias) => LEVEL_ALIASES[alias] === level);
    return `(${['or', ...spellings.map((alias) => `(eq $l "${alias}")`)].join(' ')}) }}${level}{{`;
  });
  return `{{ $l := .Value | ToLower }}{{ if ${cases.join(' else if ')} end }}`;
}

function firstOf(target: string, sources: readonly string[]): RelabelConfig {
  return { source_labels: sources, separator: ';', regex: ';*([^;]+).*', target_label: target, replacement: '${1}' };
}

function podLabel(name: string): string {
  return `${POD}label_${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
}
