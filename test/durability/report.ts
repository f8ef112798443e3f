import type { Account, Settlement } from './ledger';

const number = (value: number): string => value.toLocaleString('en-US');

/** Accounts of the same name as one. */
function together(accounts: readonly Account[]): readonly (Account & { readonly times: number })[] {
  return [...Map.groupBy(accounts, ({ name }) => name)].map(([name, all]) => {
    const sum = (key: 'seconds' | 'written' | 'lost' | 'twice'): number =>
      all.reduce((total, account) => total + account[key], 0);
    return {
      name,
      times: all.length,
      seconds: sum('seconds'),
      written: sum('written'),
      lost: sum('lost'),
      twice: sum('twice'),
    };
  });
}

/** The tables of docs/durability.md, in Markdown. */
export function table({ byWindow, bySource, byRuntime }: Settlement): string {
  return [
    '| what happens | times | seconds in all | lines written | lost | twice |',
    '|---|---|---|---|---|---|',
    ...together(byWindow).map(
      ({ name, times, seconds, written, lost, twice }) =>
        `| ${name} | ${times} | ${seconds.toFixed(0)} | ${number(written)} | ${number(lost)} | ${number(twice)} |`,
    ),
    '',
    '| source | lines written | lost | twice |',
    '|---|---|---|---|',
    ...bySource.map(
      ({ name, written, lost, twice }) => `| ${name} | ${number(written)} | ${number(lost)} | ${number(twice)} |`,
    ),
    '',
    `Lines that the container runtime had not written to the node's files when it was killed: ${number(byRuntime)}.`,
    '',
  ].join('\n');
}

/** What docs/soak.md says of it. */
export function durabilitySection(reports: Readonly<Record<string, string>>): string {
  return [
    'Pods write about 1,000 numbered lines of 300 bytes each second, four at full rate and four whose clocks are wrong, all of one app',
    'on one node. Promtail and the Collector read them side by side, and send them as two tenants. A line belongs to what happened when it was written. What is lost and what is there twice:',
    '[durability](durability.md).',
    ...Object.entries(reports).flatMap(([agent, report]) => ['', `### ${agent}`, '', report]),
  ].join('\n');
}
