/** Both agents take the same out of a line: told by RE2 in JavaScript, and by test/binaries on the real programs. */
import * as fc from 'fast-check';
import { redact as redactByCollector } from '../../../../src/pipelines/collector/redaction';
import { JSON_OBJECT } from '../../../../src/pipelines/json';
import { redact } from '../../../../src/pipelines/promtail/redaction';
import { collectorModel } from '../../../support/collector-model';
import { fixtureStreams } from '../../../support/fixture-load';
import { promtailModel } from '../../../support/promtail-model';
import { jsonLine, logfmtLine } from '../../../support/secret-lines';
import { SECRET_SAMPLES } from '../../../support/secret-samples';

/** What each agent leaves of a line. */
function both(allow: readonly string[] = []) {
  const stages = redact({ further: [], allow });
  const [json, text] = [promtailModel(stages.json), promtailModel(stages.text)];
  return {
    promtail: (line: string) => (new RegExp(JSON_OBJECT).test(line) ? json(line) : text(line)),
    collector: collectorModel(redactByCollector([], allow)),
  };
}

/** What each leaves of a line by an expression of the stack file alone. */
function bothByOwn(expression: string) {
  const further = [{ name: 'own', expression }];
  return {
    promtail: promtailModel(redact({ further, allow: [] }).text.slice(-1)),
    collector: collectorModel({ ...redactByCollector(further, []), suspects: [], routes: [] }),
  };
}

const { promtail, collector } = both();

test.each(SECRET_SAMPLES)('$kind: $line', ({ line, secret }) => {
  expect(collector(line)).not.toContain(secret);
  expect(collector(line)).toBe(promtail(line));
});

test('generated JSON', () => {
  fc.assert(
    fc.property(jsonLine, (line) => {
      expect(collector(line)).toBe(promtail(line));
    }),
    { numRuns: 100 },
  );
});

test('generated logfmt', () => {
  fc.assert(
    fc.property(logfmtLine, (line) => {
      expect(collector(line)).toBe(promtail(line));
    }),
    { numRuns: 100 },
  );
});

test.each(fixtureStreams.map(({ labels, lines }) => [labels.app, lines] as const))(
  'what a program wrote: %s',
  (_, lines) => {
    for (const line of lines) expect(collector(line)).toBe(promtail(line));
  },
);

test('names that are allowed are kept by both', () => {
  const allowing = both(['maxTokens']);
  const line = '{"maxTokens":5,"tokens":7}';
  expect(allowing.collector(line)).toBe('{"maxTokens":5,"tokens":"[REDACTED]"}');
  expect(allowing.promtail(line)).toBe('{"maxTokens":5,"tokens":"[REDACTED]"}');
});

test('marks of a line’s own do not protect a secret', () => {
  expect(collector('password=a\ufdd1b \ufdd0')).toBe('password=[REDACTED] ');
});

describe('expressions of the stack file', () => {
  const LINES = [
    'a token=one; id=7, id=8; b two c',
    'token',
    'x [1] {2} (3) | 4',
    'nothing',
    'id=1id=2',
    'b one c b two c',
  ];
  test.each([
    ['nothing that is captured', 'token=\\w+'],
    ['a group', 'token=(\\w+)'],
    ['two groups', 'token=(\\w+); id=(\\d)'],
    ['a named group', '(?P<id>\\d)'],
    ['alternatives', 'token=(\\w+)|b (\\w+) c'],
    ['alternatives, one without a group', 'token=(\\w+)|two'],
    ['alternatives within a group that captures nothing', '(?:token=(o)|id=(\\d))'],
    ['a group that may be absent', 'id=(\\d)(?:, id=(\\d))?'],
    ['flags', '(?i)TOKEN=(\\w+)'],
    ['flags in the middle', 'token=(?i)(ONE)'],
    ['flags of a group', '(?i:TOKEN)=(\\w+)'],
    ['a group in a group', 'token=((o)ne)'],
    ['brackets that are no groups', '[(]3\\) [|] (\\d)'],
    ['a class with a bracket', '[]x[] (\\[1)'],
    ['a quoted text', '\\Q[1]\\E (\\{\\d)'],
    ['an end', 'two (c)$'],
  ])('%s', (_, expression) => {
    const own = bothByOwn(expression);
    for (const line of LINES) expect(own.collector(line)).toBe(own.promtail(line));
    expect(LINES.some((line) => own.collector(line).includes('[REDACTED]'))).toBe(true);
  });

  test('of what is repeated, Promtail takes out the last one, and the Collector all of it', () => {
    const own = bothByOwn('b (?:(\\w+) )+c');
    expect(own.promtail('b one two c')).toBe('b one [REDACTED] c');
    expect(own.collector('b one two c')).toBe('b [REDACTED]c');
  });
});
