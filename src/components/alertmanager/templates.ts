/** Messages in Alertmanager's template language: one line about the group, then each alert with its links. */
import type { Alertmanager, Receiver } from '../../config';

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

/** `firing since 2027-01-01 12:00:00 UTC`, with the cluster that the alert is about where stacks have names of clusters. */
const state = (byCluster: boolean): string =>
  define(
    'spywatcher.state',
    '{{ if eq .Status "firing" }}firing since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05" }} UTC',
    '{{ else }}resolved at {{ .EndsAt.UTC.Format "2006-01-02 15:04:05" }} UTC{{ end }}',
    // Whoever pushes lines chooses it, and a message has markup.
    ...(byCluster ? ['{{ with .Labels.cluster }}, cluster {{ reReplaceAll "[^A-Za-z0-9-]+" " " . }}{{ end }}'] : []),
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

/** Alerts in Markdown, for a reader with its own end of a line and its own care for what a log line says. */
const inMarkdown = (name: string, end: string, textOf: (text: string) => string): string =>
  [
    define(
      `${name}.alert`,
      `**{{ with .Annotations.summary }}${textOf('.')}{{ else }}${textOf('$.Labels.alertname')}{{ end }}**${end}`,
      `{{ with .Annotations.description }}${textOf('.')}${end}{{ end }}`,
      '{{ template "spywatcher.state" . }}',
      `{{ with .Annotations.runbook_url }} · [Runbook](${markdownUrl('.')}){{ end }}`,
      `{{ with ${EXPLORE_URL} }} · [Explore](${markdownUrl('.')}){{ end }}\n\n`,
    ),
    define(name, eachAlert(`${name}.alert`), `${HAS_MORE}${SHOWN} of {{ len .Alerts }} are shown.{{ end }}`),
  ].join('');

const MARKDOWN = inMarkdown('spywatcher.markdown', '\n', markdownText);

/** Teams and Webex show a single end of a line as a blank. */
const PARAGRAPHS = inMarkdown('spywatcher.paragraphs', '\n\n', markdownText);

/** Mattermost and Rocket.Chat: a quoted `@all` must tell nobody, so a space of no width follows its `@`. */
const CHAT = inMarkdown(
  'spywatcher.chat',
  '\n',
  (text) => `{{ reReplaceAll "@" "@\u200b" (reReplaceAll ${MARKUP} ${JSON.stringify('\\$1')} ${text}) }}`,
);

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

/** Calls of the templates. */
export const TEMPLATES = {
  title: '{{ template "spywatcher.title" . }}',
  markdown: '{{ template "spywatcher.markdown" . }}',
  paragraphs: '{{ template "spywatcher.paragraphs" . }}',
  chat: '{{ template "spywatcher.chat" . }}',
  slack: '{{ template "spywatcher.slack" . }}',
  text: '{{ template "spywatcher.text" . }}',
} as const;

/** Those that only these receivers have. */
const FOR_SOME: readonly (readonly [template: string, types: readonly Receiver['type'][]])[] = [
  [PARAGRAPHS, ['teams', 'webex']],
  [CHAT, ['mattermost', 'rocketchat']],
];

/** The files that define the templates, by name. @param byCluster - whether alerts have a label with their cluster */
export function templateFiles(
  { receivers, templates }: Alertmanager,
  byCluster: boolean,
): Readonly<Record<string, string>> {
  const some = FOR_SOME.filter(([, types]) => receivers.some(({ type }) => types.includes(type)));
  const own = Object.entries(templates).map(([name, text]) => define(name, text));
  return {
    'spywatcher.tmpl': [
      TITLE,
      state(byCluster),
      EXPLORE,
      MARKDOWN,
      SLACK,
      TEXT,
      ...some.map(([template]) => template),
    ].join(''),
    ...(own.length === 0 ? {} : { 'own.tmpl': own.join('') }),
  };
}
