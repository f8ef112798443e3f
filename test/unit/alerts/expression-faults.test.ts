/** Expressions that follow the grammar, and that Loki does not load, or cannot evaluate. */
import { expressionFaults, namesOf } from '../../../src/alerts/check';
import { configWith } from '../../support/config';

const rulesOf = (expr: string): readonly string[] =>
  expressionFaults(expr, namesOf(configWith())).map(({ rule }) => rule);
/** A count of lines, by this selector and pipeline. */
const lines = (query: string): string => `sum(count_over_time(${query} [5m])) > 1`;
const job = (pipeline: string): string => lines(`{job="backend"} ${pipeline}`);

const RE2 = 'regular expressions in RE2 syntax; RE2 says: ';
const TEMPLATE = 'templates that Go can read; ';
const SELECTOR = 'selectors with a matcher that a stream without the label does not fulfil';
const PATTERN = 'a pattern parser with a named field, each name once, and text between two fields';
const PATTERN_FILTER = 'a pattern filter with <_> alone, and text between two';
const COUNT = 'a whole number above 0 as the first argument of topk and bottomk, and of no other';
const QUANTILE = 'a number as the first argument of quantile_over_time, and of no other range function';
const IP = 'ip(…) by itself, after |= or !=';
const ADDRESS = 'an address, a CIDR or a range of addresses';
const ESCAPES = 'texts with escapes that Go knows';
const WORDS = 'names that are no words of LogQL';
const DURATIONS = 'durations';
const RANGES = 'ranges in whole numbers, larger units first';
const SIDES = 'numbers on both sides of an operator';
const SERIES = 'series on both sides of and, or and unless';
const FORMAT = 'each label once in a label_format, and not __error__';

test.each([
  [`${RE2}missing argument to repetition operator: \`*\``, lines('{namespace=~"*-prod"}')],
  [`${RE2}invalid or unsupported Perl syntax: \`(?!\``, job('|~ "(?!kube).+"')],
  [`${RE2}missing closing ]: \`[b\``, job('|~ "a" or "[b"')],
  [`${RE2}missing closing ): \`(x\``, job('| status=~"(x"')],
  [`${RE2}missing closing ): \`(x\``, job('| json | drop status=~"(x"')],
  [`${RE2}missing closing ): \`(x\``, 'label_replace(rate({job="backend"}[5m]), "x", "$1", "job", "(x")'],
  [`${RE2}missing closing ): \`(?P<x>a\``, job('| regexp "(?P<x>a"')],
  ['a regexp parser with a named group', job('| regexp "(x)"')],
  [SELECTOR, lines('{job=~".*"}')],
  [SELECTOR, lines('{job=~"a?", level!="error"}')],
  ['quantile_over_time of numbers in the line', 'quantile_over_time(0.9, {job="backend"} [5m]) > 1'],
  ['count_over_time of lines, without unwrap', 'count_over_time({job="backend"} | unwrap duration [5m]) > 1'],
  ['rate without by and without', 'rate({job="backend"}[5m]) by (job) > 1'],
  [QUANTILE, 'quantile_over_time({job="backend"} | unwrap duration [5m]) > 1'],
  [QUANTILE, 'rate(2, {job="backend"}[5m]) > 1'],
  [COUNT, 'topk(0, rate({job="backend"}[5m]))'],
  [COUNT, 'topk(rate({job="backend"}[5m]))'],
  [COUNT, 'sum(3, rate({job="backend"}[5m]))'],
  ['sort without by and without', 'sort by (job) (rate({job="backend"}[5m]))'],
  [PATTERN, job('| pattern "<_> <_>"')],
  [PATTERN, job('| pattern "<a><b>"')],
  [PATTERN, job('| pattern "<a> <a>"')],
  [PATTERN_FILTER, job('|> "<a> x"')],
  [PATTERN_FILTER, job('!> "<_><_>"')],
  [`${TEMPLATE}cannot read } in {{ .x }`, job('| line_format "{{ .x }"')],
  [`${TEMPLATE}no function nosuch in {{ nosuch .x }}`, job('| label_format a="{{ nosuch .x }}"')],
  [FORMAT, job('| label_format a=b, a=c')],
  [FORMAT, job('| label_format __error__="x"')],
  ['a path such as a.b[0]["c d"]', job('| json a="b."')],
  ['a key such as status', job('| logfmt a="b.c"')],
  [ADDRESS, job('|= ip("10.0.0")')],
  [ADDRESS, job('|= ip("10.0.0.9-10.0.0.1")')],
  [ADDRESS, job('| json | ip=ip("10.0.0.0/33")')],
  [IP, job('|~ ip("10.0.0.1")')],
  [IP, job('|= ip("10.0.0.1") or "x"')],
  [ESCAPES, job(String.raw`|= "\q"`)],
  [ESCAPES, job(String.raw`|= "\ud800"`)],
  [WORDS, job('| json | by="x"')],
  ['decimal numbers', job('| json | status > 0x1F')],
  ['decimal numbers', job('| json | status > 1e400')],
  [DURATIONS, job('| json | duration > 9999y')],
  [RANGES, 'rate({job="backend"}[1.5h]) > 1'],
  ['LogQL', 'rate({job="backend"}[5s1m]) > 1'],
  [RANGES, 'rate({job="backend"}[ 5m ]) > 1'],
  // Of the differential test: 0 is a range, and no offset.
  [DURATIONS, 'rate({job="backend"} | json | unwrap status [5m] offset 0) > 1'],
  // Of the same: Loki reads on to the end of the word.
  ['flags with a blank behind them', job('| logfmt --keep-emptyempty')],
  [SIDES, 'rate({job="backend"}[5m]) > {job="backend"}'],
  [SERIES, 'rate({job="backend"}[5m]) or 1'],
  [SERIES, 'rate({job="backend"}[5m]) and (1 + 2)'],
])('%s, and not %s', (rule, expr) => {
  expect(rulesOf(expr)).toEqual([rule]);
});

test.each([
  lines('{job=~".*", level!=""}'),
  job(String.raw`|~ "(?i)\\Qa.b\\E" or "b" !~ "c"`),
  job('|~ `\\d+` != "\\u00e9"'),
  job('| regexp "(?<status>[0-9]+)"'),
  job('| pattern "<_> <status> <_>" |> "<_> x" !> ""'),
  job('| line_format `{{ if .x }}{{ ToUpper .x | trunc 5 }}{{ else }}{{ __line__ }}{{ end }}`'),
  job('| json status="a[0].b", action | status > 5 and action != "x" or status = 1'),
  job('| logfmt --strict status="s" | drop status, action="x" | keep action'),
  job('!= ip("10.0.0.1-10.0.0.9") | json ip | ip=ip("fd00::/8")'),
  'rate_counter({job="backend"} | json | unwrap duration(duration) | __error__="" [1h30m] offset -5m) > 1',
  'quantile_over_time(0.9, {job="backend"} | unwrap duration [5m] offset 1.5h) by (job) > bool 5.',
  'sum by (job) (rate({job="backend"}[5m])) unless on(job) vector(1)',
  'topk(3, SUM(rate({job="backend"}[1d]))) / 2 > 1e3 # often',
  'label_replace(absent_over_time({job="backend"}[5m]), "x", "$1", "job", "(?P<a>.*)")',
])('what Loki takes is taken: %s', (expr) => {
  expect(rulesOf(expr)).toEqual([]);
});
