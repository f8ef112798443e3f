/**
 * Given three Lokis in a ring on an S3 server, a pod that goes on writing, and a client that goes on asking; one Loki dies, all
 * of them are replaced, two die. No line is lost, and as long as two live, no query fails.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl, waitForRollout } from '../../local/kubernetes';
import { LokiClient } from '../../local/loki-client';
import { ensureForwards } from '../../local/forward';
import { gatewayServicePort } from '../../src/components/gateway';
import { queryRequest } from '../../programs/loki';
import { freePorts } from '../../programs/program';
import { send } from '../../programs/request';
import { eventually, lastWithin } from '../../programs/wait';
import { APPS, log, startWriter, waitForAnswer, waitForWriter } from './cluster';
import { type HaStack, killLoki, objectsInBucket, removeHaStack, startHaStack, untilStartedAgain } from './ha-stack';
import { Pusher, pushStatus } from './pusher';

const started = new Date(Date.now() - 60_000);
let stack: HaStack;
let port: number;
let loki: LokiClient;

const password = (name: string): string => stack.values[`gateway.${name}`] ?? '';
const inStack = (...args: readonly string[]): Promise<string> =>
  kubectl(stack.target, ['-n', stack.config.namespaces.logging, ...args]);

/** What came of a scenario, as it was seen through the gateway. */
interface Outcome {
  readonly written: number;
  readonly held: ReadonlySet<number>;
  readonly failedQueries: readonly string[];
  readonly refusedPushes: readonly string[];
}

/** A pod writes some 90 lines a second until it is told to stop, and leaves their number behind. */
const WRITER =
  'i=0; while [ ! -e /tmp/stop ]; do j=0; while [ $j -lt 20 ]; do i=$((i+1)); j=$((j+1)); echo "n=$i"; done; sleep 0.2; done; echo $i > /dev/termination-log; sleep 2';

/** Writes, pushes and asks until `happening` is over; then waits for all that was written. */
async function underLoad(name: string, happening: () => Promise<void>): Promise<Outcome> {
  await startWriter(stack.target, name, WRITER);
  await kubectl(stack.target, ['-n', APPS, 'wait', `pod/${name}`, '--for=condition=Ready', '--timeout=120s'], {
    timeout: 130,
  });
  const pusher = new Pusher({ port, job: `${name}-pushed`, credential: `promtail:${password('promtail')}` });
  const failedQueries: string[] = [];
  let queries = 0;
  const load = { isOver: false };
  const reader = (async () => {
    while (!load.isOver) {
      const query = queries % 2 === 0 ? `{app="${name}"}` : `sum(count_over_time({app="${name}"}[5m]))`;
      const credential = `grafana:${password('grafana')}`;
      const answer = await send({ ...queryRequest(query), port, credential }).catch((error: unknown) => ({
        status: 0,
        text: String(error),
      }));
      queries += 1;
      if (answer.status !== 200) failedQueries.push(`${new Date().toISOString()} ${answer.status} ${answer.text}`);
      await sleep(100);
    }
  })();
  await sleep(3000);
  await happening();
  await sleep(2000);
  load.isOver = true;
  await Promise.all([reader, pusher.stop()]);
  await kubectl(stack.target, ['-n', APPS, 'exec', name, '--', 'touch', '/tmp/stop']);
  await waitForWriter(stack.target, name, 120);
  const message = await kubectl(stack.target, [
    ...['-n', APPS, 'get', 'pod', name],
    ...['-o', 'jsonpath={.status.containerStatuses[0].state.terminated.message}'],
  ]);
  const written = Number(message);
  log(`${name}: ${written} lines, ${queries} queries, ${pusher.accepted} pushes; waiting for the lines`);
  const numbers = async (): Promise<ReadonlySet<number>> => {
    const entries = await loki.queryAll(`{app="${name}"}`, started);
    return new Set(entries.map(({ line }) => Number(/n=(\d+)/.exec(line)?.[1])));
  };
  // An agent that was refused tries again after half a minute at the most.
  const held = await lastWithin(numbers, ({ size }) => size >= written, 120);
  const count = await loki.count(`{app="${name}"}`, '1h');
  log(
    `${name}: ${written - held.size} lost, ${count - held.size} counted twice, ${pusher.refused.length} pushes refused`,
  );
  return { written, held, failedQueries, refusedPushes: pusher.refused };
}

beforeAll(async () => {
  const began = Date.now();
  stack = await startHaStack();
  const [free = 0] = await freePorts(1);
  port = free;
  const { logging } = stack.config.namespaces;
  await ensureForwards(
    [{ port, namespace: logging, service: 'gateway', servicePort: gatewayServicePort(stack.config) }],
    log,
  );
  loki = new LokiClient({ url: `http://localhost:${port}`, user: 'grafana', password: password('grafana') });
  await waitForAnswer(loki);
  const first = { port, job: 'ha-first', credential: `promtail:${password('promtail')}` };
  await eventually(
    () => pushStatus(first, 'the first line'),
    (status) => status === 204,
    60,
  );
  log(`three Lokis take lines after ${Math.round((Date.now() - began) / 1000)} s`);
});
afterAll(() => removeHaStack(stack));

test('when one Loki is killed, then no query fails and no line is lost', async () => {
  const { written, held, failedQueries, refusedPushes } = await underLoad('ha-one-killed', async () => {
    await untilStartedAgain(stack, ['loki-1'], () => killLoki(stack, 'loki-1'), 120);
    await waitForRollout(stack.target, stack.config.namespaces.logging, 'statefulset/loki', 120);
  });
  expect(failedQueries).toEqual([]);
  expect(held.size).toBe(written);
  // What it had in its hands: nginx does not send a push again.
  expect(refusedPushes.length).toBeLessThanOrEqual(1);
});

test('when all are replaced by a rolling update, then no query fails, no push is refused and no line is lost', async () => {
  const { written, held, failedQueries, refusedPushes } = await underLoad('ha-rolled', async () => {
    await inStack('rollout', 'restart', 'statefulset/loki');
    await waitForRollout(stack.target, stack.config.namespaces.logging, 'statefulset/loki', 300);
  });
  expect(failedQueries).toEqual([]);
  expect(refusedPushes).toEqual([]);
  expect(held.size).toBe(written);
  // What a Loki that stops had in memory is in the bucket.
  expect((await objectsInBucket(stack)).filter((name) => name.includes('/spywatcher/')).length).toBeGreaterThan(0);
});

test('when two are dead for a while, then pushes are refused, the agent tries again, and no line is lost', async () => {
  const { written, held, refusedPushes } = await underLoad('ha-two-killed', async () => {
    const dying = ['loki-1', 'loki-2'];
    const die = async (): Promise<void> => {
      // The kubelet starts them again at once: they are killed as often as they come back, and none is ready within that time.
      const until = Date.now() + 12_000;
      while (Date.now() < until) {
        await Promise.all(dying.map((pod) => killLoki(stack, pod)));
        await sleep(100);
      }
    };
    await untilStartedAgain(stack, dying, die, 180);
    await waitForRollout(stack.target, stack.config.namespaces.logging, 'statefulset/loki', 180);
  });
  expect(refusedPushes.length).toBeGreaterThan(0);
  expect(held.size).toBe(written);
});
