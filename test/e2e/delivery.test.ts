/** Given the running stack; pods write, and exactly what they wrote comes back through the gateway. */
import { currentCluster } from '../../local/cluster';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import type { LogEntry, LokiClient } from '../../local/loki-client';
import { eventually } from '../../programs/wait';
import { APPS, e2eConfig, gatewayClient, log, startWriter, targetOf, waitForWriter } from './cluster';
import { fastObjects } from './fast-alerts';

const config = e2eConfig();
const started = new Date(Date.now() - 60_000);
let target: Target;
let loki: LokiClient;

beforeAll(() => {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster does not run');
  target = targetOf(cluster);
  loki = gatewayClient('grafana');
});

async function linesOf(app: string, expected: number): Promise<readonly LogEntry[]> {
  log(`waiting for ${expected} entries of ${app}`);
  const count = await eventually(
    () => loki.count(`{app="${app}"}`, '1h'),
    (value) => value >= expected,
    120,
  );
  expect(count).toBe(expected);
  return loki.queryAll(`{app="${app}"}`, started);
}

/** Sequence numbers as the writers print them, sorted; a lost or doubled one shows. */
function numbers(entries: readonly LogEntry[]): readonly number[] {
  return entries.map(({ line }) => Number(/n=(\d+)/.exec(line)?.[1] ?? Number.NaN)).sort((a, b) => a - b);
}

const sequence = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1);

describe('given a pod that writes 12,000 distinct records: JSON, plain and multi-line', () => {
  const JSON_LINES = 6000;
  const PLAIN_LINES = 4000;
  const MULTI_LINE = 2000;
  const TOTAL = JSON_LINES + PLAIN_LINES + MULTI_LINE;
  let entries: readonly LogEntry[];

  beforeAll(async () => {
    await startWriter(
      target,
      'e2e-writer',
      `awk 'BEGIN {
        for (i = 1; i <= ${JSON_LINES}; i++) printf "{\\"level\\":\\"%s\\",\\"message\\":\\"n=%d\\",\\"requestId\\":\\"r-%d\\"}\\n", (i % 10 == 0 ? "ERROR" : "info"), i, i
        for (i = ${JSON_LINES + 1}; i <= ${JSON_LINES + PLAIN_LINES}; i++) printf "plain line n=%d\\n", i
        for (i = ${JSON_LINES + PLAIN_LINES + 1}; i <= ${TOTAL}; i++) printf "Error: broken n=%d\\n    at first (file.js:1)\\n    at second (file.js:2)\\n", i
      }'; sleep 3`,
    );
    await waitForWriter(target, 'e2e-writer', 120);
    entries = await linesOf('e2e-writer', TOTAL);
  });

  test('then exactly those come back, once each', () => {
    expect(numbers(entries)).toEqual(sequence(TOTAL));
  });

  test('then a multi-line record is one entry, with its continuation', () => {
    const traces = entries.filter(({ line }) => line.startsWith('Error: broken'));
    expect(traces).toHaveLength(MULTI_LINE);
    expect(traces.filter(({ line }) => line.split('\n').length === 3)).toHaveLength(MULTI_LINE);
  });

  test('then streams have the labels of the architecture, and no label with many values', async () => {
    const streams = await loki.query('{app="e2e-writer"} | level="error" | drop requestId, pod', started);
    expect(streams[0]?.labels).toMatchObject({
      job: 'e2e-writer',
      service: 'e2e-writer',
      app: 'e2e-writer',
      level: 'error',
      namespace: APPS,
      container: 'writer',
      node: 'spywatcher',
    });
    expect(
      await loki.value(
        'count(count by (job, service, app, level, namespace, container, node) (count_over_time({app="e2e-writer"}[1h])))',
      ),
    ).toBe(3);
  });

  test('then a level is normalised, and fields are found by their names', async () => {
    // The JSON records that say so, and the stack traces.
    expect(await loki.count('{app="e2e-writer", level="error"}', '1h')).toBe(JSON_LINES / 10 + MULTI_LINE);
    expect(await loki.count('{app="e2e-writer"} | json | requestId="r-123"', '1h')).toBe(1);
    expect(await loki.count('{app="e2e-writer"} | requestId="r-123"', '1h')).toBe(1);
  });
});

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
    return linesOf(app, LINES);
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
