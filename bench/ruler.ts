/** What Loki's ruler costs: two Lokis that get the same lines, one of them with rules. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AlertRule, stackLogRules } from '../src/alerts';
import { parseStackConfig, type StackConfigInput } from '../src/config';
import { type RunningLoki, startLoki } from '../programs/loki';
import { variant } from '../programs/rendered-stack';
import { send } from '../programs/request';
import { ensureTools } from '../tools/build';
import { load, LINES_PER_PUSH, type Push, pushes, TENANT } from './loki-load';
import { cpuSeconds, residentMegabytes } from './usage';
import type { Log } from '../local/shell';

const RULES = 100;
const LINES_PER_SECOND = 500;
/** Lines that are there when it begins: as far back as most rules look. */
const BEFORE_SECONDS = 600;
/** Lines a second at which those are written: less than Loki's limit. */
const BEFORE_RATE = 20_000;
/** Whole intervals of the rules. */
const SECONDS = 180;

interface Figures {
  readonly cores: number;
  readonly megabytes: number;
  readonly evaluationSeconds: number;
}

/** A table: CPU and memory of Loki without rules, and with a hundred. */
export async function rulerTable(log: Log): Promise<string> {
  const { loki } = await ensureTools(['loki'], log);
  const silent: StackConfigInput = { environment: 'dev', alertmanager: { type: 'none' } };
  const builtIn = stackLogRules(parseStackConfig('ruler-bench', silent));
  const without = { ...silent, alerting: { disabled: builtIn.map(({ name }) => name) } };
  const withRules = { ...silent, alerting: { rules: copies(builtIn) } };
  const running: RunningLoki[] = [];
  try {
    for (const config of [without, withRules]) running.push(await startLoki(loki, variant('ruler-bench', config)));
    log(`ruler: ${BEFORE_SECONDS} s of lines, then ${SECONDS} s without rules and with ${RULES}, side by side`);
    await Promise.all(running.map(({ port }) => load(port, lines(BEFORE_SECONDS), { linesPerSecond: BEFORE_RATE })));
    const [none, hundred] = await Promise.all(running.map(measure));
    if (none === undefined || hundred === undefined) throw new Error('two Lokis were to be measured');
    return table(none, hundred);
  } finally {
    await Promise.all(running.map(({ stop }) => stop('SIGKILL')));
  }
}

/** The built-in rules over and over, up to {@link RULES}, none with the others' threshold. */
function copies(builtIn: readonly AlertRule[]): NonNullable<NonNullable<StackConfigInput['alerting']>['rules']> {
  return Array.from({ length: RULES - builtIn.length }, (_, index) => {
    const rule = builtIn[index % builtIn.length];
    if (rule === undefined) throw new Error('there are no rules');
    const { name, severity, summary, description } = rule;
    const expr = rule.expr.replace(/> (\d+)$/, (__, limit: string) => `> ${Number(limit) + index}`);
    return {
      ...{ name: `${name}Copy${index}`, expr, for: rule.for, severity, summary, description },
      runbook: 'https://wiki.example.com',
    };
  });
}

/** The last `seconds`, at the rate of the run. */
function lines(seconds: number): readonly Push[] {
  const now = Date.now();
  return pushes(seconds * LINES_PER_SECOND, now - seconds * 1000, now);
}

async function measure({ port, program }: RunningLoki): Promise<Figures> {
  const pid = program.pid;
  const before = cpuSeconds(pid);
  const started = Date.now();
  const memory: number[] = [];
  const step = LINES_PER_PUSH / LINES_PER_SECOND;
  for (let at = step; at <= SECONDS; at += step) {
    await sleep(Math.max(0, started + at * 1000 - Date.now()));
    await load(port, lines(step));
    memory.push(residentMegabytes(pid));
  }
  return {
    cores: (cpuSeconds(pid) - before) / ((Date.now() - started) / 1000),
    megabytes: Math.max(...memory),
    evaluationSeconds: await evaluationSeconds(port),
  };
}

interface RulesAnswer {
  readonly data: { readonly groups: readonly { readonly evaluationTime: number; readonly rules: readonly object[] }[] };
}

/** What the last round over all rules has taken, one after the other. */
async function evaluationSeconds(port: number): Promise<number> {
  const { text } = await send({ port, path: '/prometheus/api/v1/rules', headers: { 'X-Scope-OrgID': TENANT } });
  const { groups } = (JSON.parse(text) as RulesAnswer).data;
  return groups.reduce((sum, { evaluationTime }) => sum + evaluationTime, 0);
}

function table(none: Figures, hundred: Figures): string {
  const row = (what: string, figure: (figures: Figures) => string): string =>
    `| ${what} | ${figure(none)} | ${figure(hundred)} |`;
  return [
    '',
    `| Loki, ${LINES_PER_SECOND} lines/s arriving, rules every minute | without rules | with ${RULES} |`,
    '|---|---|---|',
    row('CPU, of one core', ({ cores }) => `${(cores * 100).toFixed(1)} %`),
    row('resident memory, highest', ({ megabytes }) => `${megabytes.toFixed(0)} MiB`),
    row('one round over all rules', ({ evaluationSeconds: seconds }) =>
      seconds === 0 ? '–' : `${seconds.toFixed(2)} s`,
    ),
    '',
  ].join('\n');
}
