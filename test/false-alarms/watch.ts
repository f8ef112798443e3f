/** What Loki's ruler and Prometheus say of their alerts over a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../local/kubernetes';
import { askPrometheus } from '../../local/prometheus';
import type { StackConfig } from '../../src/config';
import { credential, gatewayPort, log, restoreForward, TENANTS } from '../e2e/cluster';
import { send } from '../../programs/request';

/** An alert lasts from one evaluation to the next at least, and the ruler's are a minute apart. */
const POLL_SECONDS = 15;
/** Between two points of what Prometheus is asked for: half of its own interval. */
const STEP_SECONDS = 15;

/** An alert that was there, with all its labels in one text. */
export interface Sighting {
  readonly alert: string;
  readonly state: 'pending' | 'firing';
  readonly seconds: number;
}

/** What the rules of one kind did. */
export interface Account {
  readonly rules: number;
  readonly evaluations: number;
  readonly failures: number;
  readonly sightings: readonly Sighting[];
}

interface RulesAnswer {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly name: string;
        readonly health: string;
        readonly lastError?: string;
        readonly alerts?: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[];
      }[];
    }[];
  };
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export class Watch {
  private readonly began = Date.now();
  private readonly ofLines = new Map<string, { from: number; to: number }>();
  private readonly polls: number[] = [Date.now()];
  private rulesOfLines = 0;
  private readonly unhealthy = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly config: StackConfig,
  ) {}

  /** Asks the ruler again and again for so long. */
  async during(minutes: number): Promise<void> {
    const end = Date.now() + minutes * 60_000;
    while (Date.now() < end) {
      try {
        await this.poll();
      } catch (error) {
        log(`the ruler was not reached: ${String(error)}`);
        await restoreForward(this.config);
      }
      await sleep(POLL_SECONDS * 1000);
    }
  }

  /** The longest time in which nothing is known of the alerts from lines. */
  get longestGapSeconds(): number {
    const gaps = this.polls.slice(1).map((poll, index) => poll - (this.polls[index] ?? poll));
    return Math.max(...gaps) / 1000;
  }

  /** Rules whose last evaluation has failed, at any poll. */
  get unhealthyRules(): readonly string[] {
    return [...this.unhealthy];
  }

  /** Alerts from lines, of every tenant. */
  async lines(): Promise<Account> {
    return {
      rules: this.rulesOfLines,
      evaluations: await this.metric('sum(loki_prometheus_rule_evaluations_total)'),
      failures: await this.failures('loki_prometheus_rule_evaluation_failures_total'),
      sightings: [...this.ofLines].map(([key, { from, to }]) => sighting(key, (to - from) / 1000 + POLL_SECONDS)),
    };
  }

  /** Alerts from metrics, since Prometheus was started. */
  async metrics(): Promise<Account> {
    const { data } = (await askPrometheus(this.target, this.config, 'rules')) as RulesAnswer;
    const start = (this.began - 600_000) / 1000;
    const range = new URLSearchParams({
      query: 'ALERTS',
      start: String(start),
      end: String(Date.now() / 1000),
      step: String(STEP_SECONDS),
    });
    return {
      rules: data.groups.flatMap(({ rules }) => rules).length,
      evaluations: await this.metric('sum(prometheus_rule_evaluations_total)'),
      failures: await this.failures('prometheus_rule_evaluation_failures_total'),
      sightings: (await this.series(`query_range?${range.toString()}`)).map(({ metric, values = [] }) => {
        const { alertstate = '', ...labels } = metric;
        return sighting(keyOf(alertstate, labels), values.length * STEP_SECONDS);
      }),
    };
  }

  private async poll(): Promise<void> {
    let rulesOfLines = 0;
    for (const { read } of TENANTS) {
      const { status, text } = await send({
        port: gatewayPort(),
        path: '/prometheus/api/v1/rules',
        credential: credential(read[0] ?? ''),
      });
      if (status !== 200) throw new Error(`${status} ${text}`);
      const { groups } = (JSON.parse(text) as RulesAnswer).data;
      for (const { name, health, lastError = '', alerts = [] } of groups.flatMap(({ rules }) => rules)) {
        rulesOfLines += 1;
        if (health === 'err') this.unhealthy.add(`${name}: ${lastError}`);
        for (const { state, labels } of alerts) this.see(keyOf(state, { ...labels, alertname: name }));
      }
    }
    this.rulesOfLines = rulesOfLines;
    this.polls.push(Date.now());
  }

  private see(key: string): void {
    const seen = this.ofLines.get(key);
    if (seen === undefined) log(`an alert from lines: ${key}`);
    this.ofLines.set(key, { from: seen?.from ?? Date.now(), to: Date.now() });
  }

  /** Growth of a counter since this began: before it, Loki was being started. */
  private failures(counter: string): Promise<number> {
    return this.metric(`sum(${counter}) - (sum(${counter} @ ${this.began / 1000}) or vector(0))`);
  }

  private async metric(query: string): Promise<number> {
    const [sample] = await this.series(`query?query=${encodeURIComponent(query)}`);
    return Number(sample?.value?.[1] ?? 0);
  }

  private async series(path: string): Promise<readonly Series[]> {
    const answer = await askPrometheus(this.target, this.config, path);
    return (answer as { readonly data: { readonly result: readonly Series[] } }).data.result;
  }
}

/** `firing FailedLoginsByUser{userId="user-7"}` */
function keyOf(state: string, labels: Readonly<Record<string, string>>): string {
  const { alertname = '', ...others } = labels;
  const shown = Object.entries(others).filter(([name]) => name !== '__name__' && name !== 'severity');
  return `${state} ${alertname}{${shown.map(([name, value]) => `${name}="${value}"`).join(', ')}}`;
}

function sighting(key: string, seconds: number): Sighting {
  const [state = '', ...alert] = key.split(' ');
  return { alert: alert.join(' '), state: state === 'firing' ? 'firing' : 'pending', seconds };
}
