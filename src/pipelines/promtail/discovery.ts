/** Discovery: the pods that are collected, their format, and the labels that their lines start with. */
import { namespacesIn } from '../../config/namespace-pattern';
import { type Format, FORMATS, LABELS, POD_LABELS } from '../../log-model';
import type { ScrapeProps } from '../scrape-props';
import { FORMAT, jobsOf, NAMED_BY, ORIGIN, POD_LOGS } from '../sources';
import type { RelabelConfig } from './stage';

const POD = '__meta_kubernetes_pod_';
/** The name of a pod without labels. */
const CONTAINER = `${POD}container_name`;

/** Relabelling of the pods of some formats. */
export function podRelabelConfigs(
  formats: readonly Format[],
  { excludeNamespaces }: Pick<ScrapeProps, 'excludeNamespaces'>,
): readonly RelabelConfig[] {
  return [
    ...(excludeNamespaces.length === 0
      ? []
      : [{ source_labels: ['__meta_kubernetes_namespace'], regex: namespacesIn(excludeNamespaces), action: 'drop' }]),
    named(LABELS.job),
    ...format(),
    { source_labels: [FORMAT], regex: formats.join('|'), action: 'keep' },
    { source_labels: ['__meta_kubernetes_namespace'], target_label: LABELS.namespace },
    { source_labels: [CONTAINER], target_label: LABELS.container },
    // Not a label in Loki: kept while lines of one pod are joined, then moved to structured metadata.
    { source_labels: [`${POD}name`], target_label: ORIGIN.pod },
    named(LABELS.app),
    named(LABELS.service),
    logFiles(`${POD}uid`),
    // The kubelet names a static pod's directory after the hash of its manifest, not after the mirror pod's uid.
    logFiles(`${POD}annotation_kubernetes_io_config_hash`),
  ];
}

/** The format of a pod: by its own word, or else by its job, or else none that was declared. */
function format(): readonly RelabelConfig[] {
  return FORMATS.map((name) => {
    const jobs = jobsOf(name);
    // The first format is for all pods. An unknown format counts as this one.
    const values = name === 'auto' ? ['.*'] : [`${name};.*`, ...(jobs.length === 0 ? [] : [`;(?:${jobs.join('|')})`])];
    return {
      source_labels: [podLabel(POD_LABELS.format), LABELS.job],
      separator: ';',
      regex: values.join('|'),
      target_label: FORMAT,
      replacement: name,
    };
  });
}

function logFiles(directory: string): RelabelConfig {
  return {
    source_labels: ['__meta_kubernetes_namespace', `${POD}name`, directory, CONTAINER],
    separator: ';',
    regex: '([^;]+);([^;]+);([^;]+);([^;]+)',
    replacement: `${POD_LOGS}/\${1}_\${2}_\${3}/\${4}/*.log`,
    target_label: '__path__',
  };
}

/** A label from the first of the pod's labels that is not empty. */
function named(label: keyof typeof NAMED_BY): RelabelConfig {
  return {
    source_labels: [...NAMED_BY[label].map(podLabel), CONTAINER],
    separator: ';',
    regex: ';*([^;]+).*',
    target_label: label,
    replacement: '${1}',
  };
}

/** Name that discovery has for a label of a pod. */
export function podLabel(name: string): string {
  return `${POD}label_${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
}
