/** The way of a stack's lines, by its real programs: Promtail → gateway → Loki, and back through the gateway. */
import { join } from 'node:path';
import type { SecretValues } from '../../src/secrets/row';
import type { AgentOptions } from '../../programs/agent';
import { type RunningCollector, startCollector } from '../../programs/collector';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { entriesOf, type Entry, queryRequest, startLoki } from '../../programs/loki';
import { programs, removeFolder, type RunningProgram, temporaryFolder } from '../../programs/program';
import { type Container, PodLogs } from '../../programs/pod-logs';
import { type RunningPromtail, startPromtail } from '../../programs/promtail';
import { type RenderedStack, secretValues } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

export class LogPath {
  readonly values: SecretValues;
  /** Its files, the agent's positions among them. */
  readonly folder: string;
  /** What pods write. */
  readonly logs: PodLogs;
  private readonly stops: (() => Promise<unknown>)[] = [];
  private running: { readonly lokiPort: number; readonly gateway: RunningGateway } | undefined;

  constructor(
    private readonly rendered: RenderedStack,
    name: string,
    /** What somebody else hands out. */
    handedOut: SecretValues = {},
  ) {
    this.values = { ...secretValues(rendered), ...handedOut };
    this.folder = temporaryFolder(name);
    this.logs = new PodLogs(join(this.folder, 'pods'));
  }

  get lokiPort(): number {
    return this.started.lokiPort;
  }

  get gateway(): RunningGateway {
    return this.started.gateway;
  }

  /** Starts the Loki and the gateway. */
  async start(): Promise<void> {
    const loki = await startLoki((await programs('loki')).loki, this.rendered);
    this.stops.push(loki.stop);
    const gateway = await startGateway(this.rendered, this.values, loki.port);
    this.stops.push(gateway.stop);
    this.running = { lokiPort: loki.port, gateway };
  }

  /** Starts a Promtail that reads what these pods write. */
  async startPromtail(targets: readonly Container[]): Promise<RunningPromtail> {
    const { promtail } = await programs('promtail');
    return this.stoppedLater(await startPromtail(promtail, this.rendered, this.agentOptions(targets)));
  }

  /** Starts a Collector that reads what these pods write. */
  async startCollector(targets: readonly Container[]): Promise<RunningCollector> {
    const { otelcol } = await programs('otelcol');
    return this.stoppedLater(await startCollector(otelcol, this.rendered, this.agentOptions(targets)));
  }

  /**
   * Asks as Grafana does.
   *
   * @param range - as of {@link queryRequest}.
   */
  async query(logql: string, range?: Parameters<typeof queryRequest>[1]): Promise<readonly Entry[]> {
    const credential = `grafana:${this.values['gateway.grafana'] ?? ''}`;
    return entriesOf(await send({ port: this.gateway.port, credential, ...queryRequest(logql, range) }));
  }

  /** Stops all, the agents first. */
  async stop(): Promise<void> {
    for (const stop of this.stops.reverse()) await stop();
    removeFolder(this.folder);
  }

  private agentOptions(targets: readonly Container[]): AgentOptions {
    const { folder, logs, values, gateway } = this;
    return { folder, logs, targets, values, gatewayPort: gateway.port };
  }

  private stoppedLater<P extends RunningProgram>(program: P): P {
    this.stops.push(() => program.stop());
    return program;
  }

  private get started(): NonNullable<typeof this.running> {
    if (this.running === undefined) throw new Error('Neither Loki nor the gateway runs yet.');
    return this.running;
  }
}
