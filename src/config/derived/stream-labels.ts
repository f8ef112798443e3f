/** What lines have in Loki besides the line: the log model's labels and fields, and those of the stack file. */
import { CLUSTER_LABEL, LABELS, MEASURES, ORIGIN, STRUCTURED_METADATA } from '../../log-model';
import type { ParsedConfig } from '../schema';

/** What says which labels lines have. */
export type LabelConfig = Pick<ParsedConfig, 'cluster'> & {
  readonly agent: Pick<ParsedConfig['agent'], 'labels' | 'podLabels' | 'extract'>;
};

/** Labels with one value, which all lines of the agent have. */
export const fixedLabels = ({ cluster, agent }: LabelConfig): Readonly<Record<string, string>> => ({
  ...(cluster === undefined ? {} : { [CLUSTER_LABEL]: cluster }),
  ...agent.labels,
});

/** Names of the labels that the section of the agent adds. */
export const ownLabels = ({ agent }: Pick<LabelConfig, 'agent'>): readonly string[] => [
  ...Object.keys(agent.labels),
  ...addedNames(agent, 'label'),
];

/** Labels of the streams that the agent writes. */
export const streamLabels = (config: LabelConfig): readonly string[] => [
  ...Object.values(LABELS),
  ...Object.keys(fixedLabels(config)),
  ...addedNames(config.agent, 'label'),
];

/** What is kept beside lines as structured metadata. */
export const keptBeside = ({ agent }: Pick<LabelConfig, 'agent'>): readonly string[] => [
  ...STRUCTURED_METADATA,
  ...MEASURES,
  ...Object.values(ORIGIN),
  ...addedNames(agent, 'metadata'),
];

/** Names that are added for pods, or by what is in lines. */
function addedNames({ podLabels, extract }: LabelConfig['agent'], kind: 'label' | 'metadata'): readonly string[] {
  return [
    ...podLabels.flatMap(({ type, name }) => (type === kind ? [name] : [])),
    ...extract.flatMap(({ labels, metadata }) => (kind === 'label' ? labels : metadata).map(({ name }) => name)),
  ];
}
