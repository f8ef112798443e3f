import { problem, type Rule, when } from './rule';

export const namespaceRules: readonly Rule[] = [
  {
    reads: ['namespaces'],
    check: ({ namespaces }) =>
      when(namespaces.logging === namespaces.agents, () =>
        problem(
          ['namespaces', 'agents'],
          namespaces.agents,
          'a namespace of its own: it is privileged, and namespaces.logging is not',
          'leave it out, for logging-agents',
        ),
      ),
  },
];
