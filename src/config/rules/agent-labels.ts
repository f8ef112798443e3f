import { CLUSTER_LABEL, FIELDS, IN_AGENTS, LABELS, ORIGIN, OTLP_LABEL } from '../../log-model';
import { ownLabels } from '../derived/stream-labels';
import { formatPath } from '../problem';
import { problem, type Rule, when } from './rule';

const PATH = ['agent', 'podLabels'] as const;
/** Loki refuses a stream with more than 15 labels, of which the log model has seven, and the cluster and Loki itself one each. */
const MOST_LABELS = 5;
/** With each value of each label a pod's app may make a stream of its own. */
const MOST_VALUES = 50;
/** Names with a meaning of their own. Loki makes `detected_level` by itself. */
const TAKEN: readonly string[] = [
  ...[LABELS, FIELDS, ORIGIN, IN_AGENTS].flatMap((names) => Object.values<string>(names)),
  CLUSTER_LABEL,
  OTLP_LABEL,
  'detected_level',
];
/** Labels whose values Kubernetes makes anew for each pod or each roll-out. */
const UNBOUNDED: readonly string[] = [
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
];

type Named = readonly [path: readonly PropertyKey[], name: string];

const READS = ['agent.labels', 'agent.podLabels', 'agent.extract'];

export const agentLabelRules: readonly Rule[] = [
  {
    reads: READS,
    check: ({ agent: { labels, podLabels, extract } }) => {
      const all: readonly Named[] = [
        ...Object.keys(labels).map((name): Named => [['agent', 'labels', name], name]),
        ...podLabels.map(({ name }, index): Named => [[...PATH, index, 'name'], name]),
        ...extract.flatMap((rule, index) =>
          (['labels', 'metadata'] as const).flatMap((list) =>
            rule[list].map(({ name }, at): Named => [['agent', 'extract', index, list, at, 'name'], name]),
          ),
        ),
      ];
      return all.flatMap(([path, name], index) => {
        const [before] = all.find(([, other], at) => at < index && other === name) ?? [];
        return [
          ...when(TAKEN.includes(name), () =>
            problem(
              path,
              name,
              'a name that lines have no other value under',
              name === CLUSTER_LABEL ? 'set the key cluster of the stack file' : `write for example own_${name}`,
            ),
          ),
          ...when(before !== undefined, () =>
            problem(
              path,
              name,
              `a name that is given once; this one is at ${formatPath(before ?? [])}`,
              'rename one of them',
            ),
          ),
        ];
      });
    },
  },
  {
    reads: READS,
    check: (config) => {
      const own = ownLabels(config);
      return when(own.length > MOST_LABELS, () =>
        problem(
          ['agent'],
          own,
          `at most ${MOST_LABELS} labels in agent.labels, agent.podLabels and agent.extract: Loki refuses a stream with more than 15`,
          'keep those that no selector needs as metadata',
        ),
      );
    },
  },
  {
    reads: ['agent.podLabels', 'agent.extract'],
    check: ({ agent: { podLabels, extract } }) =>
      [
        ...podLabels.map((one, index) => [[...PATH, index], one] as const),
        ...extract.flatMap(({ labels }, index) =>
          labels.map((one, at) => [['agent', 'extract', index, 'labels', at], one] as const),
        ),
      ].flatMap(([path, one]) =>
        when('values' in one && one.values.length > MOST_VALUES, () =>
          problem(
            [...path, 'values'],
            `${'values' in one ? one.values.length : 0} values`,
            `at most ${MOST_VALUES} values: each may make a stream of each app`,
            'keep it as metadata, without values',
          ),
        ),
      ),
  },
  {
    reads: ['agent.podLabels'],
    check: ({ agent: { podLabels } }) =>
      podLabels.flatMap((one, index) =>
        one.type === 'metadata'
          ? []
          : [
              ...when(UNBOUNDED.includes(one.podLabel), () =>
                problem(
                  [...PATH, index, 'podLabel'],
                  one.podLabel,
                  'a label whose values stay: Kubernetes makes new ones of this with each pod or roll-out',
                  'write type: metadata, without values',
                ),
              ),
            ],
      ),
  },
];
