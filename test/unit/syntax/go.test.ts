import { isLogqlDuration, isPrometheusDuration } from '../../../src/syntax/go-duration';
import { unquoted } from '../../../src/syntax/go-text';

test.each([
  ['"a"', 'a'],
  [String.raw`"\a\b\f\n\r\t\v\\\""`, '\x07\b\f\n\r\t\v\\"'],
  [String.raw`"\x41\101\u00e9\U0001f600"`, 'AAé😀'],
  // Two bytes of one letter.
  [String.raw`"\xc3\xa9\303\251"`, 'éé'],
  ['`\\d "a"\n`', '\\d "a"\n'],
  ['""', ''],
])('Go reads %s', (quoted, text) => {
  expect(unquoted(quoted)).toBe(text);
});

test.each([
  ['an escape that it does not know', String.raw`"\d"`],
  ['an escaped single quote', String.raw`"\'"`],
  ['a byte that is no letter', String.raw`"\xff"`],
  ['half a surrogate pair', String.raw`"\ud800"`],
  ['what is beyond Unicode', String.raw`"\U00110000"`],
  ['an octal number beyond a byte', String.raw`"\400"`],
  ['an end of line', '"a\nb"'],
  ['a NUL', '"a\0b"'],
  ['a backslash at the end', String.raw`"a\"`],
  ['single quotes', "'a'"],
  ['a quote within', '"a"b"'],
])('Go does not read a text with %s', (_, quoted) => {
  expect(unquoted(quoted)).toBeUndefined();
});

test.each([
  ['5m', true, true],
  ['1y2w3d4h5m6s7ms', true, true],
  ['0s', true, true],
  ['0', true, false],
  ['1.5h', false, true],
  ['-5m', false, true],
  ['5s1m', false, true],
  ['10us', false, true],
  ['291y', true, true],
  ['9999y', false, false],
  ['9999999h', false, false],
  ['5', false, false],
  ['', false, false],
  ['5 m', false, false],
  ['1d1.5h', false, false],
])('%s is a range: %s, and a duration in a filter: %s', (text, isRange, isDuration) => {
  expect([isPrometheusDuration(text), isLogqlDuration(text)]).toEqual([isRange, isDuration]);
});
