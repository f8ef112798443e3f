export { parseStackConfig, stackConfig } from './parse';
export { ConfigError, formatProblems, type Problem } from './problem';
export type { Resources, StackConfig, StackConfigInput, Tenant } from './schema';
export { credentialNames, credentialSecretName, GATEWAY_USERS_SECRET, type SecretSpec, secretTable } from './secrets';
export { loadStackConfig, parseStackEntries, PROJECT, SECRETS_KEY } from './stack-file';
