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
import { ruleConfigMaps } from './rule-config-maps';
import { egressOf, labels } from './shared';

const preset = defaults.alerting.thresholds;
const perWindow = (what: string): string => `Fires above this number of ${what} in five minutes.`;

const thresholds = z.strictObject({
  errorsPerSecond: positiveNumber()
    .default(preset.errorsPerSecond)
    .describe('Fires above this number of lines of level error per second from the backend.'),
  errorRateFactor: positiveNumber()
    .default(preset.errorRateFactor)
    .describe('Fires above this multiple of the errors of the hour before, or of the same time a day before.'),
  failedLoginsByUser: count().default(preset.failedLoginsByUser).describe(perWindow('failed logins of one user')),
  failedLoginsByAddress: count()
    .default(preset.failedLoginsByAddress)
    .describe(perWindow('failed logins from one address')),
  rateLimitViolations: count()
    .default(preset.rateLimitViolations)
    .describe(perWindow('refused requests of one address by a rate limit')),
  suspiciousActions: count()
    .default(preset.suspiciousActions)
    .describe(perWindow('security events of one kind that normal use does not cause')),
  refusedActions: count()
    .default(preset.refusedActions)
    .describe(perWindow('refused tokens, second factors, permissions or inputs, of one kind')),
  slowQueries: count().default(preset.slowQueries).describe(perWindow('queries or statements slower than `slowQuery`')),
  slowQuery: duration().prefault(preset.slowQuery).describe('A query is slow above this duration.'),
  serverErrorPercent: percent()
    .default(preset.serverErrorPercent)
    .describe('Fires above this percentage of 5xx among nginx’ answers.'),
  requestDuration: duration()
    .prefault(preset.requestDuration)
    .describe('Fires when more than five of 100 requests to nginx take longer.'),
  connectionFailures: count()
    .default(preset.connectionFailures)
    .describe(perWindow('failed connections to the database that one job reports')),
  poolRefusals: count().default(preset.poolRefusals).describe(perWindow('clients that PgBouncer turns away')),
  silence: duration()
    .prefault(preset.silence)
    .describe('Fires when a job that wrote before has written nothing for this time.'),
  redactedLines: count().default(preset.redactedLines).describe(perWindow('lines of one app with a redacted secret')),
});

const ownRule = z.strictObject({
  name: alertName().describe('Name of the alert, in PascalCase.'),
  expr: z.string().min(1).describe('LogQL expression that has a result while something is wrong.'),
  for: evaluationTime()
    .default('0s')
    .describe('How long the expression must have a result before the alert fires. `0s` fires at once.'),
  severity: z.enum(SEVERITIES).describe('Label `severity`. Routes use it.'),
  tenant: tenantName().optional().describe('Tenant whose lines are asked; that of the agent without it.'),
  labels: labels().default({}).describe('Further labels of the alert.'),
  summary: z.string().min(1).describe('What is wrong, in one line without numbers.'),
  description: z
    .string()
    .min(1)
    .describe('What was measured. Write the unit after `{{ $value }}`. Labels are written `{{ $labels.job }}`.'),
  runbook: url('http', 'https').describe('Page that describes what to do.'),
});

const recordingRule = z.strictObject({
  record: metricName().describe('Name of the metric: `job:log_lines:rate5m`.'),
  expr: z.string().min(1).describe('LogQL expression whose result is kept.'),
  tenant: tenantName().optional().describe('Tenant whose lines are asked; that of the agent without it.'),
  labels: labels().default({}).describe('Further labels of the metric.'),
});

const ruleFile = z.strictObject({
  path: ruleFilePath().describe('Path of the file, relative to the folder of the stack file.'),
  tenant: tenantName().optional().describe('Tenant whose lines are asked; that of the agent without it.'),
  content: z
    .string()
    .optional()
    .describe(
      'Text of the file. The loader of stack files sets it. Set it only in a program that makes its config itself.',
    ),
});

export const alerting = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether Loki evaluates alert rules.'),
  interval: duration().prefault(defaults.alerting.interval).describe('How often each rule is evaluated.'),
  thresholds: thresholds.prefault({}).describe('Thresholds of the built-in alerts.'),
  silentJobs: z
    .array(dnsLabel())
    .default(Object.values(JOBS))
    .describe('Jobs for which an alert fires when they write nothing for `thresholds.silence`.'),
  disabled: z.array(z.string()).default([]).describe('Names of built-in alerts to leave out.'),
  rules: z.array(ownRule).default([]).describe('Own alerts.'),
  recording: z.array(recordingRule).default([]).describe('Own metrics from lines, kept in a Prometheus.'),
  files: z
    .array(ruleFile)
    .prefault([])
    .describe('Files of alerts and recording rules, in the format of Loki and Prometheus.'),
  configMaps: ruleConfigMaps
    .optional()
    .describe('Rule files from labelled ConfigMaps of a cluster. `npm run rules` copies them beside the stack file.'),
  remoteWrite: z
    .strictObject({
      url: url('http', 'https').describe('URL that accepts samples: `https://metrics.example.com/api/v1/write`.'),
      egress: egressOf('this server'),
    })
    .optional()
    .describe(
      'Where results of recording rules are kept. By default, in the Prometheus of `monitoring.type: embedded`.',
    ),
  runbooks: url('http', 'https')
    .optional()
    .describe(
      'URL at which your team reaches `docs/runbooks.md`, the runbooks of the built-in alerts. By default, the path in the repository.',
    ),
});
