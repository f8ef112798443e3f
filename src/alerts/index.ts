/** The stack's alerts. docs/runbooks.md has a section for each. */
export { type LogRuleProps, logRules } from './log-rules';
export * from './rule';
export type { NamedRuleFile } from './rule-files';
export {
  hasRecordingRules,
  OWN_FILE,
  RUNBOOKS,
  runbookUrl,
  stackLogRules,
  type TenantRules,
  tenantRules,
} from './tenant-rules';
