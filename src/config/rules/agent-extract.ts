import { re2 } from '../../syntax/re2';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';
import { agentSelector, LABELS_READ } from './selector';

type Extract = StackConfig['agent']['extract'][number];

const fieldsOf = ({ labels, metadata }: Extract) => [
  ...labels.map((field, index) => [['labels', index, 'from'], field] as const),
  ...metadata.map((field, index) => [['metadata', index, 'from'], field] as const),
];

export const agentExtractRules: readonly Rule[] = [
  {
    reads: LABELS_READ,
    check: (config) =>
      config.agent.extract.flatMap((rule, index) => {
        const path = ['agent', 'extract', index];
        // Labels that come out of lines are there when all of them are read.
        const before = { ...config, agent: { ...config.agent, extract: [] } };
        return [
          ...agentSelector(before, [...path, 'selector'], rule.selector, 'which lines have before they are read'),
          ...when(rule.labels.length + rule.metadata.length === 0, () =>
            problem(path, rule.selector, 'at least one of labels and metadata', 'add what is taken out, or remove it'),
          ),
        ];
      }),
  },
  {
    reads: ['agent.extract'],
    check: ({ agent }) =>
      agent.extract.flatMap((rule, index) => {
        if (rule.type !== 'regex') return [];
        const read = re2(rule.expression);
        const groups = typeof read === 'string' ? [] : read.names;
        return fieldsOf(rule).flatMap(([path, { from }]) =>
          when(!groups.includes(from), () =>
            problem(
              ['agent', 'extract', index, ...path],
              from,
              `a group of the expression: ${groups.join(', ')}`,
              'name one of these',
            ),
          ),
        );
      }),
  },
];
