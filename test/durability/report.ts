import type { Account } from './ledger';

const number = (value: number): string => value.toLocaleString('en-US');

function rows(heading: string, accounts: readonly Account[]): readonly string[] {
  return [
    `| ${heading} | seconds | lines written | lost | twice |`,
    '|---|---|---|---|---|',
    ...accounts.map(
      ({ name, seconds, written, lost, twice }) =>
        `| ${name} | ${seconds.toFixed(0)} | ${number(written)} | ${number(lost)} | ${number(twice)} |`,
    ),
  ];
}

/** The tables of docs/durability.md, in Markdown. */
export function table(byWindow: readonly Account[], bySource: readonly Account[], byRuntime: number): string {
  return [
    ...rows('what happens', byWindow),
    '',
    ...rows('source', bySource),
    '',
    `Lines that the container runtime had not written to the node's files when it was killed: ${number(byRuntime)}.`,
    '',
  ].join('\n');
}
