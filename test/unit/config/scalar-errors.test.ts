/** One row for each value that a scalar of the config refuses. */
import { configWith, problemsOf, S3 } from '../../support/config';
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
/** What RE2 itself says of an expression. */
const re2Says = (fault: string) => ({ rule: `${EXPRESSION.rule}; RE2 says: ${fault}`, remedy: EXPRESSION.remedy });
const LOG_DIRECTORY = {
  rule: 'an absolute folder for log files, not one of the system’s own',
  remedy: 'write for example /var/log/postgresql',
};
const GLOB = { rule: 'a glob below the folder, without ..', remedy: "write for example '*.log'" };

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
  ...eachOf('an expression', (pattern) => drop({ patterns: [pattern] }), 'agent.drop[0].patterns[0]', EXPRESSION, 7),
  ...(
    [
      ['(', 'missing closing ): `(`'],
      ['[a', 'missing closing ]: `[a`'],
      ['*-prod', 'missing argument to repetition operator: `*`'],
      ['a(?=b)', 'invalid or unsupported Perl syntax: `(?=`'],
      ['(?!kube).+', 'invalid or unsupported Perl syntax: `(?!`'],
      ['(?<=a)b', 'invalid named capture: `(?<=a)b`'],
      ['(?>a)', 'invalid or unsupported Perl syntax: `(?>`'],
      [String.raw`(a)\1`, 'invalid escape sequence: `\\1`'],
      [String.raw`caf\u00e9`, 'invalid escape sequence: `\\u`'],
      ['a{1001}', 'invalid repeat count: `{1001}`'],
      ['a)|(b', 'unexpected ): `a)|(b`'],
    ] as const
  ).flatMap(([expression, fault]) => [
    ...eachOf(
      'a pattern of lines to drop',
      (pattern) => drop({ patterns: [pattern] }),
      'agent.drop[0].patterns[0]',
      re2Says(fault),
      expression,
    ),
    ...eachOf(
      'an expression to take out',
      (expressionOf) => ({ agent: { redact: [{ name: 'secret', expression: expressionOf }] } }),
      'agent.redact[0].expression',
      re2Says(fault),
      expression,
    ),
    ...eachOf(
      'a matcher',
      (selector) => ({ retention: { streams: [{ selector, period: '30d' }] } }),
      'retention.streams[0].selector',
      { rule: `job: ${re2Says(fault).rule}`, remedy: EXPRESSION.remedy },
      `{job=~${JSON.stringify(expression)}}`,
    ),
  ]),
  ...eachOf(
    'a pattern that every line matches',
    (pattern) => drop({ patterns: [pattern] }),
    'agent.drop[0].patterns[0]',
    {
      rule: 'an expression that not every line matches: it would drop them all',
      remedy: 'remove an empty alternative (a|) or a star; leave patterns out where every line of the streams is meant',
    },
    '',
    'GET /health|',
    'a*',
    '.',
    '^',
    '(?i)',
  ),
  // Of the differential test: Go's YAML ends a line there, and Promtail did not start.
  ...eachOf(
    'a pattern with a line separator',
    (pattern) => drop({ patterns: [pattern] }),
    'agent.drop[0].patterns[0]',
    {
      rule: 'a text without control characters and line separators: U+2028',
      remedy: String.raw`remove it, or write it as an escape of RE2: \x{2028}`,
    },
    'a\u2028b',
  ),
  ...eachOf(
    'an expression that finds the empty text',
    (expression) => ({ agent: { redact: [{ name: 'secret', expression }] } }),
    'agent.redact[0].expression',
    {
      rule: 'an expression that does not match the empty text: nothing would be taken out there',
      remedy: 'remove an empty alternative (a|), or write + in place of *',
    },
    '',
    'secret|',
    '[0-9]*',
  ),
  ...eachOf(
    'a matcher with an escape',
    (selector) => ({ retention: { streams: [{ selector, period: '30d' }] } }),
    'retention.streams[0].selector',
    {
      rule: 'job: a text with escapes that Go knows',
      remedy: String.raw`replace "\d+"; write a backslash twice`,
    },
    String.raw`{job=~"\d+"}`,
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

test.each([
  String.raw`\Qa.b\E`,
  '(?P<name>a)',
  '(?<name>a)',
  String.raw`^\s*$`,
  '(?i)get /health',
  String.raw`[[:alpha:]]\pN\p{Greek}`,
  'a{1000}',
])('an expression that RE2 reads and JavaScript may not is taken: %s', (pattern) => {
  expect(configWith(drop({ patterns: [pattern] })).agent.drop[0]?.patterns).toEqual([pattern]);
});

test('an expression that takes JavaScript ages is judged at once', () => {
  // Two rules of one priority: whether one stream may match both is asked. It is 2^40 steps for who goes back at each letter.
  const streams = [
    { selector: '{job=~"(a+)+b"}', period: '30d' },
    { selector: `{job="${'a'.repeat(40)}"}`, period: '40d' },
  ];
  expect(configWith({ retention: { streams } }).retention.streams).toHaveLength(2);
});

test.each(rows.map(([given, input, ...expected]) => ({ given, input, expected })))(
  'given $given, the report says where, what, which rule and what to do',
  ({ input, expected }) => {
    expect(problemsOf({ environment: 'dev', ...input })).toEqual(expected);
  },
);
