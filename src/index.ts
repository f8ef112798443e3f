/**
 * The constructs and the config they are made from, for any cdk8s app.
 *
 * @module spywatcher-logs
 */
export { Collector } from './components/collector';
export { Gateway } from './components/gateway';
export { Grafana } from './components/grafana';
export { Loki } from './components/loki';
export {
  LoggingNamespace,
  type LoggingNamespaceProps,
  Namespaces,
  type PodSecurityLevel,
} from './components/namespaces';
export { Promtail } from './components/promtail';
export {
  ConfigError,
  loadStackConfig,
  parseStackConfig,
  stackConfig,
  type Problem,
  type StackConfig,
  type StackConfigInput,
} from './config';
export { type SecretSpec, secretTable } from './secrets/spec';
