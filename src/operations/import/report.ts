/** What was taken over, what was not, and why: the answer of `npm run import`. */
import type { Problem } from '../../config/problem';
import { columns } from '../columns';
import type { Assembled } from './assemble';
import type { Move } from './move';
import type { Entry, Outcome } from './source';

export interface ReadFile {
  readonly file: string;
  /** What it is. */
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The whole report. */
export function report(
  files: readonly ReadFile[],
  { problems, forProd }: Assembled,
  notes: readonly string[],
  move: Move,
): string {
  return [
    ...files.flatMap(({ file, title, entries }) => [`${file}: ${title}`, ...sections(entries), '']),
    ...section('To decide before it can be used', problems.map(problemLine)),
    ...section('To know', notes),
    ...section('What environment: prod demands as well', forProd.map(problemLine)),
    ...(move.steps.length === 0
      ? []
      : [
          'The move:',
          ...move.steps.map((step, index) => `  ${index + 1}. ${step}`),
          '',
          ...move.notes.map((note) => `  ${note}`),
          '',
        ]),
  ].join('\n');
}

const HEADINGS: readonly (readonly [Outcome['kind'], string])[] = [
  ['taken', 'taken over'],
  ['secret', 'secrets, whose values are not written'],
  ['left', 'left out'],
  ['missing', 'without a counterpart'],
];

function sections(entries: readonly Entry[]): readonly string[] {
  return HEADINGS.flatMap(([kind, heading]) => {
    const rows = entries.filter(({ outcome }) => outcome.kind === kind).map((entry) => [entry.path, words(entry)]);
    return rows.length === 0 ? [] : ['', `  ${heading}:`, ...columns(rows).map((line) => `    ${line}`)];
  });
}

function words({ outcome }: Entry): string {
  switch (outcome.kind) {
    case 'taken':
      return `→ ${outcome.keys.join(', ')}`;
    case 'secret':
      return `→ ${outcome.where}`;
    case 'left':
      return outcome.why;
    case 'missing':
      return outcome.why ?? 'nothing here does what it does';
  }
}

const problemLine = ({ path, received, rule, remedy }: Problem): string => `${path}: ${received}; ${rule}; ${remedy}`;

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${heading}:`, ...lines.map((line) => `  - ${line}`), ''];
}
