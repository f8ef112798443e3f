import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel, email as mailbox, host, port, settingText } from '../scalars';
import { egressOf } from './shared';

/** What all receivers have. */
const common = (what: string) => ({
  name: dnsLabel().describe('Its name, for routes and for its secret.'),
  sendResolved: z.boolean().default(true).describe('Whether it is told that an alert is over, too.'),
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
  to: z.array(mailbox()).min(1).describe('Who gets it.'),
  from: mailbox().describe('Sender.'),
  host: host().describe('Mail server.'),
  port: port()
    .default(defaults.alertmanager.smtpPort)
    .describe('Port there. STARTTLS is mandatory; on port 465 it is TLS from the first byte.'),
  user: settingText('a user', 'alertmanager')
    .optional()
    .describe('User. Its password is a secret; no login without it.'),
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
  type: z.literal('webhook').describe('Anything that takes Alertmanager’s JSON. Its URL is a secret.'),
  auth: auth.optional().describe('What is sent along; nothing without it.'),
  ...common('it'),
});

const pagerduty = z.strictObject({
  type: z
    .literal('pagerduty')
    .describe('A service of PagerDuty. The integration key of its Events API v2 is a secret.'),
  region: z.enum(['us', 'eu']).default('us').describe('Where the account is.'),
  ...common('PagerDuty'),
});

/** Who is told of alerts. What opens it is a secret, under its name. */
export const receiver = z.discriminatedUnion('type', [discord, slack, email, webhook, pagerduty]);
