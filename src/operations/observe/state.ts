/** What is seen of a running stack: plain data, without a secret in it, from which `status` and `doctor` draw their conclusions. */
import type { KubernetesObject } from '../../../charts/objects';
import type { Observed } from './observed';

/** A container of a pod. */
export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Why it does not run: `CrashLoopBackOff`, `ImagePullBackOff` … */
  readonly waiting?: string;
  /** How it ended the last time: reason (`OOMKilled`), exit code, and its last words. */
  readonly ended?: { readonly reason: string; readonly exitCode: number; readonly message: string };
}

export interface PodState {
  readonly namespace: string;
  readonly name: string;
  /** Name of its component. */
  readonly component: string;
  readonly node?: string;
  readonly phase: string;
  readonly ready: boolean;
  /** Why no node takes it. */
  readonly unschedulable?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerState[];
}

export interface NodeState {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

/** A warning event. */
export interface Warning {
  readonly namespace: string;
  /** `Pod/loki-0` */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
}

/** A Secret by its keys; never its values. */
export interface SecretKeys {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
}

/** Whether the password in a credential's Secret is one that the gateway takes. */
export interface PasswordState {
  readonly credential: string;
  readonly namespace: string;
  readonly secret: string;
  /** `other-hash`: not made by this project, and so not compared. */
  readonly match: Observed<'current' | 'previous' | 'none' | 'other-hash'>;
}

export interface CertificateState {
  readonly namespace: string;
  readonly secret: string;
  readonly notAfter: Observed<string>;
}

/** Lines that were refused since the process started. */
export interface Refused {
  readonly tenant: string;
  readonly reason: string;
  readonly lines: number;
  /** More of them while it was watched. */
  readonly growing: boolean;
}

/** Loki's figures, of two samples of its metrics. */
export interface LokiFigures {
  readonly uptimeSeconds: number;
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly refused: readonly Refused[];
  /** Share of the volume, 0 to 1. */
  readonly diskUsed?: number;
  /** Writes to the WAL that failed because the disk was full. */
  readonly diskFull: number;
  /** Bytes of chunks that were stored since it started. */
  readonly storedBytes: number;
  readonly retentionLastRun?: string;
  /** Whether it could not read the overrides of its tenants when it last tried. */
  readonly overridesRejected: boolean;
  /** Evaluations of rules that failed since it started. */
  readonly ruleFailures: number;
  /** Alerts that no Alertmanager took since it started. */
  readonly notificationsDropped: number;
}

export interface LokiState {
  readonly pod: string;
  /** What `/ready` says, of a pod that is not ready. */
  readonly notReady?: Observed<string>;
  readonly figures: Observed<LokiFigures>;
  /** Recent warnings and errors of its log. */
  readonly log: Observed<readonly string[]>;
}

/** The agent's figures, of two samples of its metrics. Counts are since its start. */
export interface AgentFigures {
  /** Records that Loki took. */
  readonly sent: number;
  readonly sentPerSecond: number;
  /** Records that it gave up, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly droppedGrowing: boolean;
  /** Bytes that are not sent yet: what Promtail has not read of its files, or what is in the Collector's queue. */
  readonly waitingBytes: number;
  /** How much more that was at the second sample than at the first. */
  readonly waitingGrowth: number;
  /** The queue's size in bytes. Absent for Promtail, which has no queue. */
  readonly queueBytes?: number;
  /** Records that it could not put on its queue, and reads again. */
  readonly notQueued: number;
  readonly notQueuedGrowing: boolean;
  /** What it reads: Promtail's targets, or the Collector's open files. */
  readonly targets: number;
  /** Status of the answers to its pushes while it was watched; `-1` is no answer. */
  readonly recentAnswers: Readonly<Record<string, number>>;
}

/** A failure that a log tells of. */
export interface Failure {
  /** When, in milliseconds since 1970, by the clock of its node. */
  readonly at?: number;
  readonly error: string;
}

/** What an agent's log says of its failures, whichever agent it is. */
export interface AgentLog {
  /** Pushes that failed. `-1` is the status of no answer. */
  readonly pushes: readonly (Failure & { readonly status: string })[];
  /** Files that it may not read. */
  readonly unreadable: readonly (Failure & { readonly path?: string })[];
  /** Pods that it could not list. */
  readonly discovery: readonly Failure[];
  /** Records that it could not put on its queue. */
  readonly queue: readonly Failure[];
}

export interface AgentState {
  readonly pod: string;
  readonly node: string;
  readonly figures: Observed<AgentFigures>;
  /** Its node's clock, less this machine's, in seconds. */
  readonly clockSkew?: number;
  readonly log: Observed<AgentLog>;
}

export interface JobLines {
  readonly job: string;
  readonly oldest?: string;
  readonly newest?: string;
}

/** An alert that fires. */
export interface FiringAlert {
  readonly name: string;
  readonly severity: string;
  readonly from: string;
  readonly summary: string;
}

export interface RuleState {
  readonly group: string;
  readonly name: string;
  readonly health: string;
  readonly error: string;
}

/** What Loki says through the gateway, asked with Grafana's credential. */
export interface QueryState {
  readonly version: Observed<string>;
  readonly jobs: Observed<readonly JobLines[]>;
  readonly labels: Observed<readonly string[]>;
  readonly rules: Observed<readonly RuleState[]>;
  readonly alerts: Observed<readonly FiringAlert[]>;
}

export interface PrometheusState {
  readonly alerts: Observed<readonly FiringAlert[]>;
  readonly targetsDown: Observed<readonly { readonly job: string; readonly url: string; readonly error: string }[]>;
}

export interface AlertmanagerState {
  readonly pod: string;
  readonly alerts: Observed<readonly FiringAlert[]>;
  /** Integration → notifications that failed since it started. */
  readonly failed: Observed<Readonly<Record<string, number>>>;
}

export interface CanaryState {
  readonly written: number;
  readonly missing: number;
  readonly missingGrowing: boolean;
}

/** All that was seen. A part that the stack does not have is absent. */
export interface StackState {
  readonly at: string;
  readonly objects: Observed<readonly KubernetesObject[]>;
  readonly pods: Observed<readonly PodState[]>;
  readonly nodes: Observed<readonly NodeState[]>;
  readonly warnings: Observed<readonly Warning[]>;
  readonly secrets: Observed<readonly SecretKeys[]>;
  /** NetworkPolicies of the namespace of the DNS server. */
  readonly dnsPolicies: Observed<readonly KubernetesObject[]>;
  readonly passwords: readonly PasswordState[];
  readonly certificates: readonly CertificateState[];
  readonly gatewayLog: Observed<readonly string[]>;
  readonly loki: readonly LokiState[];
  readonly agents: readonly AgentState[];
  readonly queries: QueryState;
  readonly grafana?: Observed<string>;
  readonly prometheus?: PrometheusState;
  readonly alertmanagers: readonly AlertmanagerState[];
  readonly canary?: Observed<CanaryState>;
}
