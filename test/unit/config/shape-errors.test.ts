/** One row for each way in which a single field can be wrong. */
import type { Problem } from '../../../src/config';
import { problemsOf, S3 } from '../../support/config';

type Row = readonly [given: string, input: object, ...expected: Problem[]];

const DURATION = {
  rule: 'a duration above 0: whole numbers with ms, s, m, h, d or w',
  remedy: 'write for example 30d, 720h or 1h30m',
};
const SIZE = {
  rule: 'a size above 0: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes',
  remedy: 'write for example 15MB or 512Mi',
};
const CPU = {
  rule: 'an amount of CPU above 0: cores, or thousandths with m',
  remedy: 'write for example 250m, "1" or 0.5',
};
const DNS_LABEL = {
  rule: 'a DNS label: lower-case letters, digits and hyphens, at most 63',
  remedy: 'write for example spywatcher-logs',
};
const TENANT = {
  rule: "a tenant id: 1 to 150 of A-Z a-z 0-9 ! - _ . * ' ( ), not . or ..",
  remedy: 'write for example spywatcher',
};
const URL = {
  rule: 'a URL with http or https, without user and password',
  remedy: 'write for example https://host.example.com',
};
const PORT = { rule: 'a port: 1 to 65535', remedy: 'write for example 443' };
const WHOLE_NUMBER = { rule: 'a whole number above 0', remedy: 'write for example 3, without quotes' };
const CIDR = { rule: 'an IPv4 or IPv6 CIDR', remedy: 'write for example 10.0.0.0/8' };
const IMAGE = {
  rule: 'an immutable image reference: a tag with a full version, or a digest',
  remedy: 'write for example docker.io/grafana/loki:3.7.8, or append @sha256:…',
};
const DIRECTORY = {
  rule: 'a directory of its own below /var/lib',
  remedy: 'leave it out, for /var/lib/spywatcher-logs/promtail',
};
const SELECTOR = {
  rule: 'a stream selector of label matchers, without filters or parsers',
  remedy: `write for example '{job="security"}'`,
};
const FLAG = { rule: 'true or false', remedy: 'write true or false, without quotes' };
const LIST = { rule: 'a list', remedy: 'write each entry after a hyphen, or all of them in [ ]' };
const TEXT = { rule: 'text', remedy: 'put it in quotes' };
const KEYS_BELOW = 'write its keys below it, or leave it out';

const scalar = (
  given: string,
  build: (value: unknown) => object,
  path: string,
  expected: Omit<Problem, 'path' | 'received'>,
  ...values: readonly unknown[]
): readonly Row[] =>
  values.map((value) => [
    `${given} ${JSON.stringify(value)}`,
    build(value),
    { path, received: typeof value === 'number' ? String(value) : JSON.stringify(value), ...expected },
  ]);

const clientNamed = (name: unknown) => ({ network: { clients: [{ name, namespace: 'apps' }] } });

const rows: readonly Row[] = [
  ...scalar(
    'a duration',
    (period) => ({ retention: { period } }),
    'retention.period',
    DURATION,
    30,
    '30',
    '1.5h',
    '2 h',
    '',
    null,
  ),
  ...scalar('a time of none', (batchWait) => ({ agent: { batchWait } }), 'agent.batchWait', DURATION, '0s', '0h0m'),
  ...scalar(
    'a size',
    (memory) => ({ resources: { loki: { limits: { memory } } } }),
    'resources.loki.limits.memory',
    SIZE,
    1024,
    '1gb',
    '1G',
    '1.5B',
    '0Mi',
  ),
  ...scalar(
    'an amount of CPU',
    (cpu) => ({ resources: { loki: { limits: { cpu } } } }),
    'resources.loki.limits.cpu',
    CPU,
    0,
    '0m',
    0.0001,
    -1,
    'two',
    {},
  ),
  ...scalar(
    'a name',
    clientNamed,
    'network.clients[0].name',
    DNS_LABEL,
    'Exporter',
    'a_b',
    '-a',
    'a-',
    '',
    'a'.repeat(64),
    7,
  ),
  ...scalar(
    'a tenant',
    (name) => ({ auth: { loki: { tenants: [{ name, write: ['promtail'], read: ['grafana'] }] } } }),
    'auth.loki.tenants[0].name',
    TENANT,
    '.',
    '..',
    'a|b',
    'a/b',
    '',
    'é',
    'a'.repeat(151),
  ),
  ...scalar(
    'a URL',
    (url) => ({ grafana: { url } }),
    'grafana.url',
    URL,
    'logs.example.com',
    'ftp://logs.example.com',
    'https://',
    3000,
  ),
  ...scalar(
    'a port',
    (port) => ({ network: { apiServer: { ports: [port] } } }),
    'network.apiServer.ports[0]',
    PORT,
    0,
    65_536,
    1.5,
    '443',
  ),
  ...scalar(
    'a count',
    (replicas) => ({ gateway: { replicas } }),
    'gateway.replicas',
    WHOLE_NUMBER,
    0,
    -1,
    1.5,
    '2',
    NaN,
  ),
  ...scalar(
    'a CIDR',
    (cidr) => ({ network: { dns: { cidrs: [cidr] } } }),
    'network.dns.cidrs[0]',
    CIDR,
    '10.0.0.0',
    '10.0.0.0/33',
    'kube-dns',
    10,
  ),
  ...scalar(
    'an image',
    (loki) => ({ images: { loki } }),
    'images.loki',
    IMAGE,
    'grafana/loki',
    'grafana/loki:latest',
    'grafana/loki:3.7',
    ':3.7.8',
    'a b:3.7.8',
    'loki@sha256:12',
    3,
  ),
  ...scalar(
    'a directory',
    (positionsDirectory) => ({ agent: { positionsDirectory } }),
    'agent.positionsDirectory',
    DIRECTORY,
    '/etc',
    '/var/lib',
    '/var/lib/',
    '/var/lib/../etc',
    '/var/lib/.',
    'var/lib/x',
  ),
  ...scalar(
    'a selector',
    (selector) => ({ retention: { streams: [{ selector, period: '30d' }] } }),
    'retention.streams[0].selector',
    SELECTOR,
    'job="x"',
    '{}',
    '{job="x"} |= "y"',
    '{job=x}',
    '{job="x",}',
  ),
  ...scalar('a flag', (enabled) => ({ auth: { loki: { enabled } } }), 'auth.loki.enabled', FLAG, 'no', 0),
  ...scalar(
    'a list',
    (excludeNamespaces) => ({ agent: { excludeNamespaces } }),
    'agent.excludeNamespaces',
    LIST,
    'kube-system',
    { a: 1 },
  ),
  ...scalar('a label', (a) => ({ network: { dns: { podLabels: { a } } } }), 'network.dns.podLabels.a', TEXT, 1, true),
  ...scalar(
    'labels',
    (podLabels) => ({ network: { dns: { podLabels } } }),
    'network.dns.podLabels',
    { rule: 'a mapping', remedy: KEYS_BELOW },
    'k8s-app',
    [],
  ),
  ...scalar(
    'a list of addresses',
    (cidrs) => ({ network: { apiServer: { cidrs } } }),
    'network.apiServer.cidrs',
    { rule: 'at least one entry', remedy: 'add an entry to network.apiServer.cidrs' },
    [],
  ),
  ...scalar(
    'a user',
    (adminUser) => ({ grafana: { adminUser } }),
    'grafana.adminUser',
    { rule: 'not empty', remedy: 'write the value of grafana.adminUser' },
    '',
  ),
  ...scalar(
    'a bucket',
    (bucket) => ({ storage: { ...S3, bucket } }),
    'storage.bucket',
    { rule: 'at least 3 characters', remedy: 'write the value of storage.bucket' },
    'ab',
  ),
  ...scalar(
    'a client',
    (client) => ({ network: { clients: [client] } }),
    'network.clients[0]',
    { rule: 'a mapping with the keys name, namespace, podLabels', remedy: KEYS_BELOW },
    '',
    null,
  ),
  ...scalar(
    'a section',
    (limits) => ({ limits }),
    'limits',
    { rule: expect.stringMatching(/^a mapping with the keys ingestionRate, /) as string, remedy: KEYS_BELOW },
    null,
    '15MB',
    [],
  ),
  ...scalar(
    'an environment',
    (environment) => ({ environment }),
    'environment',
    { rule: 'one of dev, staging, prod', remedy: 'write dev, staging or prod' },
    'production',
    3,
  ),
  ...scalar(
    'an environment',
    (environment) => ({ environment }),
    'environment',
    { rule: 'one of dev, staging, prod', remedy: 'did you mean staging?' },
    'stagging',
  ),
  ...scalar(
    'a mode',
    (mode) => ({ deployment: { mode } }),
    'deployment.mode',
    { rule: 'one of single, ha', remedy: 'did you mean ha?' },
    'HA',
  ),
  ...scalar(
    'a workload',
    (name) => ({ deploy: { skipAwait: [name] } }),
    'deploy.skipAwait[0]',
    { rule: 'one of loki, gateway, promtail, grafana', remedy: 'did you mean loki?' },
    'lokki',
  ),
  ...scalar(
    'a type of storage',
    (type) => ({ storage: { type } }),
    'storage.type',
    { rule: 'one of filesystem, s3', remedy: 'write filesystem or s3' },
    'gcs',
    3,
  ),

  [
    'no environment',
    { environment: undefined },
    {
      path: 'environment',
      received: '(missing)',
      rule: 'required: one of dev, staging, prod',
      remedy: 'add environment: dev, staging or prod',
    },
  ],
  [
    'storage without a type',
    { storage: { bucket: 'logs' } },
    {
      path: 'storage.type',
      received: '(missing)',
      rule: 'required: one of filesystem, s3',
      remedy: 'add storage.type: filesystem or s3',
    },
  ],
  [
    'a port left out',
    { storage: { ...S3, egress: [{ cidr: '10.0.0.0/8' }] } },
    {
      path: 'storage.egress[0].port',
      received: '(missing)',
      rule: 'required: a port: 1 to 65535',
      remedy: 'add storage.egress[0].port; write for example 443',
    },
  ],
  [
    'a bucket left out',
    { storage: { ...S3, bucket: undefined } },
    { path: 'storage.bucket', received: '(missing)', rule: 'required: text', remedy: 'add storage.bucket' },
  ],
  [
    'a client that is empty',
    { network: { clients: [{}] } },
    {
      path: 'network.clients[0].name',
      received: '(missing)',
      rule: `required: ${DNS_LABEL.rule}`,
      remedy: `add network.clients[0].name; ${DNS_LABEL.remedy}`,
    },
    {
      path: 'network.clients[0].namespace',
      received: '(missing)',
      rule: `required: ${DNS_LABEL.rule}`,
      remedy: `add network.clients[0].namespace; ${DNS_LABEL.remedy}`,
    },
  ],
];

test.each(rows)('given %s, the report says where, what, which rule and what to do', (_, input, ...expected) => {
  expect(problemsOf({ environment: 'dev', ...input })).toEqual(expected);
});

test.each([
  ['a name of 63 letters', clientNamed('a'.repeat(63))],
  ['a name of one digit', clientNamed('7')],
  ['a digest', { images: { loki: `grafana/loki@sha256:${'0'.repeat(64)}` } }],
  ['a tag with a digest', { images: { loki: `localhost:5000/grafana/loki:3.7.8@sha256:${'0'.repeat(64)}` } }],
  ['a tag with a flavour', { images: { gateway: 'nginx:1.29.4-alpine' } }],
  ['several matchers', { retention: { streams: [{ selector: '{job="a", level!~"debug|info"}', period: '24h' }] } }],
  ['an IPv6 CIDR', { network: { dns: { cidrs: ['fd00::/8'] } } }],
  ['a fraction of a core as a number', { resources: { loki: { limits: { cpu: 0.5 }, requests: { cpu: '0.25' } } } }],
  ['port 65535', { network: { apiServer: { ports: [65_535] } } }],
])('given %s, nothing is wrong', (_, input) => {
  expect(() => problemsOf({ environment: 'dev', ...input })).toThrow('Expected a ConfigError.');
});

test.each([
  ['null', null],
  ['a list', []],
  ['text', 'dev'],
  ['a number', 3],
])('given %s for a whole config, the report says what a config is', (_, input) => {
  expect(problemsOf(input)).toEqual([
    {
      path: '(the whole config)',
      received: JSON.stringify(input),
      rule: expect.stringMatching(/^a mapping with the keys environment, namespaces, /) as string,
      remedy: KEYS_BELOW,
    },
  ]);
});
