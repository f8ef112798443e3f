/**
 * The Pulumi component, for any Pulumi program.
 *
 * @module spywatcher-logs/pulumi
 */
export {
  ConfigError,
  loadStackConfig,
  parseStackConfig,
  stackConfig,
  type StackConfig,
  type StackConfigInput,
} from './config';
export { LoggingStack, type LoggingStackArgs } from './deploy/logging-stack';
export { generateSecretValues } from './secrets/values';
export type { SecretValues } from './secrets/row';
