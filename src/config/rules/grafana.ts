import { isIP } from 'node:net';
import { grafanaPath } from '../derived/grafana-path';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { portOf, reachable } from './reachable';
import { problem, type Rule, when } from './rule';

/** Words between slashes, with or without a slash at the end. */
const PATH = /^(?:\/[\w.~-]+)*\/?$/;

export const grafanaRules: readonly Rule[] = [
  {
    reads: ['grafana.url', 'grafana.ingress', 'grafana.route'],
    check: ({ grafana }) => {
      const { hostname, origin, pathname, search, hash } = new URL(grafana.url);
      const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
      return [
        ...when(search !== '' || hash !== '', () =>
          problem(['grafana', 'url'], grafana.url, 'a URL without query and fragment', `write ${origin}${pathname}`),
        ),
        ...when(!PATH.test(pathname), () =>
          problem(
            ['grafana', 'url'],
            grafana.url,
            'a path of letters, digits and . _ ~ -: the Ingress and Grafana compare it as it is written',
            `write ${origin}, or for example ${origin}/grafana`,
          ),
        ),
        ...when((grafana.ingress !== undefined || grafana.route !== undefined) && isAddress, () =>
          problem(
            ['grafana', 'url'],
            grafana.url,
            'with an Ingress or a route, a URL with a host name',
            'write for example https://logs.example.com',
          ),
        ),
        ...when(grafana.ingress !== undefined && grafana.route !== undefined, () =>
          problem(
            ['grafana', 'route'],
            grafana.route,
            'one way to Grafana: an Ingress or a route',
            'remove grafana.ingress or grafana.route',
          ),
        ),
      ];
    },
  },
  {
    reads: ['environment', 'grafana.ingress', 'grafana.route'],
    check: ({ environment, grafana }) =>
      when(environment === 'prod' && grafana.ingress?.tls === undefined && grafana.route === undefined, () =>
        problem(
          ['grafana', 'ingress', 'tls'],
          undefined,
          'prod serves Grafana over TLS',
          'set grafana.ingress.tls.secretName, and clusterIssuer if cert-manager makes the certificate; or grafana.route',
        ),
      ),
  },
  {
    reads: ['environment', 'grafana.url', 'grafana.ingress', 'grafana.route'],
    check: ({ environment, grafana: { url, ingress, route } }) => {
      const hasTls = ingress?.tls !== undefined || route !== undefined;
      return when((environment === 'prod' || hasTls) && !url.startsWith('https://'), () =>
        problem(
          ['grafana', 'url'],
          url,
          'in prod, and wherever Grafana is served over TLS, a URL with https',
          `write https://${new URL(url).host}${grafanaPath({ url })}`,
        ),
      );
    },
  },
  { reads: ['grafana.login.oauth.generic'], check: reachableProvider },
  {
    reads: ['grafana.login.ldap'],
    check: ({ grafana: { login } }) => reachable(['grafana', 'login', 'ldap'], login.ldap),
  },
  {
    reads: ['grafana.database'],
    check: ({ grafana: { database } }) =>
      reachable(['grafana', 'database'], database.type === 'sqlite' ? undefined : database),
  },
  { reads: ['grafana.smtp'], check: ({ grafana }) => reachable(['grafana', 'smtp'], grafana.smtp) },
  {
    reads: ['environment', 'grafana.database'],
    check: ({ environment, grafana: { database } }) =>
      when(environment === 'prod' && database.type === 'postgres' && database.sslMode === 'disable', () =>
        problem(
          ['grafana', 'database', 'sslMode'],
          'disable',
          'prod sends passwords and sessions to its database over TLS',
          'leave it out, for verify-full, or write require',
        ),
      ),
  },
  {
    reads: ['grafana.replicas', 'grafana.database.type'],
    check: ({ grafana }) =>
      when(grafana.replicas > 1 && grafana.database.type === 'sqlite', () =>
        problem(
          ['grafana', 'replicas'],
          grafana.replicas,
          'with sqlite 1: its file is of one pod',
          'set grafana.database.type to postgres, or grafana.replicas to 1',
        ),
      ),
  },
];

/** The browser calls `authUrl`, Grafana the two others. If both have the same port, one of them is named. */
function reachableProvider({ grafana }: StackConfig): readonly Problem[] {
  const generic = grafana.login.oauth?.generic;
  if (generic?.type !== 'oidc') return [];
  const names = (['tokenUrl', 'apiUrl'] as const).map((name): [number, string] => [portOf(generic[name]), name]);
  return [...new Map(names)].flatMap(([port, name]) =>
    reachable(['grafana', 'login', 'oauth', 'generic'], { port, egress: generic.egress }, name),
  );
}
