/** What kube-score finds and the stacks keep. A finding that is not here fails the test, and so does one that is gone. */

import type { Grade } from '../support/kube-score';

/** A check that some objects do not pass, for one reason. */
export interface Exception {
  readonly check: string;
  /** As kube-score reports it. None may be critical. */
  readonly grade: Grade;
  readonly reason: string;
  /** Stack → its objects, as `Kind name`. */
  readonly found: Readonly<Record<string, readonly string[]>>;
}

const GATEWAY = 'Deployment gateway';
const GRAFANA = 'Deployment grafana';
const LOKI = 'StatefulSet loki';
const COMPACTOR = 'StatefulSet compactor';
const ALERTMANAGER = 'StatefulSet alertmanager';
const PROMTAIL = 'DaemonSet promtail';
const COLLECTOR = 'DaemonSet collector';
const PROMETHEUS = 'StatefulSet prometheus';
const CANARY = 'Deployment canary';

/** Stacks with one Loki, and with several in a ring. */
const SINGLE = ['dev', 'staging', 'otherwise'];
const RINGS = ['prod', 'everything'];
/** Stacks in which Grafana keeps its database in a file. */
const SQLITE = ['dev', 'staging', 'prod', 'otherwise'];

/** The same objects in several stacks. */
const inEach = (stacks: readonly string[], ...objects: readonly string[]): Exception['found'] =>
  Object.fromEntries(stacks.map((stack) => [stack, objects]));

/** The Services of one Loki pod each: for its metrics, and in a ring for requests. */
const podServices = (replicas: number): readonly string[] =>
  Array.from({ length: replicas }, (_, index) => [
    `Service loki-${index}-metrics`,
    ...(replicas === 1 ? [] : [`Service loki-${index}`]),
  ]).flat();

/** The Services of one Alertmanager pod each, for its metrics. */
const alertmanagerServices = (replicas: number): readonly string[] =>
  Array.from({ length: replicas }, (_, index) => `Service alertmanager-${index}-metrics`);

export const EXCEPTIONS: readonly Exception[] = [
  {
    check: 'pod-networkpolicy',
    grade: 'critical',
    reason:
      'Its pods have CiliumNetworkPolicies, a kind that kube-score does not know. The traffic matrix evaluates them.',
    found: { otherwise: [LOKI, GATEWAY, COLLECTOR, GRAFANA] },
  },
  {
    check: 'container-image-pull-policy',
    grade: 'critical',
    reason:
      'Images are immutable tags or digests: there is nothing newer to pull, and a pod starts while the registry is away.',
    found: {
      dev: [LOKI, GATEWAY, PROMTAIL, GRAFANA, ALERTMANAGER, PROMETHEUS, CANARY],
      staging: [LOKI, GATEWAY, COLLECTOR, GRAFANA, ALERTMANAGER, PROMETHEUS, CANARY],
      prod: [LOKI, COMPACTOR, GATEWAY, PROMTAIL, GRAFANA, ALERTMANAGER, PROMETHEUS, CANARY],
      otherwise: [LOKI, GATEWAY, COLLECTOR, GRAFANA],
      agents: [COLLECTOR],
    },
  },
  {
    check: 'container-security-context-user-group-id',
    grade: 'critical',
    reason:
      'The agent is root without a capability, because the nodes’ log files are root’s and readable for nobody else.',
    found: { ...inEach(['dev', ...RINGS], PROMTAIL), ...inEach(['staging', 'otherwise', 'agents'], COLLECTOR) },
  },
  {
    check: 'container-security-context-user-group-id',
    grade: 'critical',
    reason: 'With `users: assigned`, the cluster gives the pod its user; `runAsNonRoot` stays.',
    found: { everything: [GRAFANA] },
  },
  {
    check: 'deployment-has-host-podantiaffinity',
    grade: 'warning',
    reason:
      'Topology spread constraints keep the pods apart, by zone as well, and leave none pending on a single node.',
    found: { prod: [GATEWAY], everything: [GATEWAY, GRAFANA] },
  },
  {
    check: 'statefulset-has-host-podantiaffinity',
    grade: 'warning',
    reason:
      'Topology spread constraints keep the pods apart, by zone as well, and leave none pending on a single node.',
    found: inEach(RINGS, LOKI, ALERTMANAGER),
  },
  {
    check: 'deployment-replicas',
    grade: 'warning',
    reason: 'One gateway is the default: while it is away, the agents keep the lines, and send them again.',
    found: inEach(SINGLE, GATEWAY),
  },
  {
    check: 'deployment-replicas',
    grade: 'warning',
    reason: 'Two Grafanas would write to the same SQLite file.',
    found: inEach(SQLITE, GRAFANA),
  },
  {
    check: 'deployment-replicas',
    grade: 'warning',
    reason: 'One canary is enough to say that the chain works; a second would only read the first one’s lines as well.',
    found: inEach(['dev', 'staging', ...RINGS], CANARY),
  },
  {
    check: 'deployment-strategy',
    grade: 'warning',
    reason: 'Two canaries at once would each look for the other’s lines.',
    found: inEach(['dev', 'staging', ...RINGS], CANARY),
  },
  {
    check: 'deployment-strategy',
    grade: 'warning',
    reason: 'A rolling update would have two Grafanas write to the same SQLite file.',
    found: inEach(SQLITE, GRAFANA),
  },
  {
    check: 'service-targets-pod',
    grade: 'critical',
    reason: 'The StatefulSet’s controller gives each pod the label that is selected, which kube-score does not know.',
    found: {
      ...inEach(['dev', 'staging'], ...podServices(1), ...alertmanagerServices(1)),
      otherwise: podServices(1),
      prod: [...podServices(3), ...alertmanagerServices(2)],
      everything: [...podServices(6), ...alertmanagerServices(2)],
    },
  },
];
