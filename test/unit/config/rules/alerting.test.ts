import { configWith, problemsOf } from '../../../support/config';
import { EGRESS, type Input, testRules } from './rows';

type Alerting = NonNullable<Input['alerting']>;
const alerting = (section: Alerting): Input => ({ alerting: section });

const GOOD = {
  name: 'GuildSyncFails',
  expr: 'sum(count_over_time({job="backend"} |= "guild sync failed" [10m])) > 3',
  severity: 'warning',
  summary: 'Guilds are not synchronised',
  description: '{{ $value }} failures in 10m.',
  runbook: 'https://wiki.example.com/guild-sync',
} as const;
const own = (differences: Partial<Record<keyof typeof GOOD, string>> = {}): Input =>
  alerting({ rules: [{ ...GOOD, ...differences, severity: 'warning' }] });

const file = (text: string): Input => alerting({ files: [{ path: 'alerts/team.yaml', content: text }] });
const ANNOTATIONS = { description: '{{ $value }} failures', runbook_url: 'https://wiki.example.com' };
const RULE = { alert: 'TeamAlert', expr: GOOD.expr, labels: { severity: 'info' }, annotations: ANNOTATIONS };
const GROUP = { name: 'team', rules: [RULE] };
const groups = (...written: readonly object[]): string => JSON.stringify({ groups: written });
const rule = (differences: Readonly<Record<string, unknown>> = {}): string =>
  groups({ name: 'team', rules: [{ ...RULE, ...differences }] });
const record = (name: string): string => groups({ name: 'team', rules: [{ record: name, expr: GOOD.expr }] });
const recording = (differences: object): Input => ({
  monitoring: { type: 'embedded' },
  alerting: { recording: [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))', ...differences }] },
});
const AT = 'alerting.files[0].alerts/team.yaml.groups[0].rules[0]';

const LABELS = 'labels that lines have: job, service, level, namespace, app, container, node, service_name';
const FIELDS =
  'fields that pipelines keep (requestId, userId, action, result, traceId, sentryEventId, status, duration, pod, filename), or that the query takes out of the line';
const COUNT = 'count the lines: sum(count_over_time({job="backend"} |= "…" [5m])) > 10';
const UNIT = 'a description in which {{ $value }} is followed by its unit';
const NAME = 'a name of letters, digits and _, which does not begin with a digit';
const TEMPLATE = 'a template that Loki can read';
const TEMPLATE_REMEDY = 'write for example {{ $labels.job }}, {{ $value }} or {{ $value | humanize }}';
const UNIQUE = 'a name that no other alert has';
const BUILT_IN =
  'the name of a built-in alert: HighErrorRate, ErrorRateAboveHourBefore, ErrorRateAboveDayBefore, FailedLoginsByUser, FailedLoginsByAddress, RateLimitViolations, SuspiciousSecurityAction, SecurityRefusals, SlowQueries, SlowStatements, NginxServerErrors, NginxSlowRequests, DatabaseConnectionFailures, PgBouncerPoolExhausted, SourceSilent, SecretsRedacted, RulerRulesUnreadable';
const shown = (text: string): string => JSON.stringify(text);

testRules([
  [
    'LogQL',
    own({ expr: 'sum(count_over_time({job="backend"} [5m]) > 3' }),
    'alerting.rules[0].expr',
    shown('sum(count_over_time({job="backend"} [5m]) > 3'),
    'look at at 45:',
    own(),
  ],
  [
    'a metric query of lines',
    own({ expr: '{job="backend"}' }),
    'alerting.rules[0].expr',
    shown('{job="backend"}'),
    COUNT,
    own(),
  ],
  ['a metric query of lines', own({ expr: 'vector(1)' }), 'alerting.rules[0].expr', '"vector(1)"', COUNT, own()],
  [
    LABELS,
    own({ expr: 'sum(rate({job="backend", userId="7"}[5m])) > 1' }),
    'alerting.rules[0].expr',
    shown('sum(rate({job="backend", userId="7"}[5m])) > 1'),
    'replace userId, or filter the line',
    own({ expr: 'sum(rate({job="backend"} | userId="7" [5m])) > 1' }),
  ],
  [
    FIELDS,
    own({ expr: 'sum by (ipAddress) (rate({job="security"}[5m])) > 1' }),
    'alerting.rules[0].expr',
    shown('sum by (ipAddress) (rate({job="security"}[5m])) > 1'),
    'replace ipAddress, or add | json before it',
    own({ expr: 'sum by (ipAddress) (rate({job="security"} | json ipAddress="ipAddress" [5m])) > 1' }),
  ],
  [
    'a level that lines have: error, warn, info, debug',
    own({ expr: 'sum(rate({job="backend", level="fatal"}[5m])) > 1' }),
    'alerting.rules[0].expr',
    shown('sum(rate({job="backend", level="fatal"}[5m])) > 1'),
    'replace fatal',
    own({ expr: 'sum(rate({job="backend", level=~"error|fatal"}[5m])) > 1' }),
  ],
  [
    UNIT,
    own({ description: 'It is {{ $value }}.' }),
    'alerting.rules[0].description',
    '"It is {{ $value }}."',
    'write for example: {{ $value }} errors/sec',
    own({ description: '{{ printf "%.1f" $value }} %, or {{ $value | humanizeDuration }}.' }),
  ],
  [
    `${UNIQUE}; a built-in alert has it`,
    own({ name: 'HighErrorRate' }),
    'alerting.rules[0].name',
    '"HighErrorRate"',
    'rename one of them',
    alerting({ disabled: ['HighErrorRate'], rules: [{ ...GOOD, name: 'HighErrorRate' }] }),
  ],
  [
    `${UNIQUE}; alerting.rules[0] has it`,
    alerting({ rules: [GOOD, GOOD] }),
    'alerting.rules[1].name',
    '"GuildSyncFails"',
    'rename one of them',
    alerting({ rules: [GOOD, { ...GOOD, name: 'Other' }] }),
  ],
  [
    `${UNIQUE}; alertmanager.heartbeat has it`,
    { ...own({ name: 'Watchdog' }), alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } } },
    'alerting.rules[0].name',
    '"Watchdog"',
    'rename one of them',
    own({ name: 'Watchdog' }),
  ],
  [
    BUILT_IN,
    alerting({ disabled: ['HighErorRate'] }),
    'alerting.disabled[0]',
    '"HighErorRate"',
    'write HighErrorRate',
    alerting({ disabled: ['HighErrorRate'] }),
  ],
  [
    'a tenant of auth.loki.tenants (spywatcher)',
    alerting({ rules: [{ ...GOOD, tenant: 'audit' }] }),
    'alerting.rules[0].tenant',
    '"audit"',
    'add the tenant there, or remove it here',
    alerting({ rules: [{ ...GOOD, tenant: 'spywatcher' }] }),
  ],
  [
    'recording rules have a Prometheus that keeps what they record',
    {
      monitoring: { type: 'none' },
      alerting: { recording: [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))' }] },
    },
    'alerting.remoteWrite',
    '(missing)',
    'set alerting.remoteWrite, or monitoring.type: embedded',
    {
      monitoring: { type: 'embedded' },
      alerting: { recording: [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))' }] },
    },
  ],
  [
    'the text of the file',
    alerting({ files: [{ path: 'alerts/team.yaml' }] }),
    'alerting.files[0].content',
    '(missing)',
    'set it where a program makes the config itself',
    file(rule()),
  ],
  [
    'a rule file of Loki; at line 3, column 1: YAML: each key stands once in its mapping; remove one of the two',
    file('groups:\n  []\ngroups:\n  []\n'),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file('groups: []\n'),
  ],
  [
    'a rule file of Loki; at line 1, column 58: an alias (*name) of an anchor (&name) that stands before it; names are letters, digits, - and _; put text that begins with * or & in quotes',
    file('groups: [{ name: team, rules: [{ alert: GuildSync, expr: *.log }] }]\n'),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file('groups: []\n'),
  ],
  [
    'a rule file of Loki; at groups.0.rules.0.labels.priority: text; put a number, true or false in quotes',
    file(rule({ labels: { severity: 'warning', priority: 1 } })),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file(rule({ labels: { severity: 'warning', priority: '1' } })),
  ],
  [
    'a rule file of Loki; at the whole file: a mapping is wanted',
    file(''),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file('groups: []\n'),
  ],
  [
    'a rule file of Loki; at groups.0.rules.0: Unrecognized key: "exprs"',
    file(rule({ exprs: 'x' })),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file(rule({ for: '5m' })),
  ],
  [
    'a rule file of Loki; at groups.0.rules.0.keep_firing_for: Loki’s ruler takes this field and drops it; a longer range in expr keeps an alert',
    file(rule({ keep_firing_for: '5m' })),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file(rule({ for: '5m' })),
  ],
  ['a metric query of lines', file(rule({ expr: '{job="a"}' })), `${AT}.expr`, shown('{job="a"}'), COUNT, file(rule())],
  [
    'a severity that routes know: critical, warning, info',
    file(rule({ labels: { severity: 'page' } })),
    `${AT}.severity`,
    '"page"',
    'set the label severity to one of them',
    file(rule()),
  ],
  [
    'a runbook: the page that says what to do',
    file(rule({ annotations: { description: '{{ $value }} failures' } })),
    `${AT}.runbook`,
    '(missing)',
    'set the annotation runbook_url',
    file(rule()),
  ],
  [
    UNIT,
    file(rule({ annotations: { runbook_url: 'https://wiki.example.com' } })),
    `${AT}.description`,
    '(missing)',
    'write for example: {{ $value }} errors/sec',
    file(rule()),
  ],
  [
    `${UNIQUE}; a built-in alert has it`,
    file(rule({ alert: 'SourceSilent' })),
    AT,
    '"SourceSilent"',
    'rename one of them',
    file(rule()),
  ],
  [
    'a rule file of Loki; at groups.0.rules.0.for: a time such as 5m or 1h30m: whole numbers, larger units first',
    file(rule({ for: '30s5m' })),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file(rule({ for: '5m30s' })),
  ],
  [
    'a rule file of Loki; at groups.0.rules.0.alert: a text without control characters and line separators',
    file(rule({ alert: 'Team\u2028Alert' })),
    'alerting.files[0]',
    '"alerts/team.yaml"',
    'mend the file',
    file(rule({ alert: 'Team alert' })),
  ],
  [
    NAME,
    file(rule({ labels: { severity: 'info', 'team-name': 'a' } })),
    `${AT}.labels.team-name`,
    '"team-name"',
    'write for example team_name',
    file(rule({ labels: { severity: 'info', team_name: 'a' } })),
  ],
  [
    NAME,
    file(rule({ annotations: { ...ANNOTATIONS, '9a': 'a' } })),
    `${AT}.annotations.9a`,
    '"9a"',
    'write for example own_9a',
    file(rule({ annotations: { ...ANNOTATIONS, a9: 'a' } })),
  ],
  [
    NAME,
    alerting({ rules: [{ ...GOOD, labels: { __name__: 'a' } }] }),
    'alerting.rules[0].labels.__name__',
    '"__name__"',
    'write for example own___name__',
    alerting({ rules: [{ ...GOOD, labels: { name: 'a' } }] }),
  ],
  [
    NAME,
    recording({ labels: { 'a.b': 'a' } }),
    'alerting.recording[0].labels.a.b',
    '"a.b"',
    'write for example a_b',
    recording({ labels: { a_b: 'a' } }),
  ],
  [
    'the name of a metric: letters, digits, _ and :',
    { monitoring: { type: 'embedded' }, ...file(record('job-errors')) },
    `${AT}.record`,
    '"job-errors"',
    'write for example job:log_lines:rate5m',
    { monitoring: { type: 'embedded' }, ...file(record('job:errors')) },
  ],
  [
    `${TEMPLATE}; cannot read } in {{ $labels.job }`,
    own({ summary: '{{ $labels.job }' }),
    'alerting.rules[0].summary',
    '"{{ $labels.job }"',
    TEMPLATE_REMEDY,
    own({ summary: '{{ $labels.job }}' }),
  ],
  [
    `${TEMPLATE}; no function nosuch in {{ $value | nosuch }}`,
    own({ description: '{{ $value | nosuch }} s' }),
    'alerting.rules[0].description',
    '"{{ $value | nosuch }} s"',
    TEMPLATE_REMEDY,
    own({ description: '{{ $value | humanize }} s' }),
  ],
  [
    `${TEMPLATE}; no end of {{ $value`,
    alerting({ rules: [{ ...GOOD, labels: { team: '{{ $value' } }] }),
    'alerting.rules[0].labels.team',
    '"{{ $value"',
    TEMPLATE_REMEDY,
    alerting({ rules: [{ ...GOOD, labels: { team: '{{ $value }}' } }] }),
  ],
  [
    `${TEMPLATE}; no variable $job in {{ $job }}`,
    file(rule({ annotations: { ...ANNOTATIONS, title: '{{ $job }}' } })),
    `${AT}.annotations.title`,
    '"{{ $job }}"',
    TEMPLATE_REMEDY,
    file(rule({ annotations: { ...ANNOTATIONS, title: '{{ $labels.job }}' } })),
  ],
  [
    'a text without control characters and line separators: U+0085',
    own({ summary: 'a\u0085b' }),
    'alerting.rules[0].summary',
    shown('a\u0085b'),
    'remove it',
    own({ summary: 'a b' }),
  ],
  [
    'a text without control characters and line separators: U+2028',
    own({ expr: `${GOOD.expr} #\u2028` }),
    'alerting.rules[0].expr',
    shown(`${GOOD.expr} #\u2028`),
    'remove it',
    own({ expr: `${GOOD.expr} #` }),
  ],
  [
    'a name that no other group of the file has',
    file(groups(GROUP, { ...GROUP, rules: [{ ...RULE, alert: 'Other' }] })),
    'alerting.files[0].alerts/team.yaml.groups[1].name',
    '"team"',
    'rename one of them',
    file(groups(GROUP, { name: 'other', rules: [{ ...RULE, alert: 'Other' }] })),
  ],
  [
    'at least one rule',
    file(groups({ name: 'team', rules: [] })),
    'alerting.files[0].alerts/team.yaml.groups[0].rules',
    '[]',
    'add one, or remove the group',
    file(groups(GROUP)),
  ],
  [
    'a rule that is there once',
    file(groups({ name: 'team', rules: [RULE, RULE] })),
    'alerting.files[0].alerts/team.yaml.groups[0].rules[1]',
    '"TeamAlert"',
    'remove it',
    file(groups({ name: 'team', rules: [RULE, { ...RULE, expr: 'sum(rate({job="backend"}[5m])) > 5' }] })),
  ],
  [
    'a file name that no other file of the tenant has',
    alerting({ files: [{ path: 'spywatcher.yaml', content: 'groups: []' }] }),
    'alerting.files[0].path',
    '"spywatcher.yaml"',
    'rename the file',
    alerting({ files: [{ path: 'team.yaml', content: 'groups: []' }] }),
  ],
]);

test('a job that no pipeline has a label for is in the report of the built-in rules, where it comes from', () => {
  expect(problemsOf({ environment: 'dev', alerting: { silentJobs: ['Back end'] } })).toMatchObject([
    { path: 'alerting.silentJobs[0]' },
  ]);
});

test('recording rules are kept by remoteWrite where there is no Prometheus of the stack', () => {
  const { remoteWrite } = configWith({
    monitoring: { type: 'none' },
    alerting: {
      recording: [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))' }],
      remoteWrite: { url: 'https://m.example.com/api/v1/write', egress: [{ cidr: '10.0.0.1/32', port: 443 }] },
    },
  }).alerting;
  expect(remoteWrite?.url).toBe('https://m.example.com/api/v1/write');
});
