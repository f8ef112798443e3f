export { type AccessKind, type Credential, credentials } from './credentials';
export { hasGrafana, hasGrafanaMetrics } from './derived/monitoring';
export { parseStackConfig, stackConfig } from './parse';
export { ConfigError, formatProblems, type Problem } from './problem';
export type {
  AgentType,
  Alertmanager,
  Component,
  Destination,
  FurtherDestination,
  Patch,
  Receiver,
  Resources,
  StackConfig,
  StackConfigInput,
  Tenant,
} from './schema';
export {
  ALERTMANAGER_SECRET,
  ALSO_SECRET,
  alsoKeys,
  credentialSecretName,
  datasourceKey,
  GATEWAY_USERS_SECRET,
  GRAFANA_METRICS_SECRET,
  keptDatasources,
  oauthProviders,
  receiverKeys,
  SECRET_NAMES,
  type SecretName,
  TEMPO_UID,
  tenantSecretNames,
  agentTenantSecretNames,
} from './secret-names';
export { loadStackConfig, parseStackEntries, stackFileProblems } from './stack-file';
export { folderProblems, stackFileName, stackNames } from './stack-folder';
export { PROJECT, SECRETS_KEY } from './stack-keys';
