/** Labels of the stack file: the same for every line, or from labels of pods. */
import { literally } from '../../log-model';
import type { PodLabel, ScrapeProps } from '../scrape-props';
import { podLabel } from './discovery';
import type { RelabelConfig, Stage } from './stage';

/** Until a line is read, so that no stage takes the value for one of its own. */
export const kept = (name: string): string => `own_${name}`;

/** Steps of relabelling that keep the values of pods. */
export const ownRelabelConfigs = (podLabels: readonly PodLabel[]): readonly RelabelConfig[] =>
  podLabels.map((one) => ({
    source_labels: [podLabel(one.podLabel)],
    regex: one.type === 'label' ? `(${one.values.map(literally).join('|')})` : '(.+)',
    target_label: kept(one.name),
  }));

/** Stages behind those that read a line, and before those that ask for labels. */
export function ownLabels({ labels, podLabels }: Pick<ScrapeProps, 'labels' | 'podLabels'>): readonly Stage[] {
  const named = (type: PodLabel['type']): Readonly<Record<string, string>> =>
    Object.fromEntries(podLabels.flatMap((one) => (one.type === type ? [[one.name, kept(one.name)]] : [])));
  const stages = {
    // Stages before this one mark lines by labels, whatever their names are.
    labeldrop: Object.keys(named('label')),
    labels: named('label'),
    structured_metadata: named('metadata'),
    static_labels: labels,
  };
  return Object.entries(stages).flatMap(([stage, names]) =>
    Object.keys(names).length === 0 ? [] : [{ [stage]: names }],
  );
}
