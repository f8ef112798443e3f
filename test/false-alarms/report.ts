/** What docs/soak.md says of false alarms. */
import type { Account, Sighting } from './watch';

/** Lines of one job. */
export interface JobLines {
  readonly job: string;
  readonly byLevel: ReadonlyMap<string, number>;
}

/** A fault that was made afterwards, and when the receiver was told. */
export interface Told {
  readonly fault: string;
  readonly alert: string;
  /** `undefined` if it was not. */
  readonly seconds: number | undefined;
}

export interface Result {
  readonly minutes: number;
  readonly lines: Account;
  readonly metrics: Account;
  readonly messages: number;
  readonly jobs: readonly JobLines[];
  readonly told: readonly Told[];
}

const number = (value: number): string => value.toLocaleString('en-US');
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Each with how long it was there in all. */
function list(sightings: readonly Sighting[]): string {
  if (sightings.length === 0) return 'none';
  return sightings.map(({ alert, seconds }) => `${code(alert)} ${seconds.toFixed(0)} s`).join(', ');
}

/** Two or three tables in Markdown. */
export function falseAlarmTables({ minutes, lines, metrics, messages, jobs, told }: Result): string {
  const row = (what: string, of: (account: Account) => string): string => `| ${what} | ${of(lines)} | ${of(metrics)} |`;
  const inState = (state: Sighting['state']) => (account: Account) =>
    list(account.sightings.filter((sighting) => sighting.state === state));
  return [
    `| ${minutes} minutes | alerts from lines | alerts from metrics |`,
    '|---|---|---|',
    row('rules', ({ rules }) => number(rules)),
    row('evaluations', ({ evaluations }) => number(evaluations)),
    row('evaluations that failed', ({ failures }) => number(failures)),
    row('alerts that fired', inState('firing')),
    row('alerts that were pending', inState('pending')),
    '',
    `Messages that the receiver got: ${messages}.`,
    '',
    '| traffic | lines | warnings | errors |',
    '|---|---|---|---|',
    ...jobs.map(({ job, byLevel }) => {
      const all = [...byLevel.values()].reduce((sum, count) => sum + count, 0);
      return `| ${job} | ${number(all)} | ${number(byLevel.get('warn') ?? 0)} | ${number(byLevel.get('error') ?? 0)} |`;
    }),
    '',
    '| fault afterwards | alert | told after |',
    '|---|---|---|',
    ...told.map(
      ({ fault, alert, seconds }) =>
        `| ${fault} | ${alert} | ${seconds === undefined ? 'not told' : `${seconds.toFixed(0)} s`} |`,
    ),
    '',
  ].join('\n');
}
