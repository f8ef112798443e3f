/** Rule files by grammar, valid and mutated: what a differential test gives to synth and to Loki. */
import fc from 'fast-check';

/** One of these, each as likely. */
const one = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
/** Texts one after the other. */
const all = (...parts: readonly (fc.Arbitrary<string> | string)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.join(''));
/** Mostly the first, seldom the second. */
const mostly = (usual: fc.Arbitrary<string>, seldom: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 25, arbitrary: usual }, { weight: 1, arbitrary: seldom });
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);

export const EXPRESSIONS = {
  right: [
    '.+',
    'a|b',
    '(?i)error',
    'x{2,3}',
    '[[:alpha:]]+',
    String.raw`\\d+`,
    '(?P<n>a)',
    '(?<n>a)',
    String.raw`\\Qa.b\\E`,
    '^a$',
    String.raw`\\pL+`,
    'a*',
    '.*',
    'ä+',
  ],
  wrong: [
    '*-prod',
    '(?!kube).+',
    String.raw`caf\\u00e9`,
    '(a',
    '[b',
    'a{1001}',
    String.raw`\\C`,
    String.raw`\\1`,
    '(?<=a)b',
    'a)|(b',
    String.raw`\\Qa`,
    'a**',
    String.raw`\\p{Foo}`,
    '(?P<n>a)(?P<n>b)',
    String.raw`\d`,
    '[z-a]',
    '(?x)a',
  ],
};
const expression = mostly(one(...EXPRESSIONS.right), one(...EXPRESSIONS.wrong));
const label = one('job', 'level', 'namespace', 'app');
const field = mostly(
  one('status', 'duration', 'action', 'count', 'rate'),
  one('by', 'json', 'on', 'OR', 'unwrap', 'ip', 'sum'),
);
const word = mostly(
  one('error', 'a b', 'é', String.raw`\"x\"`, String.raw`\n`, String.raw`\u00e9`, String.raw`\xc3\xa9`),
  one(String.raw`\q`, String.raw`\xff`, '', String.raw`\ud800`),
);
const quoted = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => all('"', text, '"');

export const matcher = fc.oneof(
  all(label, one('=', '!=', ' = '), quoted(one('error', 'a', ''))),
  all(label, one('=~', '!~'), quoted(expression)),
);
export const streamSelector = all(
  '{',
  mostly(one('job="a"', 'job=~".+"', 'namespace!=""'), matcher),
  maybe(all(one(',', ' , '), matcher)),
  '}',
);

const number = mostly(one('1', '0.5', '10', '1e3', '.5', '5.', '100'), one('0x1F', '08', '1e400', '010'));
const duration = mostly(
  one('5m', '1h', '30s', '1h30m', '500ms', '1d', '1w'),
  one('1.5h', '5s1m', '0', '9999y', '5', '1us', '1h1.5s'),
);
const bytes = one('5KB', '1.5MB', '3KiB', '7B', '2GB');
const comparison = one('>', '>=', '<', '<=', '==', '!=');
const template = mostly(
  one(
    '{{.status}}',
    '{{ .a.b }}',
    '{{ if .x }}y{{ end }}',
    '{{ ToUpper .x | trunc 5 }}',
    '{{__line__}}',
    'plain',
    '{{ range .x }}{{ . }}{{ end }}',
    '{{ printf `%s` .x }}',
  ),
  one(
    '{{ .x }',
    '{{ nosuch .x }}',
    '{{ if .x }}',
    '{{ end }}',
    '{{ humanize .x }}',
    '{{ $x }}',
    '{{ . | }}',
    '{{ "a }}',
  ),
);
const path = mostly(
  one('a', 'a.b', 'a[0].b', String.raw`[\"a b\"].c`, '[0]'),
  one('a.', '.a', 'a[', 'a[x]', '1a', 'a b', 'a..b', ''),
);
const address = mostly(
  one('10.0.0.1', '10.0.0.0/8', '::1', '10.0.0.1-10.0.0.9', 'fd00::/8'),
  one('10.0.0', '10.0.0.0/33', '10.0.0.9-10.0.0.1', 'x', '01.2.3.4', '10.0.0.0/08'),
);
const fieldPattern = mostly(
  one('<a> <_>', '<a>-<b>', '<_> x <c>'),
  one('<_> <_>', '<a><b>', '<a> <a>', '', 'x', '<a><_>'),
);
const linePattern = mostly(one('<_> x', 'x', '<_>', 'a <_> b'), one('<a> x', '<_><_>', ''));

const labelFilter: fc.Arbitrary<string> = fc.oneof(
  all(field, one('=', '!='), quoted(word)),
  all(field, one('=~', '!~'), quoted(expression)),
  all(field, ' ', comparison, ' ', fc.oneof(number, duration, bytes)),
  all(field, one('=', '!='), 'ip(', quoted(address), ')'),
);
const stage = fc.oneof(
  all(one('|=', '!='), quoted(word), maybe(all(' or ', quoted(word)))),
  all(one('|~', '!~'), quoted(expression), maybe(all(' or ', quoted(expression)))),
  all(one('|>', '!>'), quoted(linePattern)),
  all(mostly(one('|=', '!='), one('|~', '|>')), 'ip(', quoted(address), ')', mostly(fc.constant(''), one(' or "x"'))),
  one('| json', '| logfmt', '| unpack', '| decolorize', '| logfmt --strict', '| logfmt --keep-empty'),
  all('| json ', field, maybe(all('=', quoted(path))), maybe(all(', ', field))),
  all('| logfmt ', field, '=', quoted(mostly(one('a', String.raw`\"a\"`), one('a.b', '1', '')))),
  all('| regexp ', quoted(mostly(one('(?P<x>a)', '(?<x>a)(b)'), one('(x)', 'x', '(?P<x>a', ...EXPRESSIONS.wrong)))),
  all('| pattern ', quoted(fieldPattern)),
  all('| line_format ', quoted(template.map((text) => text.replaceAll('"', '\\"')))),
  all(
    '| label_format ',
    field,
    '=',
    fc.oneof(field, quoted(template.map((text) => text.replaceAll('"', '\\"')))),
    maybe(all(',', field, '=', field)),
  ),
  all('| ', labelFilter, maybe(all(one(' and ', ' or ', ', '), labelFilter))),
  all('| ', one('drop', 'keep'), ' ', field, maybe(all(', ', field, '="x"'))),
);
const pipeline = fc.array(stage, { maxLength: 3 }).map((stages) => stages.map((text) => ` ${text}`).join(''));
const unwrap = all(
  ' | unwrap ',
  mostly(one('duration', 'bytes(status)', 'duration(duration)', 'duration_seconds(status)'), field),
  maybe(one(' | __error__=""')),
);
const offset = maybe(all(' offset ', mostly(duration, one('-5m'))));
const ranged = (between: fc.Arbitrary<string> | string): fc.Arbitrary<string> =>
  all(streamSelector, pipeline, between, ' [', duration, ']', offset);
const grouping = all(one(' by ', ' without '), '(', maybe(label), ')');
const lineFunction = one('rate', 'count_over_time', 'bytes_rate', 'bytes_over_time', 'absent_over_time');
const numberFunction = one(
  'sum_over_time',
  'avg_over_time',
  'max_over_time',
  'first_over_time',
  'stddev_over_time',
  'rate',
  'rate_counter',
);

const rangeAggregation = fc.oneof(
  { weight: 6, arbitrary: all(lineFunction, '(', ranged(''), ')') },
  { weight: 3, arbitrary: all(numberFunction, '(', ranged(unwrap), ')') },
  { weight: 1, arbitrary: all('quantile_over_time(', number, ', ', ranged(unwrap), ')', maybe(grouping)) },
  {
    weight: 1,
    arbitrary: all(fc.oneof(lineFunction, numberFunction), '(', ranged(maybe(unwrap)), ')', maybe(grouping)),
  },
  {
    weight: 1,
    arbitrary: all(one('quantile_over_time', 'rate'), '(', maybe(all(number, ',')), ranged(maybe(unwrap)), ')'),
  },
);
const aggregation = one('sum', 'avg', 'max', 'min', 'count', 'stddev', 'SUM');
const { metric } = fc.letrec<{ readonly metric: string; readonly part: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: rangeAggregation },
    { weight: 3, arbitrary: all(aggregation, maybe(grouping), '(', tie('part'), ')') },
    { weight: 1, arbitrary: all(aggregation, '(', tie('part'), ')', grouping) },
    { weight: 1, arbitrary: all(one('topk', 'bottomk', 'sum'), '(', mostly(one('3'), number), ', ', tie('part'), ')') },
    { weight: 1, arbitrary: all(one('sort', 'sort_desc'), maybe(grouping), '(', tie('part'), ')') },
    { weight: 1, arbitrary: all('label_replace(', tie('part'), ', "x", "$1", "job", ', quoted(expression), ')') },
    {
      weight: 1,
      arbitrary: all(
        '(',
        tie('part'),
        one(
          ' + ',
          ' / ',
          ' * ',
          ' > ',
          ' >= bool ',
          ' and ',
          ' or ',
          ' unless on(job) ',
          ' / ignoring(job) group_left ',
        ),
        tie('part'),
        ')',
      ),
    },
  ),
  metric: all(
    tie('part'),
    fc.oneof(
      all(' ', comparison, maybe(one(' bool')), ' ', mostly(number, one('-1', '- 1', 'vector(1)', '{job="a"}'))),
      all(one(' and ', ' or ', ' unless ', ' + '), mostly(tie('part'), one('1', '1 + 1', '(2)', '{job="a"}'))),
      one('', ' > 1 # why'),
    ),
  ),
}));

/** One of its parts left out, doubled, or exchanged for another. */
const mutated = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      text,
      fc.nat(),
      fc.nat(),
      one('drop', 'double', 'swap', 'insert'),
      one(...'( ) { } [ ] | , = =~ " ` by and or json unwrap offset 5m 1 sum rate # ! - . \\'.split(' ')),
    )
    .map(([whole, at, other, how, part]) => {
      const tokens: readonly string[] = whole.match(/\s+|\w+|"(?:[^"\\]|\\.)*"|[^\s\w]/g) ?? [];
      const [i, j] = [at % (tokens.length || 1), other % (tokens.length || 1)];
      const token = tokens[i] ?? '';
      if (how === 'drop') return tokens.toSpliced(i, 1).join('');
      if (how === 'double') return tokens.toSpliced(i, 0, token).join('');
      if (how === 'insert') return tokens.toSpliced(i, 0, part).join('');
      return tokens
        .with(i, tokens[j] ?? '')
        .with(j, token)
        .join('');
    });

/** LogQL: mostly what grammar and Loki take, and texts that differ from it by a little. */
export const expr: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: metric },
  { weight: 1, arbitrary: mutated(metric) },
);

const alertTemplate = mostly(
  one(
    '{{ $value }} errors',
    '{{ $labels.job }} has {{ $value | humanize }}B',
    'none',
    '{{ printf "%.2f" $value }} %',
    '{{ if gt $value 5.0 }}many{{ else }}few{{ end }}',
    '{{ with $x := $labels.job }}{{ $x }}{{ end }}',
    '{{ range query "up" }}{{ .Value }} s{{ end }}',
    '{{- .Value -}} B',
    '{{/* none */}}',
    '{{ externalURL }}',
  ),
  one(
    '{{ $labels.job }',
    '{{ $value | nosuch }}',
    '{{ $val }} s',
    '{{ if }}',
    '{{ end }}',
    '{{ else }}',
    '{{ $value $labels }}',
    '{{ "a" | "b" }}',
    '{{ ToUpper "x" }}',
    '{{',
    '{{ . . }}',
    '{{ 1.x }}',
    '{{ ( }}',
    '{{ end }} {{ if 1 }}',
    '{{ break }}',
  ),
);
const name = (usual: readonly string[], seldom: readonly string[]): fc.Arbitrary<string> =>
  mostly(one(...usual), one(...seldom));
const names = name(['team', 'a_b', '_x', 'Service9'], ['a-b', '9a', 'é', 'a b', '__name__', '', 'a.b', 'a:b']);
const time = mostly(
  one('0s', '5m', '1h30m', '1d', '90s', '1w'),
  one('5s5m', '1.5h', '5', '', '-5m', '5 m', '0', '300y', '1d1d'),
);

/** A rule file with one rule, as JSON, which is YAML. */
export interface RuleCase {
  readonly text: string;
  readonly expr: string;
}

export const ruleCase: fc.Arbitrary<RuleCase> = fc
  .record({
    isAlert: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    expr: fc.oneof({ weight: 4, arbitrary: expr }, { weight: 1, arbitrary: fc.constant('rate({job="a"}[5m]) > 1') }),
    alert: name(['Errors', 'a b', 'é', '{{ x'], ['']),
    record: name(['a:b', 'job:errors:rate5m', '_a'], ['a-b', '9a', 'é', 'a b']),
    group: name(['team', 'a b', 'é/x'], ['']),
    for: time,
    interval: mostly(one('1m', '30s'), time),
    labels: fc.dictionary(names, alertTemplate, { maxKeys: 2 }),
    annotations: fc.dictionary(names, alertTemplate, { maxKeys: 2 }),
    description: alertTemplate,
  })
  .map((made) => {
    const rule = made.isAlert
      ? {
          alert: made.alert,
          for: made.for,
          labels: { ...made.labels, severity: 'info' },
          annotations: { ...made.annotations, description: made.description, runbook_url: 'https://wiki.example.com' },
        }
      : { record: made.record, labels: made.labels };
    const groups = [{ name: made.group, interval: made.interval, rules: [{ ...rule, expr: made.expr }] }];
    return { text: JSON.stringify({ groups }), expr: made.expr };
  });
