/** What a message says, in Alertmanager's template language: one line about the group, then each alert with its links. */

/** Alerts that a message shows one by one; Discord takes 4096 characters. */
const SHOWN = 5;

const HAS_MORE = `{{ if gt (len .Alerts) ${SHOWN} }}`;

/** Each of the first alerts, by a template of its own. */
const eachAlert = (template: string): string =>
  `{{ range $index, $alert := .Alerts }}{{ if lt $index ${SHOWN} }}{{ template "${template}" $alert }}{{ end }}{{ end }}`;

const define = (name: string, ...lines: readonly string[]): string =>
  `{{ define "${name}" }}${lines.join('')}{{ end }}\n`;

/** `[2 firing, 1 resolved] critical HighErrorRate, tenant spywatcher`; what the alerts do not have in common is left out. */
const TITLE = define(
  'spywatcher.title',
  '[{{ with .Alerts.Firing }}{{ len . }} firing{{ end }}',
  '{{ if and .Alerts.Firing .Alerts.Resolved }}, {{ end }}',
  '{{ with .Alerts.Resolved }}{{ len . }} resolved{{ end }}]',
  '{{ with .CommonLabels.severity }} {{ . }}{{ end }}',
  ' {{ with .CommonLabels.alertname }}{{ . }}{{ else }}several alerts{{ end }}',
  '{{ with .CommonLabels.tenant }}, tenant {{ . }}{{ end }}',
);

/** `firing since 2027-01-01 12:00:00 UTC`. */
const STATE = define(
  'spywatcher.state',
  '{{ if eq .Status "firing" }}firing since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05" }} UTC',
  '{{ else }}resolved at {{ .EndsAt.UTC.Format "2006-01-02 15:04:05" }} UTC{{ end }}',
);

/** Where its lines are to be seen. */
const EXPLORE = define(
  'spywatcher.explore',
  '{{ with .Annotations.explore_url }}{{ . }}{{ else }}{{ .GeneratorURL }}{{ end }}',
);

const NAME = '{{ with .Annotations.summary }}{{ . }}{{ else }}{{ $.Labels.alertname }}{{ end }}';

/** A parenthesis would end a link of Markdown, and LogQL is full of them. */
const markdownUrl = (url: string): string => `{{ reReplaceAll "\\\\(" "%28" (reReplaceAll "\\\\)" "%29" ${url}) }}`;

/** What means something in Markdown, as an expression in quotes. */
const MARKUP = JSON.stringify('([\\\\\\[\\]*_~`|<>#])');
/** What an alert quotes of a log line must not be a link that leads elsewhere than it says. */
const markdownText = (text: string): string => `{{ reReplaceAll ${MARKUP} ${JSON.stringify('\\$1')} ${text} }}`;

const EXPLORE_URL = '(or .Annotations.explore_url .GeneratorURL)';

const MARKDOWN = [
  define(
    'spywatcher.markdown.alert',
    `**{{ with .Annotations.summary }}${markdownText('.')}{{ else }}${markdownText('$.Labels.alertname')}{{ end }}**\n`,
    `{{ with .Annotations.description }}${markdownText('.')}\n{{ end }}`,
    '{{ template "spywatcher.state" . }}',
    `{{ with .Annotations.runbook_url }} · [Runbook](${markdownUrl('.')}){{ end }}`,
    `{{ with ${EXPLORE_URL} }} · [Explore](${markdownUrl('.')}){{ end }}\n\n`,
  ),
  define(
    'spywatcher.markdown',
    eachAlert('spywatcher.markdown.alert'),
    `${HAS_MORE}${SHOWN} of {{ len .Alerts }} are shown.{{ end }}`,
  ),
].join('');

/** To Slack, `<` begins a link, or the mention of a whole channel; what an alert quotes of a log line must not. */
const slackText = (text: string): string =>
  `{{ reReplaceAll ">" "&gt;" (reReplaceAll "<" "&lt;" (reReplaceAll "&" "&amp;" ${text})) }}`;
/** Nor may it end a link. */
const slackUrl = (url: string): string =>
  `{{ reReplaceAll "\\\\|" "%7C" (reReplaceAll ">" "%3E" (reReplaceAll "<" "%3C" ${url})) }}`;

const SLACK = [
  define(
    'spywatcher.slack.alert',
    `*{{ with .Annotations.summary }}${slackText('.')}{{ else }}{{ $.Labels.alertname }}{{ end }}*\n`,
    `{{ with .Annotations.description }}${slackText('.')}\n{{ end }}`,
    '{{ template "spywatcher.state" . }}',
    `{{ with .Annotations.runbook_url }} · <${slackUrl('.')}|Runbook>{{ end }}`,
    `{{ with ${EXPLORE_URL} }} · <${slackUrl('.')}|Explore>{{ end }}\n\n`,
  ),
  define(
    'spywatcher.slack',
    eachAlert('spywatcher.slack.alert'),
    `${HAS_MORE}${SHOWN} of {{ len .Alerts }} are shown.{{ end }}`,
  ),
].join('');

const TEXT = [
  define(
    'spywatcher.text.alert',
    `${NAME}\n{{ with .Annotations.description }}{{ . }}\n{{ end }}`,
    '{{ template "spywatcher.state" . }}\n',
    '{{ with .Annotations.runbook_url }}Runbook: {{ . }}\n{{ end }}',
    'Explore: {{ template "spywatcher.explore" . }}\n\n',
  ),
  define(
    'spywatcher.text',
    '{{ template "spywatcher.title" . }}\n\n',
    eachAlert('spywatcher.text.alert'),
    `${HAS_MORE}${SHOWN} of {{ len .Alerts }} are shown.\n{{ end }}`,
  ),
].join('');

/** The names of the templates, and the file that defines them. */
export const TEMPLATES = {
  title: '{{ template "spywatcher.title" . }}',
  markdown: '{{ template "spywatcher.markdown" . }}',
  slack: '{{ template "spywatcher.slack" . }}',
  text: '{{ template "spywatcher.text" . }}',
  file: [TITLE, STATE, EXPLORE, MARKDOWN, SLACK, TEXT].join(''),
} as const;
