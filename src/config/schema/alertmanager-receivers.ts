import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel, email as mailbox, host, port, settingText } from '../scalars';
import { egressOf } from './shared';

/** Keys of every receiver. */
const common = (what: string) => ({
  name: dnsLabel().describe('Name of the receiver, for routes and for its secret.'),
  sendResolved: z.boolean().default(true).describe('Whether it is also told that an alert is over.'),
  egress: egressOf(what),
});

const discord = z.strictObject({
  type: z.literal('discord').describe('A channel of Discord. The URL of its webhook is a secret.'),
  ...common('Discord'),
});

const slack = z.strictObject({
  type: z.literal('slack').describe('A channel of Slack. The URL of its incoming webhook is a secret.'),
  ...common('Slack'),
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
  ...common('PagerDuty'),
});

/** Somebody who is told of alerts. The URL, key or password is a secret under the receiver's name. */
export const receiver = z.discriminatedUnion('type', [discord, slack, email, webhook, pagerduty]);
