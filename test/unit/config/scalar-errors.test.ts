/** One row for each value that a scalar of the config refuses. */
import { problemsOf, S3 } from '../../support/config';
import { eachOf, type Row } from '../../support/wrong-values';

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
  rule: "a tenant id: 1 to 150 of A-Z a-z 0-9 ! - _ . * ' ( ), not . or .., nor a word like constructor",
  remedy: 'write for example spywatcher',
};
const URL = {
  rule: 'a URL with http or https, without user, password and $',
  remedy: 'write for example https://host.example.com',
};
const LINK = {
  rule: 'a URL with http or https that holds {id} once, after the host, without user and password',
  remedy: 'write for example https://sentry.example.com/organizations/spywatcher/issues/?query={id}',
};
const PORT = { rule: 'a port: 1 to 65535', remedy: 'write for example 443' };
const WHOLE_NUMBER = { rule: 'a whole number above 0', remedy: 'write for example 3, without quotes' };
const CIDR = {
  rule: 'an IPv4 or IPv6 CIDR, whose address is the first of its range',
  remedy: 'write for example 10.0.0.0/8',
};
const DAY = { rule: 'a day: year, month and day', remedy: 'write for example 2027-03-01' };
const ROLE = {
  rule: 'the ARN of an IAM role',
  remedy: 'write for example arn:aws:iam::123456789012:role/loki',
};
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

const FRACTION = { rule: 'a fraction: 0 to 1', remedy: 'write for example 0.1, to keep one line in ten' };
const EXPRESSION = {
  rule: 'a regular expression in RE2 syntax: no look-around, no back-references',
  remedy: 'write for example "GET /health[ ?]", with a backslash doubled inside of double quotes',
};
const LOG_DIRECTORY = {
  rule: 'an absolute folder for log files, not one of the system’s own',
  remedy: 'write for example /var/log/postgresql',
};
const GLOB = { rule: 'a glob below the folder, without ..', remedy: "write for example '*.log'" };

const FIELD_NAME = {
  rule: 'the name of a field: letters and digits, words joined by _ or -',
  remedy: 'write for example tokens, or maxTokens',
};

const drop = (rule: object) => ({ agent: { drop: [{ name: 'rule', selector: '{job="a"}', ...rule }] } });
const file = (source: object) => ({ agent: { files: [{ name: 'a', job: 'a', directory: '/logs', ...source }] } });

const clientIn = (namespace: unknown) => ({ network: { clients: [{ namespace }] } });

const rows: readonly Row[] = [
  ...eachOf(
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
  ...eachOf('a time of none', (batchWait) => ({ agent: { batchWait } }), 'agent.batchWait', DURATION, '0s', '0h0m'),
  ...eachOf(
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
  ...eachOf(
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
  ...eachOf(
    'a name',
    clientIn,
    'network.clients[0].namespace',
    DNS_LABEL,
    'Exporter',
    'a_b',
    '-a',
    'a-',
    '',
    'a'.repeat(64),
    7,
  ),
  ...eachOf(
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
    'constructor',
    '__proto__',
    'toString',
  ),
  ...eachOf(
    'a URL',
    (url) => ({ grafana: { url } }),
    'grafana.url',
    URL,
    'logs.example.com',
    'ftp://logs.example.com',
    'https://',
    'https://logs.example.com/${HOME}',
    'https://$__env{HOME}',
    3000,
  ),
  ...eachOf('a fraction', (keep) => drop({ keep }), 'agent.drop[0].keep', FRACTION, -0.1, 1.1, '0.5', '50%'),
  ...eachOf(
    'an expression',
    (pattern) => drop({ patterns: [pattern] }),
    'agent.drop[0].patterns[0]',
    EXPRESSION,
    '',
    '(',
    '[a',
    'a(?=b)',
    'a(?!b)',
    '(?<=a)b',
    '(?<!a)b',
    '(a)\\1',
    '(?>a)',
    7,
  ),
  ...eachOf(
    'a folder of log files',
    (directory) => file({ directory }),
    'agent.files[0].directory',
    LOG_DIRECTORY,
    '/',
    '/etc',
    '/etc/nginx',
    '/proc/1',
    '/root',
    '/var',
    '/var/lib',
    '/var/lib/kubelet/pods',
    '/var/lib/containerd',
    '/var/run/secrets',
    '/logs/../etc',
    '/logs/',
    'logs',
    7,
  ),
  ...eachOf(
    'a glob',
    (files) => file({ files }),
    'agent.files[0].files',
    GLOB,
    '',
    '/etc/passwd',
    '../*.log',
    'a/../b',
    7,
  ),
  ...eachOf(
    'a field to allow',
    (name) => ({ agent: { allow: [name] } }),
    'agent.allow[0]',
    FIELD_NAME,
    '',
    '*',
    'a.b',
    '.*tokens',
    '_tokens',
    'two words',
    7,
  ),
  ...eachOf(
    'a link',
    (sentry) => ({ grafana: { links: { sentry } } }),
    'grafana.links.sentry',
    LINK,
    'https://sentry.example.com/',
    'https://sentry.example.com/{id}/{id}',
    'https://{id}.example.com/',
    'https://sentry.example.com{id}',
    'sentry.example.com/{id}',
    '/issues/{id}',
    'javascript://sentry.example.com/{id}',
    '{id}',
    7,
  ),
  [
    'a link with a password',
    { grafana: { links: { traces: 'https://user:secret@traces.example.com/{id}' } } },
    { path: 'grafana.links.traces', received: '"https://(not shown)@traces.example.com/{id}"', ...LINK },
  ],
  ...eachOf(
    'a port',
    (port) => ({ network: { apiServer: { ports: [port] } } }),
    'network.apiServer.ports[0]',
    PORT,
    0,
    65_536,
    1.5,
    '443',
  ),
  ...eachOf(
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
  ...eachOf(
    'a CIDR',
    (cidr) => ({ network: { dns: { cidrs: [cidr] } } }),
    'network.dns.cidrs[0]',
    CIDR,
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '1.2.3.4/8',
    'fd00::1/64',
    'kube-dns',
    10,
  ),
  ...eachOf(
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
  ...eachOf(
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
  ...eachOf(
    'a day',
    (from) => ({ storage: { type: 'filesystem', schema: [{ from }] } }),
    'storage.schema[0].from',
    DAY,
    'tomorrow',
    '2025-6-1',
    '2025-02-29',
    '2025-13-01',
    '2025-06-01T01:00:00Z',
    20250601,
  ),
  ...eachOf(
    'a role',
    (arn) => ({
      storage: {
        ...S3,
        access: { type: 'serviceAccount', roleArn: arn, egress: [{ cidr: '10.0.0.9/32', port: 443 }] },
      },
    }),
    'storage.access.roleArn',
    ROLE,
    'loki',
    'arn:aws:iam::123456789012:user/loki',
    'arn:aws:iam::12345:role/loki',
    '',
  ),
  ...eachOf(
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
];

test.each(rows.map(([given, input, ...expected]) => ({ given, input, expected })))(
  'given $given, the report says where, what, which rule and what to do',
  ({ input, expected }) => {
    expect(problemsOf({ environment: 'dev', ...input })).toEqual(expected);
  },
);
