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
