/** Lines stay what they are while secrets are taken out of them: told by RE2 in JavaScript, and by test/binaries on the real Promtail. */
import * as fc from 'fast-check';
import { redact } from '../../../../src/pipelines/promtail/redaction';
import { fixtureStreams } from '../../../support/fixture-load';
import { promtailModel } from '../../../support/promtail-model';
import { jsonLine, logfmtLine, pairsOf, survivors, torn } from '../../../support/secret-lines';

const stages = redact({ further: [], allow: [] });
const redactJson = promtailModel(stages.json);
const redactText = promtailModel(stages.text);

describe('a line of JSON', () => {
  it('comes out as JSON with the same names in the same order, and without a planted secret', () => {
    fc.assert(
      fc.property(jsonLine, (line) => {
        const after = redactJson(line);
        expect(torn(line, after)).toEqual([]);
        expect(survivors(after)).toEqual([]);
        const { level, requestId, status } = JSON.parse(line) as Record<string, unknown>;
        expect(JSON.parse(after)).toMatchObject({ level, requestId, status });
      }),
      { numRuns: 100 },
    );
  });

  it.each(
    fixtureStreams
      .map(({ labels, lines }) => [labels.app, lines.filter((text) => /^\{\s*"/.test(text))] as const)
      .filter(([, lines]) => lines.length > 0),
  )('that a program wrote comes out as JSON with the same names: %s', (_app, lines) => {
    for (const line of lines) expect(torn(line, redactJson(line))).toEqual([]);
  });
});

test('of two values beside one name, the first one is taken out, and Mongoose’s text of it besides', () => {
  expect(redactJson('{"path":"password","value":"a","input":"b","n":1}')).toBe(
    '{"path":"password","value":"[REDACTED]","input":"b","n":1}',
  );
  expect(redactJson('{"stringValue":"a","value":"a","path":"password","n":1}')).toBe(
    '{"stringValue":"[REDACTED]","value":"[REDACTED]","path":"password","n":1}',
  );
});

describe('a line of logfmt', () => {
  const keys = (line: string): readonly string[] => pairsOf(line).map(([key]) => key);

  it('comes out with the same keys, and without a planted secret', () => {
    fc.assert(
      fc.property(logfmtLine, (line) => {
        const after = redactText(line);
        expect(keys(after)).toEqual(keys(line));
        expect(survivors(after)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it.each(
    fixtureStreams
      .filter(({ labels }) => labels.job === 'logfmt')
      .map(({ labels, lines }) => [labels.app, lines] as const),
  )('that a program wrote comes out with the same keys: %s', (_app, lines) => {
    for (const line of lines) expect(keys(redactText(line))).toEqual(keys(line));
  });
});
