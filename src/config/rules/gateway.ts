import { problem, type Rule, when } from './rule';

const LEAST_CONNECTIONS = 32;

export const gatewayRules: readonly Rule[] = [
  {
    reads: ['environment', 'auth.loki', 'gateway.tls'],
    check: ({ environment, auth, gateway }) =>
      when(environment === 'prod' && auth.loki.enabled && gateway.tls === undefined, () =>
        problem(
          ['gateway', 'tls'],
          undefined,
          'prod sends credentials and logs over TLS',
          'set gateway.tls.clusterIssuer if cert-manager makes the certificate, or gateway.tls.secretName',
        ),
      ),
  },
  {
    reads: ['gateway.maxConnections'],
    check: ({ gateway }) =>
      when(gateway.maxConnections < LEAST_CONNECTIONS, () =>
        problem(
          ['gateway', 'maxConnections'],
          gateway.maxConnections,
          `at least ${LEAST_CONNECTIONS}: probes, a few agents and a dashboard take as many`,
          `write ${LEAST_CONNECTIONS} or more, or leave it out`,
        ),
      ),
  },
];
