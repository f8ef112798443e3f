/** Templates of messages, which Alertmanager fills when it sends one: what they may name, and what is wrong with one. */
import { unreadableCharacter } from '../syntax/characters';
import { templateFault } from '../syntax/go-template';
import type { TemplateData } from '../syntax/go-template-types';

/** The stack's own templates. */
export const STACK_TEMPLATES = [
  'spywatcher.title',
  'spywatcher.text',
  'spywatcher.markdown',
  'spywatcher.slack',
] as const;

/** Begins the names of the stack's templates. */
export const STACK_PREFIX = 'spywatcher.';

/** Alertmanager's functions, besides Go's own. https://prometheus.io/docs/alerting/latest/notifications/#functions */
const FUNCTIONS =
  'title toUpper toLower trimSpace join match safeHtml safeUrl urlUnescape reReplaceAll stringSlice date tz since humanizeDuration toJson'.split(
    ' ',
  );

/** Templates of Alertmanager itself: `slack.default.title`. */
const DEFAULT_TEMPLATES: readonly string[] = [
  ...['__alertmanager', '__alertmanagerURL', '__description', '__subject'],
  ...['__text_alert_list', '__text_alert_list_markdown'],
  ...Object.entries({
    discord: ['content', 'message', 'title'],
    email: ['html', 'subject'],
    jira: ['description', 'priority', 'summary'],
    mattermost: ['text'],
    msteams: ['summary', 'text', 'title'],
    msteamsv2: ['text', 'title'],
    opsgenie: ['description', 'message', 'source'],
    pagerduty: ['client', 'clientURL', 'description', 'instances'],
    pushover: ['message', 'title', 'url'],
    rocketchat: ['alias', 'emoji', 'iconurl', 'text', 'title', 'titlelink'],
    slack: [
      ...['callbackid', 'fallback', 'footer', 'iconemoji', 'iconurl'],
      ...['pretext', 'text', 'title', 'titlelink', 'username'],
    ],
    sns: ['message', 'subject'],
    telegram: ['message'],
    victorops: ['entity_display_name', 'monitoring_tool', 'state_message'],
    webex: ['message'],
    wechat: ['agent_id', 'message', 'to_party', 'to_tag', 'to_user'],
  }).flatMap(([kind, parts]) => parts.map((part) => `${kind}.default.${part}`)),
];

/** What a message is filled from. https://prometheus.io/docs/alerting/latest/notifications/#data */
const TYPES: TemplateData['types'] = {
  message: {
    fields: {
      ...{ Receiver: 'text', Status: 'text', ExternalURL: 'text', Alerts: 'alerts' },
      ...{ GroupLabels: 'labels', CommonLabels: 'labels', CommonAnnotations: 'labels' },
    },
  },
  alerts: { fields: { Firing: 'chosen alerts', Resolved: 'chosen alerts' }, members: 'alert' },
  'chosen alerts': { fields: {}, members: 'alert' },
  alert: {
    fields: {
      ...{ Status: 'text', Labels: 'labels', Annotations: 'labels', GeneratorURL: 'text', Fingerprint: 'text' },
      ...{ StartsAt: 'time', EndsAt: 'time' },
    },
  },
  labels: {
    fields: { SortedPairs: 'pairs', Remove: 'labels', Names: 'texts', Values: 'texts', String: 'text' },
    others: 'text',
    members: 'text',
  },
  // Methods of Go's time. What is of no listed type is not followed.
  time: {
    fields: {
      ...{ UTC: 'time', Local: 'time', In: 'time', Add: 'time', AddDate: 'time', Round: 'time', Truncate: 'time' },
      ...{ Format: 'text', String: 'text', Year: 'text', Day: 'text', YearDay: 'text', Hour: 'text', Minute: 'text' },
      ...{ Second: 'text', Nanosecond: 'text', Unix: 'text', UnixMilli: 'text', UnixMicro: 'text', UnixNano: 'text' },
      ...{
        IsZero: 'text',
        IsDST: 'text',
        Before: 'text',
        After: 'text',
        Equal: 'text',
        Compare: 'text',
        GoString: 'text',
      },
      ...{ Month: 'month', Weekday: 'day of the week', Sub: 'duration', Location: 'time zone' },
    },
  },
  pairs: { fields: { Names: 'texts', Values: 'texts', String: 'text' }, members: 'pair' },
  pair: { fields: { Name: 'text', Value: 'text' } },
  texts: { fields: {}, members: 'text' },
  text: { fields: {} },
};

/** What is wrong with the text of a receiver, which may call these templates of the stack file. */
export function messageFault(text: string, ownTemplates: readonly string[]): string | undefined {
  return fault(text, ownTemplates, { type: 'message', types: TYPES });
}

/** What is wrong with an own template. Its `.` is what it is called with. */
export function ownTemplateFault(text: string, ownTemplates: readonly string[]): string | undefined {
  return fault(text, ownTemplates);
}

function fault(text: string, ownTemplates: readonly string[], data?: TemplateData): string | undefined {
  const character = unreadableCharacter(text);
  if (character !== undefined) return `it has the character ${character}`;
  if (/\{\{-?\s*(?:define|block)\b/.test(text)) return 'it defines a template';
  return templateFault(text, {
    functions: FUNCTIONS,
    templates: [...STACK_TEMPLATES, ...DEFAULT_TEMPLATES, ...ownTemplates],
    ...(data === undefined ? {} : { data }),
  });
}
