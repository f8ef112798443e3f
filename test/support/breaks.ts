/**
 * What may break of a stack, what doctor names then, and which alert fires: test/e2e/doctor.test.ts does it to a stack on a real
 * cluster, and docs/status.md has it as a table.
 */
import type { AgentType } from '../../src/config';
import { AGENT_METRICS } from '../../src/log-model/agent-metrics';
import type { Link } from '../../src/operations/doctor/finding';

export interface Breakage {
  /** Link that doctor names as the likely cause, and what it has seen there. */
  readonly link: Link;
  readonly seen: RegExp;
  /** Alerts that fire, each with labels that it has. */
  readonly alerts: readonly ExpectedAlert[];
}

type Breakages = Readonly<Record<string, Breakage>>;

export interface ExpectedAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const alert = (name: string, labels: Readonly<Record<string, string>> = {}): ExpectedAlert => ({ name, labels });
const SCALED = /scaled to 0/;

/** What may break of the agent, or on its way to Loki. */
const breaksOfAgent = (agent: AgentType) =>
  ({
    'a pod’s namespace is in `agent.excludeNamespaces`': {
      link: 'pod',
      seen: /excludeNamespaces/,
      alerts: [alert('SourceSilent', { job: 'doctor-writer' })],
    },
    'a log file may not be read': { link: 'files', seen: /permission denied/, alerts: [] },
    'the agent is kept away from its node': {
      link: 'agent',
      seen: /does not run on .*nodeSelector is e2e=nowhere/,
      alerts: [alert('TargetMissing', { job: agent })],
    },
    'the agent’s password is another one': {
      link: 'secrets',
      seen: /gateway-credential-promtail is not that of promtail/,
      alerts: [alert('AgentUnauthorized', { [AGENT_METRICS[agent].pushes.status]: '401' })],
    },
    'the gateway is scaled away': {
      link: 'gateway',
      seen: SCALED,
      alerts: [
        alert('GatewayRefusesPushes', { [AGENT_METRICS[agent].pushes.status]: AGENT_METRICS[agent].pushes.noAnswer }),
        alert('TargetDown', { job: 'loki' }),
      ],
    },
  }) satisfies Breakages;

/** What may break whatever the agent is. */
const OTHERS = {
  'a NetworkPolicy is deleted': { link: 'network', seen: /no NetworkPolicy logging\/gateway/, alerts: [] },
  'a file of rules is torn': { link: 'rules', seen: /no YAML/, alerts: [alert('RulerRulesUnreadable')] },
  'Loki’s overrides are torn': {
    link: 'limits',
    seen: /does not take the overrides/,
    alerts: [alert('LokiConfigRejected')],
  },
  'the canary is scaled away': {
    link: 'canary',
    seen: SCALED,
    alerts: [alert('TargetMissing', { job: 'canary' })],
  },
  'Alertmanager is scaled away': {
    link: 'alertmanager',
    seen: SCALED,
    alerts: [alert('PrometheusCannotNotify'), alert('TargetDown', { job: 'alertmanager' })],
  },
  'Prometheus is scaled away': { link: 'prometheus', seen: SCALED, alerts: [] },
  'Loki is scaled away': { link: 'loki', seen: SCALED, alerts: [alert('TargetDown', { job: 'loki' })] },
  'there are more streams than `limits.maxStreams`': {
    link: 'limits',
    seen: /stream_limit.*goes on/,
    alerts: [alert('LokiLosesLines', { reason: 'stream_limit' })],
  },
  'Grafana is scaled away': {
    link: 'grafana',
    seen: SCALED,
    alerts: [alert('TargetMissing', { job: 'grafana' })],
  },
} satisfies Breakages;

export type BrokenAgent = keyof ReturnType<typeof breaksOfAgent>;
export type Broken = BrokenAgent | keyof typeof OTHERS;

/** What may break of a stack with this agent, in the order in which the test breaks it: first what is the agent’s. */
export const breaksOf = (agent: AgentType): Readonly<Record<Broken, Breakage>> => ({
  ...breaksOfAgent(agent),
  ...OTHERS,
});

export const isOfAgent = (broken: string): broken is BrokenAgent => broken in breaksOfAgent('promtail');
