import { templateFault } from '../../../src/syntax/go-template';

const NAMES = { functions: ['humanize', 'query'], variables: ['$labels', '$value'] };

test.each([
  ['no end of {{ $value', '{{ $value'],
  ['cannot read } in {{ $labels.job }', '{{ $labels.job }'],
  ['no function nosuch in {{ $value | nosuch }}', '{{ $value | nosuch }}'],
  ['no variable $val in {{ $val }}', '{{ $val }}'],
  ['no variable $x in {{ $x }}', '{{ with $x := 1 }}{{ end }}{{ $x }}'],
  ['no {{ end }} of {{ if }}', '{{ if $value }}'],
  ['nothing that ends in {{ end }}', '{{ end }}'],
  ['nothing to be else to in {{ else }}', '{{ if 1 }}{{ else }}{{ else }}{{ end }}'],
  ['no value for if in {{ if }}', '{{ if }}{{ end }}'],
  ['no value for command in {{ }}', '{{ }}'],
  ['no command after | in {{ $value | }}', '{{ $value | }}'],
  ['"b" is no command in {{ "a" | "b" }}', '{{ "a" | "b" }}'],
  ['1 has no fields in {{ 1.x }}', '{{ (1).x }}{{ 1 .x }}{{ 1.x }}'],
  ['no ) in {{ ( 1 }}', '{{ ( 1 }}'],
  ['an unexpected part in {{ 1 ) }}', '{{ 1 ) }}'],
  ['no blank between two values in {{ "a""b" }}', '{{ "a""b" }}'],
  ['break outside of range in {{ break }}', '{{ break }}'],
  ['cannot read with in {{ else with 1 }}', '{{ if 1 }}{{ else with 1 }}{{ end }}'],
  ['a comma in {{ if $i, $e := 1 }}', '{{ if $i, $e := 1 }}{{ end }}'],
  ['no name in {{ template }}', '{{ template }}'],
  ['cannot define in {{ define "a" }}', '{{ if 1 }}{{ define "a" }}{{ end }}{{ end }}'],
])('%s', (fault, template) => {
  expect(templateFault(template, NAMES)).toBe(fault);
});

test.each([
  'plain text, with } and }}',
  '{{ $value }} of {{ $labels.job }}',
  '{{ printf "%.2f" $value | humanize }}',
  '{{ if and $value (gt $value 5.0) }}a{{ else if 1 }}b{{ else }}c{{ end }}',
  '{{ range $i, $e := query "up" }}{{ if $i }}{{ break }}{{ end }}{{ .Value }}{{ else }}none{{ end }}',
  '{{ with $x := index .a.b 1 }}{{ $x.c }}{{ else with 1 }}{{ end }}',
  '{{- /* why */ -}} {{- .Value -}}',
  '{{ define "a" }}{{ . }}{{ end }}{{ template "a" $value }}{{ block "b" . }}x{{ end }}',
  '{{ (query "up").x }}{{ \'c\' }}{{ `raw` }}{{ -1.5e3 }}{{ true }}',
])('Go reads %s', (template) => {
  expect(templateFault(template, NAMES)).toBeUndefined();
});

describe('given what a template is filled from', () => {
  const data = {
    type: 'message',
    types: {
      message: { fields: { Status: 'text', Alerts: 'alerts', Labels: 'labels', When: 'time' } },
      alerts: { fields: { Firing: 'alerts' }, members: 'alert' },
      alert: { fields: { Labels: 'labels' } },
      labels: { fields: {}, others: 'text', members: 'text' },
      text: { fields: {} },
    },
  };
  const names = { functions: ['upper'], data, templates: ['known'] };

  it.each([
    ['message has no field Alert in {{ range .Alert }}', '{{ range .Alert }}{{ end }}'],
    ['message has no field severity in {{ .severity }}', '{{ .severity }}'],
    ['text has no field x in {{ .Status.x }}', '{{ .Status.x }}'],
    ['text has no field x in {{ .Labels.job.x }}', '{{ .Labels.job.x }}'],
    ['alert has no field Status in {{ .Status }}', '{{ range .Alerts.Firing }}{{ .Status }}{{ end }}'],
    ['alert has no field Status in {{ $a.Status }}', '{{ range $i, $a := .Alerts }}{{ $a.Status }}{{ end }}'],
    ['alert has no field Status in {{ $a.Status }}', '{{ range $a := .Alerts }}{{ $a.Status }}{{ end }}'],
    ['message has no field job in {{ $.job }}', '{{ range .Alerts }}{{ $.job }}{{ end }}'],
    ['message has no field job in {{ .job }}', '{{ with .Labels }}{{ else }}{{ .job }}{{ end }}'],
    ['message has no field job in {{ .job }}', '{{ with .Labels }}{{ end }}{{ .job }}'],
    ['message has no field job in {{ else with .job }}', '{{ with .Labels }}{{ else with .job }}{{ end }}'],
    ['text has no field x in {{ $s.x }}', '{{ $s := .Status }}{{ $s.x }}'],
    ['text has no members in {{ range .Status }}', '{{ range .Status }}{{ end }}'],
    ['message has no members in {{ range $i, $a := . }}', '{{ range $i, $a := . }}{{ end }}'],
    ['text has no field x in {{ (.Status).x }}', '{{ (.Status).x }}'],
    ['message has no field toString in {{ .toString }}', '{{ .toString }}'],
    ['alerts has no field x in {{ .x }}', '{{ block "b" .Alerts }}{{ .x }}{{ end }}'],
    ['no template "unknown" for {{ template "unknown" . }}', '{{ template "unknown" . }}'],
  ])('%s', (fault, template) => {
    expect(templateFault(template, names)).toBe(fault);
  });

  it.each([
    '{{ .Status | upper }} {{ .Labels.any_label }} {{ .When.UTC.Year }}',
    '{{ with .Labels }}{{ .job }}{{ end }}{{ range $k, $v := .Labels }}{{ $k.any }}{{ $v }}{{ end }}',
    '{{ with index .Alerts 0 }}{{ .Labels.job }}{{ .Anything }}{{ end }}',
    '{{ $x := .Status }}{{ range .Alerts }}{{ $x = .Labels }}{{ end }}{{ $x.job }}',
    '{{ define "own" }}{{ .Anything }}{{ end }}{{ template "own" .Labels }}{{ template "known" . }}',
    '{{ define `raw` }}{{ end }}{{ template "raw" }}',
  ])('%s is taken', (template) => {
    expect(templateFault(template, names)).toBeUndefined();
  });
});
