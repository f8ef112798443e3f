/** Rules on the gateway's way in from outside of the cluster. */
import { credentials } from '../credentials';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { contains, isOfOneNetwork } from './ranges';
import { problem, type Rule, when } from './rule';

type Exposed = NonNullable<StackConfig['gateway']['expose']>;
type Check = (expose: Exposed, config: StackConfig) => readonly Problem[];

const PATH = ['gateway', 'expose'] as const;

const exposed =
  (check: Check): Rule['check'] =>
  (config) =>
    config.gateway.expose === undefined ? [] : check(config.gateway.expose, config);

export const gatewayExposeRules: readonly Rule[] = [
  {
    reads: ['gateway.expose', 'auth.loki.enabled'],
    check: exposed(({ type }, { auth }) =>
      when(!auth.loki.enabled, () =>
        problem(
          PATH,
          { type },
          'none without auth.loki.enabled: whoever finds the address would read and write all lines',
          'remove gateway.expose, or auth.loki.enabled: false',
        ),
      ),
    ),
  },
  {
    reads: ['environment', 'gateway.expose'],
    check: exposed((expose, { environment }) =>
      when(environment === 'prod' && expose.type !== 'route' && expose.tls === undefined, () =>
        problem(
          [...PATH, 'tls'],
          undefined,
          'prod sends credentials and logs over TLS',
          'set gateway.expose.tls.secretName, and clusterIssuer if cert-manager makes the certificate',
        ),
      ),
    ),
  },
  {
    reads: ['gateway.expose', 'auth.loki'],
    check: exposed((expose, config) => {
      const known = credentials(config).map(({ name }) => name);
      return expose.credentials.flatMap(({ name }, index) => {
        const path = [...PATH, 'credentials', index, 'name'];
        return [
          ...when(!known.includes(name), () =>
            problem(
              path,
              name,
              `a credential of auth.loki (${known.join(', ')})`,
              'name one of these, or add it there',
            ),
          ),
          ...when(expose.credentials.findIndex((other) => other.name === name) < index, () =>
            problem(path, name, 'a name that no other entry has', 'write the cidrs of both in one entry'),
          ),
        ];
      });
    }),
  },
  {
    reads: ['gateway.expose'],
    check: exposed((expose) =>
      expose.type === 'loadBalancer' || expose.trustedProxies.length > 0
        ? []
        : expose.credentials.flatMap(({ cidrs }, index) =>
            when(cidrs.length > 0, () =>
              problem(
                [...PATH, 'credentials', index, 'cidrs'],
                cidrs,
                'of use with gateway.expose.trustedProxies: without it, every client has the address of the ingress controller',
                'write the addresses of the ingress controller’s pods there, or remove cidrs',
              ),
            ),
          ),
    ),
  },
  {
    reads: ['gateway.expose'],
    check: exposed((expose) =>
      expose.type === 'loadBalancer'
        ? []
        : expose.trustedProxies.flatMap((cidr, index) =>
            when(!isOfOneNetwork(cidr), () =>
              problem(
                [...PATH, 'trustedProxies', index],
                cidr,
                'the range of the ingress controller’s pods: whoever is in it may say that it is any client',
                'write for example 10.42.0.0/16',
              ),
            ),
          ),
    ),
  },
  {
    reads: ['gateway.expose'],
    check: exposed((expose) =>
      expose.type !== 'loadBalancer' || expose.sourceRanges.length === 0
        ? []
        : expose.credentials.flatMap(({ cidrs }, index) =>
            cidrs.flatMap((cidr, at) =>
              when(!expose.sourceRanges.some((range) => contains(range, cidr)), () =>
                problem(
                  [...PATH, 'credentials', index, 'cidrs', at],
                  cidr,
                  `addresses that gateway.expose.sourceRanges (${expose.sourceRanges.join(', ')}) lets in`,
                  'add them there, or remove them here',
                ),
              ),
            ),
          ),
    ),
  },
];
