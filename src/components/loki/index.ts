export { Compactor, compactorConfig } from './compactor';
export { Loki } from './component';
export { metricsPods, podNames } from './pods';
