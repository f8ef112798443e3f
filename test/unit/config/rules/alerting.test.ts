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
  {
    rule: 'LogQL',
    broken: own({ expr: 'sum(count_over_time({job="backend"} [5m]) > 3' }),
    path: 'alerting.rules[0].expr',
    received: shown('sum(count_over_time({job="backend"} [5m]) > 3'),
    remedy: 'look at at 45:',
    kept: own(),
  },
  {
    rule: 'a metric query of lines',
    broken: own({ expr: '{job="backend"}' }),
    path: 'alerting.rules[0].expr',
    received: shown('{job="backend"}'),
    remedy: COUNT,
    kept: own(),
  },
  {
    rule: 'a metric query of lines',
    broken: own({ expr: 'vector(1)' }),
    path: 'alerting.rules[0].expr',
    received: '"vector(1)"',
    remedy: COUNT,
    kept: own(),
  },
  {
    rule: LABELS,
    broken: own({ expr: 'sum(rate({job="backend", userId="7"}[5m])) > 1' }),
    path: 'alerting.rules[0].expr',
    received: shown('sum(rate({job="backend", userId="7"}[5m])) > 1'),
    remedy: 'replace userId, or filter the line',
    kept: own({ expr: 'sum(rate({job="backend"} | userId="7" [5m])) > 1' }),
  },
  {
    rule: FIELDS,
    broken: own({ expr: 'sum by (ipAddress) (rate({job="security"}[5m])) > 1' }),
    path: 'alerting.rules[0].expr',
    received: shown('sum by (ipAddress) (rate({job="security"}[5m])) > 1'),
    remedy: 'replace ipAddress, or add | json before it',
    kept: own({ expr: 'sum by (ipAddress) (rate({job="security"} | json ipAddress="ipAddress" [5m])) > 1' }),
  },
  {
    rule: 'a level that lines have: error, warn, info, debug',
    broken: own({ expr: 'sum(rate({job="backend", level="fatal"}[5m])) > 1' }),
    path: 'alerting.rules[0].expr',
    received: shown('sum(rate({job="backend", level="fatal"}[5m])) > 1'),
    remedy: 'replace fatal',
    kept: own({ expr: 'sum(rate({job="backend", level=~"error|fatal"}[5m])) > 1' }),
  },
  {
    rule: UNIT,
    broken: own({ description: 'It is {{ $value }}.' }),
    path: 'alerting.rules[0].description',
    received: '"It is {{ $value }}."',
    remedy: 'write for example: {{ $value }} errors/sec',
    kept: own({ description: '{{ printf "%.1f" $value }} %, or {{ $value | humanizeDuration }}.' }),
  },
  {
    rule: `${UNIQUE}; a built-in alert has it`,
    broken: own({ name: 'HighErrorRate' }),
    path: 'alerting.rules[0].name',
    received: '"HighErrorRate"',
    remedy: 'rename one of them',
    kept: alerting({ disabled: ['HighErrorRate'], rules: [{ ...GOOD, name: 'HighErrorRate' }] }),
  },
  {
    rule: `${UNIQUE}; alerting.rules[0] has it`,
    broken: alerting({ rules: [GOOD, GOOD] }),
    path: 'alerting.rules[1].name',
    received: '"GuildSyncFails"',
    remedy: 'rename one of them',
    kept: alerting({ rules: [GOOD, { ...GOOD, name: 'Other' }] }),
  },
  {
    rule: `${UNIQUE}; alertmanager.heartbeat has it`,
    broken: { ...own({ name: 'Watchdog' }), alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } } },
    path: 'alerting.rules[0].name',
    received: '"Watchdog"',
    remedy: 'rename one of them',
    kept: own({ name: 'Watchdog' }),
  },
  {
    rule: BUILT_IN,
    broken: alerting({ disabled: ['HighErorRate'] }),
    path: 'alerting.disabled[0]',
    received: '"HighErorRate"',
    remedy: 'write HighErrorRate',
    kept: alerting({ disabled: ['HighErrorRate'] }),
  },
  {
    rule: 'a tenant of auth.loki.tenants (spywatcher)',
    broken: alerting({ rules: [{ ...GOOD, tenant: 'audit' }] }),
    path: 'alerting.rules[0].tenant',
    received: '"audit"',
    remedy: 'add the tenant there, or remove it here',
    kept: alerting({ rules: [{ ...GOOD, tenant: 'spywatcher' }] }),
  },
  {
    rule: 'recording rules have a Prometheus that keeps what they record',
    broken: {
      monitoring: { type: 'none' },
      alerting: { recording: [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))' }] },
    },
    path: 'alerting.remoteWrite',
    received: '(missing)',
    remedy: 'set alerting.remoteWrite, or monitoring.type: embedded',
    kept: {
      monitoring: { type: 'embedded' },
      alerting: { recording: [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))' }] },
    },
  },
  {
    rule: 'the text of the file',
    broken: alerting({ files: [{ path: 'alerts/team.yaml' }] }),
    path: 'alerting.files[0].content',
    received: '(missing)',
    remedy: 'set it where a program makes the config itself',
    kept: file(rule()),
  },
  {
    rule: 'a rule file of Loki; at line 3, column 1: YAML: each key stands once in its mapping; remove one of the two',
    broken: file('groups:\n  []\ngroups:\n  []\n'),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file('groups: []\n'),
  },
  {
    rule: 'a rule file of Loki; at line 1, column 58: an alias (*name) of an anchor (&name) that stands before it; names are letters, digits, - and _; put text that begins with * or & in quotes',
    broken: file('groups: [{ name: team, rules: [{ alert: GuildSync, expr: *.log }] }]\n'),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file('groups: []\n'),
  },
  {
    rule: 'a rule file of Loki; at groups.0.rules.0.labels.priority: text; put a number, true or false in quotes',
    broken: file(rule({ labels: { severity: 'warning', priority: 1 } })),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file(rule({ labels: { severity: 'warning', priority: '1' } })),
  },
  {
    rule: 'a rule file of Loki; at the whole file: a mapping is wanted',
    broken: file(''),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file('groups: []\n'),
  },
  {
    rule: 'a rule file of Loki; at groups.0.rules.0: Unrecognized key: "exprs"',
    broken: file(rule({ exprs: 'x' })),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file(rule({ for: '5m' })),
  },
  {
    rule: 'a rule file of Loki; at groups.0.rules.0.keep_firing_for: Loki’s ruler takes this field and drops it; a longer range in expr keeps an alert',
    broken: file(rule({ keep_firing_for: '5m' })),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file(rule({ for: '5m' })),
  },
  {
    rule: 'a metric query of lines',
    broken: file(rule({ expr: '{job="a"}' })),
    path: `${AT}.expr`,
    received: shown('{job="a"}'),
    remedy: COUNT,
    kept: file(rule()),
  },
  {
    rule: 'a severity that routes know: critical, warning, info',
    broken: file(rule({ labels: { severity: 'page' } })),
    path: `${AT}.severity`,
    received: '"page"',
    remedy: 'set the label severity to one of them',
    kept: file(rule()),
  },
  {
    rule: 'a runbook: the page that says what to do',
    broken: file(rule({ annotations: { description: '{{ $value }} failures' } })),
    path: `${AT}.runbook`,
    received: '(missing)',
    remedy: 'set the annotation runbook_url',
    kept: file(rule()),
  },
  {
    rule: UNIT,
    broken: file(rule({ annotations: { runbook_url: 'https://wiki.example.com' } })),
    path: `${AT}.description`,
    received: '(missing)',
    remedy: 'write for example: {{ $value }} errors/sec',
    kept: file(rule()),
  },
  {
    rule: `${UNIQUE}; a built-in alert has it`,
    broken: file(rule({ alert: 'SourceSilent' })),
    path: AT,
    received: '"SourceSilent"',
    remedy: 'rename one of them',
    kept: file(rule()),
  },
  {
    rule: 'a rule file of Loki; at groups.0.rules.0.for: a time such as 5m or 1h30m: whole numbers, larger units first',
    broken: file(rule({ for: '30s5m' })),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file(rule({ for: '5m30s' })),
  },
  {
    rule: 'a rule file of Loki; at groups.0.rules.0.alert: a text without control characters and line separators',
    broken: file(rule({ alert: 'Team\u2028Alert' })),
    path: 'alerting.files[0]',
    received: '"alerts/team.yaml"',
    remedy: 'mend the file',
    kept: file(rule({ alert: 'Team alert' })),
  },
  {
    rule: NAME,
    broken: file(rule({ labels: { severity: 'info', 'team-name': 'a' } })),
    path: `${AT}.labels.team-name`,
    received: '"team-name"',
    remedy: 'write for example team_name',
    kept: file(rule({ labels: { severity: 'info', team_name: 'a' } })),
  },
  {
    rule: NAME,
    broken: file(rule({ annotations: { ...ANNOTATIONS, '9a': 'a' } })),
    path: `${AT}.annotations.9a`,
    received: '"9a"',
    remedy: 'write for example own_9a',
    kept: file(rule({ annotations: { ...ANNOTATIONS, a9: 'a' } })),
  },
  {
    rule: NAME,
    broken: alerting({ rules: [{ ...GOOD, labels: { __name__: 'a' } }] }),
    path: 'alerting.rules[0].labels.__name__',
    received: '"__name__"',
    remedy: 'write for example own___name__',
    kept: alerting({ rules: [{ ...GOOD, labels: { name: 'a' } }] }),
  },
  {
    rule: NAME,
    broken: recording({ labels: { 'a.b': 'a' } }),
    path: 'alerting.recording[0].labels.a.b',
    received: '"a.b"',
    remedy: 'write for example a_b',
    kept: recording({ labels: { a_b: 'a' } }),
  },
  {
    rule: 'the name of a metric: letters, digits, _ and :',
    broken: { monitoring: { type: 'embedded' }, ...file(record('job-errors')) },
    path: `${AT}.record`,
    received: '"job-errors"',
    remedy: 'write for example job:log_lines:rate5m',
    kept: { monitoring: { type: 'embedded' }, ...file(record('job:errors')) },
  },
  {
    rule: `${TEMPLATE}; cannot read } in {{ $labels.job }`,
    broken: own({ summary: '{{ $labels.job }' }),
    path: 'alerting.rules[0].summary',
    received: '"{{ $labels.job }"',
    remedy: TEMPLATE_REMEDY,
    kept: own({ summary: '{{ $labels.job }}' }),
  },
  {
    rule: `${TEMPLATE}; no function nosuch in {{ $value | nosuch }}`,
    broken: own({ description: '{{ $value | nosuch }} s' }),
    path: 'alerting.rules[0].description',
    received: '"{{ $value | nosuch }} s"',
    remedy: TEMPLATE_REMEDY,
    kept: own({ description: '{{ $value | humanize }} s' }),
  },
  {
    rule: `${TEMPLATE}; no end of {{ $value`,
    broken: alerting({ rules: [{ ...GOOD, labels: { team: '{{ $value' } }] }),
    path: 'alerting.rules[0].labels.team',
    received: '"{{ $value"',
    remedy: TEMPLATE_REMEDY,
    kept: alerting({ rules: [{ ...GOOD, labels: { team: '{{ $value }}' } }] }),
  },
  {
    rule: `${TEMPLATE}; no variable $job in {{ $job }}`,
    broken: file(rule({ annotations: { ...ANNOTATIONS, title: '{{ $job }}' } })),
    path: `${AT}.annotations.title`,
    received: '"{{ $job }}"',
    remedy: TEMPLATE_REMEDY,
    kept: file(rule({ annotations: { ...ANNOTATIONS, title: '{{ $labels.job }}' } })),
  },
  {
    rule: 'a text without control characters and line separators: U+0085',
    broken: own({ summary: 'a\u0085b' }),
    path: 'alerting.rules[0].summary',
    received: shown('a\u0085b'),
    remedy: 'remove it',
    kept: own({ summary: 'a b' }),
  },
  {
    rule: 'a text without control characters and line separators: U+2028',
    broken: own({ expr: `${GOOD.expr} #\u2028` }),
    path: 'alerting.rules[0].expr',
    received: shown(`${GOOD.expr} #\u2028`),
    remedy: 'remove it',
    kept: own({ expr: `${GOOD.expr} #` }),
  },
  {
    rule: 'a name that no other group of the file has',
    broken: file(groups(GROUP, { ...GROUP, rules: [{ ...RULE, alert: 'Other' }] })),
    path: 'alerting.files[0].alerts/team.yaml.groups[1].name',
    received: '"team"',
    remedy: 'rename one of them',
    kept: file(groups(GROUP, { name: 'other', rules: [{ ...RULE, alert: 'Other' }] })),
  },
  {
    rule: 'at least one rule',
    broken: file(groups({ name: 'team', rules: [] })),
    path: 'alerting.files[0].alerts/team.yaml.groups[0].rules',
    received: '[]',
    remedy: 'add one, or remove the group',
    kept: file(groups(GROUP)),
  },
  {
    rule: 'a rule that is there once',
    broken: file(groups({ name: 'team', rules: [RULE, RULE] })),
    path: 'alerting.files[0].alerts/team.yaml.groups[0].rules[1]',
    received: '"TeamAlert"',
    remedy: 'remove it',
    kept: file(groups({ name: 'team', rules: [RULE, { ...RULE, expr: 'sum(rate({job="backend"}[5m])) > 5' }] })),
  },
  {
    rule: 'a file name that no other file of the tenant has',
    broken: alerting({ files: [{ path: 'spywatcher.yaml', content: 'groups: []' }] }),
    path: 'alerting.files[0].path',
    received: '"spywatcher.yaml"',
    remedy: 'rename the file',
    kept: alerting({ files: [{ path: 'team.yaml', content: 'groups: []' }] }),
  },
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
