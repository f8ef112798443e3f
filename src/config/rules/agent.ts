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
    reads: ['agent.drop'],
    check: ({ agent }) =>
      agent.drop.flatMap(({ selector }, index) =>
        agentSelector(['agent', 'drop', index, 'selector'], selector, 'or match the line with patterns'),
      ),
  },
];
