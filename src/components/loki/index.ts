export { Compactor, compactorConfig } from './compactor';
export { Loki, type LokiProps } from './component';
export { metricsPods, podNames } from './pods';
