import { problemsOf } from '../../../support/config';
import { EGRESS, type Input, PROD, testRules } from './rows';

type Embedded = Omit<Extract<NonNullable<Input['alertmanager']>, { readonly type: 'embedded' }>, 'type'>;

const embedded = (alertmanager: Embedded): Input => ({ alertmanager: { type: 'embedded', ...alertmanager } });
const DISCORD = { name: 'operators', type: 'discord', egress: EGRESS } as const;
const MAIL = {
  name: 'mail',
  type: 'email',
  to: ['team@example.com'],
  from: 'alerts@example.com',
  host: 'mail.example.com',
  egress: [{ cidr: '203.0.113.1/32', port: 587 }],
} as const;
const ROCKETCHAT = {
  name: 'rocket',
  type: 'rocketchat',
  url: 'http://chat.example.com:3000',
  userId: 'u',
  channel: 'alerts',
  egress: EGRESS,
} as const;
const CRITICAL = { severities: ['critical'] } as const;

testRules([
  {
    rule: 'in prod somebody is told of critical alerts',
    broken: { ...PROD, ...embedded({}), environment: 'prod' },
    path: 'alertmanager.receivers',
    received: '[]',
    remedy:
      'add a receiver, for example { name: operators, type: discord, egress: [{ cidr: 162.159.128.0/19, port: 443 }] }; or write alertmanager.fallback: none',
    kept: { ...PROD, ...embedded({ fallback: 'none' }), environment: 'prod' },
  },
  {
    rule: 'a name that a receiver has alone',
    broken: embedded({ receivers: [DISCORD, DISCORD] }),
    path: 'alertmanager.receivers[1].name',
    received: '"operators"',
    remedy: 'rename one of the two',
    kept: embedded({
      receivers: [DISCORD, { ...DISCORD, name: 'others' }],
      routes: [{ receiver: 'others', ...CRITICAL }],
    }),
  },
  {
    rule: 'another name than none, which tells nobody',
    broken: embedded({ receivers: [{ ...DISCORD, name: 'none' }] }),
    path: 'alertmanager.receivers[0].name',
    received: '"none"',
    remedy: 'rename it',
    kept: embedded({ receivers: [DISCORD] }),
  },
  {
    rule: 'a name of alertmanager.receivers, or none',
    broken: embedded({ receivers: [DISCORD], routes: [{ receiver: 'operator', ...CRITICAL }] }),
    path: 'alertmanager.routes[0].receiver',
    received: '"operator"',
    remedy: 'write one of operators, none',
    kept: embedded({ receivers: [DISCORD], routes: [{ receiver: 'none', ...CRITICAL }] }),
  },
  {
    rule: 'a name of alertmanager.receivers, or none',
    broken: embedded({ fallback: 'operator' }),
    path: 'alertmanager.fallback',
    received: '"operator"',
    remedy: 'write one of none',
    kept: embedded({ receivers: [DISCORD], fallback: 'operators' }),
  },
  {
    rule: 'a receiver that a route or alertmanager.fallback names: this one is never told of anything',
    broken: embedded({ receivers: [DISCORD, MAIL] }),
    path: 'alertmanager.receivers[1]',
    received: '"mail"',
    remedy: 'add { receiver: mail, severities: [critical] } to alertmanager.routes',
    kept: embedded({ receivers: [DISCORD, MAIL], routes: [{ receiver: 'mail', ...CRITICAL }] }),
  },
  {
    rule: 'a tenant of auth.loki.tenants',
    broken: embedded({ receivers: [DISCORD], routes: [{ receiver: 'operators', tenants: ['audit'] }] }),
    path: 'alertmanager.routes[0].tenants[0]',
    received: '"audit"',
    remedy: 'write one of spywatcher',
    kept: embedded({ receivers: [DISCORD], routes: [{ receiver: 'operators', tenants: ['spywatcher'] }] }),
  },
  {
    rule: 'a condition: without one it is about every alert',
    broken: embedded({ inhibit: [{ while: CRITICAL, silence: {} }] }),
    path: 'alertmanager.inhibit[0].silence',
    received: '{"severities":[],"tenants":[],"alerts":[],"labels":{},"matchers":[]}',
    remedy: 'add severities, tenants, alerts, labels or matchers',
    kept: embedded({ inhibit: [{ while: CRITICAL, silence: { matchers: ['job="canary"'] } }] }),
  },
  {
    rule: 'at least as long as every repeatInterval, and heartbeat.interval: what was sent would be forgotten, and sent again, before it is due',
    broken: embedded({ repeatInterval: '7d' }),
    path: 'alertmanager.retention',
    received: '{"milliseconds":432000000}',
    remedy: 'raise alertmanager.retention, or shorten the interval',
    kept: embedded({ repeatInterval: '7d', retention: '7d' }),
  },
  {
    rule: 'an entry with port 443, that of discord',
    broken: embedded({ receivers: [{ ...DISCORD, egress: [{ cidr: '203.0.113.0/24', port: 80 }] }] }),
    path: 'alertmanager.receivers[0].egress',
    received: '[80]',
    remedy: 'add { cidr: …, port: 443 }',
    kept: embedded({ receivers: [DISCORD] }),
  },
  {
    rule: 'an entry with port 465, that of email',
    broken: embedded({ receivers: [{ ...MAIL, port: 465 }] }),
    path: 'alertmanager.receivers[0].egress',
    received: '[587]',
    remedy: 'add { cidr: …, port: 465 }',
    kept: embedded({ receivers: [MAIL] }),
  },
  {
    rule: 'an entry with port 3000, that of rocketchat',
    broken: embedded({ receivers: [ROCKETCHAT] }),
    path: 'alertmanager.receivers[0].egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 3000 }',
    kept: embedded({ receivers: [{ ...ROCKETCHAT, url: 'https://chat.example.com' }] }),
  },
  {
    rule: 'of use where alerts are raised; alerting.enabled is false, and there is no Prometheus of the stack',
    broken: {
      environment: 'staging',
      alerting: { enabled: false },
      alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } },
    },
    path: 'alertmanager.heartbeat',
    received: '{"interval":{"milliseconds":300000},"egress":[{"cidr":"203.0.113.0/24","port":443}]}',
    remedy: 'remove it, or set monitoring.type: embedded',
    kept: { alerting: { enabled: false }, alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } } },
  },
  {
    rule: 'at least 1m: Alertmanager may be restarting for that long',
    broken: { alertmanager: { type: 'embedded', heartbeat: { interval: '59s', egress: EGRESS } } },
    path: 'alertmanager.heartbeat.interval',
    received: '"59s"',
    remedy: 'write 1m or more',
    kept: { alertmanager: { type: 'embedded', heartbeat: { interval: '1m', egress: EGRESS } } },
  },
  {
    rule: 'a URL without path and query',
    broken: { alertmanager: { type: 'external', urls: ['https://alerts.example.com/alertmanager'], egress: EGRESS } },
    path: 'alertmanager.urls[0]',
    received: '"https://alerts.example.com/alertmanager"',
    remedy: 'write https://alerts.example.com',
    kept: { alertmanager: { type: 'external', urls: ['https://alerts.example.com'], egress: EGRESS } },
  },
  {
    rule: 'an entry with port 9093, that of urls[0]',
    broken: { alertmanager: { type: 'external', urls: ['http://alerts.example.com:9093'], egress: EGRESS } },
    path: 'alertmanager.egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 9093 }',
    kept: {
      alertmanager: {
        type: 'external',
        urls: ['http://alerts.example.com:9093'],
        egress: [{ cidr: '10.0.0.1/32', port: 9093 }],
      },
    },
  },
]);

test('given the URL of a webhook in a stack file, it is refused and not shown', () => {
  const webhookUrl = 'https://discord.com/api/webhooks/1/hunter2';
  const problems = problemsOf({
    environment: 'dev',
    alertmanager: { type: 'embedded', receivers: [{ ...DISCORD, webhookUrl }] },
  });
  expect(problems.map(({ path }) => path)).toEqual(['alertmanager.receivers[0].webhookUrl']);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});
