import { problem, type Rule, when } from './rule';
import { agentSelector } from './selector';

export const agentRules: readonly Rule[] = [
  {
    reads: ['agent.files', 'agent.drop'],
    check: ({ agent }) =>
      (['files', 'drop'] as const).flatMap((list) =>
        agent[list].flatMap(({ name }, index) =>
          when(agent[list].findIndex((other) => other.name === name) < index, () =>
            problem(['agent', list, index, 'name'], name, 'a name that no other entry has', 'rename one of them'),
          ),
        ),
      ),
  },
  {
    reads: ['agent.tolerations'],
    check: ({ agent }) =>
      agent.tolerations.flatMap(({ key, operator, value }, index) => [
        ...when(operator === 'Equal' && key === undefined, () =>
          problem(
            ['agent', 'tolerations', index],
            agent.tolerations[index],
            'a key, or operator: Exists: without both Kubernetes would compare the value of no taint',
            'add key, or write operator: Exists for every key',
          ),
        ),
        ...when(operator === 'Exists' && value !== undefined && value !== '', () =>
          problem(
            ['agent', 'tolerations', index, 'value'],
            value,
            'no value with operator: Exists, which takes any',
            'remove value, or write operator: Equal',
          ),
        ),
      ]),
  },
  {
    reads: ['agent.drop'],
    check: ({ agent }) =>
      agent.drop.flatMap(({ selector }, index) =>
        agentSelector(['agent', 'drop', index, 'selector'], selector, 'or match the line with patterns'),
      ),
  },
];
