/** The status of a running stack: what was seen, and whether each part is as it should be. Pure. */
import type { StackConfig } from '../../config';
import { hasAgentsAlone } from '../../config/derived/components';
import { WATCHDOG } from '../../config/derived/heartbeat';
import type { KubernetesObject } from '../../../charts/objects';
import { agentStatus, type AgentStatus } from './agents';
import { agentNodes } from './agent-nodes';
import { disks, type DiskStatus } from './disk';
import { figuresOf, part, type Part, type Verdict } from './part';
import { lokiRules, type WorkloadShape, workloads } from '../observe/expected';
import { known, type Observed, whyUnknown } from '../observe/observed';
import type { CanaryState, FiringAlert, JobLines, PodState, Refused, StackState } from '../observe/state';

export interface ComponentStatus {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready: number;
  readonly desired: number;
  readonly restarts: number;
  /** Images that run. */
  readonly running: readonly string[];
  /** Images of the stack file. */
  readonly configured: readonly string[];
}

/** The JSON of `npm run status -- --stack <stack> --json`. A part that the stack does not have is absent. */
export interface Status {
  readonly stack: string;
  readonly at: string;
  readonly verdict: Verdict;
  readonly components: readonly Part<ComponentStatus>[];
  readonly loki?: Part<{ readonly version?: string }>;
  readonly ingest?: Part<{ readonly linesPerSecond?: number; readonly bytesPerSecond?: number }>;
  readonly refused?: Part<{ readonly lines: readonly Refused[] }>;
  readonly agents: AgentStatus;
  readonly jobs?: Part<{ readonly jobs: readonly JobLines[] }>;
  readonly disks: readonly Part<DiskStatus>[];
  readonly retention?: Part<{ readonly lastRun?: string }>;
  readonly canary?: Part<{ readonly written?: number; readonly missing?: number }>;
  readonly alerts?: Part<{ readonly firing: readonly FiringAlert[] }>;
  readonly certificates: readonly Part<{ readonly secret: string; readonly notAfter?: string }>[];
}

const DAY = 86_400_000;
/** A certificate with less time than this is late: its renewal has failed. */
export const CERTIFICATE_DAYS = 14;
/** How many compactions may be missed. */
const MISSED_RUNS = 3;

/** Says of each part whether it is as it should be. */
export function statusOf(
  stack: string,
  config: StackConfig,
  expected: readonly KubernetesObject[],
  state: StackState,
): Status {
  const wanted = workloads(expected);
  const canary = state.canary === undefined ? undefined : canaryStatus(state.canary);
  const alerts = alertStatus(expected, state);
  const parts = {
    components: wanted.map((workload) => componentStatus(workload, state)),
    ...(hasAgentsAlone(config) ? {} : lokiParts(config, state)),
    agents: agentStatus(config, state),
    disks: disks(config, state),
    certificates: certificateStatus(state),
    ...(canary === undefined ? {} : { canary }),
    ...(alerts === undefined ? {} : { alerts }),
  };
  const verdicts = Object.values(parts)
    .flat()
    .map(({ verdict }) => verdict);
  return { stack, at: state.at, verdict: worst(verdicts), ...parts };
}

/** What is seen of Loki through the gateway. */
function lokiParts(
  config: StackConfig,
  state: StackState,
): Pick<Status, 'loki' | 'ingest' | 'refused' | 'jobs' | 'retention'> {
  return {
    loki: part({ ...optional('version', known(state.queries.version)) }, [], whyUnknown(state.queries.version)),
    ingest: ingestStatus(state),
    refused: refusedStatus(state),
    jobs: jobStatus(state),
    retention: retentionStatus(config, state),
  };
}

/** The verdict of several parts. Bad comes before unknown: it is certain. */
function worst(verdicts: readonly Verdict[]): Verdict {
  return (['bad', 'unknown'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'ok';
}

export function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  // A computed key widens to string.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: T });
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function componentStatus(wanted: WorkloadShape, { pods, objects, nodes }: StackState): Part<ComponentStatus> {
  const { kind, namespace, name } = wanted;
  const found = (known(pods) ?? []).filter((pod) => pod.component === name && pod.namespace === namespace);
  const desired = wanted.replicas ?? agentNodes(wanted, known(nodes) ?? []).length;
  const ready = found.filter((pod) => pod.ready).length;
  const configured = Object.values(wanted.images);
  const running = [...new Set(found.flatMap(({ containers }) => containers.map(({ image }) => image)))];
  const other = running.filter((image) => !configured.includes(image));
  const unknown = whyUnknown(pods) ?? whyUnknown(objects) ?? (kind === 'DaemonSet' ? whyUnknown(nodes) : undefined);
  const isThere = known(objects)?.some((object) => object.kind === kind && object.metadata.name === name) ?? true;
  const values = {
    kind,
    namespace,
    name,
    ready,
    desired,
    restarts: sumOf(found.flatMap(({ containers }) => containers.map(({ restarts }) => restarts))),
    running,
    configured,
  };
  return part(
    values,
    [
      ...(isThere ? [] : [`there is no ${kind} ${namespace}/${name}`]),
      ...(unknown === undefined && isThere && ready < desired ? [`${ready} of ${desired} pods are ready`] : []),
      ...found.flatMap(troubleOf),
      ...(other.length > 0 ? [`${other.join(', ')} runs; the stack file says ${configured.join(', ')}`] : []),
    ],
    unknown,
  );
}

/** Why a pod does not run. */
export function troubleOf({ name, unschedulable, containers }: PodState): readonly string[] {
  return [
    ...(unschedulable === undefined ? [] : [`${name}: ${unschedulable}`]),
    ...containers.flatMap(({ waiting, ended, ready }) => [
      ...(waiting === undefined ? [] : [`${name}: ${waiting}`]),
      ...(ended !== undefined && !ready ? [`${name} ended: ${ended.reason} (exit code ${ended.exitCode})`] : []),
    ]),
  ];
}

function ingestStatus({ loki }: StackState): NonNullable<Status['ingest']> {
  const { figures, unknown } = figuresOf(loki);
  if (figures.length === 0) return part({}, [], unknown ?? 'no Loki');
  const linesPerSecond = sumOf(figures.map((figure) => figure.linesPerSecond));
  const bytesPerSecond = sumOf(figures.map((figure) => figure.bytesPerSecond));
  return part({ linesPerSecond, bytesPerSecond }, [], unknown);
}

function refusedStatus({ loki }: StackState): NonNullable<Status['refused']> {
  const { figures, unknown } = figuresOf(loki);
  const lines = figures.flatMap(({ refused }) => refused);
  const growing = lines.filter((refused) => refused.growing);
  return part(
    { lines },
    growing.map(({ tenant, reason }) => `lines of tenant ${tenant} are refused: ${reason}`),
    unknown,
  );
}

function jobStatus({ queries: { jobs } }: StackState): NonNullable<Status['jobs']> {
  const found = known(jobs) ?? [];
  const none = 'value' in jobs && found.length === 0;
  return part({ jobs: found }, none ? ['there are no lines'] : [], whyUnknown(jobs));
}

function retentionStatus(
  { retention, deployment }: StackConfig,
  { loki, at }: StackState,
): NonNullable<Status['retention']> {
  // The pod that compacts: of one Loki itself, of a ring the compactor.
  const compactor = deployment.mode === 'ha' ? loki.at(-1) : loki[0];
  const figures = compactor === undefined ? undefined : known(compactor.figures);
  if (figures === undefined) return part({}, [], compactor === undefined ? 'no Loki' : whyUnknown(compactor.figures));
  const { retentionLastRun, uptimeSeconds } = figures;
  const longest = MISSED_RUNS * retention.compactionInterval.milliseconds;
  const age =
    Date.parse(at) -
    (retentionLastRun === undefined ? Date.parse(at) - uptimeSeconds * 1000 : Date.parse(retentionLastRun));
  return part(
    optional('lastRun', retentionLastRun),
    age > longest ? [`retention has not run for ${Math.round(age / 60_000)} minutes`] : [],
  );
}

function canaryStatus(canary: Observed<CanaryState>): NonNullable<Status['canary']> {
  const figures = known(canary);
  return part(
    figures === undefined ? {} : { written: figures.written, missing: figures.missing },
    figures?.missingGrowing === true ? ['lines of the canary are missing'] : [],
    whyUnknown(canary),
  );
}

/** From all who know of alerts; the same alert is told once. Nothing where nobody has rules. */
function alertStatus(expected: readonly KubernetesObject[], state: StackState): Status['alerts'] {
  const sources = [
    ...(lokiRules(expected).rules > 0 ? [state.queries.alerts] : []),
    ...(state.prometheus === undefined ? [] : [state.prometheus.alerts]),
    ...state.alertmanagers.map(({ alerts }) => alerts),
  ];
  if (sources.length === 0) return undefined;
  // It always fires, which means that all is well.
  const all = sources.flatMap((source) => known(source) ?? []).filter(({ name }) => name !== WATCHDOG);
  const firing = all.filter(
    (alert, index) =>
      all.findIndex(
        ({ name, severity, summary }) =>
          name === alert.name && severity === alert.severity && summary === alert.summary,
      ) === index,
  );
  // An alert that only informs turns nothing red.
  const serious = firing.filter(({ severity }) => severity !== 'info' && severity !== 'none');
  return part(
    { firing },
    serious.length > 0 ? [`${serious.length} alerts fire`] : [],
    sources.map(whyUnknown).find((why) => why !== undefined),
  );
}

function certificateStatus({ certificates, at }: StackState): Status['certificates'] {
  return certificates.map(({ namespace, secret, notAfter }) => {
    const end = known(notAfter);
    const left = (Date.parse(end ?? '') - Date.parse(at)) / DAY;
    const bad = end !== undefined && !(left >= CERTIFICATE_DAYS);
    return part(
      { secret: `${namespace}/${secret}`, ...optional('notAfter', end) },
      bad
        ? [
            Number.isNaN(left)
              ? 'there is no certificate in it'
              : left < 0
                ? 'it has expired'
                : `it ends in ${Math.floor(left)} days`,
          ]
        : [],
      whyUnknown(notAfter),
    );
  });
}
