/** Given the running stack; pods write, and exactly what they wrote comes back through the gateway. */
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import type { LogEntry, LokiClient } from '../../local/loki-client';
import { APPS, e2eConfig, gatewayClient, startWriter, runningCluster, waitForWriter } from './cluster';
import { type Delivery, describeDelivery, linesOf, numbers, sequence } from './distinct-records';
import { fastObjects } from './fast-alerts';

const config = e2eConfig();
const started = new Date(Date.now() - 60_000);
let target: Target;
let loki: LokiClient;

beforeAll(() => {
  ({ target } = runningCluster());
  loki = gatewayClient('grafana');
});

const delivery = (): Delivery => ({ target, loki, started });

describeDelivery('e2e-writer', delivery);

describe('given a pod that goes on writing', () => {
  const LINES = 3000;

  async function writeWhile(app: string, disturb: () => Promise<void>): Promise<readonly LogEntry[]> {
    // 30 lines, then a pause of a fifth of a second: about 20 s for all.
    await startWriter(
      target,
      app,
      `i=0; while [ $i -lt ${LINES} ]; do j=0; while [ $j -lt 30 ]; do i=$((i+1)); j=$((j+1)); echo "n=$i"; done; sleep 0.2; done; sleep 2`,
    );
    await kubectl(target, ['-n', APPS, 'wait', `pod/${app}`, '--for=condition=Ready', '--timeout=120s'], {
      timeout: 130,
    });
    await disturb();
    await waitForWriter(target, app, 180);
    return linesOf(delivery(), app, LINES);
  }

  test('when Loki’s config changes, then Loki rolls and nothing is lost', async () => {
    const before = await podUid('loki-0');
    const entries = await writeWhile('e2e-config-change', async () => {
      const changed = e2eConfig({ limits: { maxEntriesPerQuery: 5000, maxStreams: 9000 } });
      await applyObjects(target, fastObjects(changed));
      await waitForRollout(target, config.namespaces.logging, 'statefulset/loki', 240);
    });
    expect(await podUid('loki-0')).not.toBe(before);
    expect(numbers(entries)).toEqual(sequence(LINES));
  });

  test('when Loki’s pod is deleted, then it comes back with its data and nothing is lost', async () => {
    const before = await loki.count('{app="e2e-writer"}', '1h');
    const uid = await podUid('loki-0');
    const entries = await writeWhile('e2e-deleted', async () => {
      await kubectl(
        target,
        ['-n', config.namespaces.logging, 'delete', 'pod', 'loki-0', '--wait=true', '--timeout=120s'],
        { timeout: 130 },
      );
      await waitForRollout(target, config.namespaces.logging, 'statefulset/loki', 240);
    });
    expect(await podUid('loki-0')).not.toBe(uid);
    expect(numbers(entries)).toEqual(sequence(LINES));
    expect(before).toBeGreaterThan(0);
    expect(await loki.count('{app="e2e-writer"}', '1h')).toBe(before);
  });

  async function podUid(name: string): Promise<string> {
    return kubectl(target, ['-n', config.namespaces.logging, 'get', 'pod', name, '-o', 'jsonpath={.metadata.uid}']);
  }
});
