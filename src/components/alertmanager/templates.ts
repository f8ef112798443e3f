/** Messages in Alertmanager's template language: one line about the group, then each alert with its links. */

/** Number of alerts that a message shows. Discord accepts 4096 characters. */
const SHOWN = 5;

const HAS_MORE = `{{ if gt (len .Alerts) ${SHOWN} }}`;

/** Runs a template for each of the first alerts. */
const eachAlert = (template: string): string =>
  `{{ range $index, $alert := .Alerts }}{{ if lt $index ${SHOWN} }}{{ template "${template}" $alert }}{{ end }}{{ end }}`;

const define = (name: string, ...lines: readonly string[]): string =>
  `{{ define "${name}" }}${lines.join('')}{{ end }}\n`;

/** `[2 firing, 1 resolved] critical HighErrorRate, tenant spywatcher`. Only labels that the alerts have in common are shown. */
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

/** Link to the lines of an alert. */
const EXPLORE = define(
  'spywatcher.explore',
  '{{ with .Annotations.explore_url }}{{ . }}{{ else }}{{ .GeneratorURL }}{{ end }}',
);

const NAME = '{{ with .Annotations.summary }}{{ . }}{{ else }}{{ $.Labels.alertname }}{{ end }}';

/** A URL for a link of Markdown. A parenthesis would end the link, and LogQL has many. */
const markdownUrl = (url: string): string => `{{ reReplaceAll "\\\\(" "%28" (reReplaceAll "\\\\)" "%29" ${url}) }}`;

/** Characters with a meaning in Markdown, as a quoted expression. */
const MARKUP = JSON.stringify('([\\\\\\[\\]*_~`|<>#])');
/** Text of a log line for Markdown. It must not become a link. */
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

/** Text of a log line for Slack. Its `<` must not begin a link or the mention of a channel. */
const slackText = (text: string): string =>
  `{{ reReplaceAll ">" "&gt;" (reReplaceAll "<" "&lt;" (reReplaceAll "&" "&amp;" ${text})) }}`;
/** A URL for a link of Slack. It must not end the link. */
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
