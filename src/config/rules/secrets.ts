import { type SecretSpec, secretTable } from '../secrets';
import { problem, type Rule } from './rule';

export const secretRules: readonly Rule[] = [
  {
    reads: ['grafana', 'storage', 'auth.loki', 'agent.credential', 'namespaces', 'gateway.tls'],
    check: (config) => {
      const table = secretTable(config);
      const isTaken = ({ namespace, name }: SecretSpec): boolean =>
        table.filter((other) => other.namespace === namespace && other.name === name).length > 1;
      return table.flatMap((spec) =>
        spec.namedAt === undefined || !isTaken(spec)
          ? []
          : [
              problem(
                spec.namedAt,
                spec.name,
                'a name that no other Secret of the stack has',
                'leave it out, for its default, or write another name',
              ),
            ],
      );
    },
  },
];
