/** The findings for a person: a table, what could not be looked at, and a line that sums up. */
import { columns } from '../../src/operations/columns';
import { type Finding, isOutdated } from './look';

const HEADINGS = ['', 'pinned', 'newest of its minor', 'newest', 'pinned in'];

export function formatFindings(findings: readonly Finding[]): string {
  const rows = findings
    .filter(({ failure }) => failure === undefined)
    .map((finding) => [
      `${isOutdated(finding) ? '!' : ' '} ${finding.name}`,
      finding.version,
      finding.inMinor ?? '=',
      finding.atAll ?? '=',
      `${finding.file}${finding.held === undefined ? '' : `: ${finding.held.why}`}`,
    ]);
  const failed = findings.filter(({ failure }) => failure !== undefined);
  const outdated = findings.filter(isOutdated);
  return [
    ...columns([HEADINGS, ...rows]),
    '',
    ...(failed.length === 0
      ? []
      : [
          'could not look:',
          ...failed.map(({ name, version, failure }) => `  ${name} ${version}: ${failure ?? ''}`),
          '',
        ]),
    `${findings.length} pins: ${outdated.length} have a newer release, ${failed.length} could not be looked at`,
    '',
  ].join('\n');
}
