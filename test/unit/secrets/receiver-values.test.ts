/** What somebody hands out for a receiver has a form, and what has another one was copied by mistake. */
import { checkSecretValues } from '../../../src/secrets/values';
import { configWith } from '../../support/config';
import { plantedSecrets } from '../../support/secrets';

const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
const config = configWith({
  alertmanager: {
    type: 'embedded',
    heartbeat: { egress: EGRESS },
    receivers: (['discord', 'slack', 'webhook', 'pagerduty'] as const).map((type) => ({
      name: type,
      type,
      egress: EGRESS,
    })),
    routes: ['slack', 'webhook', 'pagerduty'].map((receiver) => ({ receiver, continue: true })),
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
