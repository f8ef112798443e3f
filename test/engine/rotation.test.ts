/**
 * Given the real engine, the local cluster and an application that writes all the while; the agent's password is rotated as
 * docs/access.md says: one `pulumi up` gives out the new one, and a later one takes the old one away.
 */
import type { Target } from '../../local/kubernetes';
import { LokiClient } from '../../local/loki-client';
import { eventually } from '../../programs/wait';
import { agentsPassword, droppedByAgent, startWriter, waitForWriter } from '../e2e/cluster';
import { Pusher, pushStatus } from '../e2e/pusher';
import { emptyCluster, type EmptyCluster, forwardGateway } from './cluster';
import { plantedSecrets } from '../support/secrets';
import { describeWithEngine, engineConfig, log, planted, TestStack, timed } from './engine';

const WRITER = 'engine-rotation';
const SECONDS = 240;
const LINES = SECONDS * 5;

jest.setTimeout(600_000);

describeWithEngine('an agent’s password, rotated by the Pulumi engine', () => {
  const secrets = plantedSecrets(engineConfig);
  const old = secrets['gateway.promtail'] ?? '';
  const fresh = planted();
  const started = new Date();
  let cluster: EmptyCluster | undefined;
  let target: Target;
  let stack: TestStack | undefined;
  let port: number;
  let direct: Pusher | undefined;

  const push = (password: string): Promise<number> =>
    pushStatus({ port, job: 'engine-rotation-probe', credential: `promtail:${password}` }, 'probe');
  const deployed = (): TestStack => {
    if (stack === undefined) throw new Error('the stack is not deployed');
    return stack;
  };

  beforeAll(async () => {
    cluster = await emptyCluster();
    ({ target } = cluster);
    stack = new TestStack({ kubeconfig: cluster.kubeconfig, secrets });
    await stack.prepare();
    await timed('first up', () => deployed().up());
    port = await forwardGateway();
    log(`a pod writes for ${SECONDS} s, while the password changes`);
    await startWriter(
      target,
      WRITER,
      `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "n=$i"; sleep 0.2; done; sleep 2`,
    );
    // A moment after its pods are ready, Loki's Service leads to them as well. What a client is refused from then on counts.
    await eventually(
      () => push(old),
      (status) => status === 204,
      30,
    );
    direct = new Pusher({ port, job: 'engine-direct', credential: `direct:${secrets['gateway.direct'] ?? ''}` });
  });
  afterAll(async () => {
    await direct?.stop();
    await stack?.attempt('destroy', '--yes', '--skip-preview');
    stack?.remove();
    await cluster?.release();
  });

  test('when one up brings a new password and the one before, then both count and the agent gets the new one', async () => {
    await deployed().setSecret('gatewayPrevious.promtail', old);
    await deployed().setSecret('gateway.promtail', fresh);
    await timed('the up that rotates', () => deployed().up());

    expect(await Promise.all([old, fresh].map(push))).toEqual([204, 204]);
    expect(await deployed().plannedChanges()).toEqual({});
    log('waiting until the kubelet has given the agent its new password');
    await eventually(
      async () => (await agentsPassword(target, engineConfig)) === fresh,
      (isFresh) => isFresh,
      120,
    );
  });

  test('when an up takes the old one away, then it is refused', async () => {
    await deployed().unset('secrets.gatewayPrevious.promtail');
    await timed('the up that ends the old password', () => deployed().up());

    const ended = Date.now();
    const status = await eventually(
      () => push(old),
      (answer) => answer === 401,
      60,
    );
    log(`the old password is refused ${((Date.now() - ended) / 1000).toFixed(1)} s after the up`);
    expect(status).toBe(401);
    expect(await push(fresh)).toBe(204);
  });

  test('then not a line of the application is lost, and no push of a client was refused', async () => {
    log('waiting until the pod has written its last line');
    await waitForWriter(target, WRITER, SECONDS + 60);
    const reader = new LokiClient({
      url: `http://localhost:${port}`,
      user: 'grafana',
      password: secrets['gateway.grafana'] ?? '',
    });
    const query = `{app="${WRITER}"}`;
    await eventually(
      () => reader.count(query, '1h'),
      (count) => count >= LINES,
      60,
    );
    const numbers = (await reader.queryAll(query, started)).map(({ line }) => Number(line.slice(2)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: LINES }, (_, index) => index + 1));
    expect(await droppedByAgent(target, engineConfig)).toBeUndefined();
    await direct?.stop();
    log(`${direct?.accepted ?? 0} pushes of a client that never tries again`);
    expect({ pushed: (direct?.accepted ?? 0) > 0, refused: direct?.refused }).toEqual({ pushed: true, refused: [] });
  });
});
