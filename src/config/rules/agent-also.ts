import { gatewayHost } from '../derived/gateway-host';
import type { Problem } from '../problem';
import type { FurtherDestination, StackConfig } from '../schema';
import { type ByteSize, formatLokiBytes } from '../units';
import { portOf, reachable } from './reachable';
import { problem, type Rule, when } from './rule';

type Path = readonly PropertyKey[];

const PATH = ['agent', 'also'] as const;
/** Each of them is a queue on the disk of every node, and a copy of what is in the agent's memory. */
const MOST = 3;
/** The exporter to the stack's own Loki is called so. */
const LOKI = 'loki';
/** What OTLP by HTTP appends. */
const LOGS = '/v1/logs';

/** The Collector does not start with a queue that holds no batch. */
const holdsBatch = (path: Path, queue: ByteSize, batch: ByteSize): readonly Problem[] =>
  when(queue.bytes < batch.bytes, () =>
    problem(
      path,
      formatLokiBytes(queue),
      'at least agent.batchSize: a batch is made of what is in the queue',
      'write a larger size, or lower agent.batchSize',
    ),
  );

const ofEach =
  (check: (at: Path, destination: FurtherDestination, config: StackConfig) => readonly Problem[]): Rule['check'] =>
  (config) =>
    config.agent.also.flatMap((destination, index) => check([...PATH, index], destination, config));

export const agentAlsoRules: readonly Rule[] = [
  {
    reads: ['agent.type', 'agent.also'],
    check: ({ agent: { type, also } }) =>
      when(type === 'promtail' && also.length > 0, () =>
        problem(
          PATH,
          also.map(({ name }) => name),
          'none with agent.type: promtail, which sends to Loki alone',
          'write agent.type: collector, or remove agent.also',
        ),
      ),
  },
  {
    reads: ['agent.also'],
    check: ({ agent: { also } }) =>
      when(also.length > MOST, () =>
        problem(
          PATH,
          also.map(({ name }) => name),
          `at most ${MOST} further destinations: each has a queue on every node, and a copy of what the agent has in memory`,
          'send to a collector of your own, which passes the records on',
        ),
      ),
  },
  {
    reads: ['agent.also'],
    check: ofEach((at, { name, url, privateCa, egress }) => [
      ...when(name === LOKI, () =>
        problem([...at, 'name'], name, `another name than ${LOKI}, which is the stack’s own`, 'rename it'),
      ),
      ...whole(at, url),
      ...when(privateCa && url.startsWith('http:'), () =>
        problem(
          [...at, 'privateCa'],
          true,
          'false with http, which has no certificate',
          'write https in url, or remove privateCa',
        ),
      ),
      ...reachable(at, { port: portOf(url), egress }, 'its url'),
    ]),
  },
  {
    reads: ['agent.type', 'agent.queueSize', 'agent.also', 'agent.tenants', 'agent.batchSize'],
    check: ({ agent: { type, queueSize, also, tenants, batchSize } }) =>
      type === 'promtail'
        ? []
        : [
            ...holdsBatch(['agent', 'queueSize'], queueSize, batchSize),
            ...tenants.flatMap((one, index) =>
              holdsBatch(['agent', 'tenants', index, 'queueSize'], one.queueSize, batchSize),
            ),
            ...also.flatMap((one, index) => holdsBatch([...PATH, index, 'queueSize'], one.queueSize, batchSize)),
          ],
  },
  {
    reads: ['agent.also', 'namespaces.logging'],
    check: ofEach((at, { url }, config) => {
      const { hostname } = new URL(url);
      const own = gatewayHost(config);
      return when(hostname === own || hostname.startsWith(`${own}.`), () =>
        problem([...at, 'url'], url, 'another destination than the stack’s own gateway', 'remove it: Loki has them'),
      );
    }),
  },
  {
    reads: ['environment', 'agent.also'],
    check: ofEach((at, { url }, { environment }) =>
      when(environment === 'prod' && url.startsWith('http:'), () =>
        problem([...at, 'url'], url, 'prod sends logs over TLS', `write ${url.replace('http:', 'https:')}`),
      ),
    ),
  },
];

/** The path of the signal is appended to the URL as it is. */
function whole(at: Path, url: string): readonly Problem[] {
  const [base = ''] = url.split(/[?#]/);
  const endpoint = base.replace(new RegExp(`${LOGS}/?$`), '').replace(/\/$/, '');
  return when(endpoint !== url, () =>
    problem(
      [...at, 'url'],
      url,
      `a URL without ${LOGS}, which the agent appends, without a slash at its end, a query and a fragment`,
      `write ${endpoint}`,
    ),
  );
}
