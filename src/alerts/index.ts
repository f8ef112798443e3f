/** The stack's alerts. docs/runbooks.md has a section for each. */
export { type LogRuleProps, logRules } from './log-rules';
export * from './rule';
export {
  hasRecordingRules,
  OWN_FILE,
  RUNBOOKS,
  ruleFileName,
  runbookUrl,
  stackLogRules,
  type TenantRules,
  tenantRules,
} from './tenant-rules';
