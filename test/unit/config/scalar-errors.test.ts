/** One row for each value that a scalar of the config refuses. */
import type { Problem } from '../../../src/config';
import { CA } from '../../support/certificates';
import { AZURE, configWith, GCS, ORDERS_DASHBOARD, problemsOf, refusals, S3 } from '../../support/config';
import { followed } from '../../support/remedies';
import { eachOf, type Row } from '../../support/wrong-values';

/**
 * What a reader must learn of a scalar: what it is, and the bound that its rows go beyond. Its remedy is followed.
 */
const says = (rule: RegExp): Pick<Problem, 'rule' | 'remedy'> => ({
  rule: expect.stringMatching(rule) as string,
  remedy: expect.stringMatching(/^(?:write|leave it out|remove) ?/) as string,
});

const DURATION = says(/^a duration above 0, .*36500d.* ms, s, m, h, d or w$/);
const SIZE = says(/^a size above 0, .*100Ti.* KB, .* Ki, .*whole bytes$/);
const CPU = says(/\bCPU above 0, .*10000\b/);
const DNS_LABEL = says(/^a DNS label: lower-case .* at most 63$/);
const TENANT = says(/^a tenant id: 1 to 150 .*not \. or \.\./);
const URL = says(/^a URL with http or https.* without user and password, spaces, quotes and \$$/);
const LINK = says(/^a URL .*\{id\} once, after the host/);
const PORT = says(/^a port: 1 to 65535$/);
const WHOLE_NUMBER = says(/^a whole number from 1 to 2147483647$/);
const COUNT = says(/^a whole number from 0 to 2147483647$/);
const NUMBER = says(/^a number above 0, at most 2147483647$/);
const REPLICAS = says(/^a number of pods: .*from 1 to 1000$/);
const SHORT_LABEL = says(/^a DNS label: lower-case .* at most 57$/);
const objectName = (what: string) => says(new RegExp(`^${what}: lower-case .* at most 253$`));
const LABEL_KEY = says(/^a key .*at most 63 .*; a domain and \/ may stand before it; not constructor$/);
const OBJECT_LABEL_VALUE = says(/^the value of a label: at most 63 /);
const REGISTRY = says(/^a registry .*without scheme, user and password, at most 150$/);
const HOST = says(/^a host name .*IPv4 address, without scheme and port$/);
const EMAIL = says(/^an e-mail address, without a display name$/);
const UID = says(/^a uid: 1 to 40 lower-case letters, digits and hyphens/);
const PLUGIN = says(/^the id of a plugin: lower-case letters, digits and single hyphens$/);
const ADDRESS = says(/^a URL with http or https, or host:port of a database; without user and password/);
const PLUGIN_VERSION = says(/^a whole version: three numbers with dots/);
const PLUGIN_FOLDER = says(/^an absolute folder of the image, outside of \/var\/lib\/grafana/);
const plugins = (of: object) => ({
  grafana: { plugins: of },
  images: { grafana: 'registry.example.com/grafana-with-plugins:12.4.10' },
});
const CERTIFICATES = says(/^one or more certificates as PEM, .* nothing else$/);
const SECTION = says(/^a section of Grafana’s settings: letters, digits, dots, hyphens and underscores/);
const SETTING_KEY = says(/^a key of Grafana’s settings: letters, digits, hyphens and underscores/);
const SETTING = says(/^true, false, a number or a text of 1 to 2000 characters on one line, without ` and /);
const SECRET_SETTING = says(/^the name of a secret setting, a key of secureJsonData/);
const DATASOURCE_SETTINGS = says(/^settings of the datasource, a mapping /);
/** A datasource that a stack file adds. */
const datasource = (differences: object) => ({
  grafana: {
    datasources: {
      others: [
        {
          name: 'Orders',
          uid: 'orders',
          type: 'mysql',
          url: 'db.example.com:3306',
          egress: [{ namespace: 'databases', port: 3306 }],
          ...differences,
        },
      ],
    },
  },
});
/** Own dashboards, one of them. */
const dashboards = (differences: object) => ({
  grafana: {
    dashboards: { folder: 'dashboards', files: [{ name: 'orders.json', content: ORDERS_DASHBOARD }], ...differences },
  },
});
const URL_PATH = says(/^a path that begins with \/, without a query, at most 1000 /);
const TIME = says(/^a time .*\bd, h, m or s\b.*0s is none$/);
const USER = says(/^a user: 1 to 255 characters on one line, without quotes, \$ /);
const CONNECTIONS = says(/^a number of connections: .*from 1 to 65535$/);
const TWICE = says(/\bonce$/);
const RULE_FILE = says(/^the path of a YAML file, .*at most 200 /);
const CIDR = says(/^an IPv4 or IPv6 CIDR, .*first of its range$/);
const MOMENT = says(/^a moment that exists, in UTC and to the second$/);
const DAY = says(/^a day: year, month and day$/);
const ROLE = says(/\bARN of an IAM role$/);
const IMAGE = says(/^an immutable image .*tag with a full version, or a digest$/);
const DIRECTORY = says(/^a directory .*below \/var\/lib$/);
const SELECTOR = says(/^a stream selector of label matchers, without filters/);
const FRACTION = says(/^a fraction: 0 to 1$/);
const EXPRESSION = says(/^a regular expression in RE2 syntax: no look-around, no back-references$/);
/** What RE2 itself says of an expression. */
const re2Says = (fault: string, before = '') =>
  says(new RegExp(`^${before}a regular expression in RE2 syntax: .*; RE2 says: ${escaped(fault)}$`));
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
const LOG_DIRECTORY = says(/^an absolute folder for log files, not one of the system’s own$/);
const GLOB = says(/^a glob below the folder, without \.\. and with each \[ and \{ closed$/);
const FIELD_NAME = says(/^the name of a field: letters and digits, words joined by _ or -$/);

const drop = (rule: object) => ({ agent: { drop: [{ name: 'rule', selector: '{job="a"}', ...rule }] } });
const file = (source: object) => ({ agent: { files: [{ name: 'a', job: 'a', directory: '/logs', ...source }] } });

/** A node that meets an expression. */
const onNodes = (expression: unknown) => ({
  pods: {
    loki: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] },
        },
      },
    },
  },
});
const ON_NODES =
  'pods.loki.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]';
const RULES_OF_GUILDS = { folder: 'rules', namespaces: [{ name: 'guilds' }] };
const threshold = (thresholds: object) => ({ alerting: { thresholds } });
const rule = (differences: object) => ({
  alerting: {
    rules: [
      {
        name: 'GuildSyncFails',
        expr: 'sum(count_over_time({job="backend"} [10m])) > 3',
        severity: 'warning',
        summary: 'Guilds are not synchronised',
        description: '{{ $value }} failures in 10m.',
        runbook: 'https://wiki.example.com/guild-sync',
        ...differences,
      },
    ],
  },
});
const target = (differences: object) => ({
  monitoring: {
    type: 'embedded',
    targets: [
      { job: 'backend', host: 'backend.shop.svc', port: 80, egress: [{ namespace: 'shop', port: 80 }], ...differences },
    ],
  },
});

const KIND = says(/^a kind of Kubernetes object: letters and digits, the first a capital$/);
const POINTER = says(/^a JSON pointer: each key after a \/, .*; at most 500 characters$/);
const REASON = says(/^a reason: 10 to 500 characters on one line$/);
const JSON_VALUE = says(/^a value of JSON: /);
const MERGE = says(/^a part of a manifest, a mapping .*; null takes a key out$/);
/** A patch of an object. */
const patch = (differences: object) => ({
  patches: [{ kind: 'Deployment', name: 'gateway', merge: {}, reason: 'for these tests', ...differences }],
});
/** A JSON patch with one operation. */
const operation = (json: object) => ({
  patches: [{ kind: 'Deployment', name: 'gateway', json: [json], reason: 'for these tests' }],
});

const dnsIn = (namespace: unknown) => ({ network: { dns: { namespace } } });

const rows: readonly Row[] = [
  ...eachOf('a kind', (kind) => patch({ kind }), 'patches[0].kind', KIND, 'deployment', '', 'apps/Deployment', 7),
  ...eachOf(
    'the name of an object',
    (name) => patch({ name }),
    'patches[0].name',
    objectName('the name of an object'),
    'Gateway',
    '',
    'a/b',
  ),
  ...eachOf(
    'a place in an object',
    (path) => operation({ op: 'add', path, value: 1 }),
    'patches[0].json[0].path',
    POINTER,
    '',
    'spec',
    'spec.replicas',
    '/a~2b',
    '/a~',
    '/__proto__/a',
    '/constructor',
    '/a'.repeat(251),
    7,
  ),
  ...eachOf(
    'a place where something is',
    (from) => operation({ op: 'move', from, path: '/spec/a' }),
    'patches[0].json[0].from',
    POINTER,
    'spec',
  ),
  [
    'an operation without a value',
    operation({ op: 'add', path: '/spec/a' }),
    { path: 'patches[0].json[0].value', received: '(missing)', ...JSON_VALUE },
  ],
  ...eachOf('a merge patch', (merge) => patch({ merge }), 'patches[0].merge', MERGE, 'a', ['a'], null),
  ...eachOf(
    'a reason',
    (reason) => patch({ reason }),
    'patches[0].reason',
    REASON,
    '',
    'because',
    '          ',
    'two\nlines of text',
    'a'.repeat(501),
    7,
  ),
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
    '36501d',
    `${'9'.repeat(40)}d`,
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
    '101Ti',
    `${'9'.repeat(40)}Gi`,
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
    10_001,
    '9'.repeat(40),
    {},
  ),
  ...eachOf('a name', dnsIn, 'network.dns.namespace', DNS_LABEL, 'Exporter', 'a_b', '-a', 'a-', '', 'a'.repeat(64), {}),
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
    'https://my_logs.example.com',
    'https://*.example.com',
    'https://lögs.example.com',
    'https://10.0.0.256',
    'https://logs.example.com:0',
    'https://logs.example.com:65536',
    'https:logs.example.com',
    'https://logs\n.example.com',
    ' https://logs.example.com',
    'https://logs.example.com/a b',
    'https://logs.example.com/"',
    'https://logs.example.com/%(x)s',
    `https://logs.example.com/${'a'.repeat(2000)}`,
    3000,
  ),
  ...eachOf('a fraction', (keep) => drop({ keep }), 'agent.drop[0].keep', FRACTION, -0.1, 1.1, '0.5', '50%'),
  ...eachOf('an expression', (pattern) => drop({ patterns: [pattern] }), 'agent.drop[0].patterns[0]', EXPRESSION, {}),
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
      re2Says(fault, 'job: '),
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
    'a CIDR in another form than the shortest',
    (written) => ({ network: { apiServer: { cidrs: [written] } } }),
    'network.apiServer.cidrs[0]',
    {
      rule: 'an IPv6 CIDR in small letters and its shortest form: Kubernetes warns of any other',
      remedy: 'write for example 2001:db8::/32',
    },
    '2001:DB8::/32',
    '2001:0db8::/32',
    '2001:db8:0:0::/64',
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
    '[',
    '[a',
    '[]',
    '{a,b',
    'a}',
    '{a,{b}}',
    {},
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
    {},
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
    'https://sentry.example.com/a b/{id}',
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
    'a number of pods',
    (replicas) => ({ gateway: { replicas } }),
    'gateway.replicas',
    REPLICAS,
    0,
    -1,
    1.5,
    '2',
    NaN,
    1001,
  ),
  ...eachOf(
    'a number of pods, or none',
    (replicas) => ({ grafana: { replicas } }),
    'grafana.replicas',
    says(/^a number of pods: .*from 0 to 1000$/),
    -1,
    0.5,
    '0',
    1001,
  ),
  ...eachOf(
    'a whole number',
    (linesPerSecond) => ({ expectedLoad: { linesPerSecond } }),
    'expectedLoad.linesPerSecond',
    WHOLE_NUMBER,
    0,
    1.5,
    2 ** 31,
  ),
  ...eachOf(
    'a number of connections',
    (maxConnections) => ({ gateway: { maxConnections } }),
    'gateway.maxConnections',
    CONNECTIONS,
    0,
    65_536,
  ),
  ...eachOf('a number of tails', (maxTails) => ({ limits: { maxTails } }), 'limits.maxTails', CONNECTIONS, 65_536),
  ...eachOf(
    'a count',
    (poolRefusals) => threshold({ poolRefusals }),
    'alerting.thresholds.poolRefusals',
    COUNT,
    -1,
    2 ** 31,
  ),
  ...eachOf(
    'a number',
    (errorsPerSecond) => threshold({ errorsPerSecond }),
    'alerting.thresholds.errorsPerSecond',
    NUMBER,
    0,
    2 ** 31,
    1e300,
  ),
  ...eachOf(
    'a time',
    (time) => rule({ for: time }),
    'alerting.rules[0].for',
    TIME,
    '',
    '5',
    '1m1m',
    '1s5m',
    '100000d',
    '9'.repeat(40) + 's',
  ),
  ...eachOf(
    'a StorageClass',
    (storageClass) => ({ persistence: { storageClass } }),
    'persistence.storageClass',
    objectName('the name of a StorageClass'),
    'Fast SSD',
    'fast_ssd',
    '-a',
    'a..b',
    '',
    'a'.repeat(254),
  ),
  ...eachOf(
    'an IngressClass',
    (className) => ({ grafana: { ingress: { className } } }),
    'grafana.ingress.className',
    objectName('the name of an IngressClass'),
    'Nginx',
  ),
  ...eachOf(
    'an issuer',
    (clusterIssuer) => ({ gateway: { tls: { clusterIssuer } } }),
    'gateway.tls.clusterIssuer',
    objectName('the name of a ClusterIssuer'),
    'Our CA',
  ),
  ...eachOf(
    'a store',
    (store) => ({ secretSource: { type: 'externalSecrets', store } }),
    'secretSource.store',
    objectName('the name of a store'),
    'Vault',
  ),
  ...eachOf(
    'the value of a label of alerts',
    (team) => ({
      alertmanager: {
        type: 'embedded',
        inhibit: [{ while: { labels: { team } }, silence: { severities: ['warning'] } }],
      },
    }),
    'alertmanager.inhibit[0].while.labels.team',
    says(/^the value of a label: not empty, on one line/),
    '',
    'a\nb',
    'a\u2028b',
    'a\u2029b',
  ),
  ...eachOf(
    'the value of a label',
    (app) => ({ network: { dns: { podLabels: { app } } } }),
    'network.dns.podLabels.app',
    OBJECT_LABEL_VALUE,
    'a b',
    '-a',
    'a.',
    'é',
    'a'.repeat(64),
    {},
  ),
  ...[
    'app kubernetes',
    'constructor',
    '',
    '-a',
    'a/b/c',
    'Example.com/a',
    '/a',
    'a/',
    'é',
    'a'.repeat(64),
    `${'a'.repeat(254)}/a`,
  ].map((key): Row => [
    `the key of a label ${JSON.stringify(key)}`,
    { network: { dns: { podLabels: { [key]: 'x' } } } },
    {
      path: `network.dns.podLabels.${key}`,
      received: JSON.stringify(key).slice(0, 200) + (key.length > 198 ? '…' : ''),
      ...LABEL_KEY,
      remedy: 'write for example app.kubernetes.io/name', // in the place of the key, which is taken below
    },
  ]),
  ...['<<', 'a b', 'a.b'].map((key): Row => [
    `the name of a tag of queries ${JSON.stringify(key)}`,
    { limits: { loki: { blocked_queries: [{ query_tags: { [key]: 'grafana' } }] } } },
    {
      path: `limits.loki.blocked_queries[0].query_tags.${key}`,
      received: JSON.stringify(key),
      ...says(/^the name of a tag: 1 to 100 letters, digits, hyphens and underscores$/),
      remedy: 'write for example grafana', // in the place of the key
    },
  ]),
  ...eachOf(
    'the key of a taint',
    (key) => ({ pods: { promtail: { tolerations: [{ key, operator: 'Exists' }] } } }),
    'pods.promtail.tolerations[0].key',
    LABEL_KEY,
    'dedicated nodes',
    '',
  ),
  ...eachOf(
    'the value of a taint',
    (value) => ({ pods: { promtail: { tolerations: [{ key: 'dedicated', value }] } } }),
    'pods.promtail.tolerations[0].value',
    OBJECT_LABEL_VALUE,
    'log nodes',
  ),
  ...eachOf(
    'how long a taint is tolerated',
    (tolerationSeconds) => ({
      pods: { loki: { tolerations: [{ key: 'dedicated', effect: 'NoExecute', tolerationSeconds }] } },
    }),
    'pods.loki.tolerations[0].tolerationSeconds',
    says(/^seconds: a whole number from 0 to 2147483647$/),
    -1,
    0.5,
    '5m',
  ),
  ...eachOf(
    'the weight of a preference',
    (weight) => ({
      pods: {
        loki: {
          affinity: {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight, preference: { matchExpressions: [{ key: 'pool', operator: 'Exists' }] } },
              ],
            },
          },
        },
      },
    }),
    'pods.loki.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight',
    says(/^a weight: a whole number from 1 to 100$/),
    0,
    101,
  ),
  ...eachOf(
    'a value that a label of nodes is compared with',
    (value) => onNodes({ key: 'pool', operator: 'In', values: [value] }),
    `${ON_NODES}.values[0]`,
    OBJECT_LABEL_VALUE,
    'log nodes',
    '-4',
    '1'.repeat(64),
  ),
  ...eachOf(
    'an expression whose values are not those of its operator',
    onNodes,
    ON_NODES,
    says(/^values with In and NotIn, one whole number with Gt and Lt, no values with Exists and DoesNotExist$/),
    { key: 'pool', operator: 'In' },
    { key: 'pool', operator: 'NotIn', values: [] },
    { key: 'pool', operator: 'Exists', values: ['logs'] },
    { key: 'pool', operator: 'Gt', values: ['few'] },
    { key: 'pool', operator: 'Lt', values: ['1', '2'] },
  ),
  ...eachOf(
    'the value of an environment variable',
    (value) => ({ pods: { loki: { env: { TZ: value } } } }),
    'pods.loki.env.TZ',
    says(/^text of at most 32768 characters$/),
    'a'.repeat(32_769),
  ),
  ...['1A', 'A-B', 'A B', 'constructor', 'Ä', ''].map((name): Row => [
    `the name of an environment variable ${JSON.stringify(name)}`,
    { pods: { loki: { env: { [name]: 'x' } } } },
    {
      path: `pods.loki.env.${name}`,
      received: JSON.stringify(name),
      ...says(/^the name of an environment variable: at most 128 letters/),
      remedy: 'write for example GODEBUG', // in the place of the name, which is taken below
    },
  ]),
  ...eachOf(
    'what is reached without the proxy',
    (entry) => ({
      storage: S3,
      network: {
        proxy: { https: 'http://proxy:3128', noProxy: [entry], egress: [{ cidr: '10.0.0.9/32', port: 3128 }] },
      },
    }),
    'network.proxy.noProxy[0]',
    says(/^a host name, the end of names after a dot, an address or a range .*without scheme, port and \*$/),
    '*',
    '*.example.com',
    'http://example.com',
    'example.com:443',
    'a,b',
    '10.244.1.0/16',
    '',
  ),
  ...eachOf(
    'a key of a ConfigMap',
    (key) => ({ network: { caBundle: { type: 'configMap', name: 'cas', key } } }),
    'network.caBundle.key',
    says(/^a key of a ConfigMap: at most 253 letters/),
    '..',
    '../ca.crt',
    'a b',
    '',
    'a'.repeat(254),
  ),
  ...eachOf(
    'a ConfigMap',
    (name) => ({ network: { caBundle: { type: 'configMap', name } } }),
    'network.caBundle.name',
    objectName('the name of a ConfigMap'),
    'Corporate CAs',
  ),
  ...eachOf(
    'a proxy with a password',
    () => ({
      storage: S3,
      network: { proxy: { https: 'http://proxy:3128/ä', egress: [{ cidr: '10.0.0.9/32', port: 3128 }] } },
    }),
    'network.proxy.https',
    URL,
    'http://proxy:3128/ä',
  ),
  ...eachOf(
    'a registry',
    (registry) => ({ images: { registry } }),
    'images.registry',
    REGISTRY,
    'https://registry.example.com',
    'registry.example.com//',
    'Registry.example.com',
    'registry.example.com/a//b',
    'registry.example.com/Mirror',
    'my_registry.example.com',
    'registry.example.com:port',
    'a b',
    '',
    `registry.example.com/${'a'.repeat(150)}`,
  ),
  [
    'a registry with a password',
    { images: { registry: 'robot:hunter2@registry.example.com' } },
    { path: 'images.registry', received: '"(not shown)@registry.example.com"', ...REGISTRY },
  ],
  ...eachOf(
    'a host',
    (host) => target({ host }),
    'monitoring.targets[0].host',
    HOST,
    'my_backend.shop.svc',
    'a..b',
    '-a',
    'a-.b',
    '10.0.0.256',
    '1.2.3',
    'http://a',
    'a:80',
    'é.example.com',
    'a'.repeat(64),
    Array(64).fill('abc').join('.'),
  ),
  ...eachOf(
    'the path of a target',
    (path) => target({ path }),
    'monitoring.targets[0].path',
    URL_PATH,
    '/',
    'metrics',
    '/a?b',
    `/${'a'.repeat(1000)}`,
  ),
  ...eachOf(
    'a mailbox',
    (from) => ({ grafana: { smtp: { host: 'a', from, egress: [{ cidr: '10.0.0.9/32', port: 587 }] } } }),
    'grafana.smtp.from',
    EMAIL,
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a@-b.com',
    'a@localhost',
    'Logs <logs@example.com>',
    `${'a'.repeat(65)}@example.com`,
  ),
  ...eachOf(
    'a text of Grafana’s',
    (adminUser) => ({ grafana: { login: { adminUser } } }),
    'grafana.login.adminUser',
    USER,
    '',
    ' admin',
    'a\nb',
    '$USER',
    '%(secret_key)s',
    'a;b',
    'a'.repeat(256),
  ),
  ...eachOf(
    'the uid of a datasource',
    (uid) => datasource({ uid }),
    'grafana.datasources.others[0].uid',
    UID,
    ...[...['', 'Orders', 'a_b', '-a', 'a-', 'a'.repeat(41)]],
  ),
  ...eachOf(
    'the type of a datasource',
    (type) => datasource({ type }),
    'grafana.datasources.others[0].type',
    PLUGIN,
    ...[...['', 'MySQL', 'a--b', 'a b', '../a']],
  ),
  ...eachOf(
    'where a datasource is',
    (url) => datasource({ url }),
    'grafana.datasources.others[0].url',
    ADDRESS,
    ...[
      ...['db', 'db:0', 'ftp://db', 'https://', 'http://a b', 'db:5432/orders', '$HOME:5432', 'db.example.com:5432\n'],
    ],
  ),
  ...eachOf(
    'the version of a plugin',
    (version) =>
      plugins({ type: 'download', list: [{ id: 'a', version }], egress: [{ cidr: '203.0.113.0/24', port: 443 }] }),
    'grafana.plugins.list[0].version',
    PLUGIN_VERSION,
    ...['latest', '1.0', '1.0.0@https://example.com', '1.0.0,b', 'v1.0.0', 1],
  ),
  ...eachOf(
    'the folder of plugins',
    (directory) => plugins({ type: 'image', directory }),
    'grafana.plugins.directory',
    PLUGIN_FOLDER,
    ...['plugins', '/var/lib/grafana/plugins', '/etc/grafana', '/', '/opt/../etc'],
  ),
  ...eachOf(
    'certificates',
    (certificates) => ({ network: { caBundle: { type: 'certificates', certificates } } }),
    'network.caBundle.certificates',
    { ...CERTIFICATES, remedy: 'write the text of the file after |, without its private key' },
    ...['', 'ca.crt', `# the CA\n${CA}`, CA.replaceAll('\n', ' '), CA.replace('END', 'BEGIN'), 1],
  ),
  ...eachOf(
    'the value of a setting',
    (value) => ({ grafana: { settings: { users: { default_theme: value } } } }),
    'grafana.settings.users.default_theme',
    SETTING,
    ...['', 'a`b', '$__file{/etc/passwd}', '${HOME}', '%(home)s', 'a\nb', 'a'.repeat(2001), ['light'], Infinity],
  ),
  ...['__proto__x', '1users', 'users]', 'a b', ''].map((section): Row => [
    `the section ${JSON.stringify(section)}`,
    { grafana: { settings: { [section]: { key: 'a' } } } },
    {
      path: `grafana.settings.${section}`,
      received: JSON.stringify(section),
      ...SECTION,
      remedy: 'write for example users, or auth.jwt',
    },
  ]),
  ...['_key', 'a.b', 'a=b', '-', ''].map((key): Row => [
    `the key ${JSON.stringify(key)}`,
    { grafana: { settings: { users: { [key]: 'a' } } } },
    {
      path: `grafana.settings.users.${key}`,
      received: JSON.stringify(key),
      ...SETTING_KEY,
      remedy: 'write for example default_theme',
    },
  ]),
  ...eachOf(
    'a secret setting',
    (setting) => datasource({ secrets: [setting] }),
    'grafana.datasources.others[0].secrets[0]',
    SECRET_SETTING,
    ...['', 'a_b', '1a', 'a.b', 'a'.repeat(62)],
  ),
  ...eachOf(
    'settings of a datasource',
    (jsonData) => datasource({ jsonData }),
    'grafana.datasources.others[0].jsonData',
    DATASOURCE_SETTINGS,
    ...['text', 7],
  ),
  ...eachOf(
    'the name of a file source',
    (name) => file({ name }),
    'agent.files[0].name',
    SHORT_LABEL,
    'a'.repeat(58),
    'A',
    '',
  ),
  ...eachOf(
    'a folder of dashboards',
    (folder) => dashboards({ folder }),
    'grafana.dashboards.folder',
    says(/^the path of a folder, from the folder of the stack file, without \/ at its end$/),
    '/etc/dashboards',
    'dashboards/',
    '',
    'a//b',
  ),
  ...eachOf(
    'a title of a folder of dashboards',
    (title) => dashboards({ title }),
    'grafana.dashboards.title',
    says(/^a title of a folder: 1 to 100 characters on one line, .*not General$/),
    'general',
    ' Shop',
    '$HOME',
    'a/b',
    'a'.repeat(101),
  ),
  ...eachOf(
    'a rule file',
    (path) => ({ alerting: { files: [{ path, content: 'groups: []' }] } }),
    'alerting.files[0].path',
    RULE_FILE,
    '/etc/rules.yaml',
    'rules.txt',
    `${'a'.repeat(202)}.yaml`,
  ),
  ...eachOf(
    'a label of ConfigMaps with rules',
    (label) => ({ alerting: { configMaps: { ...RULES_OF_GUILDS, label } } }),
    'alerting.configMaps.label',
    says(/^the key of a label, or key=value$/),
    '',
    'loki rule',
    'loki_rule=',
    'loki_rule==a',
    'a,b',
    '!loki_rule',
  ),
  ...eachOf(
    'a folder of rules',
    (folder) => ({ alerting: { configMaps: { ...RULES_OF_GUILDS, folder } } }),
    'alerting.configMaps.folder',
    says(/^the path of a folder, from the folder of the stack file, without \/ at its end$/),
    '/etc/rules',
    'rules/',
  ),
  ...eachOf(
    'a key of a rule file',
    (key) => ({
      alerting: {
        configMaps: {
          ...RULES_OF_GUILDS,
          files: [{ namespace: 'guilds', configMap: 'a', key, content: 'groups: []' }],
        },
      },
    }),
    'alerting.configMaps.files[0].key',
    says(/^a key that ends in \.yaml or \.yml, and begins with a letter or digit$/),
    'guilds',
    '.guilds.yaml',
    'guilds.YAML',
  ),
  [
    'a pull secret twice',
    { images: { pullSecrets: ['mirror', 'other', 'mirror'] } },
    { path: 'images.pullSecrets[2]', received: '"mirror"', ...TWICE },
  ],
  [
    'a label twice in groupBy',
    { alertmanager: { type: 'embedded', fallback: 'none', groupBy: ['job', 'job'] } },
    { path: 'alertmanager.groupBy[1]', received: '"job"', ...TWICE },
  ],
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
    'grafana//loki:3.7.8',
    'grafana/-loki:3.7.8',
    'https://docker.io/grafana/loki:3.7.8',
    `${'a'.repeat(201)}:3.7.8`,
    `loki:3.7.8-${'a'.repeat(65)}`,
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
    'a moment',
    (since) => ({ agent: { since } }),
    'agent.since',
    MOMENT,
    'now',
    '2027-03-01',
    '2027-03-01T12:00:00',
    '2027-03-01T12:00:00+02:00',
    '2027-03-01T12:00:00.5Z',
    '2027-02-29T12:00:00Z',
    '2027-03-01T24:00:00Z',
    1798761600,
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
    'the name of a cluster',
    (cluster) => ({ cluster }),
    'cluster',
    {
      rule: 'the name of a cluster: at most 100 letters, digits, hyphens and underscores, the first and the last a letter or digit',
      remedy: 'write for example east',
    },
    '',
    'east.example.com',
    'east-',
    'a'.repeat(101),
  ),
  ...eachOf(
    'a region',
    (region) => ({ storage: { ...S3, region } }),
    'storage.region',
    {
      rule: 'the name of a region: at most 63 letters, digits, hyphens and underscores',
      remedy: 'write for example eu-central-1',
    },
    '',
    'eu central 1',
    'eu-central-1/x',
    'a'.repeat(64),
  ),
  ...eachOf(
    'a bucket of Google',
    (bucket) => ({ storage: { ...GCS, bucket } }),
    'storage.bucket',
    {
      rule: 'the name of a bucket: 3 to 63 small letters, digits, hyphens, underscores and dots, without gs:// and a path',
      remedy: 'write for example spywatcher-logs',
    },
    ...['gs://logs', 'google-logs', 'Logs', 'a..b', '10.0.0.1', 'ab', 'logs/x'],
  ),
  ...eachOf(
    'a storage account',
    (account) => ({ storage: { ...AZURE, account } }),
    'storage.account',
    {
      rule: 'the name of a storage account: 3 to 24 small letters and digits',
      remedy: 'write for example spywatcherlogs',
    },
    ...['ab', 'spy-watcher', 'Spywatcher', 'a'.repeat(25), 'logs.blob.core.windows.net'],
  ),
  ...eachOf(
    'a container',
    (container) => ({ storage: { ...AZURE, container } }),
    'storage.container',
    {
      rule: 'the name of a container: 3 to 63 small letters and digits, with single hyphens between them',
      remedy: 'write for example loki',
    },
    ...['ab', 'a--b', '-logs', 'logs-', 'Logs', 'a'.repeat(64), '$root'],
  ),
  ...eachOf(
    'a prefix of objects',
    (prefix) => ({ storage: { ...S3, prefix } }),
    'storage.prefix',
    {
      rule: 'one part of a path: 1 to 63 letters, digits and hyphens, without /',
      remedy: 'write for example logs',
    },
    ...['', 'a/b', '/a', 'a_b', 'a'.repeat(64)],
  ),
  ...eachOf(
    'a prefix of tables',
    (prefix) => ({ storage: { ...S3, schema: [{ from: '2024-01-01', indexPrefix: prefix }] } }),
    'storage.schema[0].indexPrefix',
    {
      rule: 'the beginning of the names of index tables: letters, digits, _ and -, the first a letter, the last _ or -',
      remedy: 'write for example loki_index_',
    },
    ...['', 'index', '_', 'index/', '1_', `${'a'.repeat(63)}_`],
  ),
  ...eachOf(
    'a key of KMS',
    (keyId) => ({ storage: { ...S3, encryption: { type: 'SSE-KMS', keyId } } }),
    'storage.encryption.keyId',
    {
      rule: 'a key of AWS KMS: its ARN, its id, or alias/<name>',
      remedy: 'write for example arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
    ...['', 'logs', 'arn:aws:iam::123456789012:role/loki', 'alias/', '1234abcd'],
  ),
  ...eachOf(
    'a service account of Google',
    (serviceAccount) => ({ storage: { ...GCS, access: { type: 'workloadIdentity', serviceAccount } } }),
    'storage.access.serviceAccount',
    {
      rule: 'the address of a service account of Google Cloud',
      remedy: 'write for example loki-logs@my-project.iam.gserviceaccount.com',
    },
    ...['', 'loki', 'loki-logs@example.com', 'loki@my-project.iam.gserviceaccount.com'],
  ),
  ...eachOf(
    'an identity of Azure',
    (clientId) => ({ storage: { ...AZURE, access: { type: 'managedIdentity', clientId } } }),
    'storage.access.clientId',
    {
      rule: 'an id of Azure: 32 digits from 0 to f in five groups, in small letters',
      remedy: 'write for example 11111111-2222-3333-4444-555555555555',
    },
    ...['', 'loki', '11111111222233334444555555555555', 'A1111111-2222-3333-4444-555555555555'],
  ),
  ...eachOf(
    'certificates of the bucket’s server',
    (trustedCa) => ({ storage: { ...S3, endpoint: 'https://s3.example.com', trustedCa } }),
    'storage.trustedCa',
    { ...CERTIFICATES, remedy: 'write the text of the file after |, without its private key' },
    ...['', 'ca.crt', CA.replaceAll('\n', ' ')],
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

test('the example of a key is taken for one', () => {
  const podLabels = { 'app.kubernetes.io/name': 'x' };
  expect(configWith({ network: { clients: [{ namespace: 'a', podLabels }] } }).network.clients).toMatchObject([
    { podLabels },
  ]);
});

test.each(rows.map(([given, input, ...expected]) => ({ given, input, expected })))(
  'given $given, the report says where, what, which rule and what to do, and that helps',
  ({ input, expected }) => {
    const problems = problemsOf({ environment: 'dev', ...input });
    expect(problems).toEqual(expected);
    // Those that are written out here are not to be followed to the letter.
    const remedies = expected.map(({ remedy }): unknown => remedy);
    for (const problem of problems.filter(({ remedy }) => !remedies.includes(remedy)))
      for (const changed of followed(input, problem))
        expect(refusals(changed)).not.toContainEqual(
          expect.objectContaining({ path: problem.path, rule: problem.rule }),
        );
  },
);
