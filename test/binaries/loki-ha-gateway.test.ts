/**
 * Three Lokis in a ring behind the gateway of stack prod, under pushes and queries that do not stop. A push that is refused is
 * sent again, as an agent does; a query is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { entriesOf, queryRequest } from '../../programs/loki';
import { type LokiRing, lokiRing, type Member, pushOf } from '../support/loki-ring';
import { type PodService, startPodService } from '../support/pod-service';
import { BUILD_TIMEOUT, programs, say } from '../../programs/program';
import { containerOf, secretValues, stack } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const prod = stack('prod');
const values = secretValues(prod);
const { readinessProbe } = containerOf(prod, 'loki');
if (readinessProbe === undefined) throw new Error('Loki’s container has no readiness probe');
/** Where the compactor would be, and metrics. */
const NOBODY = '9';
let ring: LokiRing;
let services: readonly PodService[];
/** Leads to each Loki, whatever that does. */
let direct: RunningGateway;
/** Leads to the Service of each Loki, which knows whether that is ready. */
let served: RunningGateway;

const member = (index: number): Member => {
  const found = ring.members[index];
  if (found === undefined) throw new Error(`no member ${index}`);
  return found;
};

/** Prod's gateway speaks TLS; its port here is that of a bridge. */
const ask = (gateway: RunningGateway, who: 'promtail' | 'grafana', request: { path: string; body?: object }) =>
  send({ ...request, port: gateway.port, credential: `${who}:${values[`gateway.${who}`] ?? ''}` }).then(
    ({ status, text, headers }) => ({ status, text, headers }),
    (error: unknown) => ({ status: 0, text: String(error), headers: {} }),
  );

/** What came of pushes and queries that went on while something happened. */
interface Outcome {
  readonly pushed: readonly string[];
  /** Pushes that were not taken at the first try, with the answer. */
  readonly refused: readonly string[];
  readonly queries: number;
  readonly failedQueries: readonly string[];
}

let sequence = 0;

/** Pushes a line and asks twice, some twenty times a second, until `happening` is over. */
async function underLoad(gateway: RunningGateway, job: string, happening: () => Promise<void>): Promise<Outcome> {
  const pushed: string[] = [];
  const refused: string[] = [];
  const failedQueries: string[] = [];
  let queries = 0;
  const load = { isOver: false };
  const writer = async (): Promise<void> => {
    while (!load.isOver) {
      const line = `line ${(sequence += 1)}`;
      const request = pushOf(line, job);
      for (;;) {
        const { status, text } = await ask(gateway, 'promtail', request);
        if (status === 204) break;
        refused.push(`${status} ${text}`);
        await sleep(200);
      }
      pushed.push(line);
      await sleep(25);
    }
  };
  const reader = async (query: string): Promise<void> => {
    while (!load.isOver) {
      const { status, text } = await ask(gateway, 'grafana', queryRequest(query));
      queries += 1;
      if (status !== 200) failedQueries.push(`${status} ${text}`);
      await sleep(50);
    }
  };
  const work = [writer(), reader(`{job="${job}"}`), reader(`sum(count_over_time({job="${job}"}[5m]))`)];
  await sleep(1000);
  await happening();
  await sleep(1000);
  load.isOver = true;
  await Promise.all(work);
  say(`${job}: ${pushed.length} lines, ${refused.length} tries refused; ${queries} queries`);
  return { pushed, refused, queries, failedQueries };
}

/** Every line of a job that the stack answers with. */
async function held(job: string): Promise<readonly string[]> {
  return entriesOf(await ask(direct, 'grafana', queryRequest(`{job="${job}"}`))).map(({ line }) => line);
}

beforeAll(async () => {
  const { loki } = await programs('loki');
  ring = lokiRing({ loki, rendered: prod, network: '127.79.0', tenant: 'spywatcher' });
  say('starting three Lokis');
  await Promise.all(ring.members.map(ring.start));
  services = await Promise.all(ring.members.map((each) => startPodService(each, readinessProbe)));
  const ports = new Map(ring.members.map(({ name }, index) => [name, services[index]?.port]));
  served = await startGateway(prod, values, (service) => `127.0.0.1:${ports.get(service) ?? NOBODY}`);
  direct = await startGateway(prod, values, (service) => {
    const pod = ring.members.find(({ name }) => name === service);
    return pod === undefined ? `127.0.0.1:${NOBODY}` : `${pod.address}:${pod.port}`;
  });
}, BUILD_TIMEOUT);
afterAll(async () => {
  await Promise.all([direct.stop(), served.stop()]);
  await Promise.all(services.map(({ stop }) => stop()));
  await ring.end();
});

test('when one is killed, then no query fails and no line is lost', async () => {
  const { pushed, failedQueries, refused } = await underLoad(direct, 'killed', async () => {
    await ring.stop(member(1), 'SIGKILL');
    await sleep(8000);
    await ring.start(member(1));
  });
  expect(failedQueries).toEqual([]);
  // Only what it had in its hands.
  expect(refused.length).toBeLessThanOrEqual(1);
  expect((await held('killed')).toSorted()).toEqual(pushed.toSorted());
}, 120_000);

test('when all are replaced one after the other, then no query fails, no push is refused, and no line is lost', async () => {
  const { pushed, failedQueries, refused } = await underLoad(served, 'replaced', async () => {
    for (const each of ring.members) {
      say(`replacing ${each.name}`);
      await ring.stop(each);
      await ring.start(each);
    }
  });
  expect(failedQueries).toEqual([]);
  expect(refused).toEqual([]);
  expect((await held('replaced')).toSorted()).toEqual(pushed.toSorted());
}, 240_000);

test('when two are killed, then pushes are refused until one is back, and no line is lost', async () => {
  const { pushed, refused } = await underLoad(direct, 'two killed', async () => {
    await Promise.all([1, 2].map((index) => ring.stop(member(index), 'SIGKILL')));
    await sleep(5000);
    await Promise.all([1, 2].map((index) => ring.start(member(index))));
  });
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) expect(answer).toMatch(/^50[02] /);
  expect((await held('two killed')).toSorted()).toEqual(pushed.toSorted());
}, 180_000);
