/** What doctor, status and those who evaluate alerts say of the running stack. */
import { kubectl, type Target } from '../../local/kubernetes';
import type { KubernetesObject } from '../../charts/objects';
import type { StackConfig } from '../../src/config';
import { examine } from '../../src/operations/doctor/examine';
import type { Report } from '../../src/operations/doctor/finding';
import { formatReport } from '../../src/operations/doctor/format';
import type { Asked } from '../../src/operations/doctor/pod';
import { collect } from '../../src/operations/observe/collect';
import { type Status, statusOf } from '../../src/operations/status/status';
import { eventually } from '../../programs/wait';
import type { ExpectedAlert } from '../support/breaks';
import { log } from './cluster';
import { fastObjects } from './fast-alerts';
import { type Firing, firingInLoki, firingInPrometheus } from './firing';

/** Alerts that Loki's ruler evaluates. */
const OF_LINES: readonly string[] = ['SourceSilent', 'RulerRulesUnreadable'];
/** What status does not show but by an alert: such a policy cuts nothing here, and the rest is noticed later, or has its alert. */
const UNSEEN: readonly string[] = ['pod', 'files', 'network', 'secrets', 'rules', 'limits'];

/** The stack of a config, on a running cluster. */
export class ExaminedStack {
  readonly expected: readonly KubernetesObject[];

  constructor(
    readonly target: Target,
    readonly config: StackConfig,
  ) {
    this.expected = fastObjects(config);
  }

  inNamespace(namespace: string, ...args: readonly string[]): Promise<string> {
    return kubectl(this.target, ['-n', namespace, ...args]);
  }

  /** @param stack - the config that doctor goes by. @default - the stack's own */
  async doctor(stack = this.config, asked?: Asked): Promise<Report> {
    const report = await examine(this.target, 'e2e', stack, fastObjects(stack), asked);
    if (report.verdict === 'unknown')
      report.unchecked.forEach(({ link, why }) => log(`doctor did not see ${link}: ${why}`));
    return report;
  }

  async status(): Promise<Status> {
    const { target, config, expected } = this;
    return statusOf('e2e', config, expected, await collect(target, config, expected, { interval: 1, logs: false }));
  }

  /** All that fire, by those who evaluate them; of one that does not answer, as after a restart, that. */
  async firing(): Promise<readonly Firing[]> {
    const answers = [firingInPrometheus(this.target, this.config), firingInLoki()].map((answer) =>
      answer.catch((error: unknown) => [{ name: String(error), labels: {} }]),
    );
    return (await Promise.all(answers)).flat();
  }

  async expectNoAlert(seconds: number): Promise<void> {
    const seen = await eventually(
      () => this.firing(),
      ({ length }) => length === 0,
      seconds,
    );
    expect(seen).toEqual([]);
  }

  async expectGreen(): Promise<void> {
    await eventually(
      () => this.status(),
      (now) => reasons(now).length === 0,
      120,
      (seen) => reasons(seen).join('; '),
    );
    await eventually(
      () => this.doctor(),
      ({ verdict }) => verdict === 'ok',
      120,
      notOk,
    );
  }

  async expectLink(link: string, seen: RegExp, ask = () => this.doctor()): Promise<void> {
    const named = ({ likelyCause }: Report): boolean => likelyCause?.link === link && seen.test(likelyCause.seen);
    const began = Date.now();
    const report = await eventually(ask, named, 120, notOk);
    log(`doctor named ${link} after ${since(began)}`);
    expect(report.verdict).toBe('bad');
    expect(report.likelyCause?.todo).not.toEqual([]);
  }

  /** Asks those who evaluate these alerts alone: Prometheus is asked while Loki is away. */
  async expectAlerts(alerts: readonly ExpectedAlert[], accept: 'all' | 'none', began: number): Promise<void> {
    if (alerts.length === 0) return;
    const ask = (): Promise<readonly Firing[]> =>
      alerts.some(({ name }) => OF_LINES.includes(name))
        ? firingInLoki()
        : firingInPrometheus(this.target, this.config);
    const wanted = accept === 'all' ? [] : alerts;
    await eventually(
      ask,
      (now) => missingOf(alerts, now).length === wanted.length,
      150,
      (seen) => `firing: ${JSON.stringify(seen)}`,
    );
    if (accept === 'all')
      log(`${alerts.map(({ name }) => name).join(', ')}: firing ${since(began)} after the break was begun`);
  }

  /** That status is not green, and shows the alerts. */
  async expectInStatus(link: string, alerts: readonly ExpectedAlert[], began: number): Promise<void> {
    if (alerts.length === 0 && UNSEEN.includes(link)) return;
    await this.expectAlerts(alerts, 'all', began);
    const isRed = (now: Status): boolean => UNSEEN.includes(link) || reasons(now).length > 0;
    const unseen = ({ alerts: shown }: Status): readonly string[] =>
      alerts.map(({ name }) => name).filter((name) => shown?.firing.some((one) => one.name === name) !== true);
    const seen = await eventually(
      () => this.status(),
      (now) => isRed(now) && unseen(now).length === 0,
      30,
    );
    expect({ isRed: isRed(seen), unseen: unseen(seen) }).toEqual({ isRed: true, unseen: [] });
  }
}

/** What is not as it should be. */
export const notOk = (report: Report): string => formatReport(report, false);

/** Why something is not as it should be, alerts aside. */
export function reasons(seen: Status): readonly string[] {
  return Object.values({ ...seen, alerts: [] })
    .flat()
    .flatMap((part) => (typeof part === 'object' && part.verdict !== 'ok' ? part.why : []));
}

const since = (began: number): string => `${((Date.now() - began) / 1000).toFixed(1)} s`;

/** A label without a value is no label. */
const isOf = (expectedOne: ExpectedAlert, { name, labels }: Firing): boolean =>
  name === expectedOne.name &&
  Object.entries(expectedOne.labels).every(([key, value]) => (labels[key] ?? '') === value);

const missingOf = (alerts: readonly ExpectedAlert[], seen: readonly Firing[]): readonly ExpectedAlert[] =>
  alerts.filter((alert) => !seen.some((one) => isOf(alert, one)));
