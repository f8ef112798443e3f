/** One test on the ruler: its lines are written, its rules are put there, and what the ruler says is noted at each evaluation. */
import { setTimeout as sleep } from 'node:timers/promises';
import { compressGroup, emptyGroup } from './compress';
import { type Clock, type ExpandedStream, pushes } from './lines';
import type { Loki, RunningRule } from './loki';
import type { RuleGroup } from './schema';

/** An alert that has always something to say: when it became active, the first evaluation was. */
const CLOCK = 'AlertTestClock';
const clockRule = (name: string): object => ({ alert: name, expr: 'vector(1)' });
/** From the choice of time 0 until then, all lines have to be there; a thousand of them take a few milliseconds. */
const LEAD = 2_000;
const LINES_PER_MS = 5;
/** Milliseconds behind an evaluation: what is changed then is there at the next one. */
const SOON = 50;
/** Part of an interval after which the ruler is asked: its evaluation is over then. */
const ASKED_AFTER = 0.4;
const PATIENCE = 60_000;

/** What one test asks of one group of rules, with a tenant of its own. */
export interface Run {
  readonly group: RuleGroup;
  readonly streams: readonly ExpandedStream[];
  /** Milliseconds of the test between two evaluations. */
  readonly interval: number;
  /** So many evaluations after the one at 0. */
  readonly evaluations: number;
}

/** An alert at one evaluation. */
export interface ActiveAlert {
  readonly name: string;
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What the ruler said after one evaluation; undefined where the machine was too busy for it. */
export type Evaluation = { readonly alerts: readonly ActiveAlert[]; readonly errors: readonly string[] } | undefined;

/** A run as the ruler saw it: one entry for each evaluation, the first at time 0. */
export interface Trace {
  readonly tenant: string;
  readonly evaluations: readonly Evaluation[];
}

/** Thrown when the ruler does not get to a run. */
export class LateError extends Error {}

/**
 * Gives a tenant the group's clock alone, so that the ruler says when it evaluates the group: by name, always at the same moments.
 *
 * @param real - milliseconds between two evaluations.
 */
export function prepare(loki: Loki, tenant: string, { group }: Run, real: number): void {
  loki.setRules(tenant, emptyGroup(group, real, clockRule(`${CLOCK}0`)));
}

/**
 * Runs it as a tenant that was prepared.
 *
 * @param real - as of {@link prepare}.
 */
export async function execute(loki: Loki, tenant: string, run: Run, real: number): Promise<Trace> {
  const factor = run.interval / real;
  const interval = BigInt(Math.round(real * 1_000_000));
  const slot = await firstEvaluation(loki, tenant, `${CLOCK}0`);
  const lines = run.streams.reduce((sum, { entries }) => sum + entries.length, 0);
  const ready = BigInt(Math.ceil(Date.now() + LEAD + lines / LINES_PER_MS)) * 1_000_000n;
  const start = slot + ((ready - slot) / interval + 1n) * interval;
  const clock: Clock = { start, factor };
  for (const stream of pushes(run.streams, clock)) await loki.push(tenant, [stream]);
  await sleep(Math.max(0, milliseconds(start - interval) + SOON - Date.now()));
  loki.setRules(tenant, compressGroup(run.group, { factor, interval: real }, clockRule(CLOCK)));
  const evaluations: Evaluation[] = [];
  // One more than is asked for: what is seen before and behind a missed one tells of it.
  for (let index = 0; index <= run.evaluations + 1; index += 1) {
    const at = milliseconds(start + BigInt(index) * interval);
    await sleep(Math.max(0, at + real * ASKED_AFTER - Date.now()));
    evaluations.push(await evaluationAt(loki, tenant, at, real));
  }
  if (evaluations.every((evaluation) => evaluation === undefined)) throw new LateError('the ruler is far behind');
  return { tenant, evaluations };
}

async function firstEvaluation(loki: Loki, tenant: string, clock: string): Promise<bigint> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const rule = (await loki.rules(tenant)).find(({ name }) => name === clock);
    const since = rule?.alerts?.[0]?.activeAt;
    if (since !== undefined) return nanoseconds(since);
    if (Date.now() > deadline) throw new LateError('the ruler has not evaluated its rules');
    await sleep(100);
  }
}

/** What the ruler says once it has evaluated the whole group, which it does rule by rule. */
async function evaluationAt(loki: Loki, tenant: string, at: number, real: number): Promise<Evaluation> {
  for (;;) {
    const rules = await loki.rules(tenant);
    const last = rules.find(({ name }) => name === CLOCK)?.lastEvaluation;
    const evaluated = last === undefined ? 0 : Date.parse(last);
    if (evaluated >= at + real) return undefined;
    if (evaluated >= at) return noted(rules);
    if (Date.now() > at + real) return undefined;
    await sleep(real / 20);
  }
}

function noted(rules: readonly RunningRule[]): Evaluation {
  const own = rules.filter(({ name }) => name !== CLOCK);
  return {
    alerts: own.flatMap(({ name, alerts }) =>
      (alerts ?? []).map(({ labels, annotations, state, value }) => ({
        name,
        state,
        labels,
        annotations,
        value: Number(value),
      })),
    ),
    errors: own.flatMap(({ name, lastError = '' }) => (lastError === '' ? [] : [`${name}: ${lastError}`])),
  };
}

/** RFC 3339 with up to nine digits of a second. */
function nanoseconds(time: string): bigint {
  const [, whole = '', digits = '', zone = ''] = /^([^.]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  return BigInt(Date.parse(`${whole}${zone}`)) * 1_000_000n + BigInt(digits.padEnd(9, '0'));
}

const milliseconds = (time: bigint): number => Number(time / 1_000_000n);
