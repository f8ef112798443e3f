/** Words of messages: Alertmanager would find the mistake when it sends one. */
import { configWith, problemsOf } from '../../../support/config';
import { EGRESS, type Input, testRules } from './rows';

type Embedded = Omit<Extract<NonNullable<Input['alertmanager']>, { readonly type: 'embedded' }>, 'type'>;

const embedded = (alertmanager: Embedded): Input => ({ alertmanager: { type: 'embedded', ...alertmanager } });
const withText = (text: string, templates: Readonly<Record<string, string>> = {}): Input =>
  embedded({ receivers: [{ name: 'operators', type: 'slack', text, egress: EGRESS }], templates });
const TELEGRAM = { name: 'group', type: 'telegram', chatId: -1, egress: EGRESS } as const;
const REMEDY =
  'write for example {{ .CommonLabels.alertname }}, {{ range .Alerts }}{{ .Annotations.summary }}{{ end }} or {{ template "spywatcher.title" . }}';

testRules([
  ...(
    [
      ['no end of {{ .Status', '{{ .Status', '{{ .Status }}'],
      ['no function humanize in {{ .Status | humanize }}', '{{ .Status | humanize }}', '{{ .Status | toUpper }}'],
      [
        'message has no field CommonLabel in {{ .CommonLabel.job }}',
        '{{ .CommonLabel.job }}',
        '{{ .CommonLabels.job }}',
      ],
      [
        'alert has no field severity in {{ .severity }}',
        '{{ range .Alerts.Firing }}{{ .severity }}{{ end }}',
        '{{ range .Alerts.Firing }}{{ .Labels.severity }}{{ .StartsAt.UTC.Year }}{{ end }}',
      ],
      [
        'pair has no field Key in {{ .Key }}',
        '{{ range .CommonLabels.SortedPairs }}{{ .Key }}{{ end }}',
        '{{ range .CommonLabels.SortedPairs }}{{ .Name }}{{ end }}',
      ],
      [
        'no template "team.line" for {{ template "team.line" . }}',
        '{{ template "team.line" . }}',
        '{{ template "slack.default.title" . }}{{ template "__subject" . }}',
      ],
      ['it defines a template', '{{ define "x" }}{{ end }}', '{{ template "spywatcher.text" . }}'],
      ['it has the character U+2028', 'a\u2028b', 'a b'],
    ] as const
  ).map(([fault, broken, kept]) => ({
    rule: `a template that Alertmanager can fill; ${fault}`,
    broken: withText(broken),
    path: 'alertmanager.receivers[0].text',
    received: JSON.stringify(broken),
    remedy: REMEDY,
    kept: withText(kept),
  })),
  {
    rule: 'a template that Alertmanager can fill; no variable $x in {{ $x }}',
    broken: withText('{{ template "team.line" . }}', { 'team.line': '{{ $x }}' }),
    path: 'alertmanager.templates.team.line',
    received: '"{{ $x }}"',
    remedy: REMEDY,
    kept: withText('{{ template "team.line" . }}', { 'team.line': '{{ .Anything }}' }),
  },
  {
    rule: 'another name than those of the stack itself',
    broken: embedded({ templates: { 'spywatcher.title': 'x' } }),
    path: 'alertmanager.templates.spywatcher.title',
    received: '"spywatcher.title"',
    remedy: 'rename it, for example team.title',
    kept: embedded({ templates: { 'team.title': 'x' } }),
  },
  {
    rule: 'html for a text of its own: that of the stack is no HTML',
    broken: embedded({ receivers: [{ ...TELEGRAM, format: 'html' }] }),
    path: 'alertmanager.receivers[0].format',
    received: '"html"',
    remedy: 'add text, or remove format',
    kept: embedded({ receivers: [{ ...TELEGRAM, format: 'html', text: '<b>{{ .Status }}</b>' }] }),
  },
]);

test.each([
  ['the URL of a webhook', 'https://discord.com/api/webhooks/112233445566778899/Xk7vQ2mN9pL4rT8wZ1cB6yHd3'],
  ['the token of a bot in a URL', 'https://api.telegram.org/bot123456789:Xk7vQ2mN9pL4rT8wZ1cB6yHd3/sendMessage'],
  ['a password in a URL', 'https://app:Xk7vQ2mN9pL4rT8wZ1cB6yHd3@wiki.example.com'],
])('given %s in a text, it is refused and not shown', (_, text) => {
  const problems = problemsOf({ environment: 'dev', ...withText(`see ${text} now`) });
  expect(problems).toEqual([
    {
      path: 'alertmanager.receivers[0].text',
      received: '(not shown)',
      rule: 'a text without secrets: it stands in a ConfigMap',
      remedy: 'take the URL or key out; secrets of receivers belong below spywatcher-logs:secrets',
    },
  ]);
  expect(JSON.stringify(problems)).not.toContain('Xk7vQ2mN9p');
});

test('a word for a secret is none', () => {
  expect(() => configWith(withText('The password: see the wiki'))).not.toThrow();
});
