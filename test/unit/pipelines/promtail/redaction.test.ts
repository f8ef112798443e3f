import { REDACTED } from '../../../../src/log-model';
import { redact } from '../../../../src/pipelines/promtail/redaction';

/** The expression that Promtail gets for one of a stack file. */
const written = (expression: string): unknown =>
  redact({ further: [{ name: 'own', expression }], allow: [] }).text.at(-1);

test.each([
  ['a group', 'token=(.+)'],
  ['a named group', '(?P<token>x+)'],
  ['a named group as JavaScript writes it', '(?<token>x+)'],
])('of an expression with %s, the group alone is taken out', (_, expression) => {
  expect(written(expression)).toEqual({ replace: { expression, replace: REDACTED } });
});

test.each([
  ['without a group', 'token=.+'],
  ['with a group that captures nothing', 'token=(?:a|b)'],
  ['with a bracket in a class', 'token[(].+'],
  ['with an escaped bracket', String.raw`token\(.+`],
])('of an expression %s, all of the match is taken out', (_, expression) => {
  expect(written(expression)).toEqual({ replace: { expression: `(${expression})`, replace: REDACTED } });
});
