/** The stack's alerts. docs/runbooks.md has a section for each. */
export { type LogRuleProps, logRules } from './log-rules';
export * from './rule';
export type { AlertThresholds } from './thresholds';
