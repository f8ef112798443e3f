/** What a test expects, compared with what the ruler said. */
import { formatDuration } from '../config/units';
import { counted, type ExpandedStream, selector } from './lines';
import type { Notification } from './alertmanager';
import type { ActiveAlert, Trace } from './run';
import type { AlertExpectation, RecordExpectation, State, TestCase } from './schema';

/** An expectation that was not met. */
export interface Failure {
  /** Milliseconds of the test. */
  readonly at: number;
  readonly expected: string;
  readonly said: string;
  /** What the ruler said of this alert all the time. */
  readonly timeline: string;
  /** Lines of each stream by then. */
  readonly lines: readonly string[];
}

export interface Judged {
  readonly expectations: number;
  readonly failures: readonly Failure[];
  /** An evaluation that an expectation depends on was missed: the machine was too busy, the test says nothing. */
  readonly isInconclusive: boolean;
}

/** What is needed to judge a test. */
export interface Evidence {
  readonly streams: readonly ExpandedStream[];
  readonly traces: readonly Observed[];
}

export interface Observed {
  readonly trace: Trace;
  /** Milliseconds of the test between two evaluations. */
  readonly interval: number;
  /** Alerts and recorded metrics that the group has. */
  readonly names: readonly string[];
  readonly notifications: readonly Notification[];
}

/** The times at which an expectation holds, or has to. */
export function lastTime({ at, to }: Pick<AlertExpectation, 'at' | 'to'>): number {
  return at ?? to ?? 0;
}

export function judge(test: TestCase, evidence: Evidence): Judged {
  const results = [
    ...test.alerts.map((expected) =>
      judgeOne(expected, expected.alert, describeAlert(expected), alertTest(expected), evidence),
    ),
    ...test.records.map((expected) =>
      judgeOne(expected, expected.record, describeRecord(expected), recordTest(expected), evidence),
    ),
  ];
  const told = test.alerts.flatMap((expected, index) =>
    results[index]?.failure === undefined && expected.state === 'firing' ? notificationFailure(expected, evidence) : [],
  );
  const errors = evaluationErrors(evidence);
  const failures = [...results.flatMap(({ failure }) => (failure === undefined ? [] : [failure])), ...told, ...errors];
  return {
    expectations: results.length,
    failures,
    isInconclusive: results.some(({ isMissed }) => isMissed) || (failures.length > 0 && hasMissed(evidence)),
  };
}

/** After a missed evaluation, an alert may be late. */
function hasMissed({ traces }: Evidence): boolean {
  return traces.some(({ trace }) => trace.evaluations.includes(undefined));
}

type Check = (alerts: readonly ActiveAlert[]) => boolean;

interface Result {
  readonly failure?: Failure;
  readonly isMissed: boolean;
}

function judgeOne(
  expected: Pick<AlertExpectation, 'at' | 'from' | 'to'>,
  name: string,
  description: string,
  isMet: Check,
  { streams, traces }: Evidence,
): Result {
  const own = traces.filter(({ names }) => names.includes(name));
  const interval = Math.min(...own.map((observed) => observed.interval));
  let isMissed = false;
  for (const at of times(expected, interval)) {
    const alerts = own.map(({ trace, interval: every }) => alertsAt(trace, Math.floor(at / every), name));
    if (alerts.includes(undefined)) {
      isMissed ||= !isMetAround(own, at, name, isMet);
      continue;
    }
    const said = alerts.flatMap((some) => some ?? []);
    if (isMet(said)) continue;
    const failure = {
      at,
      expected: description,
      said: describe(said),
      timeline: timeline(name, own),
      lines: counted(streams, at).map(([stream, count]) => `${count} of ${stream}`),
    };
    return { failure, isMissed: false };
  }
  return { isMissed };
}

/** An alert's instances after one evaluation; undefined where it was missed. */
function alertsAt({ evaluations }: Trace, index: number, name: string): readonly ActiveAlert[] | undefined {
  return evaluations[index]?.alerts.filter((alert) => alert.name === name);
}

/** What holds at the last evaluation before those that were missed, and at the first behind them, held in between. */
function isMetAround(own: readonly Observed[], at: number, name: string, isMet: Check): boolean {
  return [-1, 1].every((step) => {
    const alerts = own.map(({ trace, interval }) => nearest(trace, Math.floor(at / interval), step, name));
    return !alerts.includes(undefined) && isMet(alerts.flatMap((some) => some ?? []));
  });
}

function nearest(trace: Trace, index: number, step: number, name: string): readonly ActiveAlert[] | undefined {
  if (index < 0) return []; // before the test there is no alert
  if (index >= trace.evaluations.length) return undefined;
  return alertsAt(trace, index, name) ?? nearest(trace, index + step, step, name);
}

/** The moments of an expectation: one, or each evaluation of a span. */
function times(
  { at, from = 0, to = 0 }: Pick<AlertExpectation, 'at' | 'from' | 'to'>,
  interval: number,
): readonly number[] {
  if (at !== undefined) return [at];
  const first = Math.floor(from / interval);
  return Array.from({ length: Math.floor(to / interval) - first + 1 }, (_, index) => (first + index) * interval);
}

const includes = (all: Readonly<Record<string, string>>, some: Readonly<Record<string, string>>): boolean =>
  Object.entries(some).every(([name, value]) => all[name] === value);

function alertTest({ state, labels, annotations, count }: AlertExpectation): Check {
  return (alerts) => {
    const own = alerts.filter((alert) => includes(alert.labels, labels));
    if (state === 'none') return own.length === 0;
    const right = own.filter((alert) => alert.state === state && includes(alert.annotations, annotations));
    return count === undefined ? right.length > 0 : right.length === count;
  };
}

/** Two ways of the same division may differ in the last digit. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

function recordTest({ labels, value }: RecordExpectation): Check {
  return (alerts) => {
    const own = alerts.filter((alert) => includes(alert.labels, labels));
    return value === 'none' ? own.length === 0 : own.length > 0 && own.every((alert) => isClose(alert.value, value));
  };
}

/** A firing alert that nobody is told of helps nobody. */
function notificationFailure(
  { alert, labels, ...rest }: AlertExpectation,
  { streams, traces }: Evidence,
): readonly Failure[] {
  const own = traces.filter(({ names }) => names.includes(alert));
  const told = own.flatMap(({ notifications }) => notifications).filter((one) => one.labels['alertname'] === alert);
  // Annotations have the value of the moment at which it was told, which need not be that of the test.
  if (told.some((one) => includes(one.labels, labels))) return [];
  const at = lastTime(rest);
  return [
    {
      at,
      expected: `Alertmanager is told of ${alert}${suffix(labels)}`,
      said: told.length === 0 ? 'nothing' : told.map((one) => selector(one.labels)).join(' '),
      timeline: timeline(alert, own),
      lines: counted(streams, at).map(([stream, count]) => `${count} of ${stream}`),
    },
  ];
}

/** A rule that cannot be evaluated never fires, which looks like quiet. */
function evaluationErrors({ streams, traces }: Evidence): readonly Failure[] {
  return traces.flatMap(({ trace, interval }) => {
    const index = trace.evaluations.findIndex((evaluation) => (evaluation?.errors.length ?? 0) > 0);
    const at = index * interval;
    return (trace.evaluations[index]?.errors ?? []).map((error) => ({
      at,
      expected: 'the rule can be evaluated',
      said: error,
      timeline: '',
      lines: counted(streams, at).map(([stream, count]) => `${count} of ${stream}`),
    }));
  });
}

const suffix = (labels: Readonly<Record<string, string>>): string =>
  Object.keys(labels).length === 0 ? '' : ` ${selector(labels)}`;

function describeAlert({ alert, state, labels, annotations, count }: AlertExpectation): string {
  const number = count === undefined ? '' : `${count} × `;
  const words: Readonly<Record<State, string>> = { none: 'no ', pending: 'pending ', firing: 'firing ' };
  const annotated = Object.keys(annotations).length === 0 ? '' : ` with annotations ${selector(annotations)}`;
  return `${number}${words[state]}${alert}${suffix(labels)}${annotated}`;
}

function describeRecord({ record, labels, value }: RecordExpectation): string {
  return value === 'none' ? `no ${record}${suffix(labels)}` : `${record}${suffix(labels)} = ${value}`;
}

function describe(alerts: readonly ActiveAlert[]): string {
  if (alerts.length === 0) return 'none';
  return alerts
    .map(({ state, labels, annotations, value }) => {
      const others = Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'alertname'));
      const shown = ['summary', 'description'].flatMap((name) => {
        const text = annotations[name];
        return text === undefined ? [] : [`${name}: ${text}`];
      });
      return [`${state}, value ${value}, ${selector(others)}`, ...shown].join('; ');
    })
    .join('\n');
}

/** Where the state changed, with the value at that time: `0s none · 2m pending (12) · 7m firing (12)`. */
function timeline(name: string, traces: readonly Observed[]): string {
  const changes = traces.flatMap(({ trace, interval }) => {
    let before = '';
    return trace.evaluations.flatMap((evaluation, index) => {
      const alerts = evaluation?.alerts.filter((alert) => alert.name === name) ?? [];
      const state = evaluation === undefined ? 'missed' : stateOf(alerts);
      if (state === before) return [];
      before = state;
      const values = [...new Set(alerts.map(({ value }) => Number(value.toPrecision(6))))].sort((a, b) => b - a);
      const shown = values.length === 0 ? '' : ` (${values.slice(0, 3).join(', ')})`;
      return [`${formatDuration({ milliseconds: index * interval })} ${state}${shown}`];
    });
  });
  return changes.join(' · ');
}

function stateOf(alerts: readonly ActiveAlert[]): State {
  if (alerts.some(({ state }) => state === 'firing')) return 'firing';
  return alerts.length > 0 ? 'pending' : 'none';
}
