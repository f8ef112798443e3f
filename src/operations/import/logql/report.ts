/** What was found of a folder's queries, file by file: in the manner of the report on values. */
import type { JudgedFile, JudgedQuery } from './folder';
import type { Judgement } from './judge';

const VERDICTS: readonly (readonly [Judgement['verdict'], string])[] = [
  ['rewrite', 'to rewrite'],
  ['nothing', 'finds nothing here'],
  ['unreadable', 'cannot be read'],
];

export function queryReport(folder: string, files: readonly JudgedFile[]): string {
  return [...files.flatMap(fileLines), ...summary(folder, files), ''].join('\n');
}

function fileLines({ file, queries, others, unreadable }: JudgedFile): readonly string[] {
  if (unreadable !== undefined) return [`${file}: it cannot be read: ${unreadable}`, ''];
  const good = queries.filter(({ judgement }) => judgement.verdict === 'good').length;
  return [
    `${file}: ${[
      ...(queries.length === 0
        ? []
        : [`${good} of ${count(queries.length)} in LogQL ${good === 1 ? 'stays' : 'stay'}`]),
      ...(others === 0 ? [] : [`${others} in other languages`]),
    ].join('; ')}`,
    ...VERDICTS.flatMap(([verdict, heading]) => {
      const those = queries.filter(({ judgement }) => judgement.verdict === verdict);
      return those.length === 0 ? [] : ['', `  ${heading}:`, ...those.flatMap(queryLines)];
    }),
    '',
  ];
}

function queryLines({ where, query, judgement: { rewritten, why } }: JudgedQuery): readonly string[] {
  return [
    `    ${where}`,
    `      was: ${oneLine(query)}`,
    ...(rewritten === undefined ? [] : [`      now: ${oneLine(rewritten)}`]),
    ...why.map((reason) => `      - ${reason}`),
  ];
}

/** A query in one line; texts in backquotes may have lines of their own. */
const oneLine = (query: string): string => query.replaceAll(/\s*\n\s*/g, ' ');

const count = (queries: number): string => `${queries} ${queries === 1 ? 'query' : 'queries'}`;

function summary(folder: string, files: readonly JudgedFile[]): readonly string[] {
  const all = files.flatMap(({ queries }) => queries);
  if (all.length === 0) return [`${folder}: no query in LogQL`];
  const of = (verdict: Judgement['verdict']): number =>
    all.filter(({ judgement }) => judgement.verdict === verdict).length;
  return [
    `${folder}: ${count(all.length)} in LogQL: ${of('good')} as they are, ${of('rewrite')} to rewrite, ${of('nothing')} without lines here, ${of('unreadable')} unreadable`,
  ];
}
