/** A container that writes numbered lines, an agent that reads them, and a Loki that can be taken away from it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LokiClient } from '../../local/loki-client';
import { POD_LABELS } from '../../src/log-model';
import { startGateway } from '../../programs/gateway';
import { nanoseconds, startLoki } from '../../programs/loki';
import { programs, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { type RunningPromtail, startPromtail } from '../../programs/promtail';
import { Relay } from './relay';
import { secretValues, stack } from '../../programs/rendered-stack';

const target: Container = { namespace: 'apps', pod: 'busy', container: 'main', labels: { [POD_LABELS.app]: 'busy' } };

export class NumberedLines {
  private readonly rendered = stack('dev');
  private readonly values = secretValues(this.rendered);
  private readonly folder = temporaryFolder('numbered-lines');
  private readonly logs = new PodLogs(join(this.folder, 'pods'));
  private readonly began = new Date(Date.now() - 60_000);
  private readonly stops: (() => Promise<unknown>)[] = [];
  private relay: Relay | undefined;
  private loki: LokiClient | undefined;
  private promtail: RunningPromtail | undefined;
  /** The last number. */
  written = 0;

  /** All of it runs, and the first lines have arrived. */
  async start(): Promise<void> {
    const server = await startLoki((await programs('loki')).loki, this.rendered);
    this.stops.push(() => server.stop());
    const gateway = await startGateway(this.rendered, this.values, server.port);
    this.stops.push(gateway.stop);
    this.relay = new Relay(gateway.port);
    await this.relay.start();
    this.stops.push(() => this.lokiGone());
    const url = `http://127.0.0.1:${gateway.port}`;
    this.loki = new LokiClient({ url, user: 'grafana', password: this.values['gateway.grafana'] ?? '' });
    this.write(100);
    await this.startAgent();
    this.stops.push(() => this.agent.stop('SIGKILL'));
    await this.settled();
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.reverse()) await stop();
    removeFolder(this.folder);
  }

  get agent(): RunningPromtail {
    return given(this.promtail);
  }

  /** A new agent, where the one before it stopped. */
  async startAgent(): Promise<void> {
    const { folder, logs, values } = this;
    const { promtail } = await programs('promtail');
    const gatewayPort = given(this.relay).port;
    this.promtail = await startPromtail(promtail, this.rendered, {
      folder,
      logs,
      targets: [target],
      values,
      gatewayPort,
    });
  }

  lokiGone(): Promise<void> {
    return given(this.relay).interrupt();
  }

  lokiBack(): Promise<void> {
    return given(this.relay).start();
  }

  /** Of 300 bytes. Returns when the agent has read what it can: it looks at its files four times a second. */
  async writeAndWait(lines: number): Promise<void> {
    this.write(lines);
    await sleep(3000);
  }

  rotate(): void {
    this.logs.rotate(target);
  }

  /** Loki has what was written last, and the agent therefore all that it will ever send. */
  async settled(): Promise<void> {
    say('waiting until the agent tries again, up to half a minute after Loki is back');
    await until(
      `line ${this.written}`,
      async () => {
        const last = await given(this.loki).query(`{app="busy"} |= "n=${this.written} "`, this.began);
        return last.length === 0 ? 'it is not there' : undefined;
      },
      { seconds: 90 },
    );
  }

  /** Numbers of what was written that Loki does not have. */
  async missing(): Promise<readonly number[]> {
    const found = new Set<number>();
    for (const { line } of await given(this.loki).queryAll('{app="busy"}', this.began))
      found.add(Number(/n=(\d+)/.exec(line)?.[1]));
    return Array.from({ length: this.written }, (_, index) => index + 1).filter((number) => !found.has(number));
  }

  private write(lines: number): void {
    const text = Array.from({ length: lines }, () => cri(nanoseconds(), `n=${(this.written += 1)} ${'x'.repeat(250)}`));
    this.logs.append(target, [text.join('\n')]);
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not started');
  return value;
}
