/** One text, one meaning: for this project's reader, and for the one of Pulumi, which is Go's yaml.v3. */
import { readYaml } from '../../../src/syntax/yaml';

const read = (text: string) => readYaml(Buffer.from(text));
const refusals = (text: string) => read(text).faults.map(({ position, path }) => [position, path.join('.')]);

/**
 * What Pulumi makes of a value: `LoadProjectStackBytes` of github.com/pulumi/pulumi/sdk/v3 v3.248.0 was asked. Undefined where
 * it refuses the file.
 */
const BY_PULUMI: readonly (readonly [written: string, value: unknown])[] = [
  ['30d', '30d'],
  ['7', 7],
  ['-0.5', -0.5],
  ['+1', 1],
  ['.5', 0.5],
  ['5.', 5],
  ['1.50', 1.5],
  ['1e3', 1000],
  ['9007199254740991', 9007199254740991],
  ['true', true],
  ['TRUE', true],
  ['tRue', 'tRue'],
  ['yes', 'yes'],
  ['no', 'no'],
  ['on', 'on'],
  ['Off', 'Off'],
  ['y', 'y'],
  ['null', null],
  ['~', null],
  ['', null],
  ['_1', '_1'],
  ['1.2.3', '1.2.3'],
  ['1,000', '1,000'],
  ['12:30:00', '12:30:00'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['inf', 'inf'],
  ['0700', 448],
  ['-0700', -448],
  ['010', 8],
  ['0o7', 7],
  ['0O7', 7],
  ['-0o7', -7],
  ['0x1F', 31],
  ['0X1f', 31],
  ['-0x1F', -31],
  ['0b11', 3],
  ['10_000', 10000],
  ['1_0.5', 10.5],
  ['1_0e3', 10000],
  ['7_', 7],
  ['0x_1', 1],
  ['1e400', '1e400'],
  ['.inf', undefined],
  ['-.Inf', undefined],
  ['.nan', undefined],
  ['9007199254740993', 9007199254740993n],
  ['1234567890123456789012345678901234567890', 1.2345678901234568e39],
  ['2027-03-01', '2027-03-01 00:00:00 +0000 UTC'],
  ['2027-3-1', '2027-03-01 00:00:00 +0000 UTC'],
  ['2027-03-01T10:00:00Z', '2027-03-01 10:00:00 +0000 UTC'],
  ['2027-03-01 10:00:00', '2027-03-01 10:00:00 +0000 UTC'],
  ['!!binary aGVsbG8=', 'hello'],
  ['!!float 1', 1],
  ['!!bool yes', undefined],
  ['!!timestamp 2027-03-01', '2027-03-01 00:00:00 +0000 UTC'],
  ['!', null],
  ['&a:b 1', ':b 1'],
  ['"a\\/b"', undefined],
  ['"\\ud83d\\ude00"', undefined],
  ['"\\\\/"', '\\/'],
  ['"\\u00e9"', 'é'],
  ['[:a]', undefined],
  ['[?a]', undefined],
  ['?a', '?a'],
  ['[GET /a?b]', undefined],
  ['GET /a?b', 'GET /a?b'],
  ['{a:, b: 1}', { 'a:': null, b: 1 }],
  ['{a:[1]}', undefined],
  ['{"a":[1]}', { a: [1] }],
  ['{a: :b}', undefined],
  ['{<<: {b: 1}}', { b: 1 }],
  ['{"<<": {b: 1}}', { b: 1 }],
  ['{null: 1}', { '<nil>': 1 }],
  ['{1.50: 1}', { 1.5: 1 }],
  ['{yes: 1}', { yes: 1 }],
  ['{12: 1}', { 12: 1 }],
  ['{2027-03-01: 1}', { '2027-03-01 00:00:00 +0000 UTC': 1 }],
  ['{[a]: 1}', undefined],
  ['*.log', undefined],
  ['*unknown', undefined],
  ['&a [1, *a]', undefined],
  ['&a [1, 2]', [1, 2]],
];

test.each(BY_PULUMI)('%s is what it is to Pulumi, or refused', (written, byPulumi) => {
  const { value, faults } = read(`k: ${written}\n`);
  expect(faults.length > 0 ? 'refused' : value).toEqual(faults.length > 0 ? 'refused' : { k: byPulumi });
});

test('what both read alike is not refused', () => {
  const taken = BY_PULUMI.slice(
    0,
    BY_PULUMI.findIndex(([written]) => written === '0700'),
  ).map(([written]) => written);
  expect(taken.filter((written) => read(`k: ${written}\n`).faults.length > 0)).toEqual([]);
  expect(refusals('a: &b { c: 1 }\nd: *b\n')).toEqual([]);
  expect(refusals('a: "0700"\nb: \'2027-03-01\'\nc: |\n  0700\nd: "<<"\n')).toEqual([]);
});

test('a fault tells its line, its column and its path, also in a list and below an alias', () => {
  expect(refusals('a:\n  - b\n  - c: 0700\nd: { e: [1, 10_000] }\n')).toEqual([
    ['line 3, column 8', 'a.1.c'],
    ['line 4, column 13', 'd.e.1'],
  ]);
});

test('a merge is refused at its place, and what it merges is known all the same', () => {
  const { value, faults } = read('a: &a { b: 1 }\nc:\n  <<: *a\n  d: 2\n');
  expect(faults).toMatchObject([{ position: 'line 3, column 3', path: ['c', '<<'], affects: 'key' }]);
  expect(value).toEqual({ a: { b: 1 }, c: { b: 1, d: 2 } });
});

test.each([
  ['a second document', 'a: 1\n---\na: 2\n', 'line 2, column 1', 'YAML: one document in a file'],
  ['a directive', '%YAML 1.1\n---\na: yes\n', 'line 1, column 1', 'YAML without directives'],
  ['a key that stands there twice', 'a: 1\na: 2\n', 'line 2, column 1', 'YAML: each key stands once in its mapping'],
  ['a tab', 'a:\n\tb: 1\n', 'line 2, column 1', 'YAML: lines are indented by spaces'],
  ['a quote that does not close', 'a: "b\n', 'line 2, column 1', 'YAML (missing char)'],
  ['an end of line of old', 'a: b\rc: d\n', 'the whole file', 'text without control characters'],
  [
    'a block that begins with an empty line',
    'a: >-\n  \n  b\n',
    'line 1, column 4',
    'a block of text (| or >) begins with its first line, indented by spaces: programs read others differently',
  ],
  [
    'a merge of what is no mapping',
    'a: { <<: b }\n',
    'line 1, column 6',
    'YAML without merges (<<): not every program reads them',
  ],
  ['a control character', 'a: "b\u0007"\n', 'the whole file', 'text without control characters'],
  ['an end of line of mainframes', 'a: b\u0085\n', 'the whole file', 'text without control characters'],
])('%s is refused in words', (_, text, position, rule) => {
  expect(read(text).faults).toMatchObject([{ position, rule }]);
});

test('UTF-16 and other encodings are refused in words; a mark of UTF-8 is left out', () => {
  const utf16 = Buffer.from('\ufeffa: 1\n', 'utf16le');
  expect(readYaml(utf16)).toMatchObject({
    value: undefined,
    faults: [{ rule: 'text in UTF-8; this is UTF-16', remedy: 'save the file as UTF-8' }],
  });
  expect(readYaml(Buffer.from('a: é\n', 'latin1')).faults).toMatchObject([{ rule: 'text in UTF-8' }]);
  expect(read('\ufeffa: 1\n')).toEqual({ value: { a: 1 }, faults: [] });
});

test('aliases that multiply are refused', () => {
  const tenfold = Array.from(
    { length: 4 },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array.from({ length: 10 }, () => `*a${level}`).join(', ')}]\n`,
  );
  expect(read(`a0: &a0 x\n${tenfold.join('')}`).faults).toMatchObject([{ rule: 'at most 100 uses of aliases' }]);
});
