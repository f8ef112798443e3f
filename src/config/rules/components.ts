/** Rules on stacks of agents alone, and on the gateway of another stack, to which they push. */
import { hasAgentsAlone } from '../derived/components';
import { isMapping } from '../mapping';
import { type Problem, valueAt } from '../problem';
import { portOf, reachable } from './reachable';
import { problem, type Rule, when } from './rule';

/** Components that such a stack does not have, as `resources`, `images` and other sections name them. */
const ABSENT = ['loki', 'compactor', 'gateway', 'grafana', 'alertmanager', 'prometheus', 'canary', 'proxy'];
/** Sections that have a key for each component. */
const BY_COMPONENT = ['resources', 'images', 'pods', 'services'];

/** Keys that are about absent components. Of a section that is not whole among them, those of its keys that are not kept. */
const ABSENT_KEYS: readonly (readonly [path: string, ...kept: readonly string[]])[] = [
  ...['retention', 'expectedLoad', 'storage', 'persistence', 'deployment', 'auth', 'gateway', 'grafana'].map(
    (section) => [section] as const,
  ),
  ...['alertmanager', 'canary'].map((section) => [section] as const),
  // The agents cut lines at the first, and the second says how long their queue may wait.
  ['limits', 'maxLineSize', 'rejectOldSamplesAfter'],
  // The alerts on the agents have runbooks.
  ['alerting', 'runbooks'],
  ['namespaces', 'agents', 'adopt'],
  ['monitoring', 'type', 'scrapeInterval', 'operator', 'thresholds'],
  ['monitoring.thresholds', 'agentBehind', 'memoryUsed'],
];
const ABSENT_PATHS = [
  ...BY_COMPONENT.flatMap((section) => ABSENT.map((component) => `${section}.${component}`)),
  'network.ingressController',
  'network.clients',
];

export const componentRules: readonly Rule[] = [
  {
    reads: ['components'],
    check: (config, written) => (hasAgentsAlone(config) ? absent(written) : []),
  },
  {
    reads: ['components', 'agent.gateway'],
    check: ({ components, agent: { gateway } }) => [
      ...when(components !== undefined && gateway === undefined, () =>
        problem(
          ['agent', 'gateway'],
          undefined,
          'agents alone have the gateway of another stack to push to',
          'write agent.gateway: { url: https://…, egress: [{ cidr: …, port: 443 }] }, or remove components',
        ),
      ),
      ...when(components === undefined && gateway !== undefined, () =>
        problem(
          ['agent', 'gateway'],
          gateway?.url,
          'none without components: [agent]: the agents push to the gateway of their own stack',
          'remove it, or write components: [agent]',
        ),
      ),
    ],
  },
  {
    reads: ['components', 'cluster'],
    check: ({ components, cluster }) =>
      when(components !== undefined && cluster === undefined, () =>
        problem(
          ['cluster'],
          undefined,
          'agents alone say which cluster their lines are from: in the other stack’s Loki they are beside those of others',
          'write for example cluster: east',
        ),
      ),
  },
  {
    reads: ['components', 'monitoring.type'],
    check: ({ components, monitoring }) =>
      when(components !== undefined && monitoring.type === 'embedded', () =>
        problem(
          ['monitoring', 'type'],
          monitoring.type,
          'operator, annotations or none with components: [agent]: the stack has no Prometheus',
          'leave it out, for annotations',
        ),
      ),
  },
  {
    reads: ['environment', 'agent.gateway'],
    check: ({ environment, agent: { gateway } }) => (gateway === undefined ? [] : rightGateway(environment, gateway)),
  },
];

type OtherGateway = Parameters<typeof reachable>[1] & { readonly url: string; readonly privateCa: boolean };

function rightGateway(environment: string, { url, privateCa, egress }: Omit<OtherGateway, 'port'>): readonly Problem[] {
  const path = ['agent', 'gateway'];
  const [base = ''] = url.split(/[?#]/);
  const whole = base.replace(/(?:\/loki\/api\/v1\/push|\/otlp(?:\/v1\/logs)?)?\/?$/, '');
  const isPlain = url.startsWith('http:');
  return [
    ...when(whole !== url, () =>
      problem(
        [...path, 'url'],
        url,
        'a URL without the path of the API, which the agent appends, without a slash at its end, a query and a fragment',
        `write ${whole}`,
      ),
    ),
    ...when(environment === 'prod' && isPlain, () =>
      problem(
        [...path, 'url'],
        url,
        'prod sends credentials and logs over TLS',
        `write ${url.replace('http:', 'https:')}`,
      ),
    ),
    ...when(privateCa && isPlain, () =>
      problem(
        [...path, 'privateCa'],
        true,
        'false with http, which has no certificate',
        'write https in url, or remove privateCa',
      ),
    ),
    ...reachable(path, { port: portOf(url), egress }, 'its url'),
  ];
}

/** What is written about parts that are not there. */
function absent(written: unknown): readonly Problem[] {
  const found = [
    ...ABSENT_KEYS.flatMap(([path, ...kept]) => {
      const value = valueAt(written, path.split('.'));
      if (value === undefined) return [];
      if (kept.length === 0) return [path];
      return isMapping(value)
        ? Object.keys(value)
            .filter((key) => !kept.includes(key))
            .map((key) => `${path}.${key}`)
        : [];
    }),
    ...ABSENT_PATHS.filter((path) => valueAt(written, path.split('.')) !== undefined),
  ];
  return found.map((path) =>
    problem(
      path.split('.'),
      valueAt(written, path.split('.')),
      'none with components: [agent]: it is about a part that the stack does not have',
      'remove it, and write it in the file of the stack with the Loki; or remove components',
    ),
  );
}
