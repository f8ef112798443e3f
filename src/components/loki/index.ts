export { Compactor, compactorConfig } from './compactor';
export { Loki, type LokiProps, metricsPods, podNames } from './component';
