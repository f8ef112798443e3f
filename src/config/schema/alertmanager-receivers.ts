import { z } from 'zod';
import { SEVERITIES } from '../severity';
import { defaults } from '../defaults';
import {
  chatId,
  dnsLabel,
  email as mailbox,
  host,
  messageText,
  port,
  positiveInteger,
  pushoverPriority,
  settingText,
  url,
} from '../scalars';
import { egressOf } from './shared';

/** Keys of every receiver. */
const common = (what: string) => ({
  name: dnsLabel().describe('Name of the receiver, for routes and for its secret.'),
  sendResolved: z.boolean().default(true).describe('Whether it is also told that an alert is over.'),
  egress: egressOf(what),
});

const text = (what: string) => ({
  text: messageText()
    .optional()
    .describe(`${what}, as a template of Alertmanager. By default, each alert with its links.`),
});

/** The words of a message. */
const words = {
  title: messageText()
    .optional()
    .describe('Title of a message, as a template of Alertmanager. By default, numbers, severity, name and tenant.'),
  ...text('Text of a message'),
};

/** A value for each severity. Alerts without a severity of their own in common have that of a warning. */
const bySeverity = <T extends string | number>(
  value: z.ZodType<T, T>,
  preset: Readonly<Record<(typeof SEVERITIES)[number], T>>,
) =>
  z.strictObject({
    critical: value.default(() => preset.critical).describe('For critical alerts.'),
    warning: value.default(() => preset.warning).describe('For warnings, and for alerts with several severities.'),
    info: value.default(() => preset.info).describe('For information.'),
  });

const discord = z.strictObject({
  type: z.literal('discord').describe('A channel of Discord. The URL of its webhook is a secret.'),
  ...words,
  ...common('Discord'),
});

const slack = z.strictObject({
  type: z.literal('slack').describe('A channel of Slack. The URL of its incoming webhook is a secret.'),
  ...words,
  ...common('Slack'),
});

const teams = z.strictObject({
  type: z.literal('teams').describe('A channel of Microsoft Teams. The URL of its workflow is a secret.'),
  ...words,
  ...common('Microsoft'),
});

const mattermost = z.strictObject({
  type: z.literal('mattermost').describe('A channel of Mattermost. The URL of its incoming webhook is a secret.'),
  ...words,
  ...common('the server'),
});

const rocketchat = z.strictObject({
  type: z
    .literal('rocketchat')
    .describe('A channel of Rocket.Chat. The personal access token of its user is a secret.'),
  url: url('http', 'https').describe('URL of the server.'),
  userId: settingText('an id of a user', 'rbAXPnMktTFbNpwtJ').describe('Id of the user to whom the token belongs.'),
  channel: settingText('a channel, without its #', 'alerts').describe('Channel, without its `#`.'),
  ...words,
  ...common('the server'),
});

const webex = z.strictObject({
  type: z.literal('webex').describe('A room of Webex. The token of its bot is a secret.'),
  roomId: settingText('an id of a room', 'Y2lzY29zcGFyazovL3VzL1JPT00').describe('Id of the room.'),
  ...text('Message in Markdown'),
  ...common('Webex'),
});

const telegram = z.strictObject({
  type: z.literal('telegram').describe('A chat of Telegram. The token of its bot is a secret.'),
  chatId: chatId().describe('Id of the chat. That of a group is negative.'),
  threadId: positiveInteger().optional().describe('Topic of the group. By default, the general one.'),
  format: z
    .enum(['text', 'html'])
    .default('text')
    .describe('What `text` is. Telegram cuts a message after 4096 characters, and refuses HTML that is cut.'),
  ...text('Message'),
  ...common('Telegram'),
});

const email = z.strictObject({
  type: z.literal('email').describe('Mail.'),
  to: z.array(mailbox()).min(1).describe('Recipients.'),
  from: mailbox().describe('Sender.'),
  host: host().describe('Mail server.'),
  port: port()
    .default(defaults.alertmanager.smtpPort)
    .describe('Port of the server. STARTTLS is mandatory. On port 465, TLS starts with the first byte.'),
  user: settingText('a user', 'alertmanager')
    .optional()
    .describe('User. Its password is a secret. Without a user, mail is sent without a login.'),
  ...words,
  ...common('the server'),
});

const auth = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('basic').describe('Name and password. The password is a secret.'),
    user: settingText('a user', 'alertmanager').describe('User.'),
  }),
  z.strictObject({ type: z.literal('bearer').describe('A token, which is a secret.') }),
]);

const webhook = z.strictObject({
  type: z.literal('webhook').describe('Any service that accepts Alertmanager’s JSON. Its URL is a secret.'),
  auth: auth.optional().describe('Credential that is sent along. Without it, none.'),
  ...common('the service'),
});

const pagerduty = z.strictObject({
  type: z
    .literal('pagerduty')
    .describe('A service of PagerDuty. The integration key of its Events API v2 is a secret.'),
  region: z.enum(['us', 'eu']).default('us').describe('Region of the account.'),
  ...words,
  ...common('PagerDuty'),
});

const opsgenie = z.strictObject({
  type: z
    .literal('opsgenie')
    .describe('A team of Opsgenie, or of Jira Service Management. The API key of its integration is a secret.'),
  region: z
    .enum(['us', 'eu', 'jira'])
    .default('us')
    .describe('Region of the account. `jira` is Jira Service Management, which takes the same requests.'),
  responders: z
    .array(
      z.strictObject({
        type: z.enum(['team', 'user', 'escalation', 'schedule']).describe('What it is.'),
        name: settingText('a name', 'operators').describe('Its name. That of a user is an address of mail.'),
      }),
    )
    .default([])
    .describe('Who is told. By default, the team of the integration.'),
  priorities: bySeverity(z.enum(['P1', 'P2', 'P3', 'P4', 'P5']), defaults.alertmanager.opsgeniePriorities)
    .prefault({})
    .describe('Priority by severity.'),
  ...words,
  ...common('Opsgenie'),
});

const victorops = z.strictObject({
  type: z
    .literal('victorops')
    .describe('Splunk On-Call, which was VictorOps. The API key of its integration for Alertmanager is a secret.'),
  routingKey: settingText('a routing key', 'operators').describe('Routing key.'),
  ...words,
  ...common('Splunk On-Call'),
});

const pushover = z.strictObject({
  type: z
    .literal('pushover')
    .describe('A user or group of Pushover. Its key and the token of the application are secrets.'),
  priorities: bySeverity(pushoverPriority(), defaults.alertmanager.pushoverPriorities)
    .prefault({})
    .describe('Priority by severity, from -2 to 2. A message of 2 is repeated each minute until somebody confirms it.'),
  ...words,
  ...common('Pushover'),
});

const incidentio = z.strictObject({
  type: z.literal('incidentio').describe('An alert source of incident.io. Its token is a secret.'),
  source: settingText('an id of an alert source', '01JZK3M8Q2').describe('Id of the alert source: the end of its URL.'),
  ...common('incident.io'),
});

/** Somebody who is told of alerts. The URL, key or password is a secret under the receiver's name. */
export const receiver = z.discriminatedUnion('type', [
  discord,
  slack,
  email,
  webhook,
  pagerduty,
  teams,
  opsgenie,
  telegram,
  mattermost,
  rocketchat,
  webex,
  pushover,
  victorops,
  incidentio,
]);
