export { Collector } from './component';
export { collectorConfig } from './config';
