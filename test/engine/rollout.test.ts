/**
 * Given the real engine, the local cluster and pods that write a thousand numbered lines a second; `pulumi up` changes what
 * makes Loki roll, then what makes the agent roll, then what makes both roll at once, and then the agent itself, there and back. Loki has
 * every line in the end. What it has twice is counted by itself.
 */
import { kubectl, type Target } from '../../local/kubernetes';
import { LokiClient } from '../../local/loki-client';
import { droppedByAgent } from '../e2e/cluster';
import { AGENTS } from '../durability/agents';
import { Books, CALM } from '../durability/books';
import type { Account, Settlement } from '../durability/ledger';
import { LINES_PER_SECOND, removeWriters } from '../durability/writers';
import { emptyCluster, type EmptyCluster, forwardGateway } from './cluster';
import { plantedSecrets } from '../support/secrets';
import { describeWithEngine, engineConfig, TestStack, timed } from './engine';

const { logging, agents } = engineConfig.namespaces;
const CATCH_UP_SECONDS = 60;
/** Beginning of the name of a change in which both agents send the same lines for a time. */
const BOTH_SEND = 'up that makes the agent';

jest.setTimeout(300_000);

describeWithEngine('a stack whose config is changed by the Pulumi engine, under load', () => {
  const secrets = plantedSecrets(engineConfig);
  let cluster: EmptyCluster | undefined;
  let target: Target;
  let stack: TestStack;
  let books: Books;

  /** The pods of the parts that take lines from their container to Loki's volume, by uid. */
  async function pods(): Promise<Readonly<Record<'loki' | 'gateway' | 'promtail' | 'collector', string>>> {
    const uids = (namespace: string, name: string): Promise<string> =>
      kubectl(target, [
        ...['-n', namespace, 'get', 'pods', '-l', `app.kubernetes.io/name=${name}`],
        ...['--field-selector=status.phase=Running', '-o', 'jsonpath={.items[*].metadata.uid}'],
      ]);
    return {
      loki: await uids(logging, 'loki'),
      gateway: await uids(logging, 'gateway'),
      promtail: await uids(agents, 'promtail'),
      collector: await uids(agents, 'collector'),
    };
  }

  /** Deploys a change, and tells which parts have other pods then. */
  async function rolledBy(name: string, changes: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const before = Object.entries(await pods());
    await books.during(name, async () => {
      for (const [option, value] of Object.entries(changes)) await stack.set(option, value);
      await timed(name, () => stack.up());
    });
    const after = new Map<string, string>(Object.entries(await pods()));
    return before.filter(([part, uid]) => uid !== after.get(part)).map(([part]) => part);
  }

  beforeAll(async () => {
    cluster = await emptyCluster();
    ({ target } = cluster);
    stack = new TestStack({ kubeconfig: cluster.kubeconfig, secrets });
    await stack.prepare();
    await timed('first up', () => stack.up());
    const loki = new LokiClient({
      url: `http://localhost:${await forwardGateway()}`,
      user: 'grafana',
      password: secrets['gateway.grafana'] ?? '',
    });
    books = new Books({ target, readers: { promtail: loki }, catchUpSeconds: CATCH_UP_SECONDS });
    await books.open();
  });

  afterAll(async () => {
    if (cluster === undefined) return;
    await removeWriters(target);
    await stack.attempt('destroy', '--yes', '--skip-preview');
    stack.remove();
    await cluster.release();
  });

  test('when an up changes a limit of Loki, then Loki is rolled', async () => {
    expect(await rolledBy('up that rolls Loki', { 'limits.maxStreams': '9000' })).toEqual(['loki']);
  });

  test('when an up changes a setting of the agent, then the agent is rolled', async () => {
    expect(await rolledBy('up that rolls the agent', { 'agent.batchWait': '2s' })).toEqual(['promtail']);
  });

  test('when an up changes a limit that both of them know, then both are rolled at once', async () => {
    expect(await rolledBy('up that rolls both', { 'limits.maxLineSize': '128KB' })).toEqual(['loki', 'promtail']);
  });

  test.each(['collector', 'promtail'])(
    'when an up makes the agent %s, then it takes over from the other',
    async (type) => {
      const since = `${new Date().toISOString().slice(0, 19)}Z`;
      const rolled = await rolledBy(`${BOTH_SEND} ${type}`, { 'agent.type': type, 'agent.since': since });
      expect(rolled).toEqual(expect.arrayContaining(['promtail', 'collector']));
      const { promtail, collector } = await pods();
      expect({ promtail: promtail !== '', collector: collector !== '' }).toEqual({
        promtail: type === 'promtail',
        collector: type === 'collector',
      });
    },
  );

  describe('then, when the writers have ended and the agent has caught up,', () => {
    let settlement: Settlement;

    beforeAll(async () => {
      settlement = (await books.close())('promtail');
    });

    test('the load was about what it should be, and every source took part', () => {
      const calm = settlement.byWindow.find(({ name }) => name === CALM);
      expect((calm?.written ?? 0) / (calm?.seconds ?? Infinity)).toBeGreaterThan(LINES_PER_SECOND / 2);
      expect(settlement.bySource.filter(({ written }) => written === 0)).toEqual([]);
    });

    test('no line is lost, of no source, and the agent has given none up', async () => {
      expect([...settlement.byWindow, ...settlement.bySource].filter(({ lost }) => lost > 0)).toEqual([]);
      expect(settlement.byRuntime).toBe(0);
      expect(await droppedByAgent(target, engineConfig)).toBeUndefined();
    });

    test('nothing is there twice but what an agent sent again because the answer was lost, and what two agents have sent', () => {
      const bound = ({ name, written }: Account): number =>
        name.startsWith(BOTH_SEND) ? written : AGENTS.promtail.twice;
      expect(settlement.byWindow.filter((account) => account.twice > bound(account))).toEqual([]);
      expect(settlement.byWindow.find(({ name }) => name === CALM)?.twice).toBe(0);
    });
  });
});
