/** Receivers of `alertmanager.yml`: whom each tells, with which words, and the file that its secret is in. */
import { type Receiver, receiverKeys } from '../../config';
import { TEMPLATES } from './templates';

/** Folder of the pod with the secrets of its receivers, one file for each key of the Secret. */
export const RECEIVERS = '/etc/alertmanager/receivers';

export type Yaml = Readonly<Record<string, unknown>>;

const OPSGENIE_URLS = {
  us: 'https://api.opsgenie.com/',
  eu: 'https://api.eu.opsgenie.com/',
  jira: 'https://api.atlassian.com/jsm/ops/integration/',
} as const;

/** By default, Alertmanager does not look for a proxy. */
export const FROM_ENVIRONMENT = { proxy_from_environment: true };

/** One receiver. @param isProxied - whether the way out is a proxy */
export function receiver(config: Receiver, isProxied: boolean): Yaml {
  const { http_config: http, ...own } = settings(config);
  return {
    name: config.name,
    [`${KINDS[config.type]}_configs`]: [
      {
        send_resolved: config.sendResolved,
        ...own,
        // A receiver's own settings replace the global ones as a whole.
        ...(typeof http === 'object' ? { http_config: { ...(isProxied ? FROM_ENVIRONMENT : {}), ...http } } : {}),
      },
    ],
  };
}

/** What Alertmanager calls each type. */
const KINDS: Readonly<Record<Receiver['type'], string>> = {
  discord: 'discord',
  slack: 'slack',
  email: 'email',
  webhook: 'webhook',
  pagerduty: 'pagerduty',
  teams: 'msteamsv2', // the other one is of connectors that Microsoft has switched off
  opsgenie: 'opsgenie',
  telegram: 'telegram',
  mattermost: 'mattermost',
  rocketchat: 'rocketchat',
  webex: 'webex',
  pushover: 'pushover',
  victorops: 'victorops',
  incidentio: 'incidentio',
};

function settings(config: Receiver): Yaml {
  const { address, credentials } = receiverKeys(config);
  const addressFile = fileOf(address);
  switch (config.type) {
    case 'discord': {
      const { title = TEMPLATES.title, text = TEMPLATES.markdown } = config;
      return { webhook_url_file: addressFile, title, message: text };
    }
    case 'slack': {
      const { title = TEMPLATES.title, text = TEMPLATES.slack } = config;
      return { api_url_file: addressFile, title, text, fallback: title };
    }
    case 'teams': {
      const { title = TEMPLATES.title, text = TEMPLATES.paragraphs } = config;
      return { webhook_url_file: addressFile, title, text };
    }
    case 'mattermost': {
      const { title = TEMPLATES.title, text = TEMPLATES.chat } = config;
      return {
        webhook_url_file: addressFile,
        text: '', // the default one has no links
        attachments: [{ fallback: title, color: COLOR, title, text }],
      };
    }
    case 'rocketchat': {
      const { title = TEMPLATES.title, text = TEMPLATES.chat } = config;
      return {
        api_url: config.url,
        token_id: config.userId,
        token_file: addressFile,
        channel: `#${config.channel}`,
        ...NO_PICTURE,
        title,
        text,
      };
    }
    case 'webex': {
      const { text = `**${TEMPLATES.title}**\n\n${TEMPLATES.paragraphs}` } = config;
      return {
        room_id: config.roomId,
        http_config: { authorization: { type: 'Bearer', credentials_file: addressFile } },
        message: text,
      };
    }
    case 'telegram': {
      const { text = TEMPLATES.text, threadId, format } = config;
      return {
        bot_token_file: addressFile,
        chat_id: config.chatId,
        ...(threadId === undefined ? {} : { message_thread_id: threadId }),
        parse_mode: format === 'html' ? 'HTML' : '', // the default one is HTML, and Telegram refuses HTML that was cut
        message: text,
      };
    }
    case 'email': {
      const { title = TEMPLATES.title, text = TEMPLATES.text } = config;
      return {
        to: config.to.join(', '),
        from: config.from,
        smarthost: `${config.host}:${config.port}`,
        ...(config.user === undefined ? {} : { auth_username: config.user, auth_password_file: fileOf(credentials) }),
        require_tls: true,
        headers: { Subject: title },
        html: '', // the default one loads nothing, but shows labels and no links
        text,
      };
    }
    case 'webhook':
      return {
        url_file: addressFile,
        ...(config.auth === undefined ? {} : authorization(config.auth, fileOf(credentials))),
      };
    case 'pagerduty': {
      const { title = TEMPLATES.title, text = TEMPLATES.text } = config;
      return {
        routing_key_file: addressFile,
        ...(config.region === 'eu' ? { url: 'https://events.eu.pagerduty.com/v2/enqueue' } : {}),
        description: title,
        // PagerDuty knows these three and `error`.
        severity: '{{ with .CommonLabels.severity }}{{ . }}{{ else }}error{{ end }}',
        group: '{{ .CommonLabels.tenant }}',
        details: { alerts: text },
        links: [{ href: '{{ .CommonAnnotations.runbook_url }}', text: 'Runbook' }],
      };
    }
    case 'opsgenie': {
      const { title = TEMPLATES.title, text = TEMPLATES.text } = config;
      return {
        api_key_file: addressFile,
        api_url: OPSGENIE_URLS[config.region],
        message: title,
        description: text,
        entity: '{{ .CommonLabels.tenant }}',
        ...(config.responders.length === 0
          ? {}
          : {
              responders: config.responders.map(({ type, name }) => ({
                type,
                ...(type === 'user' ? { username: name } : { name }),
              })),
            }),
        priority: bySeverity(config.priorities),
      };
    }
    case 'victorops': {
      const { title = TEMPLATES.title, text = TEMPLATES.text } = config;
      return {
        api_key_file: addressFile,
        routing_key: config.routingKey,
        message_type: bySeverity({ critical: 'CRITICAL', warning: 'WARNING', info: 'INFO' }),
        entity_display_name: title,
        state_message: text,
      };
    }
    case 'pushover': {
      const { title = TEMPLATES.title, text = TEMPLATES.text } = config;
      return {
        user_key_file: addressFile,
        token_file: fileOf(credentials),
        title,
        message: text,
        priority: `{{ if eq .Status "firing" }}${bySeverity(config.priorities)}{{ else }}0{{ end }}`,
        url: '{{ .CommonAnnotations.runbook_url }}',
        url_title: '{{ with .CommonAnnotations.runbook_url }}Runbook{{ end }}',
      };
    }
    case 'incidentio':
      return {
        url: `https://api.incident.io/v2/alert_events/alertmanager/${encodeURIComponent(config.source)}`,
        alert_source_token_file: addressFile,
      };
  }
}

/** Red while alerts fire, as the default of Slack. */
const COLOR = '{{ if eq .Status "firing" }}#d63232{{ else }}#36a64f{{ end }}';

/** The defaults of Rocket.Chat load a picture from elsewhere. */
const NO_PICTURE = { emoji: '', icon_url: '' } as const;

function fileOf(key = ''): string {
  return `${RECEIVERS}/${key}`;
}

/** The value of the severity that the alerts have in common; that of a warning where they have none. */
function bySeverity({
  critical,
  warning,
  info,
}: Readonly<Record<'critical' | 'warning' | 'info', string | number>>): string {
  const severity = '.CommonLabels.severity';
  return `{{ if eq ${severity} "critical" }}${critical}{{ else if eq ${severity} "info" }}${info}{{ else }}${warning}{{ end }}`;
}

function authorization(auth: NonNullable<Extract<Receiver, { readonly type: 'webhook' }>['auth']>, file: string): Yaml {
  return {
    http_config:
      auth.type === 'basic'
        ? { basic_auth: { username: auth.user, password_file: file } }
        : { authorization: { type: 'Bearer', credentials_file: file } },
  };
}
