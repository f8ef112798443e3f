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
const NIGHTS = { name: 'nights', hours: { from: '22:00', to: '06:00' } } as const;
const CRITICAL = { severities: ['critical'] } as const;

testRules([
  [
    'in prod somebody is told of critical alerts',
    { ...PROD, ...embedded({}), environment: 'prod' },
    'alertmanager.receivers',
    '[]',
    'add a receiver, for example { name: operators, type: discord, egress: [{ cidr: 162.159.128.0/19, port: 443 }] }; or write alertmanager.fallback: none',
    { ...PROD, ...embedded({ fallback: 'none' }), environment: 'prod' },
  ],
  [
    'a name that a receiver has alone',
    embedded({ receivers: [DISCORD, DISCORD] }),
    'alertmanager.receivers[1].name',
    '"operators"',
    'rename one of the two',
    embedded({ receivers: [DISCORD, { ...DISCORD, name: 'others' }], routes: [{ receiver: 'others', ...CRITICAL }] }),
  ],
  [
    'another name than none, which tells nobody',
    embedded({ receivers: [{ ...DISCORD, name: 'none' }] }),
    'alertmanager.receivers[0].name',
    '"none"',
    'rename it',
    embedded({ receivers: [DISCORD] }),
  ],
  [
    'a name of alertmanager.receivers, or none',
    embedded({ receivers: [DISCORD], routes: [{ receiver: 'operator', ...CRITICAL }] }),
    'alertmanager.routes[0].receiver',
    '"operator"',
    'write one of operators, none',
    embedded({ receivers: [DISCORD], routes: [{ receiver: 'none', ...CRITICAL }] }),
  ],
  [
    'a name of alertmanager.receivers, or none',
    embedded({ fallback: 'operator' }),
    'alertmanager.fallback',
    '"operator"',
    'write one of none',
    embedded({ receivers: [DISCORD], fallback: 'operators' }),
  ],
  [
    'a receiver that a route or alertmanager.fallback names: this one is never told of anything',
    embedded({ receivers: [DISCORD, MAIL] }),
    'alertmanager.receivers[1]',
    '"mail"',
    'add { receiver: mail, severities: [critical] } to alertmanager.routes',
    embedded({ receivers: [DISCORD, MAIL], routes: [{ receiver: 'mail', ...CRITICAL }] }),
  ],
  [
    'a name of alertmanager.muteTimes',
    embedded({ receivers: [DISCORD], routes: [{ receiver: 'operators', mute: ['nights'] }] }),
    'alertmanager.routes[0].mute[0]',
    '"nights"',
    'add it to alertmanager.muteTimes',
    embedded({ receivers: [DISCORD], routes: [{ receiver: 'operators', mute: ['nights'] }], muteTimes: [NIGHTS] }),
  ],
  [
    'a name that a mute time has alone',
    embedded({ muteTimes: [NIGHTS, NIGHTS] }),
    'alertmanager.muteTimes[1].name',
    '"nights"',
    'rename one of the two',
    embedded({ muteTimes: [NIGHTS, { ...NIGHTS, name: 'mornings' }] }),
  ],
  [
    'days or hours: without both it would never end',
    embedded({ muteTimes: [{ name: 'always' }] }),
    'alertmanager.muteTimes[0]',
    '{"name":"always","days":[],"timeZone":"UTC"}',
    'add days or hours; to tell nobody at all, write a route with receiver: none',
    embedded({ muteTimes: [{ name: 'weekends', days: ['saturday', 'sunday'] }] }),
  ],
  [
    'two times of a day, none of which is its other end',
    embedded({ muteTimes: [{ name: 'nights', hours: { from: '22:00', to: '00:00' } }] }),
    'alertmanager.muteTimes[0].hours',
    '{"from":"22:00","to":"00:00"}',
    "write the begin of a day as from: '00:00' and its end as to: '24:00'",
    embedded({ muteTimes: [{ name: 'nights', hours: { from: '22:00', to: '24:00' } }] }),
  ],
  [
    'a tenant of auth.loki.tenants',
    embedded({ receivers: [DISCORD], routes: [{ receiver: 'operators', tenants: ['audit'] }] }),
    'alertmanager.routes[0].tenants[0]',
    '"audit"',
    'write one of spywatcher',
    embedded({ receivers: [DISCORD], routes: [{ receiver: 'operators', tenants: ['spywatcher'] }] }),
  ],
  [
    'a condition: without one it is about every alert',
    embedded({ inhibit: [{ while: CRITICAL, silence: {} }] }),
    'alertmanager.inhibit[0].silence',
    '{"severities":[],"tenants":[],"alerts":[],"labels":{}}',
    'add severities, tenants, alerts or labels',
    embedded({ inhibit: [{ while: CRITICAL, silence: { labels: { job: 'canary' } } }] }),
  ],
  [
    'at least as long as every repeatInterval, and heartbeat.interval: what was sent would be forgotten, and sent again, before it is due',
    embedded({ repeatInterval: '7d' }),
    'alertmanager.retention',
    '{"milliseconds":432000000}',
    'raise alertmanager.retention, or shorten the interval',
    embedded({ repeatInterval: '7d', retention: '7d' }),
  ],
  [
    'an entry with port 443, that of discord',
    embedded({ receivers: [{ ...DISCORD, egress: [{ cidr: '203.0.113.0/24', port: 80 }] }] }),
    'alertmanager.receivers[0].egress',
    '[80]',
    'add { cidr: …, port: 443 }',
    embedded({ receivers: [DISCORD] }),
  ],
  [
    'an entry with port 465, that of email',
    embedded({ receivers: [{ ...MAIL, port: 465 }] }),
    'alertmanager.receivers[0].egress',
    '[587]',
    'add { cidr: …, port: 465 }',
    embedded({ receivers: [MAIL] }),
  ],
  [
    'of use where alerts are raised; alerting.enabled is false, and there is no Prometheus of the stack',
    {
      environment: 'staging',
      alerting: { enabled: false },
      alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } },
    },
    'alertmanager.heartbeat',
    '{"interval":{"milliseconds":300000},"egress":[{"cidr":"203.0.113.0/24","port":443}]}',
    'remove it, or set monitoring.type: embedded',
    { alerting: { enabled: false }, alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } } },
  ],
  [
    'at least 1m: Alertmanager may be restarting for that long',
    { alertmanager: { type: 'embedded', heartbeat: { interval: '59s', egress: EGRESS } } },
    'alertmanager.heartbeat.interval',
    '"59s"',
    'write 1m or more',
    { alertmanager: { type: 'embedded', heartbeat: { interval: '1m', egress: EGRESS } } },
  ],
  [
    'a URL without path and query',
    { alertmanager: { type: 'external', urls: ['https://alerts.example.com/alertmanager'], egress: EGRESS } },
    'alertmanager.urls[0]',
    '"https://alerts.example.com/alertmanager"',
    'write https://alerts.example.com',
    { alertmanager: { type: 'external', urls: ['https://alerts.example.com'], egress: EGRESS } },
  ],
  [
    'an entry with port 9093, that of urls[0]',
    { alertmanager: { type: 'external', urls: ['http://alerts.example.com:9093'], egress: EGRESS } },
    'alertmanager.egress',
    '[443]',
    'add { cidr: …, port: 9093 }',
    {
      alertmanager: {
        type: 'external',
        urls: ['http://alerts.example.com:9093'],
        egress: [{ cidr: '10.0.0.1/32', port: 9093 }],
      },
    },
  ],
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

test.each([
  ['a zone that is an abbreviation', { name: 'nights', days: ['monday'], timeZone: 'CET2' }, 'timeZone'],
  ['an hour without its zero', { name: 'nights', hours: { from: '7:00', to: '09:00' } }, 'hours.from'],
  ['a day in short', { name: 'nights', days: ['mon'] }, 'days[0]'],
])('given %s, it is refused', (_, muteTime, path) => {
  const problems = problemsOf({ environment: 'dev', alertmanager: { type: 'embedded', muteTimes: [muteTime] } });
  expect(problems.map((problem) => problem.path)).toEqual([`alertmanager.muteTimes[0].${path}`]);
});
