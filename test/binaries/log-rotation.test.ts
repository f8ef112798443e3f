/**
 * The kubelet rotates a container's log while Loki is away: the real Promtail with the rendered config, through the real
 * gateway into the real Loki. One rotation is survived; of two, what lies between them is lost, and nothing else.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LokiClient } from '../../local/loki-client';
import { POD_LABELS } from '../../src/log-model';
import { startGateway } from '../support/gateway';
import { nanoseconds, startLoki } from '../support/loki';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder, until } from '../support/program';
import { type Container, cri, PodLogs, startPromtail } from '../support/promtail';
import { Relay } from '../support/relay';
import { secretValues, stack } from '../support/rendered-stack';

/** Several batches: more than the agent holds in its hands. */
const LINES_PER_FILE = 12_000;
const target: Container = { namespace: 'apps', pod: 'busy', container: 'main', labels: { [POD_LABELS.app]: 'busy' } };

describe('given an agent and a Loki that goes away', () => {
  const rendered = stack('staging');
  const values = secretValues(rendered);
  const folder = temporaryFolder('log-rotation');
  const logs = new PodLogs(join(folder, 'pods'));
  const stops: (() => Promise<unknown>)[] = [];
  const began = new Date(Date.now() - 60_000);
  let relay: Relay;
  let loki: LokiClient;
  let written = 0;

  function write(lines: number): void {
    const text = Array.from({ length: lines }, () => cri(nanoseconds(), `n=${(written += 1)} ${'x'.repeat(250)}`));
    logs.append(target, [text.join('\n')]);
  }

  /** Loki has what was written last, and the agent therefore all that it will ever send. */
  async function settled(): Promise<void> {
    say('waiting until the agent tries again, up to half a minute after Loki is back');
    await until(
      `line ${written}`,
      async () => {
        const last = await loki.query(`{app="busy"} |= "n=${written} "`, began);
        return last.length === 0 ? 'it is not there' : undefined;
      },
      { seconds: 90 },
    );
  }

  async function missing(): Promise<readonly number[]> {
    const found = new Set<number>();
    for (const { line } of await loki.queryAll('{app="busy"}', began)) found.add(Number(/n=(\d+)/.exec(line)?.[1]));
    return Array.from({ length: written }, (_, index) => index + 1).filter((number) => !found.has(number));
  }

  beforeAll(async () => {
    const tools = await programs('loki', 'promtail');
    const server = await startLoki(tools.loki, rendered);
    stops.push(() => server.stop());
    const gateway = await startGateway(rendered, values, server.port);
    stops.push(gateway.stop);
    relay = new Relay(gateway.port);
    await relay.start();
    stops.push(() => relay.interrupt());
    const url = `http://127.0.0.1:${gateway.port}`;
    loki = new LokiClient({ url, user: 'grafana', password: values['gateway.grafana'] ?? '' });
    write(100);
    const options = { folder, logs, targets: [target], values, gatewayPort: relay.port };
    const promtail = await startPromtail(tools.promtail, rendered, options);
    stops.push(() => promtail.stop());
    await settled();
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });

  /** The agent looks at its files four times a second. */
  const untilRead = (): Promise<void> => sleep(3000);

  test('when the log is rotated once meanwhile, then nothing is lost', async () => {
    await relay.interrupt();
    write(LINES_PER_FILE);
    await untilRead();
    logs.rotate(target);
    write(LINES_PER_FILE);
    await untilRead();
    await relay.start();
    await settled();
    expect(await missing()).toEqual([]);
  });

  test('when it is rotated twice meanwhile, then the file between is lost, and nothing else', async () => {
    await relay.interrupt();
    write(LINES_PER_FILE);
    await untilRead();
    logs.rotate(target);
    const first = written + 1;
    write(LINES_PER_FILE);
    await untilRead();
    logs.rotate(target);
    const last = written;
    write(LINES_PER_FILE);
    await untilRead();
    await relay.start();
    await settled();
    const lost = await missing();
    expect([lost.length, lost[0], lost.at(-1)]).toEqual([LINES_PER_FILE, first, last]);
  });
});
