import { configWith, PROD, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const EGRESS = [{ cidr: '203.0.113.22/32', port: 443 }];
const ARCHIVE = { name: 'archive', url: 'https://otlp.example.com/otlp', egress: EGRESS };
const also = (...differences: readonly object[]) => ({
  agent: { type: 'collector' as const, also: differences.map((one) => ({ ...ARCHIVE, ...one })) },
});
const NOTHING_BEHIND =
  'a URL without /v1/logs, which the agent appends, without a slash at its end, a query and a fragment';

testRules([
  {
    rule: 'none with agent.type: promtail, which sends to Loki alone',
    broken: { agent: { type: 'promtail', also: [ARCHIVE] } },
    path: 'agent.also',
    received: '["archive"]',
    remedy: 'write agent.type: collector, or remove agent.also',
    kept: also({}),
  },
  {
    rule: 'at most 3 further destinations: each has a queue on every node, and a copy of what the agent has in memory',
    broken: also({ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }),
    path: 'agent.also',
    received: '["a","b","c","d"]',
    remedy: 'send to a collector of your own, which passes the records on',
    kept: also({ name: 'a' }, { name: 'b' }, { name: 'c' }),
  },
  {
    rule: 'a name that no other entry has',
    broken: also({}, {}),
    path: 'agent.also[1].name',
    received: '"archive"',
    remedy: 'rename one of them',
    kept: also({}, { name: 'other' }),
  },
  {
    rule: 'another name than loki, which is the stack’s own',
    broken: also({ name: 'loki' }),
    path: 'agent.also[0].name',
    received: '"loki"',
    remedy: 'rename it',
    kept: also({ name: 'loki-of-others' }),
  },
  ...['/v1/logs', '/v1/logs/', '/', '?team=a', '/v1/logs#fragment'].map((end) => ({
    rule: NOTHING_BEHIND,
    broken: also({ url: `https://otlp.example.com/otlp${end}` }),
    path: 'agent.also[0].url',
    received: `"https://otlp.example.com/otlp${end}"`,
    remedy: 'write https://otlp.example.com/otlp',
    kept: also({ url: 'https://otlp.example.com' }),
  })),
  {
    rule: 'false with http, which has no certificate',
    broken: also({ url: 'http://otlp.example.com:443', privateCa: true }),
    path: 'agent.also[0].privateCa',
    received: 'true',
    remedy: 'write https in url, or remove privateCa',
    kept: also({ url: 'http://otlp.example.com:443' }),
  },
  {
    rule: 'an entry with port 4318, that of its url',
    broken: also({ url: 'https://otlp.example.com:4318' }),
    path: 'agent.also[0].egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 4318 }',
    kept: also({ url: 'https://otlp.example.com:4318', egress: [{ namespace: 'otlp', port: 8443 }] }),
  },
  {
    rule: 'another destination than the stack’s own gateway',
    broken: also({ url: 'http://gateway.logging.svc.cluster.local:443/otlp' }),
    path: 'agent.also[0].url',
    received: '"http://gateway.logging.svc.cluster.local:443/otlp"',
    remedy: 'remove it: Loki has them',
    kept: also({ url: 'http://gateway.others.svc:443/otlp' }),
  },
  {
    rule: 'at least agent.batchSize: a batch is made of what is in the queue',
    broken: also({ queueSize: '64KB' }),
    path: 'agent.also[0].queueSize',
    received: '"64KB"',
    remedy: 'write a larger size, or lower agent.batchSize',
    kept: also({ queueSize: '1MB' }),
  },
  {
    rule: 'at least agent.batchSize: a batch is made of what is in the queue',
    broken: { agent: { type: 'collector', queueSize: '64KB' } },
    path: 'agent.queueSize',
    received: '"64KB"',
    remedy: 'write a larger size, or lower agent.batchSize',
    kept: { agent: { type: 'promtail', queueSize: '64KB' } },
  },
]);

test('in prod, lines go out by TLS', () => {
  const plain = { ...PROD, ...also({ url: 'http://otlp.example.com:443/otlp' }) };
  expect(problemsOf(plain)).toEqual([
    {
      path: 'agent.also[0].url',
      received: '"http://otlp.example.com:443/otlp"',
      rule: 'prod sends logs over TLS',
      remedy: 'write https://otlp.example.com:443/otlp',
    },
  ]);
  expect(() => configWith({ ...PROD, ...also({}) })).not.toThrow();
});

test.each([
  ['a user with a colon, which basic authentication cannot have', { user: 'a:b' }, 'user'],
  ['a user with a variable', { user: '${env:HOME}' }, 'user'],
  ['a password in the URL', { url: 'https://user:word@otlp.example.com' }, 'url'],
  ['no egress', { egress: [] }, 'egress'],
])('given %s, it is refused', (_, difference, field) => {
  expect(problemsOf({ environment: 'dev', ...also(difference) })).toMatchObject([{ path: `agent.also[0].${field}` }]);
});
