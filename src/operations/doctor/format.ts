/** The report of `npm run doctor`. Pure. */
import { paint } from '../status/format';
import type { Finding, Report, Weight } from './finding';

const WORDS: Readonly<Record<Weight, string>> = { broken: 'BROKEN', symptom: 'symptom', hint: 'hint' };

export function formatReport(report: Report, colours: boolean): string {
  const painted = paint(colours);
  const { stack, findings, unchecked, likelyCause, verdict } = report;
  const colourOf = { broken: painted.bad, symptom: painted.unknown, hint: painted.bold };
  const entry = ({ link, weight, seen, probably, todo }: Finding): string =>
    [
      `${colourOf[weight](WORDS[weight].padEnd(8))} ${link}: ${seen}`,
      `           ${probably}`,
      ...todo.map((step) => `           → ${step}`),
    ].join('\n');
  const head =
    likelyCause !== undefined
      ? `Stack ${stack}: the chain is broken at ${likelyCause.link}.`
      : verdict === 'unknown'
        ? `Stack ${stack}: nothing broken was found, and not all could be checked.`
        : `Stack ${stack}: no link is broken.`;
  return `${[
    painted.bold(head),
    ...(likelyCause === undefined ? [] : [`Likely cause: ${likelyCause.seen}`]),
    '',
    ...findings.map(entry),
    ...unchecked.map(({ link, why }) => `${painted.unknown('unknown ')} ${link}: ${why}`),
  ]
    .join('\n')
    .trimEnd()}\n`;
}
