/** Unit tests of LogQL alert rules: given these lines at these times, a rule is pending, fires, resolves. On a real Loki. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StackConfig } from '../config';
import { type Alertmanager, startAlertmanager } from './alertmanager';
import { type Judged, judge } from './judge';
import type { TestResult } from './report';
import { type LoadedTest, nameOf } from './load';
import { type Loki, startLoki } from './loki';
import { AlertTestError } from './problems';
import { execute, LateError, prepare, type Run, type Trace } from './run';

export type { Failure } from './judge';
export { type LoadedTest, loadTests, type StackRules } from './load';
export { AlertTestError } from './problems';
export { formatResult, formatSummary, type TestResult } from './report';
export type { RuleGroup } from './schema';

/** How often a test is begun that a busy machine spoils. */
const ATTEMPTS = 3;
/** Until the ruler's notifications have come. */
const NOTIFIED_WITHIN = 500;

export interface TestOptions {
  /** Loki's program. */
  readonly loki: string;
  /** Whose Loki it is. */
  readonly stack: StackConfig;
  /** Milliseconds that pass between two evaluations. @default 1000 */
  readonly interval?: number;
  /** Hears of each test as soon as it has ended. */
  readonly onResult?: (result: TestResult) => void;
  /** Hears what is waited for. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Runs all tests side by side on one Loki, each as a tenant of its own: together they last as long as the longest.
 *
 * @throws AlertTestError where Loki cannot read a rule; Error where Loki does not run.
 */
export async function runTests(tests: readonly LoadedTest[], options: TestOptions): Promise<readonly TestResult[]> {
  const { onProgress = () => undefined, onResult = () => undefined, interval = 1000 } = options;
  const alertmanager = await startAlertmanager();
  try {
    const tenants = tests.flatMap((test, index) =>
      Array.from({ length: ATTEMPTS }, (_, attempt) => test.runs.map((_run, run) => tenantOf(index, attempt, run))),
    );
    const started = Date.now();
    const loki = await startLoki({
      program: options.loki,
      stack: options.stack,
      tenants: tenants.flat(),
      alertmanager: alertmanager.port,
    });
    try {
      onProgress(`Loki is ready after ${seconds(Date.now() - started)}; ${lengthOf(tests, interval)}`);
      await checkSyntax(loki, tests);
      tests.forEach(({ runs }, index) =>
        runs.forEach((run, of) => prepare(loki, tenantOf(index, 0, of), run, interval)),
      );
      return await Promise.all(
        tests.map(async (test, index) => {
          const result = await runTest(test, index, { loki, alertmanager, interval, onProgress });
          onResult(result);
          return result;
        }),
      );
    } finally {
      await loki.stop();
    }
  } finally {
    await alertmanager.stop();
  }
}

const tenantOf = (test: number, attempt: number, run: number): string => `test${test}-${attempt}-${run}`;
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

function lengthOf(tests: readonly LoadedTest[], interval: number): string {
  const evaluations = Math.max(...tests.flatMap(({ runs }) => runs.map((run) => run.evaluations)));
  const number = tests.length === 1 ? '1 test' : `${tests.length} tests side by side`;
  return `${number}, the longest takes ${Math.round((evaluations * interval) / 1000)} s`;
}

/** One wrong rule would keep the ruler from reading those of all tenants. */
async function checkSyntax(loki: Loki, tests: readonly LoadedTest[]): Promise<void> {
  const rules = tests.flatMap(({ file, runs }) =>
    runs.flatMap(({ group }) => group.rules.map((rule) => ({ file, name: nameOf(rule), expr: rule.expr }))),
  );
  for (const { file, name, expr } of new Map(rules.map((rule) => [rule.expr, rule])).values()) {
    const error = await loki.syntaxError(expr);
    if (error === undefined) continue;
    throw new AlertTestError(file, [
      { path: `rule ${name}`, received: expr, rule: `LogQL: ${error}`, remedy: 'try it in Grafana’s Explore' },
    ]);
  }
}

interface Session {
  readonly loki: Loki;
  readonly alertmanager: Alertmanager;
  readonly interval: number;
  readonly onProgress: (line: string) => void;
}

async function runTest(loaded: LoadedTest, index: number, session: Session): Promise<TestResult> {
  const { file, test } = loaded;
  for (let attempt = 0; ; attempt += 1) {
    const judged = await tryTest(loaded, index, attempt, session);
    if (!judged.isInconclusive || attempt === ATTEMPTS - 1) {
      const passed = judged.failures.length === 0 && !judged.isInconclusive;
      return { file, name: test.name, passed, attempts: attempt + 1, ...judged };
    }
    session.onProgress(`again, at half the speed, for the machine is too busy: ${test.name}`);
  }
}

async function tryTest(loaded: LoadedTest, index: number, attempt: number, session: Session): Promise<Judged> {
  const { test, streams, runs } = loaded;
  const { loki, alertmanager } = session;
  const interval = session.interval * 2 ** attempt;
  try {
    const traces = await Promise.all(
      runs.map(async (run, of): Promise<readonly [Run, Trace]> => {
        const tenant = tenantOf(index, attempt, of);
        if (attempt > 0) prepare(loki, tenant, run, interval);
        return [run, await execute(loki, tenant, run, interval)];
      }),
    );
    await sleep(NOTIFIED_WITHIN);
    return judge(test, {
      streams,
      traces: traces.map(([run, trace]) => ({
        trace,
        interval: run.interval,
        names: run.group.rules.map(nameOf),
        notifications: alertmanager.notifications(trace.tenant),
      })),
    });
  } catch (error) {
    if (!(error instanceof LateError)) throw error;
    const unread = loki.ruleError();
    if (unread !== undefined) throw new Error(`the ruler cannot read the rules: ${unread}`, { cause: error });
    return { expectations: test.alerts.length + test.records.length, failures: [], isInconclusive: true };
  } finally {
    runs.forEach((_run, of) => loki.setRules(tenantOf(index, attempt, of), { groups: [] }));
  }
}
