/** What the secret of a receiver of alerts has to be. A value of another form was copied by mistake. None of the rules shows a value. */
import type { Receiver } from '../config';
import type { ValueRule } from './rules';

const isUrl = (value: string, protocol: string, host: RegExp, path = /^/): boolean => {
  if (/\s/.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === protocol && url.port === '' && host.test(url.hostname) && path.test(url.pathname);
};

/** What a receiver is sent to. Discord's and Slack's form is known: another one is some other URL, copied by mistake. */
export const ADDRESSES: Readonly<Record<Exclude<Receiver['type'], 'email'>, ValueRule>> = {
  discord: {
    rule: 'the URL of a webhook of Discord: https://discord.com/api/webhooks/<id>/<token>',
    accepts: (value) =>
      isUrl(value, 'https:', /^((ptb|canary)\.)?discord(app)?\.com$/, /^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+$/),
  },
  slack: {
    rule: 'the URL of an incoming webhook of Slack: https://hooks.slack.com/services/…',
    accepts: (value) => isUrl(value, 'https:', /^hooks\.slack(-gov)?\.com$/, /^\/[\w-]+\/./),
  },
  webhook: {
    rule: 'a URL with https; with http only to a Service of the cluster (….svc)',
    accepts: isUrlOrService,
  },
  teams: {
    rule: 'the URL of a workflow of Teams: https://….logic.azure.com/… or https://….powerplatform.com/…, with its signature; the URL of an incoming webhook (webhook.office.com) no longer works',
    accepts: (value) =>
      isUrl(value, 'https:', /\.logic\.azure\.(com|us|cn)$|\.powerplatform\.[a-z.]+$/, /\/workflows\/[\w-]+\//) &&
      new URL(value).searchParams.has('sig'),
  },
  mattermost: {
    rule: 'the URL of an incoming webhook of Mattermost: https://<server>/hooks/<key>; with http only to a Service of the cluster (….svc)',
    accepts: (value) => isUrlOrService(value) && /\/hooks\/[a-z0-9]+$/.test(new URL(value).pathname),
  },
  pagerduty: {
    rule: 'an integration key of PagerDuty’s Events API v2: 32 letters and digits',
    accepts: (value) => /^[A-Za-z0-9]{32}$/.test(value),
  },
  // Alertmanager reads this key as a template.
  opsgenie: {
    rule: 'an API key of an integration: 32 to 64 letters, digits and hyphens',
    accepts: (value) => /^[A-Za-z0-9-]{32,64}$/.test(value),
  },
  victorops: {
    rule: 'an API key of Splunk On-Call’s integration for Alertmanager: letters, digits and hyphens',
    accepts: (value) => /^[A-Za-z0-9-]{20,64}$/.test(value),
  },
  telegram: {
    rule: 'the token of a bot of Telegram: <digits>:<letters>',
    accepts: (value) => /^\d{5,16}:[\w-]{30,}$/.test(value),
  },
  // Alertmanager reads both of Pushover as templates, with the line break at their end.
  pushover: {
    rule: 'the key of a user or group of Pushover: 30 letters and digits',
    accepts: isPushoverKey,
  },
  webex: { rule: 'a token of a bot of Webex, without blanks', accepts: isToken },
  rocketchat: { rule: 'a personal access token of Rocket.Chat, without blanks', accepts: isToken },
  incidentio: { rule: 'the token of an alert source of incident.io, without blanks', accepts: isToken },
};

/** The token of an application of Pushover. */
export const PUSHOVER_TOKEN: ValueRule = {
  rule: 'the token of an application of Pushover: 30 letters and digits',
  accepts: isPushoverKey,
};

function isUrlOrService(value: string): boolean {
  if (/\s/.test(value) || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && /\.svc(\.cluster\.local)?\.?$/.test(hostname));
}

function isPushoverKey(value: string): boolean {
  return /^[A-Za-z0-9]{30}$/.test(value);
}

/** As a header takes it. */
function isToken(value: string): boolean {
  return /^[\w.~+/=-]{16,}$/.test(value);
}
