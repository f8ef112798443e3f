import { z } from 'zod';
import { JOBS } from '../../log-model';
import { SEVERITIES } from '../severity';
import { defaults } from '../defaults';
import {
  alertName,
  count,
  dnsLabel,
  duration,
  evaluationTime,
  metricName,
  percent,
  positiveNumber,
  ruleFilePath,
  tenantName,
  url,
} from '../scalars';
import { egressOf, labels } from './shared';

const preset = defaults.alerting.thresholds;
const perWindow = (what: string): string => `More than so many ${what} in five minutes.`;

const thresholds = z.strictObject({
  errorsPerSecond: positiveNumber()
    .default(preset.errorsPerSecond)
    .describe('More than so many lines of level error that the backend writes in a second.'),
  errorRateFactor: positiveNumber()
    .default(preset.errorRateFactor)
    .describe('More than so many times the errors of the hour before, or of the day before.'),
  failedLoginsByUser: count().default(preset.failedLoginsByUser).describe(perWindow('failed logins of one user')),
  failedLoginsByAddress: count()
    .default(preset.failedLoginsByAddress)
    .describe(perWindow('failed logins from one address')),
  rateLimitViolations: count()
    .default(preset.rateLimitViolations)
    .describe(perWindow('requests of one address that a rate limit refuses')),
  suspiciousActions: count()
    .default(preset.suspiciousActions)
    .describe(perWindow('security events of one kind that no normal use makes')),
  refusedActions: count()
    .default(preset.refusedActions)
    .describe(perWindow('refused tokens, second factors, permissions or inputs, of one kind')),
  slowQueries: count().default(preset.slowQueries).describe(perWindow('queries or statements slower than `slowQuery`')),
  slowQuery: duration().prefault(preset.slowQuery).describe('A query that takes longer is slow.'),
  serverErrorPercent: percent()
    .default(preset.serverErrorPercent)
    .describe('More than so many percent of nginx’ answers are 5xx.'),
  requestDuration: duration()
    .prefault(preset.requestDuration)
    .describe('Five of 100 requests to nginx take longer than this.'),
  connectionFailures: count()
    .default(preset.connectionFailures)
    .describe(perWindow('failed connections to the database that one job reports')),
  poolRefusals: count().default(preset.poolRefusals).describe(perWindow('clients that PgBouncer turns away')),
  silence: duration().prefault(preset.silence).describe('For so long a job that wrote before has written nothing.'),
  redactedLines: count()
    .default(preset.redactedLines)
    .describe(perWindow('lines of one app out of which a secret was taken')),
});

const ownRule = z.strictObject({
  name: alertName().describe('Name of the alert, in PascalCase.'),
  expr: z.string().min(1).describe('LogQL that has a result while something is wrong.'),
  for: evaluationTime()
    .default('0s')
    .describe('How long it has to be wrong before the alert fires; `0s` fires at once.'),
  severity: z.enum(SEVERITIES).describe('Label `severity`: routes go by it.'),
  tenant: tenantName().optional().describe('Tenant whose lines are asked; that of the agent without it.'),
  labels: labels().default({}).describe('Further labels of the alert.'),
  summary: z.string().min(1).describe('One line, without numbers: what is wrong.'),
  description: z
    .string()
    .min(1)
    .describe('What was measured. A `{{ $value }}` is followed by its unit; labels are `{{ $labels.job }}`.'),
  runbook: url('http', 'https').describe('Page that says what to do.'),
});

const recordingRule = z.strictObject({
  record: metricName().describe('Name of the metric: `job:log_lines:rate5m`.'),
  expr: z.string().min(1).describe('LogQL whose result is kept.'),
  tenant: tenantName().optional().describe('Tenant whose lines are asked; that of the agent without it.'),
  labels: labels().default({}).describe('Further labels of the metric.'),
});

const ruleFile = z.strictObject({
  path: ruleFilePath().describe('Where it is, from the folder of the stack file.'),
  tenant: tenantName().optional().describe('Tenant whose lines are asked; that of the agent without it.'),
  content: z
    .string()
    .optional()
    .describe('Its text. It is read where a stack file is read; only a program that makes its config itself sets it.'),
});

export const alerting = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether Loki evaluates alert rules at all.'),
  interval: duration().prefault(defaults.alerting.interval).describe('How often each rule is evaluated.'),
  thresholds: thresholds.prefault({}).describe('What the built-in alerts are measured against.'),
  silentJobs: z
    .array(dnsLabel())
    .default(Object.values(JOBS))
    .describe('Jobs that are missed when they write nothing for `thresholds.silence`.'),
  disabled: z.array(z.string()).default([]).describe('Names of built-in alerts that are left out.'),
  rules: z.array(ownRule).default([]).describe('Own alerts.'),
  recording: z.array(recordingRule).default([]).describe('Own metrics made from lines, kept in a Prometheus.'),
  files: z
    .array(ruleFile)
    .prefault([])
    .describe('Files of alerts and recording rules, in the format of Loki and Prometheus.'),
  remoteWrite: z
    .strictObject({
      url: url('http', 'https').describe('URL that takes samples: `https://metrics.example.com/api/v1/write`.'),
      egress: egressOf('it'),
    })
    .optional()
    .describe('Where recording rules are kept; by default the Prometheus of `monitoring.type: embedded`.'),
  runbooks: url('http', 'https')
    .optional()
    .describe(
      'Page with the runbooks of the built-in alerts, as your team reaches `docs/runbooks.md`; the path in the repository without it.',
    ),
});
