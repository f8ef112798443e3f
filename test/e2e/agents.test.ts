/**
 * Given the running stack and a pod that writes 1,000 numbered lines a second, the agent is changed: to the Collector, and back. No line
 * is missing, and only those since the moment that the stack file names are there twice. What the Collector delivers is what Promtail
 * delivers.
 */
import { removeOtherAgents } from '../../local/apply-stack';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import type { LokiClient } from '../../local/loki-client';
import { agentOf } from '../../src/components/kit/identity';
import type { AgentType } from '../../src/config';
import { eventually } from '../../programs/wait';
import {
  APPS,
  e2eConfig,
  gatewayClient,
  log,
  restoreStack,
  startWriter,
  runningCluster,
  waitForAnswer,
} from './cluster';
import { describeDelivery } from './distinct-records';
import { fastObjects } from './fast-alerts';

const LINES_PER_SECOND = 1000;
/** As long as a batch may wait, and as clocks and shells are slow. */
const INEXACT_SECONDS = 5;

const started = new Date(Date.now() - 60_000);
let target: Target;
let loki: LokiClient;

beforeAll(() => {
  ({ target } = runningCluster());
  loki = gatewayClient('grafana');
});

afterAll(async () => {
  await kubectl(target, [
    '-n',
    APPS,
    'delete',
    'pods',
    '-l',
    'app.kubernetes.io/name in (e2e-to-collector,e2e-to-promtail)',
    '--wait=false',
  ]);
  await restoreStack(e2eConfig());
});

/** Writes until the file `/tmp/stop` is there, and then the last number. */
const WRITES = `i=0
while [ ! -e /tmp/stop ]; do
  awk -v from=$i 'BEGIN { for (n = from + 1; n <= from + ${LINES_PER_SECOND / 5}; n++) printf "{\\"level\\":\\"info\\",\\"message\\":\\"n=%d.\\"}\\n", n }'
  i=$((i + ${LINES_PER_SECOND / 5})); sleep 0.2
done
echo "{\\"level\\":\\"warn\\",\\"message\\":\\"last n=$i.\\"}"; sleep 3600`;

interface Move {
  readonly written: number;
  readonly missing: number;
  readonly twice: number;
  /** From the moment of the stack file until the old agent had ended. */
  readonly seconds: number;
}

/** Changes the agent as GitOps does: what the new stack has is applied, and then what it has no more is removed. */
async function move(type: AgentType): Promise<Move> {
  const app = `e2e-to-${type}`;
  await startWriter(target, app, WRITES);
  await eventually(
    () => loki.count(`{app="${app}"}`, '1m'),
    (lines) => lines > 3 * LINES_PER_SECOND,
    60,
  );
  const since = `${new Date().toISOString().slice(0, 19)}Z`;
  log(`changing the agent to ${type}, since ${since}`);
  const config = e2eConfig({ agent: { type, since } });
  await applyObjects(target, fastObjects(config));
  await waitForRollout(target, config.namespaces.agents, `daemonset/${agentOf(config).name}`, 180);
  await removeOtherAgents(target, config, log);
  await eventually(
    () => kubectl(target, ['-n', config.namespaces.agents, 'get', 'pods', '-o', 'name']),
    (pods) => pods.trim().split('\n').length === 1,
    320,
  );
  const seconds = (Date.now() - Date.parse(since)) / 1000;
  // The new agent alone has these.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await kubectl(target, ['-n', APPS, 'exec', app, '--', 'touch', '/tmp/stop']);
  const [last] = await eventually(
    () => loki.query(`{app="${app}", level="warn"}`, started),
    (lines) => lines.length > 0,
    120,
  );
  const written = Number(/last n=(\d+)\./.exec(last?.line ?? '')?.[1]);
  const selector = `{app="${app}", level="info"}`;
  const distinct = new Set((await loki.queryAll(selector, started)).map(({ line }) => line)).size;
  const copies = await loki.count(selector, '1h');
  const result = { written, missing: written - distinct, twice: copies - distinct, seconds };
  log(`moved to ${type}: ${JSON.stringify(result)}`);
  return result;
}

describe.each(['collector', 'promtail'] as const)('given another agent, when it becomes %s,', (type) => {
  let moved: Move;
  beforeAll(async () => {
    moved = await move(type);
    await waitForAnswer();
  }, 900_000);

  test('then no line is missing', () => {
    expect(moved.written).toBeGreaterThan(10 * LINES_PER_SECOND);
    expect(moved.missing).toBe(0);
  });

  test('then at most those are there twice that were written since the named moment, until the old agent had ended', () => {
    expect(moved.twice).toBeLessThanOrEqual((moved.seconds + INEXACT_SECONDS) * LINES_PER_SECOND);
  });

  if (type === 'collector') describeDelivery('e2e-collected', () => ({ target, loki, started }));
});
