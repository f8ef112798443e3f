import { formatLokiBytes } from '../units';
import { problem, type Rule, when } from './rule';

export const resourceRules: readonly Rule[] = [
  {
    reads: ['resources'],
    check: ({ resources }) =>
      Object.entries(resources).flatMap(([component, { requests, limits }]) => [
        ...when(requests.memory.bytes > limits.memory.bytes, () =>
          problem(
            ['resources', component, 'requests', 'memory'],
            formatLokiBytes(requests.memory),
            'at most the limit',
            `raise resources.${component}.limits.memory`,
          ),
        ),
        ...when(requests.cpu.millicores > limits.cpu.millicores, () =>
          problem(
            ['resources', component, 'requests', 'cpu'],
            `${requests.cpu.millicores}m`,
            'at most the limit',
            `raise resources.${component}.limits.cpu`,
          ),
        ),
      ]),
  },
];
