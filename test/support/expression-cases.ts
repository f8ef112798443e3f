/** Regular expressions and label matchers, valid and mutated: what a differential test gives to synth, and to who reads them. */
import fc from 'fast-check';

/** What an expression is made of; whether a whole of some is one, RE2 knows. */
const PARTS = [
  ...String.raw`a b é 😀 . ^ $ | * + ? ?? *? {2} {1000} {1001} {,3} {3,} {3,2} ( ) [ ] - [a-z] [z-a] [^a] [[:alpha:]] [[:nosuch:]]`.split(
    ' ',
  ),
  ...String.raw`(?: (?i) (?i: (?s-i: (?U) (?x) (?= (?! (?<= (?> (?P<n> (?<n> (?<m>x) (?P<m (?P=n)`.split(' '),
  ...String.raw`\d \D \s \w \b \B \A \z \Z \C \pL \pN \p{Greek} \P{Lu} \p{Foo} \p{lu} \Q \E \Qa.b\E \n \t \a \x41 \x{e9} \x{110000} \u00e9 \1 \07 \8 \_ \- \. \\ \" \/ \h \R \X \k<n>`.split(
    ' ',
  ),
  ' ',
  '"',
  "'",
  '`',
  '\n',
  '\t',
  '{',
  '}',
  '{{',
  '}}',
  '/',
  '#',
  '%',
  '<',
  '>',
  '&',
  '\u2028',
  '\\',
];

/** An expression, which may be none. */
export const expressionText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'GET /health', 'x+', '[0-9]') },
      { weight: 4, arbitrary: fc.constantFrom(...PARTS) },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(''));

/** A text within double quotes, as it is written: with escapes that Go may not know. */
const written = fc
  .array(
    fc.constantFrom(
      'a',
      '.+',
      'é',
      ' ',
      ...String.raw`\\d \d \" \n \a \x41 \xc3\xa9 \xff \u00e9 \ud800 \U0001f600 \U00110000 \101 \400 \0 \q \' ${'`'} {{ }}`.split(
        ' ',
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join(''));

/** The value of a matcher in its quotes. */
const quoted = fc.oneof(
  expressionText.map((text) => JSON.stringify(text)),
  written.map((text) => `"${text}"`),
);

/** A stream selector of labels that lines have, with one of `app` that no other selector of a list has. */
export const selectorText: fc.Arbitrary<(unique: number) => string> = fc
  .array(
    fc.tuple(fc.constantFrom('job', 'level', 'namespace'), fc.constantFrom('=', '!=', '=~', '!~', ' =~ '), quoted),
    { minLength: 1, maxLength: 2 },
  )
  .map((matchers) => (unique) => `{${[...matchers.map((parts) => parts.join('')), `app="n${unique}"`].join(', ')}}`);
