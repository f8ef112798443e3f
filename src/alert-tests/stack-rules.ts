import { logRules } from '../alerts';
import { parseDuration } from '../config/units';
import type { RuleGroup } from './schema';
export function stackRules(_project: string, _stack: string): readonly RuleGroup[] {
  const rules = logRules({
    thresholds: {
      errorsPerSecond: 10,
      errorRateFactor: 3,
      failedLoginsByUser: 10,
      failedLoginsByAddress: 20,
      rateLimitViolations: 50,
      suspiciousActions: 0,
      refusedActions: 50,
      slowQueries: 20,
      slowQuery: { milliseconds: 1000 },
      serverErrorPercent: 5,
      requestDuration: { milliseconds: 1000 },
      connectionFailures: 5,
      poolRefusals: 5,
      silence: { milliseconds: 900000 },
      redactedLines: 10,
    },
    ownNamespaces: ['logging', 'logging-agents'],
    silentJobs: ['backend', 'nginx'],
  });
  return [
    {
      name: 'logs',
      rules: rules.map((r) => ({
        alert: r.name,
        expr: r.expr,
        for: parseDuration(r.for)?.milliseconds ?? 0,
        labels: { severity: r.severity, ...r.labels },
        annotations: { summary: r.summary, description: r.description },
      })),
    },
  ];
}
