/**
 * What becomes of lines while Loki is away, with the real Collector: log files are rotated, a pod is deleted, the agent is rolled out,
 * the queue is full, and so is its disk. Nothing is lost that the node still had when the agent could read it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { POD_LABELS } from '../../src/log-model';
import { AGENT_METRICS } from '../../src/log-model/agent-metrics';
import { type RunningCollector, startCollector } from '../../programs/collector';
import { nanoseconds } from '../../programs/loki';
import { metricOf } from '../../programs/metric';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { CountingGateway } from '../support/counting-gateway';
import { canMount, SmallVolume } from '../support/small-volume';

const { queueSize, queueCapacity } = AGENT_METRICS.collector;
/** Of a line, about. */
const BYTES = 300;

/** A pod on a node whose agent cannot reach Loki all the time. */
class Outage {
  readonly folder = temporaryFolder('agent-outage');
  private readonly logs = new PodLogs(join(this.folder, 'pods'));
  private readonly rendered;
  private collector: RunningCollector | undefined;
  private written = 0;
  private readonly gateway = new CountingGateway();

  constructor(
    private readonly pod: Container,
    agent: { readonly queueSize?: string; readonly batchSize?: string } = {},
  ) {
    this.rendered = variant('outage', { environment: 'dev', agent: { type: 'collector', ...agent } });
  }

  /** The agent runs, and the first line has come. */
  async start(): Promise<void> {
    await this.gateway.start();
    this.write(1);
    await this.startAgent();
    await this.settled();
  }

  /** @param unmount - what the folder has of other file systems. */
  async stop(unmount?: () => void): Promise<void> {
    await this.collector?.stop();
    await this.gateway.stop();
    unmount?.();
    removeFolder(this.folder);
  }

  async startAgent(): Promise<void> {
    const { otelcol } = await programs('otelcol');
    this.collector = await startCollector(otelcol, this.rendered, {
      folder: this.folder,
      logs: this.logs,
      targets: [this.pod],
      values: secretValues(this.rendered),
      gatewayPort: this.gateway.port,
    });
  }

  get agent(): RunningCollector {
    if (this.collector === undefined) throw new Error('the agent was not started');
    return this.collector;
  }

  lokiGone(): void {
    this.gateway.isAway = true;
  }

  lokiBack(): void {
    this.gateway.isAway = false;
  }

  /** @returns the first and the last number. */
  write(lines: number): readonly [number, number] {
    const first = this.written + 1;
    const line = (): string => `{"level":"info","message":"n=${(this.written += 1)}; ${'x'.repeat(BYTES - 40)}"}`;
    this.logs.append(this.pod, [Array.from({ length: lines }, () => cri(nanoseconds(), line())).join('\n')]);
    return [first, this.written];
  }

  rotate(): void {
    this.logs.rotate(this.pod);
  }

  deletePod(): void {
    rmSync(join(this.folder, 'pods'), { recursive: true });
  }

  /** Waits until the queue has grown by what these lines take at least. */
  async hasRead(lines: number, before: number): Promise<void> {
    await until(
      `${lines} lines in the queue`,
      async () => {
        const grown = (await this.queued()) - before;
        return grown >= lines * BYTES ? undefined : `${grown} bytes`;
      },
      { program: this.agent },
    );
  }

  async queued(): Promise<number> {
    return metricOf(await this.agent.metrics(), queueSize.name);
  }

  /** Everything has come from this line on; the agent tries again after at most half a minute. */
  async settled(first = 1): Promise<void> {
    await until(
      `line ${this.written}`,
      () => {
        const missing = this.missing().filter((line) => line >= first);
        return missing.length === 0 ? undefined : `${missing.length} of ${this.written} are missing`;
      },
      { program: this.agent, seconds: 90 },
    );
  }

  missing(): readonly number[] {
    return this.gateway.missing('n', this.written);
  }

  /** Copies beside the first. */
  twice(): number {
    return [...this.gateway.came('n').values()].reduce((sum, times) => sum + times - 1, 0);
  }
}

const pod = (name: string): Container => ({
  namespace: 'apps',
  pod: name,
  container: 'main',
  labels: { [POD_LABELS.app]: name },
});

describe('given a queue that is large enough, and a Loki that is away', () => {
  const outage = new Outage(pod('busy'));
  beforeAll(() => outage.start(), BUILD_TIMEOUT);
  afterAll(() => outage.stop());

  beforeEach(() => outage.lokiGone());
  afterEach(() => outage.lokiBack());

  test('when the log is rotated four times, then every line comes, and each once', async () => {
    for (let rotation = 0; rotation < 4; rotation += 1) {
      const before = await outage.queued();
      outage.write(500);
      await outage.hasRead(500, before);
      outage.rotate();
    }
    outage.lokiBack();
    await outage.settled();
    expect(outage.twice()).toBe(0);
  });

  test('when the agent is rolled out, then its successor sends what waited, and each line once', async () => {
    const before = await outage.queued();
    outage.write(500);
    await outage.hasRead(500, before);
    expect(await outage.agent.stop()).toBe(0);
    outage.write(500);
    await outage.startAgent();
    outage.lokiBack();
    await outage.settled();
    expect(outage.twice()).toBe(0);
  });

  test('when the pod is deleted, then what the agent has read comes', async () => {
    const before = await outage.queued();
    outage.write(500);
    await outage.hasRead(500, before);
    outage.deletePod();
    await sleep(2000); // it looks at its files three times a second
    outage.lokiBack();
    await outage.settled();
    expect(outage.twice()).toBe(0);
  });
});

describe('given a small queue, and a Loki that is away', () => {
  const outage = new Outage(pod('loud'), { queueSize: '1MB', batchSize: '256KB' });
  beforeAll(() => outage.start(), BUILD_TIMEOUT);
  afterAll(() => outage.stop());

  test('when it is full, then reading waits, and every line comes in the end', async () => {
    outage.lokiGone();
    outage.write(10_000);
    await until(
      'the queue to be full',
      async () => {
        const metrics = await outage.agent.metrics();
        const used = metricOf(metrics, queueSize.name) / metricOf(metrics, queueCapacity.name);
        return used > 0.9 ? undefined : `${Math.round(used * 100)} %`;
      },
      { program: outage.agent },
    );
    outage.lokiBack();
    await outage.settled();
    expect(outage.missing()).toEqual([]);
  });
});

(canMount ? describe : describe.skip)(
  'given a queue on a disk that somebody else fills, and a Loki that is away (skipped where nobody may mount one)',
  () => {
    const outage = new Outage(pod('squeezed'));
    let disk: SmallVolume;
    beforeAll(async () => {
      disk = new SmallVolume(join(outage.folder, 'state'), 32);
      await outage.start();
    }, BUILD_TIMEOUT);
    afterAll(async () => {
      await outage.stop(() => disk.unmount());
    });

    test('when there is room again, and Loki is back, then it goes on by itself', async () => {
      outage.lokiGone();
      const before = await outage.queued();
      outage.write(500);
      await outage.hasRead(500, before);
      disk.fill(1);
      outage.write(5000);
      await until(
        'the agent to find no space',
        () => (/no space left on device/.test(outage.agent.output()) ? undefined : 'it has not said so'),
        { program: outage.agent },
      );
      disk.free();
      outage.lokiBack();
      const [first] = outage.write(500);
      await outage.settled(first);
      say(`${outage.missing().length} lines of the queue were lost`);
    });
  },
);
