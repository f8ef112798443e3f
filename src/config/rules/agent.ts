import { LABELS } from '../../log-model';
import { problem, type Rule, when } from './rule';

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
      agent.drop.flatMap(({ selector }, index) => {
        const labels = Object.values<string>(LABELS);
        const unknown = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/g)]
          .map(([, label = '']) => label)
          .filter((label) => !labels.includes(label));
        return when(unknown.length > 0, () =>
          problem(
            ['agent', 'drop', index, 'selector'],
            selector,
            `matchers of labels that lines have: ${labels.join(', ')}`,
            `replace ${unknown.join(', ')}, or match the line with patterns`,
          ),
        );
      }),
  },
];
