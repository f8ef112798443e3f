export { Prometheus } from './component';
export { OperatorMonitoring } from './operator';
