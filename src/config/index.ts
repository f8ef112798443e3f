export { parseStackConfig, stackConfig } from './parse';
export { ConfigError, formatProblems, type Problem } from './problem';
export type { Alertmanager, Destination, Receiver, Resources, StackConfig, StackConfigInput, Tenant } from './schema';
export {
  type AccessKind,
  ALERTMANAGER_SECRET,
  alertmanagerKeys,
  type Credential,
  credentials,
  credentialSecretName,
  GATEWAY_USERS_SECRET,
  GRAFANA_METRICS_SECRET,
  hasGrafanaMetrics,
  oauthProviders,
  receiverKeys,
  type SecretSpec,
  secretTable,
} from './secrets';
export { loadStackConfig, parseStackEntries, stackFileProblems } from './stack-file';
export { folderProblems, stackFileName, stackNames } from './stack-folder';
export { PROJECT, SECRETS_KEY } from './stack-keys';
