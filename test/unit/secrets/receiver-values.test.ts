/** What somebody hands out for a receiver has a form, and what has another one was copied by mistake. */
import { checkSecretValues } from '../../../src/secrets/values';
import { configWith } from '../../support/config';
import { plantedSecrets } from '../../support/secrets';

const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
const TYPES = ['discord', 'slack', 'webhook', 'pagerduty', 'teams', 'mattermost', 'opsgenie', 'pushover'] as const;
const config = configWith({
  alertmanager: {
    type: 'embedded',
    heartbeat: { egress: EGRESS },
    receivers: [
      ...TYPES.map((type) => ({ name: type, type, egress: EGRESS })),
      { name: 'telegram', type: 'telegram', chatId: -1, egress: EGRESS },
      { name: 'victorops', type: 'victorops', routingKey: 'watch', egress: EGRESS },
      { name: 'webex', type: 'webex', roomId: 'room', egress: EGRESS },
    ],
    routes: [...TYPES.slice(1), 'telegram', 'victorops', 'webex'].map((receiver) => ({ receiver, continue: true })),
  },
});
const check = (receiver: string, value: string) => () =>
  checkSecretValues('test', config, { ...plantedSecrets(config), [`alertmanager.${receiver}`]: value });

const beat = (ruler: string, prometheus: string) => () =>
  checkSecretValues('test', config, {
    ...plantedSecrets(config),
    'heartbeat.ruler': ruler,
    'heartbeat.prometheus': prometheus,
  });

const TOKEN = 'Xk7vQ2mN9pL4rT8wZ1cB6yHd3';

test.each([
  ['discord', `https://discord.com/api/webhooks/112233445566778899/${TOKEN}`],
  ['discord', `https://discordapp.com/api/webhooks/112233445566778899/${TOKEN}`],
  ['discord', `https://canary.discord.com/api/v10/webhooks/112233445566778899/${TOKEN}`],
  ['slack', `https://hooks.slack.com/services/T0/B0/${TOKEN}`],
  ['webhook', `https://hooks.example.com:8443/${TOKEN}`],
  ['webhook', `http://alert-bot.bots.svc:8088/${TOKEN}`],
  ['webhook', `http://alert-bot.bots.svc.cluster.local:8088/${TOKEN}`],
  ['pagerduty', 'a1b2c3d4e5f60718a1b2c3d4e5f60718'],
  ['teams', `https://prod-12.westeurope.logic.azure.com:443/workflows/a1/triggers/manual/paths/invoke?sig=${TOKEN}`],
  [
    'teams',
    `https://default1.ab.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/a1/triggers/manual/paths/invoke/?api-version=1&sig=${TOKEN}`,
  ],
  ['mattermost', 'https://chat.example.com/hooks/q1w2e3r4t5y6u7i8o9p0'],
  ['mattermost', 'http://mattermost.chat.svc:8065/hooks/q1w2e3r4t5y6u7i8o9p0'],
  ['opsgenie', 'a1b2c3d4-e5f6-0718-a1b2-c3d4e5f60718'],
  ['victorops', 'a1b2c3d4-e5f6-0718-a1b2-c3d4e5f60718'],
  ['telegram', `123456789:${TOKEN}${TOKEN}`],
  ['pushover', 'a1b2c3d4e5f60718a1b2c3d4e5f607'],
  ['webex', `${TOKEN}_${TOKEN}`],
])('a %s receiver takes %s', (receiver, value) => expect(check(receiver, value)).not.toThrow());

test.each([
  ['discord', 'without TLS', `http://discord.com/api/webhooks/1/${TOKEN}`],
  ['discord', 'of another host', `https://discord.com.example.com/api/webhooks/1/${TOKEN}`],
  ['discord', 'of a channel', `https://discord.com/channels/1/${TOKEN}`],
  ['discord', 'with the suffix for Slack’s format', `https://discord.com/api/webhooks/1/${TOKEN}/slack`],
  ['discord', 'with a line break', `https://discord.com/api/webhooks/1/${TOKEN}\n`],
  ['slack', 'of a workspace', `https://example.slack.com/services/${TOKEN}`],
  ['slack', 'of Discord', `https://discord.com/api/webhooks/1/${TOKEN}`],
  ['webhook', 'without TLS, out of the cluster', `http://hooks.example.com/${TOKEN}`],
  ['webhook', 'that is none', TOKEN],
  ['webhook', 'that is nothing', ''],
  ['pagerduty', 'that is a URL', 'https://events.pagerduty.com/v2/enqueue'],
  ['teams', 'of a connector that is switched off', `https://example.webhook.office.com/webhookb2/${TOKEN}`],
  ['teams', 'without its signature', `https://prod-12.westeurope.logic.azure.com/workflows/${TOKEN}/invoke`],
  ['mattermost', 'of a channel', `https://chat.example.com/team/channels/${TOKEN}`],
  ['mattermost', 'without TLS, out of the cluster', `http://chat.example.com/hooks/${TOKEN}`],
  ['opsgenie', 'that is a template', `{{ .${TOKEN} }}-a1b2c3d4-e5f6`],
  ['victorops', 'that is a URL', `https://alert.victorops.com/integrations/${TOKEN}`],
  ['telegram', 'without the id of the bot', `${TOKEN}${TOKEN}`],
  ['pushover', 'with a line break', 'a1b2c3d4e5f60718a1b2c3d4e5f607\n'],
  ['webex', 'with a blank', `Bearer ${TOKEN}`],
])('a %s receiver refuses a value %s, and does not show it', (receiver, _, value) => {
  expect(check(receiver, value)).toThrow(`secrets.alertmanager.${receiver}`);
  expect(check(receiver, value)).not.toThrow(TOKEN);
});

test('each heartbeat has a URL of its own, or one that is alive would hide that another is not', () => {
  const url = (check: string): string => `https://hc-ping.com/${TOKEN}/${check}`;
  expect(beat(url('ruler'), url('prometheus'))).not.toThrow();
  expect(beat(url('logs'), url('logs'))).toThrow('another value than heartbeat.ruler');
  expect(beat('http://hc-ping.com/1', url('prometheus'))).toThrow('secrets.heartbeat.ruler');
});

test('the token of an application of Pushover has the form of its keys', () => {
  const token = (value: string) => () =>
    checkSecretValues('test', config, { ...plantedSecrets(config), 'alertmanagerCredentials.pushover': value });
  expect(token('a1b2c3d4e5f60718a1b2c3d4e5f607')).not.toThrow();
  expect(token('a1b2c3d4')).toThrow('secrets.alertmanagerCredentials.pushover');
});
