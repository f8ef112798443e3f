/** Rows for a table of wrong values. */
import type { Problem } from '../../src/config';

/** What is given, the config, and the problems it must be reported with. */
export type Row = readonly [given: string, input: object, ...expected: Problem[]];

/** One row for each wrong value of one field. */
export const eachOf = (
  given: string,
  build: (value: unknown) => object,
  path: string,
  expected: Omit<Problem, 'path' | 'received'>,
  ...values: readonly unknown[]
): readonly Row[] =>
  values.map((value) => [
    `${given} ${JSON.stringify(value)}`,
    build(value),
    { path, received: shortened(typeof value === 'number' ? String(value) : JSON.stringify(value)), ...expected },
  ]);

/** As the report shows it. */
function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
