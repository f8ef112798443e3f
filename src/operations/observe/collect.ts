/** Looks at a running stack: everything at once, each part for a limited time. Reads, and changes nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  agentOf,
  ALERTMANAGER,
  CANARY,
  GATEWAY,
  GRAFANA,
  LOKI,
  PROMETHEUS,
  type Identity,
} from '../../components/kit/identity';
import { metricsPods } from '../../components/loki';
import type { StackConfig } from '../../config';
import { agentGatewayHost } from '../../config/derived/agent-gateway';
import { hasAgentsAlone, stackNamespaces } from '../../config/derived/components';
import { grafanaPath } from '../../config/derived/grafana-path';
import type { KubernetesObject } from '../../../charts/objects';
import type { Cluster } from '../kubectl';
import { AGENT_FIGURES } from './agent-figures';
import { agentLog, LOG_ARGUMENTS, SILENT } from './agent-log';
import { workloads } from './expected';
import { canaryFigures, lokiFigures, type Page } from './figures';
import { gatewayEndpoint } from './gateway';
import { LISTED_KINDS, Look } from './look';
import { parseMetrics } from './metrics';
import { derive, inTurns, known, observe, type Observed } from './observed';
import { askLoki, nothingKnown } from './queries';
import { type Endpoint, get, getOk } from './http';
import { managedAlerts, rulerAlerts, targetsDown, troubles } from './shapes';
import { certificates, passwords } from './secrets';
import type { AgentLog, AgentState, AlertmanagerState, LokiState, PodState, StackState } from './state';

export interface CollectOptions {
  /** Seconds between the two samples that rates come from. */
  readonly interval: number;
  /** Whether logs are looked at. */
  readonly logs: boolean;
}

/** Agents that are asked at once: each takes a kubectl. */
const AGENTS_AT_ONCE = 8;
/** Logs that are looked at: of all pods the ones first in the list. */
const LOGS = 20;
/** What is asked of a log in which old lines do not matter. */
const LATELY = ['--since=5m', '--tail=1000'];

/** All that can be seen of a stack from here. */
export async function collect(
  cluster: Cluster,
  config: StackConfig,
  expected: readonly KubernetesObject[],
  { interval, logs }: CollectOptions,
): Promise<StackState> {
  const namespaces = stackNamespaces(config);
  const look = new Look(cluster);
  try {
    const first = {
      objects: look.objects(namespaces, clusterObjects(expected), config.network.policies),
      pods: look.pods(namespaces),
      nodes: look.nodes(),
      warnings: look.warnings(namespaces),
      secrets: look.secretKeys(namespaces),
      dnsPolicies: look.policies(config.network.dns.namespace),
      passwords: passwords(look, config),
      certificates: certificates(look, config),
    };
    const pods = await first.pods;
    const parts = new Parts(look, pods, interval, logs);
    const wanted = workloads(expected).filter(({ replicas }) => replicas !== 0);
    const has = ({ name }: Identity): boolean => wanted.some((workload) => workload.name === name);
    const [base, gateway, agentStates, grafana, prometheus, alertmanagers, canary] = await Promise.all([
      all(first),
      hasAgentsAlone(config) ? WITHOUT_LOKI : lookThroughGateway(look, parts, config),
      parts.agents(config),
      has(GRAFANA) ? parts.grafana(config) : undefined,
      has(PROMETHEUS) ? parts.prometheus() : undefined,
      has(ALERTMANAGER) ? parts.alertmanagers() : [],
      has(CANARY) ? parts.canary() : undefined,
    ]);
    return {
      at: new Date().toISOString(),
      ...base,
      ...gateway,
      agents: agentStates,
      alertmanagers,
      ...(grafana === undefined ? {} : { grafana }),
      ...(prometheus === undefined ? {} : { prometheus }),
      ...(canary === undefined ? {} : { canary }),
    };
  } finally {
    look.close();
  }
}

/** Names of the objects that are in no namespace. */
function clusterObjects(expected: readonly KubernetesObject[]): readonly string[] {
  return expected
    .filter(({ kind, metadata }) => metadata.namespace === undefined && LISTED_KINDS.cluster.includes(kind))
    .map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
}

/** Where the stack has agents alone. */
const WITHOUT_LOKI = {
  queries: nothingKnown('the Loki is another stack’s'),
  loki: [],
  gatewayLog: { value: [] },
} as const;

/** What there is behind the gateway's two ports, and in the logs on the way. */
async function lookThroughGateway(look: Look, parts: Parts, config: StackConfig) {
  const pod = parts.best(GATEWAY.name);
  const { metrics } = GATEWAY.ports;
  const opened = parts.open(GATEWAY.name, pod, [metrics]);
  const asked = async () => {
    const endpoint = await gatewayEndpoint(look, config, pod);
    return 'unknown' in endpoint ? nothingKnown(endpoint.unknown) : askLoki(endpoint.value, config);
  };
  const loki = async (name: string): Promise<LokiState> =>
    parts.loki(
      name,
      derive(await opened, (ports) => ({ endpoint: { port: ports.get(metrics) ?? 0 }, path: `/${name}/metrics` })),
    );
  const [queries, states, gatewayLog] = await Promise.all([
    asked(),
    Promise.all(metricsPods(config.deployment).map(loki)),
    parts.logOf(pod),
  ]);
  return { queries, loki: states, gatewayLog };
}

interface MetricsPage {
  readonly endpoint: Endpoint;
  readonly path: string;
}

/** The programs, each by the ports of its pods. */
class Parts {
  constructor(
    private readonly look: Look,
    private readonly pods: Observed<readonly PodState[]>,
    private readonly interval: number,
    private readonly logs: boolean,
  ) {}

  of(component: string): readonly PodState[] {
    return (known(this.pods) ?? []).filter((pod) => pod.component === component);
  }

  /** The pod that most probably answers. */
  best(component: string): PodState | undefined {
    const running = this.of(component).filter(({ phase }) => phase === 'Running');
    return running.find(({ ready }) => ready) ?? running[0];
  }

  async open(
    component: string,
    pod: PodState | undefined,
    ports: readonly number[],
  ): Promise<Observed<ReadonlyMap<number, number>>> {
    if ('unknown' in this.pods) return this.pods;
    if (pod === undefined) return { unknown: `no pod of ${component} runs` };
    return this.look.open(pod, ports);
  }

  /** Two samples of a page of metrics. */
  async twice(page: Observed<MetricsPage>, what: string): Promise<Observed<readonly [Page, Page, number | undefined]>> {
    if ('unknown' in page) return page;
    const { endpoint, path } = page.value;
    const sample = async (signal: AbortSignal) => {
      const { text, clockSkew } = await getOk(endpoint, path, signal);
      return { page: { at: Date.now(), samples: parseMetrics(text) }, clockSkew };
    };
    return observe(
      async (signal) => {
        const before = await sample(signal);
        await sleep(this.interval * 1000);
        const after = await sample(signal);
        return [before.page, after.page, after.clockSkew] as const;
      },
      what,
      (this.interval + 8) * 1000,
    );
  }

  async logOf(pod: PodState | undefined): Promise<Observed<readonly string[]>> {
    if (!this.logs) return { value: [] };
    if (pod === undefined) return { unknown: 'no pod, no log' };
    return derive(await this.printed(pod, LATELY), troubles);
  }

  private printed({ namespace, name }: PodState, args: readonly string[]): Promise<Observed<string>> {
    return this.look.kubectl(`log of ${name}`, ['-n', namespace, 'logs', name, '--all-containers', ...args]);
  }

  async loki(name: string, page: Observed<MetricsPage>): Promise<LokiState> {
    const pod = [...this.of(LOKI.name), ...this.of(name.replace(/-\d+$/, ''))].find(
      (candidate) => candidate.name === name,
    );
    const asksReady = pod !== undefined && pod.phase === 'Running' && !pod.ready;
    const readiness = async (): Promise<Observed<string>> => {
      const ports = await this.open(LOKI.name, pod, [LOKI.ports.http]);
      if ('unknown' in ports) return ports;
      const port = ports.value.get(LOKI.ports.http) ?? 0;
      return observe(async (signal) => (await get({ port }, '/ready', signal)).text.trim(), `${name} /ready`, 5000);
    };
    const [samples, log, notReady] = await Promise.all([
      this.twice(page, `metrics of ${name}`),
      this.logOf(pod),
      asksReady ? readiness() : undefined,
    ]);
    return {
      pod: name,
      figures: derive(samples, ([first, last]) => lokiFigures(first, last)),
      log,
      ...(notReady === undefined ? {} : { notReady }),
    };
  }

  agents(config: StackConfig): Promise<readonly AgentState[]> {
    const { type } = config.agent;
    const {
      name,
      ports: { metrics: port },
    } = agentOf(config);
    const pods = [...this.of(name).entries()];
    const log = async (pod: PodState): Promise<Observed<AgentLog>> =>
      derive(await this.printed(pod, LOG_ARGUMENTS[type]), (text) => agentLog(type, text));
    return inTurns(pods, AGENTS_AT_ONCE, async ([index, pod]) => {
      const page = derive(await this.open(name, pod, [port]), (ports) => ({
        endpoint: { port: ports.get(port) ?? 0 },
        path: '/metrics',
      }));
      const [samples, told] = await Promise.all([
        this.twice(page, `metrics of ${pod.name}`),
        this.logs && index < LOGS ? log(pod) : { value: SILENT },
      ]);
      const skew = known(samples)?.[2];
      return {
        pod: pod.name,
        node: pod.node ?? '',
        figures: derive(samples, ([first, last]) => AGENT_FIGURES[type](first, last, agentGatewayHost(config))),
        log: told,
        ...(skew === undefined ? {} : { clockSkew: skew }),
      };
    });
  }

  /** Asks one port of one pod. */
  private async ask<T>(
    component: Identity,
    port: number,
    path: string,
    read: (text: string) => T,
    pod: PodState | undefined = this.best(component.name),
  ): Promise<Observed<T>> {
    const ports = await this.open(component.name, pod, [port]);
    if ('unknown' in ports) return ports;
    const endpoint = { port: ports.value.get(port) ?? 0 };
    return observe(async (signal) => read((await getOk(endpoint, path, signal)).text), component.name, 8000);
  }

  grafana({ grafana }: StackConfig): Promise<Observed<string>> {
    return this.ask(GRAFANA, GRAFANA.ports.http, `${grafanaPath(grafana)}/api/health`, (text) =>
      /"database":\s*"ok"/.test(text) ? 'ok' : text.trim(),
    );
  }

  async prometheus() {
    const { http } = PROMETHEUS.ports;
    const [alerts, down] = await Promise.all([
      this.ask(PROMETHEUS, http, '/api/v1/alerts', (text) => rulerAlerts(text, 'prometheus')),
      this.ask(PROMETHEUS, http, '/api/v1/targets?state=active', targetsDown),
    ]);
    return { alerts, targetsDown: down };
  }

  alertmanagers(): Promise<readonly AlertmanagerState[]> {
    const { http } = ALERTMANAGER.ports;
    return inTurns(this.of(ALERTMANAGER.name), AGENTS_AT_ONCE, async (pod) => {
      const path = '/api/v2/alerts?active=true&silenced=false&inhibited=false';
      const [alerts, failed] = await Promise.all([
        this.ask(ALERTMANAGER, http, path, managedAlerts, pod),
        this.ask(ALERTMANAGER, http, '/metrics', failedNotifications, pod),
      ]);
      return { pod: pod.name, alerts, failed };
    });
  }

  async canary() {
    const { metrics } = CANARY.ports;
    const opened = await this.open(CANARY.name, this.best(CANARY.name), [metrics]);
    const page = derive(opened, (ports) => ({ endpoint: { port: ports.get(metrics) ?? 0 }, path: '/metrics' }));
    return derive(await this.twice(page, 'metrics of the canary'), ([first, last]) => canaryFigures(first, last));
  }
}

function failedNotifications(text: string): Readonly<Record<string, number>> {
  const failed: Record<string, number> = {};
  for (const { name, labels, value } of parseMetrics(text))
    if (name === 'alertmanager_notifications_failed_total' && value > 0) {
      const integration = labels['integration'] ?? '';
      failed[integration] = (failed[integration] ?? 0) + value;
    }
  return failed;
}

async function all<T extends Readonly<Record<string, Promise<unknown>>>>(
  promises: T,
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const entries = await Promise.all(Object.entries(promises).map(async ([name, promise]) => [name, await promise]));
  // Object.fromEntries forgets which value is of which name.
  return Object.fromEntries(entries) as { [K in keyof T]: Awaited<T[K]> };
}
