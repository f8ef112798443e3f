/** A stack that runs as it should, as `status` and `doctor` see it; tests change what they are about. */
import { LABELS } from '../../src/log-model';
import type { AgentType, StackConfig } from '../../src/config';
import { secretTable } from '../../src/secrets/spec';
import { metricsPods } from '../../src/components/loki';
import { type KubernetesObject, stackObjects } from '../../charts/objects';
import { lokiRules, workloads } from '../../src/operations/observe/expected';
import { SILENT } from '../../src/operations/observe/agent-log';
import type { AgentFigures, AgentState, LokiFigures, PodState, StackState } from '../../src/operations/observe/state';

export const NOW = '2027-02-10T15:00:00.000Z';

/** A moment so many seconds before {@link NOW}. */
export const before = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

export const LOKI_FIGURES: LokiFigures = {
  uptimeSeconds: 86_400,
  linesPerSecond: 200,
  bytesPerSecond: 60_000,
  refused: [],
  diskUsed: 0.3,
  diskFull: 0,
  storedBytes: 100_000_000,
  retentionLastRun: before(300),
  overridesRejected: false,
  ruleFailures: 0,
  notificationsDropped: 0,
};

export const AGENT_FIGURES: AgentFigures = {
  sent: 5000,
  sentPerSecond: 200,
  dropped: {},
  droppedGrowing: false,
  waitingBytes: 100,
  waitingGrowth: 0,
  notQueued: 0,
  notQueuedGrowing: false,
  targets: 12,
  recentAnswers: { '204': 3 },
};

export const AGENT: AgentState = {
  pod: 'promtail-node-1',
  node: 'node-1',
  figures: { value: AGENT_FIGURES },
  clockSkew: 0.2,
  log: { value: SILENT },
};

/** The Collector has a queue. */
export const QUEUE_BYTES = 500_000_000;

/** The agent of each type. */
export const AGENT_OF: Readonly<Record<AgentType, AgentState>> = {
  promtail: AGENT,
  collector: {
    ...AGENT,
    pod: 'collector-node-1',
    figures: { value: { ...AGENT_FIGURES, queueBytes: QUEUE_BYTES, recentAnswers: { '200': 3 } } },
  },
};

function podsOf(config: StackConfig): readonly PodState[] {
  return workloads(stackObjects(config)).flatMap(({ kind, namespace, name, replicas = 1, images }) =>
    Array.from({ length: replicas }, (_, index) => ({
      namespace,
      name: kind === 'DaemonSet' ? `${name}-node-1` : `${name}-${index}`,
      component: name,
      node: 'node-1',
      phase: 'Running',
      ready: true,
      labels: {},
      containers: Object.entries(images).map(([container, image]) => ({
        name: container,
        image,
        ready: true,
        restarts: 0,
      })),
    })),
  );
}

function claim(name: string, { namespaces, persistence }: StackConfig): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: namespaces.logging },
    status: { phase: 'Bound', capacity: { storage: `${persistence.size.bytes / 2 ** 30}Gi` } },
  };
}

/** Everything is as the config has it. */
export function healthyState(config: StackConfig, changes: Partial<StackState> = {}): StackState {
  const expected = stackObjects(config);
  const secrets = secretTable(config);
  return {
    at: NOW,
    objects: { value: [...expected, ...metricsPods(config.deployment).map((pod) => claim(`data-${pod}`, config))] },
    pods: { value: podsOf(config) },
    nodes: { value: [{ name: 'node-1', labels: {}, ready: true, taints: [] }] },
    warnings: { value: [] },
    secrets: { value: secrets.map(({ name, namespace, keys }) => ({ name, namespace, keys: Object.keys(keys) })) },
    dnsPolicies: { value: [] },
    passwords: config.auth.loki.enabled
      ? [
          {
            credential: config.agent.credential,
            namespace: config.namespaces.agents,
            secret: `gateway-credential-${config.agent.credential}`,
            match: { value: 'current' },
          },
        ]
      : [],
    certificates: secrets
      .filter(({ keys }) => 'tls.crt' in keys)
      .map(({ name, namespace }) => ({ namespace, secret: name, notAfter: { value: '2027-05-01T00:00:00.000Z' } })),
    gatewayLog: { value: [] },
    loki: metricsPods(config.deployment).map((pod) => ({ pod, figures: { value: LOKI_FIGURES }, log: { value: [] } })),
    agents: [AGENT_OF[config.agent.type]],
    queries: {
      version: { value: '3.7.0' },
      jobs: { value: [{ job: 'backend', oldest: before(600_000), newest: before(2) }] },
      labels: { value: Object.values(LABELS) },
      rules: {
        value: Array.from({ length: lokiRules(expected).rules }, (_, index) => ({
          group: 'group',
          name: `rule ${index}`,
          health: 'ok',
          error: '',
        })),
      },
      alerts: { value: [] },
    },
    alertmanagers: [],
    ...changes,
  };
}

/** One of the healthy pods, changed. */
export function withPod(config: StackConfig, component: string, changes: Partial<PodState>): Pick<StackState, 'pods'> {
  return { pods: { value: podsOf(config).map((pod) => (pod.component === component ? { ...pod, ...changes } : pod)) } };
}
