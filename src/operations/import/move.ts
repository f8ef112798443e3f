/** The way from what runs to the stack, as steps with a way back. It follows from the store and from the number of Lokis. */
import { defaults } from '../../config/defaults';
import type { Found } from './found';

/** Copies of a line that a ring has at least, here as there. */
const RING = 3;
/** Seconds that the chart gives a single Loki to end, and that a new one needs at most to be ready, as the tests measure it. */
const CHART_GRACE = 30;
const NEW_START = 30;
const PAGE = 'docs/from-charts.md';

/** The steps of a move, and what to expect of it. Empty where nothing is said of a Loki. */
export interface Move {
  readonly steps: readonly string[];
  readonly notes: readonly string[];
}

/** Which steps lead from there to here. */
export function moveOf(found: Found): Move {
  const type = found.draft.get('storage.type');
  if (found.isAgentAlone) return agentsAlone;
  if (type === undefined) return { steps: [], notes: [] };
  const isRing = found.draft.get('deployment.mode') === 'ha' && (found.replicationFactor ?? RING) >= RING;
  if (type === 'filesystem')
    return withPause(found, [`Make the old volume that of the new Loki: ${PAGE}#with-a-volume.`]);
  return isRing ? joined(found) : withPause(found, []);
}

const PREPARE = 'Decide what is listed above, run `npm run check`, and make the Secrets.';
const SINCE =
  'Write `agent.since` into the stack file: a minute before the next step. The new agents begin there, with what is in the log files.';

const agentsAlone: Move = {
  steps: [PREPARE, SINCE, 'Apply. Once the new agents are ready, end the old ones.'],
  notes: ['Nothing pauses. Lines between `agent.since` and the end of the old agents are there twice.'],
};

function withPause({ mode, graceSeconds = CHART_GRACE }: Found, volume: readonly string[]): Move {
  const [workload = '', ...others] = workloadsOf(mode);
  const end = [workload, ...others].map((name) => `kubectl -n <namespace> scale ${name} --replicas=0`).join('; ');
  return {
    steps: [
      PREPARE,
      SINCE,
      `End the old Loki, and wait until its pods are gone: ${end}`,
      ...volume,
      'Apply the stack, and run `npm run status`. Then end the old agents.',
    ],
    notes: [
      `Nothing can be searched for ${graceSeconds + NEW_START} s at most: ${graceSeconds} s (terminationGracePeriodSeconds) until the old Loki has ended, ${NEW_START} s until the new one is ready; and for as long as the steps between take you. Agents send later what they could not send.`,
      'Back: scale the new Loki to 0, and the old one up again. It finds the new lines, because bucket or volume, periods and prefix are the same.',
    ],
  };
}

function joined({ mode, replicas = RING }: Found): Move {
  const [writers = '', ...others] = workloadsOf(mode);
  const fewer = Array.from({ length: replicas }, (_, index) => `--replicas=${replicas - 1 - index}`);
  return {
    steps: [
      PREPARE,
      `Add \`deployment.clusterLabel: accepted\` and \`deployment.joins: { namespace: <that of the old Loki> }\` to the stack file. \`namespaces.logging\` (${defaults.namespaces.logging}) is another one.`,
      SINCE,
      'Apply. Both are one ring now, and either side takes every push and answers every query.',
      'Let Grafana read from the new gateway, and end the old agents.',
      `End the old Lokis that take lines one at a time, and wait after each until its pod is gone: kubectl -n <namespace> scale ${writers} ${fewer.join(', then ')}`,
      ...(others.length === 0 ? [] : [`End the others: ${others.join(', ')}`]),
      'Take `deployment.joins` out, and apply.',
    ],
    notes: [
      `Nothing pauses. Why it is so, and what the label of the ring needs then: ${PAGE}#from-a-ring-without-a-pause`,
      'Back, while an old Loki runs: let agents and Grafana use the old gateway, and end the new Lokis one at a time.',
    ],
  };
}

/** Those of a release called `loki`. The first one takes lines. */
const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  SimpleScalable: ['statefulset/loki-write', 'deployment/loki-read', 'statefulset/loki-backend'],
  Distributed: [
    'statefulset/loki-ingester',
    ...['distributor', 'querier', 'query-frontend', 'query-scheduler'].map((name) => `deployment/loki-${name}`),
    ...['index-gateway', 'compactor', 'ruler'].map((name) => `statefulset/loki-${name}`),
  ],
};

const workloadsOf = (mode = ''): readonly string[] => WORKLOADS[mode] ?? ['statefulset/loki'];
