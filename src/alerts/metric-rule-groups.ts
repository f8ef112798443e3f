/** Alert rules in the form that Prometheus reads. */
import type { AlertRule, AnySeverity } from './rule';
import { runbookUrl } from './tenant-rules';

/** Name of the group: one after the other, at the interval of Prometheus. */
const GROUP = 'spywatcher-logs-stack';

/**
 * A rule file as an object; also the `spec` of a PrometheusRule.
 *
 * @param runbooks - where the page of runbooks is. @default - its place in this project
 * @param common - labels of every alert.
 */
export function metricRuleGroups(
  rules: readonly AlertRule<AnySeverity>[],
  runbooks?: string,
  common: Readonly<Record<string, string>> = {},
): { readonly groups: readonly Readonly<Record<string, unknown>>[] } {
  return {
    groups: [
      {
        name: GROUP,
        rules: rules.map(({ name, expr, for: duration, severity, labels, summary, description }) => ({
          alert: name,
          expr,
          for: duration,
          labels: { ...common, ...labels, severity },
          annotations: {
            summary,
            description,
            runbook_url: runbookUrl(runbooks, name),
          },
        })),
      },
    ],
  };
}
