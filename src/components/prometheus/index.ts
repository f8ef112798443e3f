export { Prometheus, type PrometheusProps } from './component';
export { OperatorMonitoring, type OperatorMonitoringProps } from './operator';
