export { LoggingNamespace, type LoggingNamespaceProps, Namespaces, type PodSecurityLevel } from './component';
