/** What `npm run test:alerts` prints. */
import { formatDuration } from '../config/units';
import type { Failure, Judged } from './judge';

/** What came out of one test. */
export interface TestResult extends Judged {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  /** How often it was begun. */
  readonly attempts: number;
}

/** One line for a test; where it failed, what was expected and what the ruler said. */
export function formatResult({ name, passed, isInconclusive, failures, attempts }: TestResult): string {
  const head = `${passed ? 'ok  ' : 'FAIL'}  ${name}`;
  const busy = `      an evaluation was missed in each of ${attempts} tries: the machine is too busy; try --interval 2s`;
  return [head, ...(isInconclusive ? [busy] : []), ...failures.map(formatFailure)].join('\n');
}

function formatFailure({ at, expected, said, timeline, lines }: Failure): string {
  const rows = [
    [`at ${formatDuration({ milliseconds: at })}`, expected],
    ['said', said],
    ['all the time', timeline],
    ['lines', lines.length === 0 ? 'none' : lines.join('\n')],
  ] as const;
  return rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `      ${label.padEnd(14)}${text.replaceAll('\n', `\n${' '.repeat(20)}`)}`)
    .join('\n');
}

export function formatSummary(results: readonly TestResult[], milliseconds: number): string {
  const failed = results.filter(({ passed }) => !passed).length;
  const expectations = results.reduce((sum, result) => sum + result.expectations, 0);
  return `${results.length - failed} passed, ${failed} failed, ${expectations} expectations, ${(milliseconds / 1000).toFixed(1)} s`;
}
