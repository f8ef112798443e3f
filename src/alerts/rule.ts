/** An alert on lines (LogQL, Loki's ruler) or on metrics (PromQL, Prometheus). */
import type { Severity } from '../config/severity';

/** Also `none`, of an alert that says that all is well. */
export type AnySeverity = Severity | 'none';

/** One alert rule. */
export interface AlertRule<S extends AnySeverity = Severity> {
  /** Name of the alert, in PascalCase; also the name of its runbook in docs/runbooks.md. */
  readonly name: string;
  /** LogQL or PromQL that has a result while something is wrong. */
  readonly expr: string;
  /** How long it has to be wrong before the alert fires: `5m`; `0s` fires at once. */
  readonly for: string;
  /** Label `severity`. */
  readonly severity: S;
  /** Further labels of the alert. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** One line, without numbers: what is wrong. */
  readonly summary: string;
  /** The measured value, with `{{ $value }}` or labels, and its unit. */
  readonly description: string;
}

/** An expression that is evaluated all the time, and its result kept as a metric. */
export interface RecordingRule {
  /** Name of the metric: `job:log_lines:rate5m`. */
  readonly record: string;
  readonly expr: string;
  /** Further labels of the metric. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}
