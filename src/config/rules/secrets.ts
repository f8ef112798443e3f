import { SECRET_NAMES } from '../secret-names';
import { problem, type Rule } from './rule';

export const secretRules: readonly Rule[] = [
  {
    reads: [
      'grafana',
      'storage',
      'auth.loki',
      'agent.credential',
      'agent.also',
      'namespaces',
      'gateway.tls',
      'gateway.expose',
    ],
    check: (config) => {
      const secrets = Object.values(SECRET_NAMES).map(({ nameIn, namespace, ...secret }) => {
        const name = nameIn(config);
        return { ...secret, name, place: name === undefined ? undefined : `${config.namespaces[namespace]}/${name}` };
      });
      return secrets.flatMap(({ namedAt, name, place }) =>
        namedAt === undefined || place === undefined || secrets.filter((other) => other.place === place).length === 1
          ? []
          : [
              problem(
                namedAt,
                name,
                'a name that no other Secret of the stack has',
                'leave it out, for its default, or write another name',
              ),
            ],
      );
    },
  },
];
